"""`syncdsl review resolve`: decide items, one, several or all of a kind."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.review import filter_options, found_items, is_id, item_of, now, opened_state
from syncdsl.cli.terminal import is_terminal, style_of, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.engine.deciding import Judged, Taken
    from syncdsl.state import ReviewItem, State


@click.command(cls=Command)
@click.argument("words", nargs=-1, metavar="[ID]... [CHOICE]")
@click.option("--candidate", metavar="RECORD", help="With `link`: the candidate that is the partner, by its id.")
@click.option("--all", "everything", is_flag=True, help="Decide all open items that --kind and --module leave.")
@filter_options(None)
@click.option("--comment", default="", metavar="TEXT", help="Why; kept with the decision.")
@click.option("--undo", is_flag=True, help="Take decisions back that no run has carried out yet.")
@click.option("--yes", is_flag=True, help="Do not ask before deciding with --all.")
@environment_option
@click.pass_obj
def resolve(
    settings: Globals,
    *,
    words: tuple[str, ...],
    candidate: str | None,
    everything: bool,
    kinds: tuple[str, ...],
    module: str | None,
    comment: str,
    undo: bool,
    yes: bool,
    environment: str | None,
) -> int:
    """Decide items; the next `syncdsl apply` carries it out, and its preview shows it before.

    What can be chosen depends on the item, and `syncdsl review show ID` says what each choice does: the name of the
    connection whose values count, `link` and a candidate, `new`, `clone in CONNECTION`, `skip`, … All items of one call
    are decided, or none.

    \b
    Examples:
      syncdsl review resolve bq4xk7wt crm
      syncdsl review resolve bq4xk7wt c3hv9qfd books --comment "as on their invoice"
      syncdsl review resolve d7tnr2xz link 4600000012345
      syncdsl review resolve --all --kind conflict --module crm.Accounts crm
      syncdsl review resolve bq4xk7wt --undo
    """  # noqa: D301 - \b keeps click from filling the lines
    ids, choice = _split(words, undo=undo)
    if candidate is not None:
        choice = f"{choice} {candidate}"
    _refuse_unclear(ids, choice, everything=everything, filtered=bool(kinds or module), undo=undo)
    with opened_state(settings, environment, read_only=False) as (_, state):
        items = (
            found_items(state, ("decided",) if undo else ("open",), kinds, module)
            if everything
            else [item_of(state, each) for each in ids]
        )
        if undo:
            return _take_back(state, items, quiet=settings.quiet)
        judged = _judged(items, choice, comment)
        if everything and not yes and judged.taken and not _agreed(judged.taken):
            write("Nothing was decided.\n")
            return FINE
        _store(state, judged, quiet=settings.quiet)
    return FINE


def _split(words: Sequence[str], *, undo: bool) -> tuple[list[str], str]:
    """Return the ids and the choice: ids come first, and the last word is the choice even if it looks like one."""
    count = next((number for number, word in enumerate(words) if not is_id(word)), len(words))
    if count == len(words) and not undo:
        count = max(count - 1, 0)
    return list(dict.fromkeys(words[:count])), " ".join(words[count:])


def _refuse_unclear(ids: Sequence[str], choice: str, *, everything: bool, filtered: bool, undo: bool) -> None:
    if undo and choice:
        raise click.UsageError(f"`--undo` takes ids alone; `{choice}` is none")
    if everything and ids:
        raise click.UsageError("name the items or say `--all`, not both")
    if not everything and not ids:
        first = choice.split(maxsplit=1)[0] if choice else ""
        raise click.UsageError(
            f"`{first}` is no id; ids have eight letters and digits, and `syncdsl review list` shows them"
            if first
            else "say which items: `syncdsl review list` shows their ids"
        )
    if filtered and not everything:
        raise click.UsageError("`--kind` and `--module` go with `--all`")
    if not undo and not choice:
        raise click.UsageError("say what is decided; `syncdsl review show ID` lists the choices")


def _judged(items: Sequence[ReviewItem], choice: str, comment: str) -> Judged:
    """Check the choice against every item. Raises Fault SD821 with a line for each that it does not decide."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.review import UNKNOWN_REVIEW, WRONG_CHOICE  # noqa: PLC0415 - the same
    from syncdsl.engine.deciding import Wish, judge_wishes  # noqa: PLC0415 - the same

    settled = [item for item in items if item.state == "closed"]
    if settled:
        raise Fault(
            UNKNOWN_REVIEW,
            f"`{settled[0].id}` ({settled[0].label}) is settled: there is nothing left to decide",
            help="`syncdsl review list` shows what is open",
        )
    wishes = [Wish(place=item.id, id=item.id, words=choice, comment=comment) for item in items]
    judged = judge_wishes(wishes, {item.id: item for item in items})
    if judged.problems:
        lines = [problem for _, problem in judged.problems[:10]]
        more = len(judged.problems) - len(lines)
        raise Fault(
            WRONG_CHOICE,
            "\n".join([*lines, *([f"… and {more:,} more"] if more else [])]),
            help=f"`syncdsl review show {judged.problems[0][0].id}` says what each choice does; nothing was decided",
        )
    return judged


def _agreed(taken: Sequence[Taken]) -> bool:
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - the same
    from syncdsl.render.review_decisions import render_taken  # noqa: PLC0415 - the same
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    if not is_terminal(sys.stdin):
        raise Fault(
            NEEDS_ANSWER, "there is no terminal to ask whether all of these are meant", help="say `--yes` if they are"
        )
    write(render_taken(taken, style_of(sys.stdout)))
    sys.stdout.flush()
    return click.confirm(f"\nDecide {counted(len(taken), 'item')} so?", default=False, err=True)


def _store(state: State, judged: Judged, *, quiet: bool) -> None:
    from syncdsl.engine.deciding import take  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.review_decisions import render_decided  # noqa: PLC0415 - the same

    count = take(state, judged.taken, user_name(), now())
    if not quiet:
        write(render_decided(judged, count, style_of(sys.stdout)))


def _take_back(state: State, items: Sequence[ReviewItem], *, quiet: bool) -> int:
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.review import UNKNOWN_REVIEW  # noqa: PLC0415 - the same
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    late = [item for item in items if item.state == "closed"]
    if late:
        raise Fault(
            UNKNOWN_REVIEW,
            f"`{late[0].id}` ({late[0].label}) is settled: a run has carried it out already",
            help="change the record itself; the next run syncs that like any other change",
        )
    with state.transaction():
        count = sum(state.undo_review(item.id) for item in items)
    if not quiet:
        write(f"{counted(count, 'decision')} taken back.\n" if count else "Nothing was decided yet.\n")
    return FINE
