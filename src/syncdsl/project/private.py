"""Files that only their owner may read: they hold what customers are called and what they owe."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from tempfile import mkstemp
from typing import IO, TYPE_CHECKING, TextIO

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator


def private_folder(folder: Path) -> Path:
    """Make a folder, and those above it that are missing, that only its owner may enter (0700)."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        for place in reversed(missing):
            place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Fault(UNREADABLE_FILE, f"the folder `{folder}` cannot be made: {error.strerror}") from None
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read (0600), all of it or nothing; folders are made as needed.

    Raises Fault SD609 when it cannot be written.
    """
    with private_stream(path) as stream:
        stream.write(text)


@contextmanager
def private_stream(path: Path, *, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Yield what to write such a file to, piece by piece; it appears when everything was written.

    Raises Fault SD609 when it cannot be written.
    """
    with private_bytes(path) as stream:
        text = TextIOWrapper(stream, encoding=encoding, newline="")
        try:
            yield text
            text.flush()
        finally:
            with suppress(ValueError):
                text.detach()


@contextmanager
def private_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Yield what to write the bytes of such a file to; as `private_stream` does."""
    private_folder(path.parent)
    name: str | None = None
    try:
        descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        Path(name).replace(path)
        name = None
    except OSError as error:
        raise Fault(UNREADABLE_FILE, f"`{path}` cannot be written: {error.strerror}") from None
    finally:
        if name is not None:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)


def own_folder(folder: Path) -> None:
    """Make the project's private folder; git leaves it out even where nobody told it to."""
    if folder.is_dir():
        return
    private_folder(folder)
    write_private(folder / ".gitignore", "*\n")
