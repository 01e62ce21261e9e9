"""`syncdsl find`: look a record up in the CRM by its name, and see what the rules make of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import style_of, width_of, write

if TYPE_CHECKING:
    from syncdsl.engine.searching import Search


@click.command(cls=Command)
@click.argument("text")
@click.option("--module", metavar="NAME", help="Only what this `module` statement syncs, with those nested in it.")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=200),
    default=20,
    show_default=True,
    metavar="N",
    help="How many records of each module are asked for.",
)
@format_option("text", "json")
@environment_option
@click.pass_obj
def find(settings: Globals, *, text: str, module: str | None, limit: int, output: str, environment: str | None) -> int:
    """Find records in the CRM by their name: TEXT is the name or a part of it.

    Searches the modules that the rules sync from the left: accounts by name with all their contacts below them,
    contacts by first and last name, vendors and products likewise. Of each record it says whether it is linked and
    with whom, else whether it is in scope or why not, and what a sync would make of it. It writes nothing.

    Ends with 0 when something was found, 1 when nothing was.

    \b
    Examples:
      syncdsl find acme
      syncdsl find "Ada Lovelace" --module customers
      syncdsl find acme --format json | jq '.search.hits[].record.id'
    """  # noqa: D301 - \b keeps click from filling the lines
    if not text.strip():
        raise click.UsageError("`TEXT` is empty: what is to be found?")
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import open_workspace, opened_run  # noqa: PLC0415 - the same
    from syncdsl.engine.searching import search  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with (
        shown_progress(settings) as progress,
        opened_run(workspace, settings, name, progress.progress, scratch=False, read_only=True, sweep=False) as run,
    ):
        found = search(run, text.strip(), module=module, limit=limit)
    _show(found, output)
    return FINE if found.hits else FINDINGS


def _show(found: Search, output: str) -> None:
    if output == "json":
        from syncdsl.render.find_json import render_search_json  # noqa: PLC0415 - only for this format

        write(render_search_json(found))
        return
    from syncdsl.render.find_text import render_search  # noqa: PLC0415 - only for this format

    write(render_search(found, style_of(sys.stdout), width_of(sys.stdout)))
