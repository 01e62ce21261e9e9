"""`syncdsl snapshot`: all that a preview rests on, recorded in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import CONTEXT, Command, Globals, environment_option, format_option, global_options
from syncdsl.cli.terminal import say, write

if TYPE_CHECKING:
    from syncdsl.engine.snapshot.taking import Taken

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(context_settings=CONTEXT, params=list(global_options()))
def snapshot() -> None:
    """Record what both systems and the state hold, to preview rules on it elsewhere: with no credentials, no network.

    \b
    Examples:
      syncdsl snapshot take --out monday.snapshot
      syncdsl snapshot show monday.snapshot
      syncdsl plan --offline monday.snapshot
    """  # noqa: D301 - \b keeps click from filling the lines


@snapshot.command(cls=Command, short_help="Read both systems and save what previews rest on.")
@click.option("--out", type=_FILE, metavar="FILE", help="Where to save it; without it ENVIRONMENT.snapshot.")
@click.option(
    "--pseudonymise",
    is_flag=True,
    help="Put invented names, addresses and numbers in place of all that could tell a person.",
)
@click.option("--all-fields", "everything", is_flag=True, help="Hold every readable field, for rules to come.")
@environment_option
@click.pass_obj
def take(settings: Globals, *, out: Path | None, pseudonymise: bool, everything: bool, environment: str | None) -> int:
    """Read both systems and the state, and save all that a preview rests on.

    Only reads: nothing is written to either system, or to the state. Held are the modules, views and fields that the
    rules of the files and those in force read. Only you can read the file: it holds customers' data. Values of fields
    that a schema snapshot marks as sensitive are never in it.

    \b
    Examples:
      syncdsl snapshot take --out monday.snapshot
      syncdsl snapshot take --env production --pseudonymise --all-fields
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import open_workspace, opened_run  # noqa: PLC0415 - the same
    from syncdsl.engine.snapshot.taking import take_snapshot  # noqa: PLC0415 - the same
    from syncdsl.project.private import private_bytes  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    target = out if out is not None else Path(f"{name}.snapshot")
    with (
        shown_progress(settings) as progress,
        opened_run(workspace, settings, name, progress.progress, scratch=True, sweep=True) as run,
        private_bytes(target) as stream,
    ):
        taken = take_snapshot(run, stream, privacy="pseudonyms" if pseudonymise else "sensitive", everything=everything)
    if not settings.quiet:
        say(_said(taken, target))
    return FINE


@snapshot.command(cls=Command, short_help="Tell what a snapshot holds.")
@click.argument("file", type=click.Path(path_type=Path))
@format_option("text", "json")
@click.pass_obj
def show(settings: Globals, *, file: Path, output: str) -> int:  # noqa: ARG001 - every command gets the options for all
    """Tell what FILE holds: when it was taken and of what, how many records, and which values are not in it.

    It is read to its end, so one that was cut off, edited or damaged is noticed. The project is not needed.

    \b
    Examples:
      syncdsl snapshot show monday.snapshot
      syncdsl snapshot show monday.snapshot --format json | jq .modules
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.engine.snapshot.contents import contents_of  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.snapshot_text import render_snapshot, render_snapshot_json  # noqa: PLC0415 - the same

    held = contents_of(file)
    write(render_snapshot_json(held) if output == "json" else render_snapshot(held))
    return FINE


def _said(taken: Taken, target: Path) -> str:
    told = " with pseudonyms" if taken.header.privacy == "pseudonyms" else ""
    return f"{taken.records:,} records and {taken.links:,} links{told} saved to {target} ({taken.digest})"
