"""What the approvals of a saved change set are worth here, as far as this machine knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.changes.approvals import Judged
    from syncdsl.changes.saved import SavedChangeSet
    from syncdsl.cli.options import Globals
    from syncdsl.project.operator import Policy
    from syncdsl.state import Approved


def policy_here(settings: Globals, environment: str) -> Policy | None:
    """Return what holds where a change set is applied; None where there is no project here to apply it in.

    Raises Fault: SD848 and others when the operator's configuration cannot be used.
    """
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.discovery import locate_project  # noqa: PLC0415 - the same
    from syncdsl.project.operator import read_operator  # noqa: PLC0415 - the same

    try:
        project = locate_project(settings.project)
    except Fault:
        return None
    return read_operator(project).policy(environment)


def judged_here(settings: Globals, saved: SavedChangeSet) -> tuple[Judged, ...] | None:
    """Return the approvals in the file, and the one that the state of the project here notes.

    None where there are none and none is needed.
    """
    from syncdsl.project.approving import judged  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.operator import Policy  # noqa: PLC0415 - the same

    policy = policy_here(settings, saved.changes.environment)
    noted = _noted(settings, saved) if policy is not None else None
    policy = policy or Policy()
    found = judged(saved, noted, policy)
    return found if found or saved.changes.exceeded or policy.always else None


def _noted(settings: Globals, saved: SavedChangeSet) -> Approved | None:
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.discovery import locate_project  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.workspace import Workspace  # noqa: PLC0415 - the same

    try:
        workspace = Workspace(locate_project(settings.project))
        name = workspace.settings.environment_name(saved.changes.environment)
        with open_project_state(workspace, name, read_only=True) as state:
            return state.approval(saved.changes.digest)
    except Fault:
        return None
