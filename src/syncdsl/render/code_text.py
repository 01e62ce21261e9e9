"""The page of a code, and the list of all codes."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from syncdsl.render.style import PLAIN, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.diagnostics import Code

_WIDEST = 88

_RANGES = {
    "SD1": "Syntax",
    "SD2": "Names",
    "SD3": "Types and maps",
    "SD4": "Proofs",
    "SD5": "Lint",
    "SD6": "Usage, configuration and the project's files",
    "SD7": "The other systems",
    "SD8": "Runs and state",
    "SD9": "syncdsl itself",
}


def render_code(code: Code, style: Style = PLAIN, width: int = _WIDEST) -> str:
    """Return the page of a code: what it means, an example, and the right form."""
    lines = [f"{style(code.severity.value, code.id)} {style('bold', code.name)}: {code.title}", ""]
    lines += _paragraphs(code.explanation, style, min(width, _WIDEST))
    if code.example:
        lines += ["", "Example:", "", *_code(code.example, style)]
    if code.instead:
        lines += ["", "Instead:", "", *_code(code.instead, style)]
    if code.fix:
        lines += ["", *_paragraphs(f"Fix, {code.fix}.", style, min(width, _WIDEST))]
    lines += ["", style("dim", f"Level: {code.severity.value}. Exit code: {code.exit_code}.")]
    return "\n".join(lines) + "\n"


def _paragraphs(text: str, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        if number:
            lines.append("")
        if paragraph.startswith(("    ", "```")):
            lines += _code("\n".join(line for line in paragraph.split("\n") if not line.startswith("```")), style)
        elif paragraph.lstrip().startswith("- "):
            for item in paragraph.lstrip().removeprefix("- ").split("\n- "):
                filled = textwrap.fill(" ".join(item.split()), width - 2, break_long_words=False)
                lines += [
                    ("- " if first else "  ") + style.prose(line)
                    for first, line in zip((True, *[False] * 99), filled.split("\n"), strict=False)
                ]
        else:
            filled = textwrap.fill(" ".join(paragraph.split()), width, break_long_words=False, break_on_hyphens=False)
            lines += style.prose(filled).split("\n")
    return lines


def _code(text: str, style: Style) -> list[str]:
    return ["    " + style("code", line) if line else "" for line in textwrap.dedent(text).strip("\n").split("\n")]


def render_codes(codes: Sequence[Code], style: Style = PLAIN) -> str:
    """Return the list of all codes, by range."""
    lines: list[str] = []
    width = max((len(code.name) for code in codes), default=0)
    for prefix, title in _RANGES.items():
        inside = [code for code in codes if code.id.startswith(prefix)]
        if not inside:
            continue
        lines += [*([""] if lines else []), style("bold", title)]
        lines += [
            f"  {style(code.severity.value, code.id)}  {code.name.ljust(width)}  {style('dim', code.title)}"
            for code in sorted(inside, key=lambda code: code.id)
        ]
    return "\n".join(lines) + "\n"
