"""A comparison of two versions of the rules as Markdown, for a pull request: never longer than one may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import Create, Update
from syncdsl.render.comparison_effects import baseline_figures, figures, line_of, sign_of
from syncdsl.render.comparison_text import verdict
from syncdsl.render.neutral import cut, neutral
from syncdsl.render.values_text import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.changes.comparison import Comparison, FieldDifference
    from syncdsl.changes.effects import Effect
    from syncdsl.render.comparison_effects import Figure

MOST_BYTES = 60_000
"""A comment of GitHub has room for 65,536 characters."""

FIELDS = 12
"""How many fields of an effect are shown."""


def render_comparison_markdown(comparison: Comparison) -> str:
    """Return a comparison as Markdown. Strangers' text stands in code spans, where nothing of it has a meaning."""
    before, after = comparison.before.name, comparison.after.name
    head = [f"**{_plain(verdict(comparison))}**"]
    places = sorted({*comparison.before.unreadable, *comparison.after.unreadable})
    if places:
        head += ["", f"Not read, and what needs it left alone in both: {', '.join(map(_code, places))}."]
    if comparison.identical:
        return "\n".join(head) + "\n"
    head += ["", *_table(figures(comparison), before, after)]
    lines = _Limited(head)
    for title, effects in (
        (f"Only with {after}", comparison.only_after),
        (f"Only with {before}", comparison.only_before),
    ):
        lines.section(title, len(effects), map(_effect, effects))
    lines.section("Done differently", len(comparison.changed), _changed(comparison, before, after))
    for title, texts in (
        (f"Left alone only with {after}", comparison.reported_after),
        (f"Left alone only with {before}", comparison.reported_before),
    ):
        lines.section(title, len(texts), ([f"- {_code(cut(neutral(text), 300))}"] for text in texts))
    known = {one.text for one in comparison.before.begins}
    fresh = [one for one in comparison.after.begins if one.text not in known]
    lines.section(
        "New or changed conditions: where they hold already, nothing is made for it",
        len(fresh),
        ([f"- {_code(one.text)} {_code(one.location)}"] for one in fresh),
    )
    rows = baseline_figures(comparison)
    if rows:
        lines.section("Remembered without changing a record", len(rows), iter([_table(rows, before, after)]))
    return lines.text()


class _Limited:
    """Lines, as many as there is room for; what is left out is counted."""

    def __init__(self, head: Sequence[str]) -> None:
        self._lines = list(head)
        # Room for the ends of sections that are cut.
        self._room = MOST_BYTES - 2_000 - sum(len(line.encode()) + 1 for line in head)

    def section(self, title: str, count: int, blocks: Iterator[list[str]]) -> None:
        """Add a section of blocks, each of some lines."""
        if not count:
            return
        self._add(["", f"### {_plain(neutral(title))} ({count:,})", ""])
        for number, block in enumerate(blocks):
            if not self._add(block):
                self._lines.append(f"- … and {count - number:,} more")
                return

    def text(self) -> str:
        """Return everything."""
        return "\n".join(self._lines) + "\n"

    def _add(self, block: list[str]) -> bool:
        size = sum(len(line.encode()) + 1 for line in block)
        if size > self._room and not any(line.startswith("### ") for line in block):
            return False
        self._room -= size
        self._lines += block
        return True


def _table(rows: Sequence[Figure], before: str, after: str) -> list[str]:
    heads = f"| | {_code(before)} | {_code(after)} | difference |"
    return [
        heads,
        "|---|---:|---:|---:|",
        *(f"| {_code(row.name)} | {row.before} | {row.after} | {row.difference} |" for row in rows),
    ]


def _effect(effect: Effect) -> list[str]:
    lines = [_headline(effect)]
    if isinstance(effect, Create | Update):
        for change in effect.fields[:FIELDS]:
            old = "" if isinstance(effect, Create) else f"{_code(value_text(change.old))} → "
            lines.append(f"  - {_code(change.field)}: {old}{_code(value_text(change.new))}")
        if len(effect.fields) > FIELDS:
            lines.append(f"  - … and {len(effect.fields) - FIELDS:,} more fields")
    return lines


def _changed(comparison: Comparison, before: str, after: str) -> Iterator[list[str]]:
    for one in comparison.changed:
        lines = [_headline(one.after)]
        lines += [f"  - {_field(field, before, after)}" for field in one.fields[:FIELDS]]
        if len(one.fields) > FIELDS:
            lines.append(f"  - … and {len(one.fields) - FIELDS:,} more fields")
        if not one.fields:
            lines += [
                f"  - {_code(name)}: {_code(cut(neutral(effect.reason), 300))}"
                for name, effect in ((before, one.before), (after, one.after))
            ]
        yield lines


def _field(field: FieldDifference, before: str, after: str) -> str:
    was = "left alone" if field.only == "after" else _code(value_text(field.before))
    now = "left alone" if field.only == "before" else _code(value_text(field.after))
    return f"{_code(field.field)}: {was} with {_code(before)}, {now} with {_code(after)}"


def _headline(effect: Effect) -> str:
    line = line_of(effect)
    note = f" {_code(cut(line.note, 200))}" if line.note else ""
    label = _code(cut(neutral(line.label), 80) or "(no name)")
    return f"- {sign_of(effect)} {line.verb} {label} {_code(line.record)}{note}"


def _code(text: str) -> str:
    """Return a text in a code span: neither Markdown nor HTML nor the name of somebody is anything in there."""
    shown = neutral(text).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`" if shown.strip() else "(empty)"


def _plain(text: str) -> str:
    """Return our own words; what could be read as Markdown or HTML in the names among them is only shown."""
    return "".join(f"&#{ord(sign)};" if sign in "<>&*_|@[]" else sign for sign in text)
