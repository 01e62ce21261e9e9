"""The difference between two texts of one file, as a unified diff."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral
from syncdsl.render.style import PLAIN, Style

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEANING = {"+": "good", "-": "error", "@": "frame"}


def render_diff(path: str, before: str, after: str, style: Style = PLAIN) -> str:
    """Return the unified diff of a file, empty when there is no difference; control characters are pictures."""
    lines = unified_diff(_lines(before), _lines(after), f"{path}", f"{path}", lineterm="")
    return "".join(f"{line}\n" for line in _shown(list(lines), style))


def _lines(text: str) -> list[str]:
    """Return lines with their ends, so that a missing one at the end of the file is a difference."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _shown(lines: list[str], style: Style) -> Iterator[str]:
    for number, line in enumerate(lines):
        ended = number < 2 or line.startswith("@") or line.endswith("\n")
        text = line.removesuffix("\n")
        text = neutral(text.removesuffix("\r")) + ("\r" if text.endswith("\r") else "")
        meaning = "bold" if number < 2 else _MEANING.get(line[:1], "")
        yield style(meaning, text) if meaning else text
        if not ended:
            yield "\\ No newline at end of file"
