"""`syncdsl runs retry`: try refused writes again at once."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.runs import chosen_environment
from syncdsl.cli.terminal import say, style_of, width_of, write

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.cli.progress import Shown
    from syncdsl.engine.in_force import InForce
    from syncdsl.state import ReviewItem, State


@click.command(cls=Command)
@click.argument("records", nargs=-1, metavar="[RECORD]...")
@environment_option
@click.pass_obj
def retry(settings: Globals, *, records: tuple[str, ...], environment: str | None) -> int:
    """Try refused writes again at once: all of them, or those of some records, in one run by the rules in force.

    RECORD is `connection.Module/id`, or its name or number in place of the id; the record on either side may be named,
    or the id of the refused write as `runs failed` shows it.
    The records are read anew and synced as `syncdsl sync RECORD` does, with their partners. One that was dismissed is
    tried as well when it is named.

    Ends with 0 when all went through, 7 when a system refuses some of them still.

    \b
    Examples:
      syncdsl runs retry
      syncdsl runs retry crm.Accounts/4600000000001 books.invoices/INV-000012
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.apply import result  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.chosen_rules import in_force, refuse_disconnected  # noqa: PLC0415 - the same
    from syncdsl.cli.pause import say_when_paused  # noqa: PLC0415 - the same
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.cli.runs_failed import named_items  # noqa: PLC0415 - the same
    from syncdsl.engine.run import apply as perform  # noqa: PLC0415 - the same
    from syncdsl.engine.run import refuse_switched_off  # noqa: PLC0415 - the same
    from syncdsl.engine.run_account import refused_items  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_connections, open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.running import run_of  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(chosen_environment(environment))
    with open_project_state(workspace, name) as state:
        force = in_force(state, name)
        refuse_switched_off(state)
        refuse_disconnected(state, force, name)
        items = refused_items(state)
        if records:
            known = [*items, *refused_items(state, dismissed=True)]
            items = named_items(state, force, records, known)
        focus = _focus(items, force, settings)
        if not focus:
            write(style_of(sys.stdout)("good", "No write is refused: there is nothing to try again.") + "\n")
            return FINE
        say_when_paused(state, name, settings)
        _take_back(state, items)
        with (
            open_connections(workspace, name, force.plan, force.schemas) as connections,
            shown_progress(settings) as progress,
        ):
            run = run_of(workspace, name, force.plan, force.schemas, connections, state, progress.progress, sweep=False)
            run = replace(run, focus=focus, unattended=True)
            report = perform(run, confirm=_shown(progress, settings))
        left = {item.id for item in refused_items(state)} & {item.id for item in items}
    code = result(report)
    if not settings.quiet and not left:
        write(style_of(sys.stdout)("good", "Nothing of it is refused any more.") + "\n")
    return code


def _focus(items: Iterable[ReviewItem], force: InForce, settings: Globals) -> frozenset[tuple[str, str, str]]:
    """Return the records to look at: those that the writes were about, as far as the rules read their module."""
    from syncdsl.engine.refusals import tries_of  # noqa: PLC0415 - the help needs none of it
    from syncdsl.plan.steps import ObserveStep  # noqa: PLC0415 - the same
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    read = {(step.connection, step.module) for step in force.plan.steps if isinstance(step, ObserveStep)}
    found: set[tuple[str, str, str]] = set()
    left_out = 0
    for item in items:
        tries = tries_of(item)
        about = tries.records if tries is not None else ((item.connection, item.module, item.record_id),)
        mine = {record for record in about if record[:2] in read}
        left_out += not mine
        found |= mine
    if left_out and not settings.quiet:
        say(f"{counted(left_out, 'refused write')} left to the next whole run: single records of them are not read")
    return frozenset(found)


def _take_back(state: State, items: Collection[ReviewItem]) -> None:
    """Take dismissals back: what is named is tried."""
    with state.transaction():
        for item in items:
            state.undo_review(item.id)


def _shown(progress: Shown, settings: Globals) -> Callable[[ChangeSet], bool]:
    def confirm(changes: ChangeSet) -> bool:
        from syncdsl.render.changes_text import render_changes, render_verdict  # noqa: PLC0415 - needed only now

        progress.pause()
        style = style_of(sys.stdout)
        brief = settings.quiet
        write(
            render_verdict(changes, style, width_of(sys.stdout))
            if brief
            else render_changes(changes, style, width_of(sys.stdout))
        )
        sys.stdout.flush()
        return True

    return confirm
