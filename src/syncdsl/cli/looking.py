"""What the commands that look at both systems share: the rules of the files, and a state that is only read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncdsl.cli.running import compiled, user_name
from syncdsl.project.environment import open_connections, open_project_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.cli.options import Globals
    from syncdsl.engine.progress import Progress
    from syncdsl.engine.run import Run
    from syncdsl.project.workspace import Workspace


@contextmanager
def opened_look(
    workspace: Workspace, settings: Globals, environment: str, progress: Progress, *, read_only: bool = True
) -> Iterator[Run]:
    """Check the rules, open the environment and yield a run; everything is closed at the end.

    With `read_only` nothing can be written to the state, and rules that this version cannot carry out are fine.
    """
    plan, schemas = compiled(workspace, settings)
    from syncdsl.engine.run import Run  # noqa: PLC0415 - rules with errors need no engine

    with (
        open_connections(workspace, environment, plan, schemas) as connections,
        open_project_state(workspace, environment, read_only=read_only) as state,
    ):
        yield Run(
            plan=plan,
            schemas=schemas,
            connections=connections,
            state=state,
            environment=environment,
            progress=progress,
            user=user_name(),
        )
