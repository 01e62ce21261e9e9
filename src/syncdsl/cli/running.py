"""What the commands that run rules share: check them first, then open both systems and the state."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINDINGS
from syncdsl.cli.logs import start_logging
from syncdsl.cli.terminal import say, style_of
from syncdsl.diagnostics import Severity
from syncdsl.project.discovery import locate_project
from syncdsl.project.environment import open_connections, open_project_state
from syncdsl.project.rule_digests import rule_digests
from syncdsl.project.running import moment, run_of, user_name
from syncdsl.project.services import project_clock
from syncdsl.project.workspace import Workspace

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from syncdsl.cli.options import Globals
    from syncdsl.engine.progress import Progress
    from syncdsl.engine.run import Run
    from syncdsl.plan.plan import Plan
    from syncdsl.project.workspace import Checked
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State


FILES = "files"
"""The switch that tells which rule files the rules in force were compiled from."""


def open_workspace(settings: Globals) -> Workspace:
    """Find the project; raises Fault SD601 when there is none."""
    start_logging(settings)
    return Workspace(locate_project(settings.project))


def compiled(workspace: Workspace, settings: Globals) -> tuple[Plan, dict[str, SchemaSnapshot]]:
    """Check the rules and return their plan; with an error in them the command ends after showing it."""
    plan, checked = checked_rules(workspace, settings)
    return plan, checked.schemas


def checked_rules(workspace: Workspace, settings: Globals, *, tests: bool = False) -> tuple[Plan, Checked]:
    """Check the rules and return their plan and what it came from, with `tests` their tests too; as `compiled` does."""
    from syncdsl.render.diagnostics_text import render_summary, render_text  # noqa: PLC0415 - only for findings

    checked = workspace.check(tests=tests)
    shown = [item for item in checked.findings if item.level is not Severity.NOTE]
    style = style_of(sys.stderr)
    if checked.plan is None:
        sys.stderr.write(render_text(shown, checked.sources, style))
        sys.stderr.write(render_summary(shown, len(checked.sources), style))
        raise click.exceptions.Exit(FINDINGS)
    if shown and not settings.quiet:
        summary = render_summary(shown, len(checked.sources), style).partition(";")[0]
        say(f"{summary.rstrip()}; " + style.prose("`syncdsl check` shows them"))
    return checked.plan, checked


def now() -> dt.datetime:
    """Return the time by the project's clock."""
    return moment(project_clock())


@contextmanager
def leased(state: State) -> Iterator[None]:
    """Keep every run away from a state. Raises Fault SD804 while one is under way."""
    fence = state.acquire_lease(user_name() or "syncdsl", os.getpid(), socket.gethostname(), now())
    try:
        yield
    finally:
        state.release_lease(fence)


@contextmanager
def opened_run(
    workspace: Workspace, settings: Globals, environment: str, progress: Progress, *, scratch: bool, sweep: bool
) -> Iterator[Run]:
    """Check the rules, open the environment and yield a run; everything is closed at the end.

    With `scratch` it works on a copy of the state that is thrown away: for previews.
    """
    plan, checked = checked_rules(workspace, settings)

    with (
        open_connections(workspace, environment, plan, checked.schemas) as connections,
        open_project_state(workspace, environment, scratch=scratch) as state,
    ):
        before = state.digest_in_force()
        run = run_of(workspace, environment, plan, checked.schemas, connections, state, progress, sweep=sweep)
        yield replace(run, activates=not scratch)
        if not scratch and state.digest_in_force() == plan.digest:
            remember_files(workspace, state, plan, checked.sources)
            if before not in {None, plan.digest} and not settings.quiet:
                say("the changed rules are in force now")


@contextmanager
def opened_run_in_force(
    workspace: Workspace, settings: Globals, environment: str, progress: Progress, *, scratch: bool, sweep: bool
) -> Iterator[Run]:
    """Open the environment and yield a run of the rules in force, as `syncdsl sync` runs them; as `opened_run` does.

    Raises Fault SD831 when there are none, SD832 when they cannot be read, and SD837 when a preview is asked for and a
    system is not connected.
    """
    from syncdsl.cli.chosen_rules import in_force, refuse_disconnected, say_what_waits  # noqa: PLC0415 - see below

    with open_project_state(workspace, environment, scratch=scratch) as state:
        force = in_force(state, environment)
        if scratch:
            refuse_disconnected(state, force, environment)
        if not settings.quiet:
            say_what_waits(workspace, state, force, environment)
        with open_connections(workspace, environment, force.plan, force.schemas) as connections:
            yield run_of(workspace, environment, force.plan, force.schemas, connections, state, progress, sweep=sweep)


def ensure_key(workspace: Workspace, environment: str) -> None:
    """Have the state hold the key of the digests that stand for hidden values: whoever applies makes the same ones."""
    with open_project_state(workspace, environment) as state:
        state.ensure_concealment_key(by=user_name(), at=now())


def remember_files(workspace: Workspace, state: State, plan: Plan, sources: Iterable[str]) -> None:
    """Remember which files the rules in force came from, so that others can be told from them without a parser."""
    value = {"rules": plan.digest, "files": rule_digests(workspace, sources, plan.connections)}
    known = state.switch(FILES)
    if known is None or known.value != value:
        state.set_switch(FILES, value, by=user_name(), at=now())
