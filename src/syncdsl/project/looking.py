"""A state opened to be looked at, often and by schedules: a large one is not copied, a missing one is not made."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncdsl.project.environment import open_project_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.project.workspace import Workspace
    from syncdsl.state import State


@contextmanager
def open_to_look(workspace: Workspace, environment: str) -> Iterator[State]:
    """Open the state of an environment to be read, while whoever writes goes on; one that is not there is empty.

    Raises Fault: SD805 to SD808 when it cannot be used.
    """
    # To be opened for reading alone, a file would be copied; one that is there is opened as every command opens it.
    _, _, path = workspace.settings.state_url(environment).partition("sqlite:///")
    there = bool(path) and (workspace.folder / path).is_file()
    with open_project_state(workspace, environment, read_only=not there) as state:
        yield state
