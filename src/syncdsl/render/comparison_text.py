"""A comparison of two versions of the rules, as people read it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import Create, Update
from syncdsl.render.comparison_effects import baseline_figures, figures, line_of, sign_of
from syncdsl.render.neutral import cut, neutral
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.table import table_lines
from syncdsl.render.values_text import change_lines, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.comparison import ChangedEffect, Comparison, FieldDifference
    from syncdsl.changes.effects import Effect
    from syncdsl.render.comparison_effects import Figure

SAMPLES = 12
"""How many effects of a list are shown."""

_MEANINGS = {"+": "create", "~": "update", "=": "link", "-": "void", "!": "hold"}


def render_comparison(comparison: Comparison, style: Style = PLAIN, width: int = 100, *, quiet: bool = False) -> str:
    """Return a comparison as text: the verdict, figures side by side, then what differs. `quiet`: the verdict alone."""
    lines = [style.prose(verdict(comparison))]
    if comparison.identical or quiet:
        return "\n".join([*lines, *_unreadable(comparison)]) + "\n"
    before, after = neutral(comparison.before.name), neutral(comparison.after.name)
    lines += ["", *_side_by_side(figures(comparison), before, after, style)]
    lines += _effects(f"Only with {after}", comparison.only_after, style, width)
    lines += _effects(f"Only with {before}", comparison.only_before, style, width)
    lines += _changed(comparison.changed, before, after, style, width)
    lines += _texts(f"Left alone only with {after}", comparison.reported_after, style, width)
    lines += _texts(f"Left alone only with {before}", comparison.reported_before, style, width)
    lines += _baseline(comparison, before, after, style, width)
    return "\n".join([*lines, *_unreadable(comparison)]) + "\n"


def verdict(comparison: Comparison) -> str:
    """Return in a line how far two versions differ."""
    before, after = neutral(comparison.before.name), neutral(comparison.after.name)
    where = f"in {neutral(comparison.environment)} on the records of {comparison.taken:%Y-%m-%d %H:%M} UTC"
    if comparison.identical:
        same = counted(comparison.same, "effect")
        return f"No difference: {after} and `{before}` would do the same {where}, {same} each."
    parts = [
        f"{len(effects):,} only with {name}"
        for effects, name in ((comparison.only_after, after), (comparison.only_before, f"`{before}`"))
        if effects
    ]
    if comparison.changed:
        parts.append(f"{len(comparison.changed):,} changed")
    told = ", ".join(parts) or "the same effects"
    return f"{after} against `{before}` {where}: {told}; {comparison.same:,} the same."


def _side_by_side(rows: Sequence[Figure], before: str, after: str, style: Style) -> list[str]:
    heads = ("", before, after, "difference")
    cells = [(neutral(row.name), row.before, row.after, row.difference) for row in rows]
    if not cells:
        return []
    table = table_lines(heads, cells, style, right=(before, after, "difference"), keep=(before, after))
    return [f"  {line}" for line in table]


def _effects(title: str, effects: Sequence[Effect], style: Style, width: int) -> list[str]:
    if not effects:
        return []
    lines = ["", style("bold", title) + style("dim", f"  {len(effects):,}")]
    for effect in effects[:SAMPLES]:
        lines.append(f"  {_line(effect, style, width - 2)}")
        if isinstance(effect, Create | Update):
            created = isinstance(effect, Create)
            fields = change_lines(effect.fields, created=created, width=width - 8, style=style)
            lines += [f"      {line}" for line in fields]
    return [*lines, *_rest(effects, style)]


def _changed(changed: Sequence[ChangedEffect], before: str, after: str, style: Style, width: int) -> list[str]:
    if not changed:
        return []
    lines = ["", style("bold", "Done differently") + style("dim", f"  {len(changed):,}")]
    for one in changed[:SAMPLES]:
        lines.append(f"  {_line(one.after, style, width - 2)}")
        if one.fields:
            lines += [f"      {_field(field, before, after, style)}" for field in one.fields]
        else:
            lines.append("      " + style("dim", cut(f"{before}: {neutral(one.before.reason)}", width - 6)))
            lines.append("      " + style("dim", cut(f"{after}: {neutral(one.after.reason)}", width - 6)))
    return [*lines, *_rest(changed, style)]


def _field(field: FieldDifference, before: str, after: str, style: Style) -> str:
    name = cut(neutral(field.field), 32)
    match field.only:
        case "before":
            return f"{name}  {style('void', value_text(field.before))} with {before}, left alone with {after}"
        case "after":
            return f"{name}  left alone with {before}, {style('create', value_text(field.after))} with {after}"
        case None:
            was, now = value_text(field.before), value_text(field.after)
            return f"{name}  {style('void', was)} with {before}, {style('create', now)} with {after}"


def _baseline(comparison: Comparison, before: str, after: str, style: Style, width: int) -> list[str]:
    known = {(one.text) for one in comparison.before.begins}
    fresh = [one for one in comparison.after.begins if one.text not in known]
    rows = baseline_figures(comparison)
    if not fresh and not rows:
        return []
    lines = ["", style("bold", "Remembered without changing a record")]
    for one in fresh:
        place = style("dim", neutral(one.location))
        lines.append(f"  {cut(neutral(one.text), max(width - 4 - len(one.location), 20))}  {place}")
        lines.append("      a new or changed condition: where it holds already, nothing is made for it")
    return [*lines, *_side_by_side(rows, before, after, style)]


def _texts(title: str, texts: Sequence[str], style: Style, width: int) -> list[str]:
    if not texts:
        return []
    lines = ["", style("bold", title) + style("dim", f"  {len(texts):,}")]
    return [*lines, *(f"  {cut(neutral(text), width - 2)}" for text in texts[:SAMPLES]), *_rest(texts, style)]


def _unreadable(comparison: Comparison) -> list[str]:
    places = sorted({*comparison.before.unreadable, *comparison.after.unreadable})
    return [f"not read, and what needs it left alone in both: {', '.join(map(neutral, places))}"] if places else []


def _line(effect: Effect, style: Style, width: int) -> str:
    line, sign = line_of(effect), sign_of(effect)
    label = cut(neutral(line.label) or "(no name)", 44)
    told = ", ".join(part for part in (neutral(line.record), neutral(line.note)) if part)
    head = f"{sign} {line.verb} {label}"
    room = max(width - len(head) - 2, 20)
    return f"{style(_MEANINGS.get(sign, 'update'), head)}  {style('dim', cut(told, room))}"


def _rest(items: Sequence[object], style: Style) -> list[str]:
    more = len(items) - SAMPLES
    return ["  " + style("dim", f"… and {more:,} more; `--format json` lists all")] if more > 0 else []
