"""Where the grammar's text and its parse tables come from.

Building the tables costs some hundred milliseconds, loading saved ones about ten: they are kept in the user's cache
folder, as JSON. Tables from elsewhere could make a file mean something else, so only a private folder of the user's own
is trusted.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from contextlib import suppress
from functools import cache
from importlib import resources
from importlib.machinery import PathFinder
from pathlib import Path

from syncdsl.syntax.automaton import Automaton

CACHE_VARIABLE = "SYNCDSL_CACHE_DIR"
_NAME = "syncdsl.lark"


@cache
def grammar_text() -> str:
    """Return the grammar: from the installed package, else from the repository that this file stands in."""
    packaged = resources.files("syncdsl").joinpath("_data", "grammar", _NAME)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[3] / "grammar" / _NAME).read_text(encoding="utf-8")


@cache
def automaton() -> Automaton:
    """Return the parser, from the cache where it can be; a cache that cannot be read or written is passed over."""
    text = grammar_text()
    folder = _private_folder()
    file = None
    if folder is not None:
        with suppress(OSError):  # as from a zip file
            file = folder / f"grammar-{_key(text)}.json"
    if file is not None:
        saved = _read(file)
        if saved is not None:
            with suppress(Exception):  # damaged tables fail in any way
                return Automaton.load(saved)
    built = Automaton.build(text)
    if file is not None:
        with suppress(OSError):
            _write(file, built.save())
    return built


def _key(text: str) -> str:
    """Everything the tables depend on. `importlib.metadata` knows lark's version too, and takes longer than parsing."""
    parts = [text.encode(), sys.version.encode()]
    parts += [Path(__file__).with_name(name).read_bytes() for name in ("tables.py", "lark_tables.py")]
    lark = PathFinder.find_spec("lark")
    if lark is not None and lark.origin is not None:
        parts.append(Path(lark.origin).read_bytes())  # it says its version
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def _private_folder() -> Path | None:
    """Return the cache folder, made if needed; None unless it is this user's alone."""
    configured = os.environ.get(CACHE_VARIABLE)
    if configured:
        base = Path(configured)
    else:
        import platformdirs  # noqa: PLC0415 - needed only where no folder is configured

        base = Path(platformdirs.user_cache_dir("syncdsl", appauthor=False))
    folder = base / "grammar"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return folder if mine and not stat.S_IMODE(found.st_mode) & 0o077 else None


def _read(file: Path) -> bytes | None:
    """Return the bytes of a file that only this user can have written, else None."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
            return None
        return stream.read()


def _write(file: Path, content: bytes) -> None:
    """Write through a temporary file, so that readers see all of it or nothing."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
