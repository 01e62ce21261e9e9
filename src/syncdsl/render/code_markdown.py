"""The page of a code inside other formats: as Markdown, and as plain text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.diagnostics import Code


def code_markdown(code: Code) -> str:
    """Return a code's explanation with the mistake and the right form as Markdown."""
    parts = [code.explanation.strip()]
    if code.example:
        parts.append("Example:\n\n" + _fenced(code.example))
    if code.instead:
        parts.append("Instead:\n\n" + _fenced(code.instead))
    if code.fix:
        parts.append(f"Fix, {code.fix}.")
    return "\n\n".join(parts)


def code_plain(code: Code) -> str:
    """Return the same for readers that know no Markdown."""
    parts = [code.explanation.strip()]
    if code.example:
        parts.append("Example:\n" + textwrap.indent(_code(code.example), "    "))
    if code.instead:
        parts.append("Instead:\n" + textwrap.indent(_code(code.instead), "    "))
    if code.fix:
        parts.append(f"Fix, {code.fix}.")
    return "\n\n".join(parts)


def _fenced(text: str) -> str:
    return f"```\n{_code(text)}\n```"


def _code(text: str) -> str:
    return textwrap.dedent(text).strip("\n")
