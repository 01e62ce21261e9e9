"""`syncdsl verify`: do both sides really agree? Reads everything anew and writes nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import CHANGES, FINE, PARTLY
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import style_of, width_of, write

if TYPE_CHECKING:
    from syncdsl.changes.verification import Verification


@click.command(cls=Command)
@click.option("--module", metavar="NAME", help="Only this `module` statement, with those nested in it.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help="How many findings of each kind are shown in full; all are counted.",
)
@click.option("--strict", is_flag=True, help="What the rules leave alone counts as a difference, too.")
@click.option("--files", is_flag=True, help="Judge by the rules of the project's files, not by those in force.")
@format_option("text", "json")
@environment_option
@click.pass_obj
def verify(
    settings: Globals,
    *,
    module: str | None,
    limit: int,
    strict: bool,
    files: bool,
    output: str,
    environment: str | None,
) -> int:
    """Verify: read both sides completely and anew, and compare every mapped field of every linked pair by the rules.

    It believes nothing that earlier runs read or decided; from the state it takes which records are partners, and
    what they held when last synced, to tell a change on its way from one that went wrong. It writes nothing, neither
    to the systems nor to the state, and costs a complete reading of both sides.

    The rules are those in force, by which `syncdsl sync` made the links; those of the files with `--files`, and while
    none are in force.

    Ends with 0 when everything is as the rules say, 2 when something differs, is missing or gone, 7 when all that
    differs waits for a person.

    \b
    Examples:
      syncdsl verify
      syncdsl verify --module customers --limit 100
      syncdsl verify --files
      syncdsl verify --env production --format json | jq .summary
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.looking import opened_look  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.trial.verification import verify as compare  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with (
        shown_progress(settings) as progress,
        opened_look(workspace, settings, name, progress.progress, files=files) as run,
    ):
        found = compare(run, module=module, limit=limit)
    _show(found, output, quiet=settings.quiet)
    return _code(found, strict=strict)


def _show(found: Verification, output: str, *, quiet: bool) -> None:
    if output == "json":
        from syncdsl.render.verify_json import render_verification_json  # noqa: PLC0415 - only for this format

        write(render_verification_json(found))
        return
    from syncdsl.render.verify_text import render_verdict, render_verification  # noqa: PLC0415 - only for this format

    style = style_of(sys.stdout)
    write(render_verdict(found, style) if quiet else render_verification(found, style, width_of(sys.stdout)))


def _code(found: Verification, *, strict: bool) -> int:
    """Return 0, 2 or 7: nothing differs, something does, or only what a person is asked about."""
    if found.as_ruled:
        return CHANGES if strict and not found.in_sync else FINE
    waiting = sum(module.held + module.held_records for module in found.modules)
    return PARTLY if waiting == sum(module.differing for module in found.modules) else CHANGES
