"""Remembers what linting came to, so that unchanged files are answered without loading the parser.

The key is made of everything an answer depends on. What is damaged or cannot be read or written is passed over: the
cache saves time and never decides. Imports only what starts fast.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from contextlib import suppress
from hashlib import sha256
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import ALL_CODES, Diagnostic, Fix, Related, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from syncdsl.diagnostics import SourceFile

CACHE_VARIABLE = "SYNCDSL_CACHE_DIR"
ENTRIES = 256
MOST_BESIDE = 16 * 1024 * 1024
"""Most bytes of one file that an answer depends on; with a larger one nothing is remembered."""
_SUFFIX = ".json"
_PACKAGE = Path(__file__).parents[1]
_ROOMS = ("syntax", "lint", "diagnostics", "functions")
_OWN = ("syncdsl-",)
_GRAMMARS = (_PACKAGE / "_data" / "grammar", _PACKAGE.parents[1] / "grammar")


def key(
    sources: Sequence[SourceFile],
    levels: Mapping[str, str],
    *,
    rooms: Iterable[str] = _ROOMS,
    packages: tuple[str, ...] = _OWN,
    beside: Iterable[Path] = (),
    today: date | None = None,
) -> str | None:
    """Return the name of the answer for these files and levels; None when it cannot be told what it depends on.

    It comes from the code of `rooms` and the installed `packages` (beginnings of names, each with its hyphen); the
    bytes of the files `beside` take part too. The day counts only where a suppression may end.
    """
    try:
        parts: list[Any] = [sys.version, version(packages), [list(item) for item in fingerprint(rooms)]]
        parts.append([(str(path), sha256(_bytes(path)).hexdigest()) for path in beside])
    except OSError:
        return None
    parts.append(sorted(levels.items()))
    dated = today is not None and any("until" in source.text for source in sources)
    parts.append(str(today) if dated else today is not None)
    parts.extend((source.path, source.text) for source in sources)
    return sha256(json.dumps(parts).encode()).hexdigest()


def _bytes(path: Path) -> bytes:
    """Return the bytes of a file; raises OSError for a device, a pipe, and more than anybody writes."""
    if not path.is_file() or path.stat().st_size > MOST_BESIDE:
        raise OSError(path)
    return path.read_bytes()


def version(packages: tuple[str, ...] = _OWN) -> list[str]:
    """Return the names of the entries of `packages` among what is installed, which carry their versions.

    `importlib.metadata` says the same and takes longer to load than everything else here.
    """
    names: list[str] = []
    for folder in sys.path:
        with suppress(OSError):
            names += [
                name
                for name in os.listdir(folder or ".")  # noqa: PTH208 - names are all that is needed, and it is faster
                if name.startswith(packages) and name.endswith(".dist-info")
            ]
    return sorted(names)


def fingerprint(rooms: Iterable[str] = _ROOMS) -> Iterator[tuple[str, int, int]]:
    """Return path, size and time of change of the code and the grammar that an answer comes from.

    Raises OSError when they cannot be read, as from a zip file.
    """
    for room in rooms:
        yield from _files(str(_PACKAGE / room), ".py")
    for folder in _GRAMMARS:
        if folder.is_dir():
            yield from _files(str(folder), ".lark")
    parser = PathFinder.find_spec("lark")
    if parser is not None and parser.origin is not None:
        found = os.stat(parser.origin)  # noqa: PTH116 - a string is at hand
        yield parser.origin, found.st_size, found.st_mtime_ns


def _files(folder: str, suffix: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda item: item.name):
            if entry.name.endswith(suffix):
                found = entry.stat()
                yield entry.path, found.st_size, found.st_mtime_ns
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _files(entry.path, suffix)


def load(name: str) -> list[Diagnostic] | None:
    """Return a stored answer, sorted as it was; None when there is none or it is damaged."""
    folder = _folder()
    content = _read(folder / (name + _SUFFIX)) if folder is not None else None
    if content is None:
        return None
    digest, _, body = content.partition(b"\n")
    if digest != sha256(body).hexdigest().encode():
        return None
    try:
        codes = {code.id: code for code in ALL_CODES}
        return [_diagnostic(item, codes) for item in json.loads(body)]
    except (KeyError, TypeError, ValueError):
        return None


def store(name: str, findings: Iterable[Diagnostic]) -> None:
    """Keep an answer; silently not, where that is impossible."""
    folder = _folder()
    if folder is None:
        return
    body = json.dumps([_data(item) for item in findings]).encode()
    file = folder / (name + _SUFFIX)
    unfinished = folder / f".{name}.{os.getpid()}"
    with suppress(OSError):
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(sha256(body).hexdigest().encode() + b"\n" + body)
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
        _prune(folder)


def _prune(folder: Path) -> None:
    """Remove the oldest entries beyond the number kept."""
    with os.scandir(folder) as entries:
        aged = sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries)
    for _, path in aged[:-ENTRIES]:
        Path(path).unlink(missing_ok=True)


def _folder() -> Path | None:
    """Return the private cache folder, made if needed; None unless it is this user's alone."""
    try:
        folder = _base() / "lint"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None
    mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return folder if mine and not stat.S_IMODE(found.st_mode) & 0o077 else None


def _base() -> Path:
    if configured := os.environ.get(CACHE_VARIABLE):
        return Path(configured)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "syncdsl"
    if (shared := os.environ.get("XDG_CACHE_HOME")) and Path(shared).is_absolute():
        return Path(shared) / "syncdsl"
    return Path.home() / ".cache" / "syncdsl"


def _read(file: Path) -> bytes | None:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def _data(item: Diagnostic) -> list[Any]:
    return [
        item.code.id,
        item.message,
        _span_data(item.span),
        item.help,
        [[related.message, _span_data(related.span)] for related in item.related],
        [[fix.title, fix.replacement, fix.safe, _span_data(fix.span)] for fix in item.fixes],
        item.severity.value if item.severity else None,
    ]


def _diagnostic(data: Any, codes: Mapping[str, Any]) -> Diagnostic:
    code, message, span, help_, related, fixes, severity = data
    return Diagnostic(
        code=codes[code],
        message=message,
        span=_span(span),
        help=help_,
        related=tuple(Related(message=text, span=_span(place)) for text, place in related),
        fixes=tuple(
            Fix(title=title, replacement=text, safe=safe, span=_span(place)) for title, text, safe, place in fixes
        ),
        severity=Severity(severity) if severity else None,
    )


def _span_data(span: Span) -> list[Any]:
    return [span.file, span.start, span.end, span.line, span.column, span.end_line, span.end_column]


def _span(data: Any) -> Span:
    file, start, end, line, column, end_line, end_column = data
    return Span(file=file, start=start, end=end, line=line, column=column, end_line=end_line, end_column=end_column)
