"""Pages that print what commands print: read, followed in order, and compared with what the commands really say.

A block of `console` holds command lines behind `$ ` and what each prints; a line that is only `…` stands for any number
of lines. A block of `diff` is applied to the project. A comment `<!-- meanwhile: NAME -->` is something that others do.
What no two runs have alike (ids, digests, times) counts as the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PART = re.compile(r"^```(console|diff)\n(.*?)^```$|^<!-- meanwhile: ([a-z ]+) -->$", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ ((?:[^\n]*\\\n)*[^\n]*)\n", re.MULTILINE)
_ANY = "…"
_DIFFERENT = (
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}"), "SHA256:…"),
    (re.compile(r"\b[0-9a-f]{7,64}\b"), "ID"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DAY"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)?\b"), "TIME"),
    (re.compile(r"\b\d+(\.\d+)? s\b"), "SECONDS"),
    (re.compile(r" +"), " "),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line, and what the page prints of it, at a place of the page's text."""

    line: str
    printed: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A change of the project's files."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Something that others do."""

    name: str


def parts(page: str) -> Iterator[Command | Patch | Meanwhile]:
    """Yield what a page tells to do, in order."""
    for found in _PART.finditer(page):
        kind, body, other = found.groups()
        if other is not None:
            yield Meanwhile(name=other)
        elif kind == "diff":
            yield Patch(text=body)
        else:
            lines = list(_COMMAND.finditer(body))
            assert lines, f"no command in {body!r}"
            assert lines[0].start() == 0, f"what does {body!r} belong to?"
            for number, line in enumerate(lines):
                end = lines[number + 1].start() if number + 1 < len(lines) else len(body)
                start = found.start(2)
                yield Command(
                    line=line[1],
                    printed=body[line.end() : end],
                    start=start + line.end(),
                    end=start + end,
                )


def agrees(printed: str, said: str) -> bool:
    """Return whether what a page prints is what a command said."""
    return _agree(_lines(printed), _lines(said))


def _lines(text: str) -> list[str]:
    for different, alike in _DIFFERENT:
        text = different.sub(alike, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def _agree(wanted: Sequence[str], found: Sequence[str]) -> bool:
    """Match line by line; `…` takes as few lines as it can."""
    runs = "\n".join(wanted).split(f"\n{_ANY}\n") if wanted else [""]
    pattern = r"\n(?:.*\n)*?".join(re.escape(run) for run in runs)
    text = "\n".join(wanted)
    if text.startswith(f"{_ANY}\n"):
        pattern = r"(?:.*\n)*?" + pattern.removeprefix(re.escape(f"{_ANY}\n"))
    if text.endswith(f"\n{_ANY}"):
        pattern = pattern.removesuffix(re.escape(f"\n{_ANY}")) + r"(?:\n.*)*"
    if text == _ANY:
        return True
    return re.fullmatch(pattern, "\n".join(found)) is not None
