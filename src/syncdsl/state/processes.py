"""Whether the process that left something behind still lives: only then is it waited for."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


def alive(pid: int) -> bool:
    """Return whether a process of this machine lives."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    # A process that was killed and not yet collected by its parent still has its number, but writes nothing any more.
    return _stat(pid)[:1] not in (["Z"], ["X"])


def started(pid: int) -> str | None:
    """Return what tells a process from a later one with its number: its start time, where the system says it."""
    fields = _stat(pid)
    return fields[19] if len(fields) > 19 else None


@cache
def machine() -> str | None:
    """Return what tells this machine, since it was started, from others of its name; None where nothing does.

    Containers share the machine and not its numbers of processes, so these belong to the answer.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return None


def _stat(pid: int) -> list[str]:
    """Return what Linux says of a process, from its state (field 3) on; nothing on other systems."""
    try:
        # Counted behind the name, which may hold spaces and parentheses.
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
