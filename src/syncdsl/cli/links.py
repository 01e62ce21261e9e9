"""`syncdsl links`: linked records, listed, and ended in bulk."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import say, style_of, width_of, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.engine.link_list import LinkEdit, LinkRow
    from syncdsl.plan.plan import Plan
    from syncdsl.state import State


@click.command(cls=Command)
@click.option("--module", "modules", multiple=True, metavar="NAME", help="Only of this module; may be repeated.")
@click.option(
    "--origin",
    type=click.Choice(["created", "matched", "adopted", "key", "review"]),
    help="Only links that came about this way.",
)
@click.option(
    "--state",
    "status",
    type=click.Choice(["active", "deleted", "left_gone", "right_gone", "both_gone"]),
    help="Only links in this state.",
)
@click.option("--search", default="", metavar="TEXT", help="Only where a name, an id or the key contains this.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to a file.")
@click.option(
    "--import",
    "edited",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Carry out the column `action` of a list in CSV.",
)
@click.option("--yes", is_flag=True, help="Do not ask, with --import.")
@format_option("text", "csv", "json")
@environment_option
@click.pass_obj
def links(
    settings: Globals,
    *,
    modules: tuple[str, ...],
    origin: str | None,
    status: str | None,
    search: str,
    out: Path | None,
    edited: Path | None,
    yes: bool,
    output: str,
    environment: str | None,
) -> int:
    """List linked records: both names and ids, how and since when they are linked, and whether one was deleted.

    As CSV the list can be edited in a spreadsheet and given back: `unlink` in the column `action` ends a link, so that
    the next run decides about its records anew (what carries the key of the other is linked again); `set aside` ends
    it and keeps both records out of syncing. Neither system is written to.

    \b
    Examples:
      syncdsl links --search acme
      syncdsl links --module customers --origin matched --format csv --out matched.csv
      syncdsl links --import matched.csv
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.engine.link_list import ORIGINS, STATES, link_rows  # noqa: PLC0415 - the same
    from syncdsl.plan.restriction import known_module  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    # Not opened for reading alone: that would copy all of it, and there may be a million links.
    with open_project_state(workspace, name) as state:
        plan = _plan(state)
        if edited is not None:
            return _take_in(state, plan, edited, name, yes=yes)
        if plan is not None:
            modules = tuple(known_module(plan, module) for module in modules)
        rows = link_rows(
            state,
            plan,
            pairs=modules,
            origins=ORIGINS[origin] if origin is not None else (),
            statuses=STATES[status] if status is not None else (),
            search=search,
        )
        count = _Counted(rows)
        _write(count, output, out)
    if not settings.quiet:
        from syncdsl.render.style import counted  # noqa: PLC0415 - needed only now

        say(counted(count.number, "link") + (f" in {out}" if out is not None else ""))
    return FINE


class _Counted:
    """Counts what goes by."""

    def __init__(self, rows: Iterator[LinkRow]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[LinkRow]:
        for row in self._rows:
            self.number += 1
            yield row


def _plan(state: State) -> Plan | None:
    from syncdsl.engine.in_force import rules_in_force  # noqa: PLC0415 - the help needs none of it

    force = rules_in_force(state)
    return force.plan if force is not None else None


def _write(rows: _Counted, output: str, out: Path | None) -> None:
    from syncdsl.project.private import private_stream  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.links_csv import csv_lines  # noqa: PLC0415 - the same
    from syncdsl.render.links_json import json_lines  # noqa: PLC0415 - the same
    from syncdsl.render.links_text import text_lines  # noqa: PLC0415 - the same

    if output == "csv":
        lines = csv_lines(rows)
    elif output == "json":
        lines = json_lines(rows)
    else:
        lines = text_lines(rows, style_of(sys.stdout), width_of(sys.stdout)) if out is None else text_lines(rows)
    if out is None:
        for line in lines:
            write(line)
        return
    # Spreadsheets take a file for Unicode when it says so at its beginning.
    with private_stream(out, encoding="utf-8-sig" if output == "csv" else "utf-8") as stream:
        stream.writelines(lines)


def _take_in(state: State, plan: Plan | None, file: Path, environment: str, *, yes: bool) -> int:
    from syncdsl.cli.asking import agreed, refuse_unasked  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import now  # noqa: PLC0415 - the same
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.project import UNREADABLE_FILE  # noqa: PLC0415 - the same
    from syncdsl.engine.lifecycle import leased  # noqa: PLC0415 - the same
    from syncdsl.engine.link_list import edit_links, edited_links  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same
    from syncdsl.render.links_csv import read_edits  # noqa: PLC0415 - the same

    refuse_unasked("these links are to end", yes=yes)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            edits = read_edits(stream)
    except (OSError, UnicodeDecodeError):
        raise Fault(
            UNREADABLE_FILE, f"`{file}` cannot be read as text in UTF-8", help="save it as CSV in UTF-8"
        ) from None
    if not edits:
        write("The column `action` is empty everywhere: nothing is to be done.\n")
        return FINE
    found = edited_links(state, edits)
    _show(edits, {link.uid: link.pair for link in found})
    if not agreed(f"Do this in {environment}?", yes=yes):
        write("Nothing was changed.\n")
        return FINE
    with leased(state, user_name(), now()):
        edit_links(state, plan, edits, user=user_name(), now=now())
    write(f"{style_of(sys.stdout)('good', 'Done.')} The next run decides about what was unlinked.\n")
    return FINE


def _show(edits: list[LinkEdit], pairs: dict[str, str]) -> None:
    from collections import Counter  # noqa: PLC0415 - needed only now

    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    style = style_of(sys.stdout)
    for (action, module), count in sorted(Counter((edit.action, pairs[edit.uid]) for edit in edits).items()):
        write(f"{style('bold', neutral(module))}  {counted(count, 'link')} to {action}: {_MEANINGS[action]}\n")


_MEANINGS = {
    "unlink": "it ends; what carries the key of its partner, or matches it, is linked again by the next run",
    "set aside": "it ends, and both its records stay out of syncing",
}
