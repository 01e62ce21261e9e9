"""A private file of variables, as shells and systemd's `EnvironmentFile` read it: the secrets of a service."""

from __future__ import annotations

import os
import re
import shlex
import stat
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1_000_000
"""Bytes that such a file may have: more is something else."""

_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_env_file(path: Path) -> dict[str, str]:
    """Return the variables of a file that only its owner may read.

    Lines are `NAME=value`; what has spaces stands between quotes, and what begins with `#` is a comment. Raises Fault
    SD609 when others may read it too, it cannot be read, or a line of it is something else; values are never shown.
    """
    path = path.expanduser()
    found: dict[str, str] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = _LINE.fullmatch(line.strip())
        value = _value(parts["value"]) if parts is not None else None
        if parts is None or value is None:
            raise Fault(
                UNREADABLE_FILE,
                f"line {number} of `{path}` is no variable",
                help="write `NAME=value`, the value between quotes where it has spaces or special characters",
            )
        found[parts["name"]] = value
    return found


def use_env_file(path: Path) -> dict[str, str]:
    """Set the variables of a file in this process, and return them; raises as `read_env_file` does."""
    found = read_env_file(path)
    os.environ.update(found)
    return found


def _text(path: Path) -> str:
    try:
        # Opened first: what is examined is what is read, whatever happens to the name meanwhile.
        with path.open("rb") as stream:
            facts = os.fstat(stream.fileno())
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > LARGEST:
                raise _unreadable(path, "is no file of variables", "name the file that holds them")
            if facts.st_mode & _OTHERS:
                raise _unreadable(path, "can be read by others", f"make it private with `chmod 600 {path}`")
            return stream.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(path, "is not UTF-8", "name the file that holds the variables") from None
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}", "name a file that this user may read") from None


def _value(text: str) -> str | None:
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        return None
    return None if len(words) > 1 else "".join(words)


def _unreadable(path: Path, why: str, advice: str) -> Fault:
    return Fault(UNREADABLE_FILE, f"`{path}` {why}", help=advice)
