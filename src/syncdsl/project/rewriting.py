"""Writes a rule file anew: all of it or nothing, with its byte-order mark, line ends and permissions."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.diagnostics import SourceFile

_MARK = b"\xef\xbb\xbf"


def rewrite_files(changes: Iterable[tuple[SourceFile, SourceFile]], project: Path | None) -> None:
    """Write files that were read as the first of each pair as the second; nothing unless all of them can be.

    A link is followed inside the project (without one, inside the folder the link is in) and stays a link. Raises Fault
    SD609 for a file that leads elsewhere, may not be written, is no plain file or has changed since it was read.
    """
    ready = [(_target(Path(old.path), project), old, new) for old, new in changes if old.text != new.text]
    contents = [(target, _content(target, old, new)) for target, old, new in ready]
    for target, content in contents:
        _replace(target, content)


def write_text(path: Path, text: str) -> None:
    """Write a file that everybody may read, all of it or nothing; one that is there keeps its permissions.

    Raises Fault SD609 when it cannot be written.
    """
    _replace(Path(os.path.realpath(path)), text.encode())


def _target(path: Path, project: Path | None) -> Path:
    """Return the plain file that a path leads to."""
    written = Path(os.path.normpath(path.absolute()))
    home = project.absolute() if project is not None else written.parent
    try:
        target = path.resolve(strict=True)
        inside = target.is_relative_to(home.resolve(strict=True))
        found = target.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        raise _fault(path, getattr(error, "strerror", None) or "it leads nowhere") from None
    if not inside and (path.is_symlink() or written.is_relative_to(home)):
        raise _fault(path, "a link leads out of the project there")
    if not stat.S_ISREG(found.st_mode):
        raise _fault(path, "it is no plain file")
    if not os.access(target, os.W_OK):
        raise _fault(path, "it is read-only")
    return target


def _content(target: Path, old: SourceFile, new: SourceFile) -> bytes:
    try:
        before = target.read_bytes()
    except OSError as error:
        raise _fault(Path(old.path), str(error.strerror)) from None
    mark = _MARK if before.startswith(_MARK) else b""
    if before != mark + old.text.encode():
        raise _fault(Path(old.path), "it has changed since it was read")
    return mark + new.text.encode()


def _replace(target: Path, content: bytes) -> None:
    name: str | None = None
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
        descriptor, name = mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(descriptor, mode)
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        Path(name).replace(target)
    except OSError as error:
        if name is not None:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)
        raise _fault(target, str(error.strerror)) from None


def _fault(path: Path, why: str) -> Fault:
    return Fault(
        UNREADABLE_FILE, f"`{path}` cannot be written: {why}", help="`--diff` shows the changes without writing them"
    )
