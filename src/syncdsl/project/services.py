"""What the connections of a project are given besides their settings: time, and what processes share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from syncdsl.project.keyring_tokens import keyring_tokens
from syncdsl.project.shared_file import SharedLater

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.adapters.services import Clock, Services
    from syncdsl.project.workspace import Workspace

CLOCK = "SYNCDSL_CLOCK"
"""Names a sandbox on this machine whose clock is used instead of the machine's own."""

OWN_FOLDER = ".syncdsl"


def project_clock() -> Clock:
    """Return the machine's clock, or the sandbox's that the environment names.

    Raises Fault SD602 when that is not on this machine.
    """
    url = os.environ.get(CLOCK, "").strip()
    if url:
        from syncdsl.adapters.remote_clock import RemoteClock  # noqa: PLC0415 - only tests of time need it

        return RemoteClock(url)
    from syncdsl.adapters.services import SystemClock  # noqa: PLC0415 - loaded by the commands that connect

    return SystemClock()


def services(workspace: Workspace, environment: str, credentials: str | None) -> Services:
    """Return what a connection of an environment works with; its access tokens lie where its `credentials` do.

    Raises Fault SD602 when the clock that the environment names cannot be used.
    """
    from syncdsl.adapters.services import Services  # noqa: PLC0415 - loaded by the commands that connect

    return Services(
        clock=project_clock(),
        shared=SharedLater(_state_folder(workspace, environment)),
        tokens=keyring_tokens(credentials),
    )


def _state_folder(workspace: Workspace, environment: str) -> Path:
    """Return the folder that the state is in: whoever shares the state shares the limits."""
    own = workspace.folder / OWN_FOLDER
    _, _, path = workspace.settings.state_url(environment).partition("sqlite:///")
    folder = (workspace.folder / path).parent if path else own
    return folder if folder.is_dir() else own
