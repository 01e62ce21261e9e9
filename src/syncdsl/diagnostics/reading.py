"""Reads a file that anybody may have put there: never waits for one that is no plain file, never reads without end."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.project import UNREADABLE_FILE
from syncdsl.diagnostics.fault import Fault

if TYPE_CHECKING:
    from pathlib import Path


def read_plain(path: Path, limit: int) -> bytes:
    """Return the content of a file, of one with more than `limit` bytes the first `limit + 1`.

    Raises Fault SD609 for a pipe, a device, a socket or a folder, and for what cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the name cannot be one"
        raise Fault(UNREADABLE_FILE, f"`{path}` cannot be read: {why}") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Fault(
                UNREADABLE_FILE,
                f"`{path}` is no plain file",
                help="a pipe, a device or a folder holds no rules or settings; remove it or name another file",
            )
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise Fault(UNREADABLE_FILE, f"`{path}` cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)
