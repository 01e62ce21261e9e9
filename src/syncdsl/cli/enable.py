"""`syncdsl enable`: put the rules of the project's files in force and switch syncing on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import style_of, width_of, write

if TYPE_CHECKING:
    from syncdsl.engine.in_force import InForce
    from syncdsl.plan.plan import Plan
    from syncdsl.state import State


@click.command(cls=Command)
@click.option("--yes", is_flag=True, help="Do not ask.")
@environment_option
@click.pass_obj
def enable(settings: Globals, *, yes: bool, environment: str | None) -> int:
    """Put the rules of the files in force and switch syncing on; nothing is written to either system.

    Shows what they change against the rules in force, and how much a first run would do, and asks. Until then changed
    rules wait, and `sync` goes on with those in force.

    \b
    Examples:
      syncdsl enable
      syncdsl enable --env production --yes
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.asking import agreed, refuse_unasked  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.cli.running import (  # noqa: PLC0415 - the same
        checked_rules,
        now,
        open_workspace,
        remember_files,
    )
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.approvals import NOT_APPROVED  # noqa: PLC0415 - the same
    from syncdsl.engine.lifecycle import enable as switch_on  # noqa: PLC0415 - the same
    from syncdsl.engine.run import preview  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_connections, open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.operator import read_operator  # noqa: PLC0415 - the same
    from syncdsl.project.running import run_of, user_name  # noqa: PLC0415 - the same
    from syncdsl.render.changes_text import render_verdict  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    refuse_unasked(f"these rules are wanted in `{name}`", yes=yes)
    plan, checked = checked_rules(workspace, settings)
    style = style_of(sys.stdout)
    with open_project_state(workspace, name, scratch=True) as state:
        force, off = _in_force(state), state.switched_off()
        connected = plan.connections.keys() <= (state.identity() or {}).keys()
        if force is not None and force.plan.digest == plan.digest and off is None and connected:
            write(f"These rules are in force in {name} since {force.at:%Y-%m-%d %H:%M} UTC, and syncing is on.\n")
            return FINE
        if read_operator(workspace.folder).policy(name).always:
            raise Fault(
                NOT_APPROVED,
                f"in `{name}` rules come into force with an approved change set alone",
                help="`syncdsl plan --out FILE`, have it approved, then `syncdsl apply FILE`",
            )
        _show_difference(force, plan, name)
        with (
            open_connections(workspace, name, plan, checked.schemas) as connections,
            shown_progress(settings) as progress,
        ):
            run = run_of(workspace, name, plan, checked.schemas, connections, state, progress.progress, sweep=False)
            changes = preview(run)
            identities = {one: connection.identity() for one, connection in connections.items()}
    write(f"\n{style('bold', 'A first run would find')}\n{render_verdict(changes, style, width_of(sys.stdout))}")
    if not agreed(f"Put these rules in force in {name}?", yes=yes):
        write("Nothing was changed.\n")
        return FINE
    with open_project_state(workspace, name) as state:
        switch_on(
            state,
            plan,
            checked.schemas,
            environment=name,
            identities=identities,
            user=user_name(),
            now=now(),
        )
        remember_files(workspace, state, plan, checked.sources)
    rest = "" if off is None else " Syncing is on again."
    write(f"{style('good', 'In force.')}{rest} {style.prose('`syncdsl sync` runs them.')}\n")
    return FINE


def _in_force(state: State) -> InForce | None:
    """Return the rules in force; those of another version are replaced without being read."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.engine.in_force import rules_in_force  # noqa: PLC0415 - the same

    try:
        return rules_in_force(state)
    except Fault:
        return None


def _show_difference(force: InForce | None, plan: Plan, environment: str) -> None:
    from syncdsl.plan.difference import difference  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.rules_difference import render_difference  # noqa: PLC0415 - the same

    style = style_of(sys.stdout)
    groups = difference(force.plan if force is not None else None, plan)
    if force is None:
        head = f"No rules are in force in {environment} yet; these would be the first"
    elif force.plan.digest == plan.digest:
        head = f"The rules are those in force in {environment} since {force.at:%Y-%m-%d %H:%M} UTC"
    else:
        head = f"Changed against the rules in force in {environment} since {force.at:%Y-%m-%d %H:%M} UTC"
    write(f"{style('bold', head)}\n{render_difference(groups, style, width_of(sys.stdout))}")
