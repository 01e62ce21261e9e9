"""The shared file of a project, opened when a connection first needs it and never before."""

from __future__ import annotations

import atexit
import logging
import threading
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from syncdsl.diagnostics import Fault
from syncdsl.project.private import own_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syncdsl.adapters.services import Shared
    from syncdsl.state.shared import SharedFile

NAME = "shared.db"

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class SharedLater:
    """What processes share, in the file `shared.db` of a folder; in memory alone where that cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._shared: Shared | None = None

    def read(self, name: str) -> str | None:
        """Return a text; None when there is none."""
        return self._open().read(name)

    def change(self, name: str, by: Callable[[str | None], tuple[str | None, Result]]) -> Result:
        """Replace a text by the first thing that `by` makes of it, and return the second."""
        return self._open().change(name, by)

    def holder(self) -> str:
        """Return a name for this process, for others to ask about."""
        return self._open().holder()

    def gone(self, holder: str) -> bool:
        """Return whether a process has certainly ended."""
        return self._open().gone(holder)

    def _open(self) -> Shared:
        with self._lock:
            if self._shared is None:
                self._shared = _opened(self._folder)
            return self._shared


def _opened(folder: Path) -> Shared:
    try:
        own_folder(folder)
        return _file(folder / NAME)
    except Fault as fault:
        from syncdsl.adapters.services import OwnMemory  # noqa: PLC0415 - loaded by the commands that connect

        log.warning("limits and access tokens are not shared with other processes: %s", fault.message)
        return OwnMemory()


@cache
def _file(path: Path) -> SharedFile:
    """Return the shared file, once for all connections of this process."""
    from syncdsl.state.shared import SharedFile  # noqa: PLC0415 - loaded by the commands that connect

    file = SharedFile(path)
    atexit.register(file.close)
    return file
