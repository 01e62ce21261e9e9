"""Findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Severity
from syncdsl.render.neutral import neutral, neutral_lines
from syncdsl.render.places import below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from syncdsl.diagnostics import Diagnostic

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render_github(findings: Iterable[Diagnostic], root: str) -> str:
    """Return one `::error …::message` a finding; files are named below `root`, the checked-out repository.

    Lines and columns count from 1, in characters, the end column exclusive. GitHub takes columns only of a place on
    one line.
    """
    return "".join(
        f"::{_COMMANDS[item.level]} {_properties(item, root)}::{_data(_message(item))}\n" for item in findings
    )


def _properties(item: Diagnostic, root: str) -> str:
    return ",".join(f"{name}={_property(value)}" for name, value in _facts(item, root))


def _facts(item: Diagnostic, root: str) -> Iterator[tuple[str, str]]:
    span = item.span
    if span.file:
        yield "file", below(root, span.file) or span.file
        yield "line", str(span.line)
        if span.line == span.end_line:
            yield "col", str(span.column)
        yield "endLine", str(span.end_line)
        if span.line == span.end_line:
            yield "endColumn", str(span.end_column)
    yield "title", f"{item.code.id} {item.code.name}"


def _message(item: Diagnostic) -> str:
    lines = [item.message.replace("\n", " ")]
    lines += [
        f"{related.message} ({related.span.file}:{related.span.line})".replace("\n", " ")
        for related in item.related
        if related.span.file
    ]
    if item.help:
        lines.append(f"help: {item.help}")
    return "\n".join(lines)


def _data(text: str) -> str:
    r"""Return a message as one line of a command: `%` and line breaks are what could end or change it."""
    return neutral_lines(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Return a property's value: what stands between properties may not stand in one."""
    escaped = neutral(text).replace("%", "%25")
    return escaped.replace(":", "%3A").replace(",", "%2C")
