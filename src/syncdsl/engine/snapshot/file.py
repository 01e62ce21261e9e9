"""The form of a snapshot's file: compressed lines of canonical JSON, the header first, a digest of all of them last.

Lines are written and read one by one, so that no snapshot has to fit into memory.
"""

from __future__ import annotations

import gzip
import json
import zlib
from contextlib import closing
from hashlib import blake2b
from typing import IO, TYPE_CHECKING, Any

from pydantic import ValidationError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE
from syncdsl.diagnostics.codes.snapshots import BAD_SNAPSHOT
from syncdsl.engine.snapshot.header import FORMAT, Header
from syncdsl.schema.digest import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

TAKE = "take a new one with `syncdsl snapshot take --out FILE`"
LONGEST = 64 * 1024 * 1024
"""Most bytes of a line: a longer one is no record of any system, and would use up the memory."""

_LEVEL = 6


def write_lines(target: IO[bytes], header: Header, lines: Iterable[dict[str, Any]]) -> str:
    """Write a snapshot and return its digest."""
    summed = blake2b(digest_size=32)
    count = 0
    # Neither a name nor a time, so that equal content is an equal file.
    with gzip.GzipFile(filename="", mode="wb", fileobj=target, compresslevel=_LEVEL, mtime=0) as packed:
        packed.write(_summed(summed, header.model_dump(mode="json")))
        for line in lines:
            packed.write(_summed(summed, line))
            count += 1
        digest = f"b2:{summed.hexdigest()}"
        packed.write(_text({"kind": "end", "lines": count, "digest": digest}))
    return digest


def read_header(path: Path) -> Header:
    """Return the header of a snapshot, without reading on.

    Raises Fault: SD609 when the file cannot be read, SD895 when it is no snapshot, or one of another version.
    """
    with closing(SnapshotReader(path)) as reader:
        return reader.header


class SnapshotReader:
    """Reads a snapshot from its beginning to its end; after `lines` ran out it is known to be whole.

    Raises Fault as `read_header` does, and SD895 wherever it turns out to be damaged, edited or cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digest = ""
        self._file = _opened(path)
        self._summed = blake2b(digest_size=32)
        self._begun = False
        try:
            self.header = _header(self._next(), path)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def lines(self) -> Iterator[dict[str, Any]]:
        """Return the lines behind the header, one by one."""
        count = 0
        while True:
            before = self._summed.copy()
            data = _data(self._next(), self.path)
            if data.get("kind") == "end":
                self._end(data, before.hexdigest(), count)
                return
            count += 1
            yield data

    def _end(self, data: dict[str, Any], summed: str, count: int) -> None:
        if data.get("digest") != f"b2:{summed}" or data.get("lines") != count:
            raise damaged(self.path, "it was altered: its digest does not match its content")
        if _line(self._file, self.path):
            raise damaged(self.path, "something stands behind its end")
        self.digest = f"b2:{summed}"

    def _next(self) -> bytes:
        line = _line(self._file, self.path)
        if not line and not self._begun:
            raise damaged(self.path, "it is empty")
        if not line.endswith(b"\n"):
            raise damaged(self.path, "it is cut off: its end is missing")
        self._begun = True
        self._summed.update(line)
        return line


def damaged(path: Path, what: str) -> Fault:
    """Return the fault of a file that is not a snapshot as it was written."""
    return Fault(BAD_SNAPSHOT, f"`{path}` cannot be used: {what}", help=TAKE)


def _opened(path: Path) -> gzip.GzipFile:
    try:
        return gzip.open(path, "rb")
    except FileNotFoundError:
        raise Fault(UNREADABLE_FILE, f"there is no file `{path}`", help=TAKE) from None
    except OSError as error:
        raise _unreadable(path, error) from None


def _line(file: gzip.GzipFile, path: Path) -> bytes:
    try:
        line = file.readline(LONGEST)
    except gzip.BadGzipFile:
        raise damaged(path, "it is not a snapshot, or damaged") from None
    except EOFError:
        raise damaged(path, "it is cut off: its end is missing") from None
    except zlib.error:
        raise damaged(path, "it is damaged") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(line) >= LONGEST:
        raise damaged(path, "a line of it is longer than any record")
    return line


def _unreadable(path: Path, error: OSError) -> Fault:
    return Fault(UNREADABLE_FILE, f"`{path}` cannot be read: {(error.strerror or 'unknown reason').lower()}")


def _header(line: bytes, path: Path) -> Header:
    data = _data(line, path)
    form = data.get("format")
    if form != FORMAT:
        if isinstance(form, str) and form.startswith("syncdsl/snapshot/"):
            raise damaged(path, f"it is of another version of syncdsl (`{form}`, here `{FORMAT}`)")
        raise damaged(path, f"it is no snapshot, it is `{form}`" if isinstance(form, str) else "it is no snapshot")
    try:
        return Header.model_validate(data)
    except ValidationError:
        raise damaged(path, "its first line is damaged") from None


def _data(line: bytes, path: Path) -> dict[str, Any]:
    try:
        data = json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise damaged(path, "a line of it is no JSON") from None
    if not isinstance(data, dict):
        raise damaged(path, "a line of it is no JSON object")
    return data


def _summed(summed: Any, data: dict[str, Any]) -> bytes:
    line = _text(data)
    summed.update(line)
    return line


def _text(data: dict[str, Any]) -> bytes:
    return (canonical_json(data) + "\n").encode("utf-8", "surrogatepass")
