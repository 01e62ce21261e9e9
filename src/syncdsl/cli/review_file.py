"""`syncdsl review export` and `syncdsl review import`: decide in a spreadsheet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.review import STATES, filter_options, found_items, now, opened_state
from syncdsl.cli.terminal import is_terminal, say, style_of, write

if TYPE_CHECKING:
    from syncdsl.engine.deciding import Judged
    from syncdsl.render.review_sheet import SheetRow
    from syncdsl.state import State

_LARGEST = 256 * 1024 * 1024
_PROBLEMS = 50


@click.command(cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@filter_options("open")
@click.option(
    "--separator",
    type=click.Choice(["comma", "semicolon", "tab"]),
    default="comma",
    show_default=True,
    help="What stands between cells; Excel set to German or French expects semicolons.",
)
@environment_option
@click.pass_obj
def export(
    settings: Globals,
    *,
    file: Path,
    kinds: tuple[str, ...],
    module: str | None,
    state: str,
    separator: str,
    environment: str | None,
) -> int:
    """Write items to FILE, one a row: a name that ends in .json makes JSON, any other CSV for a spreadsheet.

    Fill in the column `decision` with one of `choices`, and `comment` if there is something to say; leave `decision`
    empty where nothing is decided yet. Then import the file. It holds customers' data, so only you can read it; text
    that a spreadsheet would compute has an apostrophe before it.

    \b
    Examples:
      syncdsl review export open.csv
      syncdsl review export conflicts.csv --kind conflict --separator semicolon
      syncdsl review export open.json
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.project.private import write_private  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same
    from syncdsl.render.review_sheet import write_json, write_sheet  # noqa: PLC0415 - the same
    from syncdsl.render.spreadsheet import SEPARATORS  # noqa: PLC0415 - the same
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    with opened_state(settings, environment, read_only=True) as (_, opened):
        items = found_items(opened, STATES[state], kinds, module)
    as_json = file.suffix.casefold() == ".json"
    write_private(file, write_json(items) if as_json else write_sheet(items, separator=SEPARATORS[separator]))
    if not settings.quiet:
        style = style_of(sys.stderr)
        shown = neutral(str(file))
        say(
            f"{counted(len(items), 'item')} in `{shown}`; fill in `decision`, then "
            + style.prose(f"`syncdsl review import {shown}`")
        )
    return FINE


@click.command("import", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@environment_option
@click.pass_obj
def import_decisions(settings: Globals, *, file: Path, yes: bool, environment: str | None) -> int:
    """Take the decisions of a file that `export` wrote: show them, ask, and store all of them or none.

    Only `id`, `decision` and `comment` are read. A row without a decision changes nothing. A row whose item is settled
    by now, or whose decision its item does not offer, stops all of them, with a line for each problem. Importing a file
    twice changes nothing the second time.

    \b
    Examples:
      syncdsl review import open.csv
      syncdsl review import open.csv --yes
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - the same
    from syncdsl.render.review_decisions import render_decided, render_taken  # noqa: PLC0415 - the same

    rows = _rows(file)
    with opened_state(settings, environment, read_only=False) as (_, state):
        judged = _judged(state, file, rows)
        if judged.taken and not yes:
            if not is_terminal(sys.stdin):
                raise Fault(
                    NEEDS_ANSWER, "there is no terminal to ask whether these are meant", help="say `--yes` if they are"
                )
            write(render_taken(judged.taken, style_of(sys.stdout)))
            sys.stdout.flush()
            if not click.confirm(f"\nDecide these {len(judged.taken):,}?", default=False, err=True):
                write("Nothing was decided.\n")
                return FINE
        count = _take(state, judged)
    if not settings.quiet:
        write(render_decided(judged, count, style_of(sys.stdout)))
    return FINE


def _take(state: State, judged: Judged) -> int:
    from syncdsl.engine.deciding import take  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the help needs none of it

    return take(state, judged.taken, user_name(), now())


def _rows(file: Path) -> list[SheetRow]:
    """Return what a file decides. Raises Fault: SD609 when it cannot be read, SD822 when it holds no decisions."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.project import UNREADABLE_FILE  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.review import UNREADABLE_REVIEW_FILE  # noqa: PLC0415 - the same
    from syncdsl.render.review_sheet import NotASheetError, read_sheet  # noqa: PLC0415 - the same

    try:
        if file.stat().st_size > _LARGEST:
            raise Fault(UNREADABLE_FILE, f"`{file}` is larger than {_LARGEST // 1024**2} MB")
        data = file.read_bytes()
    except OSError as error:
        raise Fault(
            UNREADABLE_FILE, f"`{file}` cannot be read: {(error.strerror or 'unknown reason').lower()}"
        ) from None
    try:
        return read_sheet(data)
    except NotASheetError as error:
        raise Fault(
            UNREADABLE_REVIEW_FILE,
            f"`{file}`: {error}",
            help="correct it, or export a new one with `syncdsl review export FILE`; nothing was decided",
        ) from None


def _judged(state: State, file: Path, rows: list[SheetRow]) -> Judged:
    """Check every row. Raises Fault SD823 with a line for each problem."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.review import REFUSED_DECISIONS  # noqa: PLC0415 - the same
    from syncdsl.engine.deciding import Wish, judge_wishes  # noqa: PLC0415 - the same
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    wishes = [Wish(place=row.place, id=row.id, words=row.decision, comment=row.comment) for row in rows if row.decision]
    items = {item.id: item for item in state.reviews(states=STATES["all"])}
    judged = judge_wishes(wishes, items)
    if judged.problems:
        lines = [f"{wish.place}: {problem}" for wish, problem in judged.problems[:_PROBLEMS]]
        more = len(judged.problems) - len(lines)
        count = counted(len(judged.problems), "row")
        raise Fault(
            REFUSED_DECISIONS,
            "\n".join([f"{count} of `{file}` cannot be taken:", *lines, *([f"… and {more:,} more"] if more else [])]),
            help="nothing was decided; correct these rows or empty their `decision`, and import the file again",
        )
    return judged
