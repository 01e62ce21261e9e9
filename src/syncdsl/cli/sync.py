"""`syncdsl sync`: run the rules in force now, without asking."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option, sweep_option
from syncdsl.cli.terminal import is_terminal, style_of, width_of, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.cli.progress import Shown
    from syncdsl.engine.in_force import InForce
    from syncdsl.state import State


@click.command(cls=Command)
@click.argument("record", required=False, metavar="[RECORD]")
@click.option(
    "--module",
    "modules",
    multiple=True,
    metavar="NAME",
    help="Only this module of the rules and what it needs, such as `customers`; may be repeated.",
)
@click.option("--yes", is_flag=True, help="Do not ask before users lose access to a system.")
@sweep_option
@environment_option
@click.pass_obj
def sync(
    settings: Globals,
    *,
    record: str | None,
    modules: tuple[str, ...],
    yes: bool,
    sweep: bool,
    environment: str | None,
) -> int:
    """Sync now, by the rules in force, without asking: everything, some modules, or one RECORD.

    RECORD is `connection.Module/id`, or its number or name instead of the id where the state knows it. It is read anew
    and synced at once, with its partner and whatever it refers to; everything else is left for the next whole run.

    The rules in force are those that were applied or enabled last, whatever the files say by now. A guard stops this as
    it stops an apply. While syncing is switched off, nothing is done.

    One thing alone needs an answer: removing users whom no `access` rule names any more. On a terminal it asks;
    elsewhere they wait, visibly, unless `--yes` is said.

    Ends with 0 when all went well, 4 when a guard refuses, 7 when some changes were refused or held while others were
    made, or a module could not be read.

    \b
    Examples:
      syncdsl sync
      syncdsl sync --module customers
      syncdsl sync crm.Accounts/4150868000000376007
      syncdsl sync --quiet --env production
    """  # noqa: D301 - \b keeps click from filling the lines
    if record is not None and modules:
        raise click.UsageError("a RECORD is synced with what it needs; name it, or a `--module`")
    from syncdsl.cli.apply import result  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.chosen_rules import in_force, refuse_disconnected, say_what_waits  # noqa: PLC0415 - the same
    from syncdsl.cli.pause import say_when_paused  # noqa: PLC0415 - the same
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.engine.run import apply as perform  # noqa: PLC0415 - the same
    from syncdsl.plan.restriction import restricted  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_connections, open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.running import run_of  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with open_project_state(workspace, name) as state:
        if _is_off(state, name, quiet=settings.quiet):
            return FINE
        say_when_paused(state, name, settings)
        force = in_force(state, name)
        refuse_disconnected(state, force, name)
        if not settings.quiet:
            say_what_waits(workspace, state, force, name)
        plan = restricted(force.plan, modules, force.schemas) if modules else force.plan
        with (
            open_connections(workspace, name, plan, force.schemas) as connections,
            shown_progress(settings) as progress,
        ):
            run = run_of(workspace, name, plan, force.schemas, connections, state, progress.progress, sweep=sweep)
            whole = force.plan if modules else None
            focus = frozenset((_named(record, force, state),)) if record is not None else None
            asks = not yes and is_terminal(sys.stdin)
            run = replace(run, whole=whole, parts=modules, focus=focus, unattended=not (yes or asks))
            report = perform(run, confirm=_shown(progress, settings, asks=asks))
    return result(report)


def _named(record: str, force: InForce, state: State) -> tuple[str, str, str]:
    from syncdsl.engine.subject import Subjects  # noqa: PLC0415 - only for a single record

    return Subjects(state, force.plan, force.schemas).named(record)


def _is_off(state: State, environment: str, *, quiet: bool) -> bool:
    """Return whether syncing is switched off, and say so: to a schedule, which is `quiet`, it is nothing new."""
    switch = state.switched_off()
    if switch is None or quiet:
        return switch is not None
    style = style_of(sys.stdout)
    write(
        f"Syncing is switched off in {environment}, by {switch.by or 'somebody'} at {switch.at:%Y-%m-%d %H:%M} UTC. "
        f"Nothing was done; {style.prose('`syncdsl enable`')} switches it on.\n"
    )
    return True


def _shown(progress: Shown, settings: Globals, *, asks: bool) -> Callable[[ChangeSet], bool]:
    """Return what shows the change set; only before users lose access somebody is asked."""

    def confirm(changes: ChangeSet) -> bool:
        from syncdsl.plan.accords import is_access  # noqa: PLC0415 - needed only now
        from syncdsl.render.changes_text import render_changes, render_verdict  # noqa: PLC0415 - the same
        from syncdsl.render.style import counted  # noqa: PLC0415 - the same

        progress.pause()
        style = style_of(sys.stdout)
        write(
            render_verdict(changes, style, width_of(sys.stdout))
            if settings.quiet
            else render_changes(changes, style, width_of(sys.stdout))
        )
        sys.stdout.flush()
        leaving = [effect for effect in changes.changes if effect.kind == "delete" and is_access(effect.rule)]
        if not asks or not leaving or changes.exceeded:
            return True
        return click.confirm(f"\n{counted(len(leaving), 'user')} would lose access. Go on?", default=False, err=True)

    return confirm
