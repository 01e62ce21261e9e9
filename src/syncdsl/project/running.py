"""A run as a project makes it: its environment's settings, its clock, and the person who started it."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from functools import partial
from typing import TYPE_CHECKING

from syncdsl.project.discovery import CONFIGURATION
from syncdsl.project.services import project_clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Connection
    from syncdsl.adapters.services import Clock
    from syncdsl.engine.progress import Progress
    from syncdsl.engine.run import Budget, Run
    from syncdsl.plan.plan import Plan
    from syncdsl.project.workspace import Workspace
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State


CALLED = ("SYNCDSL_USER", "GITHUB_ACTOR", "GITLAB_USER_LOGIN")
"""Variables that tell who runs this, where the machine does not: in a CI everybody is the same user."""


def user_name() -> str:
    """Return who runs this, for the history."""
    for name in CALLED:
        if os.environ.get(name):
            return os.environ[name]
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def moment(clock: Clock) -> dt.datetime:
    """Return the time by a clock."""
    return dt.datetime.fromtimestamp(clock.now(), dt.UTC)


def run_of(
    workspace: Workspace,
    environment: str,
    plan: Plan,
    schemas: Mapping[str, SchemaSnapshot],
    connections: Mapping[str, Connection],
    state: State,
    progress: Progress,
    *,
    sweep: bool,
) -> Run:
    """Return a run of a plan in an environment that is open."""
    from syncdsl.engine.run import Run  # noqa: PLC0415 - only what runs needs the engine
    from syncdsl.project.approving import consent_of  # noqa: PLC0415 - the same
    from syncdsl.project.operator import read_operator  # noqa: PLC0415 - the same

    return Run(
        plan=plan,
        schemas=schemas,
        connections=connections,
        state=state,
        environment=environment,
        progress=progress,
        user=user_name(),
        clock=partial(moment, project_clock()),
        sweep=sweep,
        sweep_after=dt.timedelta(hours=workspace.settings.environments[environment].sweep_hours),
        history_days=workspace.settings.environments[environment].history_days,
        budget=_budget(workspace, environment),
        consent=consent_of(read_operator(workspace.folder).policy(environment)),
    )


def _budget(workspace: Workspace, environment: str) -> Budget:
    from syncdsl.engine.run import Budget  # noqa: PLC0415 - as above

    table = workspace.settings.environments[environment].budget
    where = f"{CONFIGURATION}, [environments.{environment}.budget]"
    return Budget(calls=table.calls, minutes=table.minutes, location=where)
