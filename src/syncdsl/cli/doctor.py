"""`syncdsl doctor`: everything a run depends on, one line each, with the fix."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import style_of, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.render.checklist import Item

FORMAT = "syncdsl/doctor/1"


@click.command(cls=Command)
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@format_option("text", "json")
@environment_option
@click.pass_obj
def doctor(settings: Globals, *, connections: tuple[str, ...], output: str, environment: str | None) -> int:
    """Examine everything a run depends on: rules, state, and of each connection its token, scopes, organisation,
    clock, quota, key fields and schema snapshot. Changes nothing.

    ✓ is fine, ! is worth a look, ✗ keeps the rules from running; below it stands what to do. Ends with 1 when there is
    a ✗.

    \b
    Examples:
      syncdsl doctor
      syncdsl doctor crm --env production
      syncdsl doctor --format json | jq '.checks[] | select(.status != "ok")'
    """  # noqa: D205, D301 - click fills the first paragraph; \b keeps it from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.environment import connection_table  # noqa: PLC0415 - the same
    from syncdsl.project.examining import examine  # noqa: PLC0415 - the same
    from syncdsl.render.checklist import Mark  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    wanted = connections or tuple(sorted(workspace.settings.environments[name].connections))
    for connection in wanted:
        connection_table(workspace, name, connection)
    items = list(examine(workspace, name, wanted))
    _show(items, output, environment=name, quiet=settings.quiet)
    return FINDINGS if any(item.mark is Mark.BAD for item in items) else FINE


def _show(items: Sequence[Item], output: str, *, environment: str, quiet: bool) -> None:
    from syncdsl.render.checklist import render_checklist, render_json, render_verdict  # noqa: PLC0415 - as above

    if output == "json":
        write(render_json(items, environment=environment, form=FORMAT))
        return
    style = style_of(sys.stdout)
    write(render_checklist(items, style, quiet=quiet) + render_verdict(items, style))
