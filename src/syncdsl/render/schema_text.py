"""What changed in a schema since its last snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from syncdsl.render.neutral import neutral
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.schema.difference import Difference, Kind, Weight, changed_statistics, differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.schema.snapshot import SchemaSnapshot

SAMPLES = 12
"""Most changes that `schema pull` shows of one file; `schema diff` shows all."""


def render_schema_change(
    path: str,
    before: SchemaSnapshot | None,
    now: SchemaSnapshot,
    style: Style = PLAIN,
    *,
    without: Sequence[str] = (),
) -> str:
    """Return a line for the file, and one for every module and field that came, went or changed.

    `without` are the modules that have no statistics because their records cannot be read.
    """
    fields = sum(len(module.fields) for module in now.modules.values())
    size = f"{counted(len(now.modules), 'module')}, {counted(fields, 'field')}, {neutral(now.base_currency)}"
    missing = f"    {style('dim', 'no statistics of ' + _listed(without))}\n" if without else ""
    if before is None:
        return f"{style('create', '+')} {neutral(path)}  {style('dim', size)}\n{missing}"
    found = differences(before, now)
    if not found:
        statistics = changed_statistics(before, now)
        if statistics:
            said = f"only the statistics of {_listed(statistics)}; {size}"
            return f"{style('update', '~')} {neutral(path)}  {style('dim', said)}\n{missing}"
        return f"{style('good', '=')} {neutral(path)}  {style('dim', f'unchanged: {size}')}\n{missing}"
    shown = [_line(item, style) for item in found[:SAMPLES]]
    if len(found) > SAMPLES:
        shown.append(style("dim", f"… and {len(found) - SAMPLES:,} more; `git diff` shows all"))
    size = f"{counted(len(found), 'difference')}; {size}"
    head = f"{style('update', '~')} {neutral(path)}  {style('dim', size)}"
    return "\n".join([head, *(f"    {line}" for line in shown)]) + f"\n{missing}"


def render_schema_difference(
    title: str, found: Sequence[Difference], statistics: Sequence[str], style: Style = PLAIN
) -> str:
    """Return every change between two snapshots, the heaviest first; `statistics` are modules where they changed."""
    note = [f"    {style('dim', 'statistics of ' + _listed(statistics))}"] if statistics else []
    if not found:
        said = "only statistics" if statistics else "no difference"
        return "\n".join([f"{style('good', '=')} {neutral(title)}  {style('dim', said)}", *note]) + "\n"
    counts = {weight: sum(item.weight is weight for item in found) for weight in Weight}
    summary = ", ".join(f"{count:,} {weight.value}" for weight, count in counts.items() if count)
    lines = [f"{style('update', '~')} {neutral(title)}  {style('dim', summary)}"]
    for weight in Weight:
        members = [item for item in found if item.weight is weight]
        if members:
            lines.append(f"  {weight.value}")
            lines += [f"    {_line(item, style)}" for item in members]
    return "\n".join([*lines, *note]) + "\n"


def _line(item: Difference, style: Style) -> str:
    subject = neutral(item.subject)
    whole = item.what in {"module", "field"}
    what = "" if whole else neutral(item.what)
    match item.kind:
        case Kind.ADDED:
            told = neutral(item.after or "") if whole else f"{what} {_text(item.after)}"
            return (style("create", f"+ {subject}") + f"  {told}").rstrip()
        case Kind.REMOVED:
            told = "" if whole else f"{what} {_text(item.before)}"
            return (style("void", f"- {subject}") + f"  {told}").rstrip()
        case Kind.CHANGED:
            values = f": {_text(item.before)} → {_text(item.after)}" if item.after is not None else ""
            return style("update", f"~ {subject}") + f"  {what}{values}"
        case _:
            assert_never(item.kind)


def _text(value: str | None) -> str:
    return neutral(value or "")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(neutral(name) for name in names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown
