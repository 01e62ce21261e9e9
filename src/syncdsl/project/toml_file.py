"""A TOML file with the lines that its keys stand on, which the standard parser does not tell."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION, UNREADABLE_FILE
from syncdsl.diagnostics.reading import read_plain
from syncdsl.diagnostics.source import MAX_BYTES
from syncdsl.project.inside import refuse_outside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_HEADER = re.compile(r"\s*\[\[?(?P<name>[^\]]*)\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"""\s*(?P<name>(?:[\w\-. ]|"[^"]*"|'[^']*')+?)\s*=""")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w\-]+))\s*\.?""")
_POSITION = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class TomlFile:
    """A file as read: its data, and where each key is set."""

    path: Path
    text: str
    data: dict[str, Any]

    @cached_property
    def _lines(self) -> dict[tuple[str, ...], int]:
        found: dict[tuple[str, ...], int] = {}
        table: tuple[str, ...] = ()
        for number, line in enumerate(self.text.split("\n"), start=1):
            if header := _HEADER.match(line):
                table = _parts(header["name"])
                found.setdefault(table, number)
            elif assignment := _ASSIGNMENT.match(line):
                found.setdefault((*table, *_parts(assignment["name"])), number)
        return found

    def line(self, key: Sequence[str]) -> int:
        """Return the line on which a key is set, else that of the nearest table around it, else 1."""
        for count in range(len(key), 0, -1):
            if line := self._lines.get(tuple(key[:count])):
                return line
        return 1

    def place(self, key: Sequence[str]) -> str:
        """Return `syncdsl.toml:12`."""
        return f"{self.path.name}:{self.line(key)}"


def _parts(name: str) -> tuple[str, ...]:
    return tuple(match[1] or match[2] or match[3] or "" for match in _PART.finditer(name))


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file.

    Raises Fault: SD609 when it cannot be read, is a link that leads out of its folder or is larger than 1 MiB, SD602
    when it is not TOML.
    """
    refuse_outside(path, path.parent)
    content = read_plain(path, MAX_BYTES)
    if len(content) > MAX_BYTES:
        raise Fault(
            UNREADABLE_FILE, f"`{path}` is larger than 1 MiB", help="settings are small; it holds something else"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Fault(UNREADABLE_FILE, f"`{path}` is not text in UTF-8") from None
    text = text.replace("\r\n", "\n")
    try:
        return TomlFile(path=path, text=text, data=tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Fault(
            BAD_CONFIGURATION,
            _syntax_message(path, text, str(error)),
            help='values are written like `name = "text"`, tables like `[environments.production]`',
        ) from None


def _syntax_message(path: Path, text: str, message: str) -> str:
    position = _POSITION.match(message)
    if position is None:
        return f"{path.name}: {message[:1].lower()}{message[1:]}"
    what = position["what"]
    line = position["line"] or str(text.count("\n") + 1)
    return f"{path.name}:{line}: {what[:1].lower()}{what[1:]}"
