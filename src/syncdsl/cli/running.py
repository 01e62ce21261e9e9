"""What the commands that run rules share: check them first, then open both systems and the state."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import socket
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINDINGS
from syncdsl.cli.logs import start_logging
from syncdsl.cli.terminal import say, style_of
from syncdsl.diagnostics import Severity
from syncdsl.project.discovery import locate_project
from syncdsl.project.environment import open_connections, open_project_state
from syncdsl.project.services import project_clock
from syncdsl.project.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.services import Clock
    from syncdsl.cli.options import Globals
    from syncdsl.engine.progress import Progress
    from syncdsl.engine.run import Run
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State


def open_workspace(settings: Globals) -> Workspace:
    """Find the project; raises Fault SD601 when there is none."""
    start_logging(settings)
    return Workspace(locate_project(settings.project))


def compiled(workspace: Workspace, settings: Globals) -> tuple[Plan, dict[str, SchemaSnapshot]]:
    """Check the rules and return their plan; with an error in them the command ends after showing it."""
    from syncdsl.render.diagnostics_text import render_summary, render_text  # noqa: PLC0415 - only for findings

    checked = workspace.check()
    shown = [item for item in checked.findings if item.level is not Severity.NOTE]
    style = style_of(sys.stderr)
    if checked.plan is None:
        sys.stderr.write(render_text(shown, checked.sources, style))
        sys.stderr.write(render_summary(shown, len(checked.sources), style))
        raise click.exceptions.Exit(FINDINGS)
    if shown and not settings.quiet:
        summary = render_summary(shown, len(checked.sources), style).partition(";")[0]
        say(f"{summary.rstrip()}; " + style.prose("`syncdsl check` shows them"))
    return checked.plan, checked.schemas


def user_name() -> str:
    """Return who runs this, for the history."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def now() -> dt.datetime:
    """Return the time by the project's clock."""
    return _moment(project_clock())


@contextmanager
def leased(state: State) -> Iterator[None]:
    """Keep every run away from a state. Raises Fault SD804 while one is under way."""
    fence = state.acquire_lease(user_name() or "syncdsl", os.getpid(), socket.gethostname(), now())
    try:
        yield
    finally:
        state.release_lease(fence)


def _moment(clock: Clock) -> dt.datetime:
    return dt.datetime.fromtimestamp(clock.now(), dt.UTC)


@contextmanager
def opened_run(
    workspace: Workspace, settings: Globals, environment: str, progress: Progress, *, scratch: bool, sweep: bool
) -> Iterator[Run]:
    """Check the rules, open the environment and yield a run; everything is closed at the end.

    With `scratch` it works on a copy of the state that is thrown away: for previews.
    """
    plan, schemas = compiled(workspace, settings)
    from syncdsl.engine.ability import require_ability  # noqa: PLC0415 - rules with errors need no engine
    from syncdsl.engine.run import Run  # noqa: PLC0415 - the same

    require_ability(plan)

    with (
        open_connections(workspace, environment, plan, schemas) as connections,
        open_project_state(workspace, environment, scratch=scratch) as state,
    ):
        yield Run(
            plan=plan,
            schemas=schemas,
            connections=connections,
            state=state,
            environment=environment,
            progress=progress,
            user=user_name(),
            clock=partial(_moment, project_clock()),
            sweep=sweep,
            sweep_after=dt.timedelta(hours=workspace.settings.environments[environment].sweep_hours),
            history_days=workspace.settings.environments[environment].history_days,
        )
