"""Associations as people read them: a table of documents, or of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.engine.association_list import AssociationList, Row

_HOW = {"person": "associated", "rules": "made by the rules", "elsewhere": "associated elsewhere", "candidate": ""}


def render_associations(found: AssociationList, style: Style = PLAIN) -> str:
    """Return what a record has, or what was found, one line each."""
    if found.record is None:
        lines: list[tuple[str, ...]] = [
            (neutral(one.record.label), neutral(", ".join(one.parties)), neutral(one.record.text))
            for one in found.records
        ]
        head = f"{counted(len(lines), 'record')} called like `{neutral(found.search or '')}`"
        return _block(style.prose(head), lines, style)
    lines = [(neutral(one.document.label), *_facts(one), neutral(one.document.text)) for one in found.documents]
    name = f"{neutral(found.record.label)} ({neutral(found.record.text)})"
    noun = counted(len(lines), "document")
    said = f"{name}: {noun}" if found.search is None else f"{noun} that could go with {name}"
    return _block(said, lines, style)


def _facts(row: Row) -> tuple[str, ...]:
    how = _HOW[row.how]
    if row.at is not None:
        how += f" by {neutral(row.by or 'somebody')} on {row.at[:10]}"
    return neutral(row.customer), neutral(row.status), how


def _block(head: str, lines: Sequence[tuple[str, ...]], style: Style) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))] if lines else []
    shown = [
        "  " + "  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True) if width).rstrip()
        for line in lines
    ]
    return "\n".join([style("bold", head), *shown]) + "\n"
