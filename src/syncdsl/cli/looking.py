"""What the commands that look at both systems share: the rules that count, and a state that is only read."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.cli.chosen_rules import refuse_disconnected, rules_to_look_by
from syncdsl.engine.in_force import rules_in_force
from syncdsl.engine.run import rename_former
from syncdsl.project.environment import open_connections, open_project_state
from syncdsl.project.running import run_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.cli.options import Globals
    from syncdsl.engine.progress import Progress
    from syncdsl.engine.run import Run
    from syncdsl.project.workspace import Workspace
    from syncdsl.state import State


@contextmanager
def opened_look(
    workspace: Workspace, settings: Globals, environment: str, progress: Progress, *, files: bool = False
) -> Iterator[Run]:
    """Open the environment and yield a run that looks by the rules in force; everything is closed at the end.

    It goes by those of the files with `files`, and where none are in force. The state is only read; by the files a copy
    of it is, where things have the names that the files give them.
    """
    with (
        open_project_state(workspace, environment, read_only=not files, scratch=files) as state,
        _opened(workspace, settings, environment, progress, state, files=files) as run,
    ):
        if files:
            rename_former(run)
        yield run


@contextmanager
def opened_pull(workspace: Workspace, settings: Globals, environment: str, progress: Progress) -> Iterator[Run]:
    """Open the environment and yield a run of the same rules that may write, for what was found by a look.

    Raises Fault SD837 when a system that the rules in force need is not connected.
    """
    with open_project_state(workspace, environment) as state:
        force = rules_in_force(state)
        if force is not None:
            refuse_disconnected(state, force, environment)
        # What there is to say of the rules was said by the look.
        with _opened(workspace, replace(settings, quiet=True), environment, progress, state) as run:
            yield run


@contextmanager
def _opened(
    workspace: Workspace, settings: Globals, environment: str, progress: Progress, state: State, *, files: bool = False
) -> Iterator[Run]:
    plan, schemas = rules_to_look_by(workspace, settings, state, environment, files=files)
    with open_connections(workspace, environment, plan, schemas) as connections:
        yield run_of(workspace, environment, plan, schemas, connections, state, progress, sweep=False)
