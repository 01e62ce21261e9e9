"""`syncdsl disconnect`: put links and documents into the archive and forget whose they were."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import style_of, write

if TYPE_CHECKING:
    from syncdsl.plan.plan import Plan
    from syncdsl.state import State
    from syncdsl.state.records import Holdings


@click.command(cls=Command)
@click.argument("connection", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--abandon", is_flag=True, help="Also archive creates whose outcome is not known.")
@environment_option
@click.pass_obj
def disconnect(settings: Globals, *, connection: str | None, yes: bool, abandon: bool, environment: str | None) -> int:
    """Disconnect an environment from its organisations, or from the one of CONNECTION.

    Links and documents go into the archive and are not used again; what was read is forgotten, the history stays.
    Neither system is written to. Records keep their syncdsl keys: an apply to the same organisations finds them by
    these and creates nothing twice. An apply to another organisation begins anew.

    \b
    Examples:
      syncdsl disconnect
      syncdsl disconnect books --env production
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.asking import agreed, refuse_unasked  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import now, open_workspace  # noqa: PLC0415 - the same
    from syncdsl.engine.lifecycle import bounds_of, refuse_doubt  # noqa: PLC0415 - the same
    from syncdsl.engine.lifecycle import disconnect as put_away  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    refuse_unasked(f"`{name}` is to be disconnected", yes=yes)
    style = style_of(sys.stdout)
    with open_project_state(workspace, name) as state:
        bounds = bounds_of(state, _plan(state), connection)
        found = state.holdings(bounds)
        refuse_doubt(found, abandon=abandon)
        if not found.connections and not found.links and not found.documents:
            write(f"{f'`{connection}` is not' if connection else 'Nothing is'} connected in {name}.\n")
            return FINE
        _show(found, name)
        if not agreed(f"Disconnect {name}?", yes=yes):
            write("Nothing was changed.\n")
            return FINE
        put_away(state, bounds, user=user_name(), now=now(), abandon=abandon)
    write(f"{style('good', 'Disconnected.')} {style.prose('`syncdsl apply` connects again.')}\n")
    return FINE


def _plan(state: State) -> Plan | None:
    """Return the plan in force; without one that can be read everything is concerned."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.engine.in_force import rules_in_force  # noqa: PLC0415 - the same

    try:
        force = rules_in_force(state)
    except Fault:
        return None
    return force.plan if force is not None else None


def _show(found: Holdings, environment: str) -> None:
    from syncdsl.render.holdings import archived_parts, facts  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    style = style_of(sys.stdout)
    listed = " and ".join(found.connections)
    archived = ", ".join(archived_parts(found)) or "nothing"
    rows = [
        ("archived", f"{archived}: in the archive of the state of {environment}, never used again"),
        ("forgotten", "what was read and how far, which conditions were true, whose organisations these are"),
        ("closed", f"{counted(found.reviews, 'open review')}") if found.reviews else ("", ""),
        ("kept", f"{counted(found.history, 'entry', 'entries')} of history, the rules in force, sign-ins"),
        ("untouched", "both systems; records keep their syncdsl keys, by which an apply finds them again"),
    ]
    write(f"{style('bold', f'Disconnecting {listed or environment}')}\n{facts([row for row in rows if row[0]], style)}")
