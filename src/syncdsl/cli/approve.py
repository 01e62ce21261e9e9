"""`syncdsl approve`: say that exactly this change set may pass its guards."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from syncdsl.cli.options import Command, Globals
from syncdsl.cli.terminal import is_terminal, style_of, width_of, write


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def approve(settings: Globals, *, file: Path, yes: bool) -> int:
    """Show a saved change set and approve exactly it, so that its guards let it pass.

    The approval is for this content alone: when a byte of it or a record changes, it is worth nothing.

    \b
    Examples:
      syncdsl plan --out monday.changes.json
      syncdsl approve monday.changes.json
      syncdsl apply monday.changes.json
    """  # noqa: D301 - \b keeps click from filling the lines
    import datetime as dt  # noqa: PLC0415 - the help needs none of it

    from syncdsl.changes.saved import read_change_set  # noqa: PLC0415 - the same
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same
    from syncdsl.render.changes_text import render_changes, render_verdict  # noqa: PLC0415 - the same
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same

    changes = read_change_set(file).changes
    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(changes.environment)
    style = style_of(sys.stdout)
    write(render_verdict(changes, style) if settings.quiet else render_changes(changes, style, width_of(sys.stdout)))
    sys.stdout.flush()
    if not yes and is_terminal(sys.stdin) and not click.confirm("\nApprove exactly this?", default=False, err=True):
        write("Nothing was approved.\n")
        return 0
    with open_project_state(workspace, name) as state:
        state.approve(changes.digest, user_name(), dt.datetime.now(dt.UTC))
    if not settings.quiet:
        after = style.prose(f"`syncdsl apply {neutral(str(file))}` applies it.")
        write(f"\n{style('good', 'Approved')} {changes.digest}. {after}\n")
    return 0
