"""A verification as people read it: the verdict, a table of the modules, the fields that differ, then examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import cells, cut, neutral
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.values_text import label_text, record_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.changes.effects import RecordName
    from syncdsl.changes.verification import Agreement, Difference, DifferenceKind, Verification

MEANINGS: dict[DifferenceKind, str] = {"pending": "update", "held": "hold", "drift": "error", "left alone": "dim"}
HEADS = ("module", "linked", "agree", "pending", "held", "drift", "missing", "left alone", "oldest lag")


def render_verification(found: Verification, style: Style = PLAIN, width: int = 100) -> str:
    """Return the whole result."""
    lines = [*_verdict(found, style), "", *_table(found.modules, style)]
    lines += _remarks(found.modules, style)
    for module in found.modules:
        lines += _fields(module, style, width)
    lines += _differences(found, style, width)
    lines += _missing(found, style, width)
    lines += _gone(found, style, width)
    lines += _shared_keys(found, style, width)
    return "\n".join(lines) + "\n"


def render_verdict(found: Verification, style: Style = PLAIN) -> str:
    """Return the verdict alone."""
    return "\n".join(_verdict(found, style)) + "\n"


def duration_text(seconds: int | None) -> str:
    """Return a duration in its two largest units; `-` for none."""
    if seconds is None:
        return "-"
    units = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    for index, (size, name) in enumerate(units):
        if seconds >= size:
            rest, (smaller, lesser) = seconds % size, units[min(index + 1, 3)]
            more = f" {rest // smaller} {lesser}" if rest // smaller and size != smaller and index < 2 else ""
            return f"{seconds // size} {name}{more}"
    return "0 s"


def _verdict(found: Verification, style: Style) -> list[str]:
    environment = style("bold", neutral(found.environment))
    agree, compared = (sum(getattr(module, name) for module in found.modules) for name in ("agree", "compared"))
    left_alone = sum(module.left_alone for module in found.modules)
    read = sum(found.read.values())
    if found.as_ruled:
        head = f"{style('good', 'In sync.')} {environment}: all {compared:,} compared fields agree."
        if left_alone:
            head = (
                f"{style('good', 'As the rules say.')} {environment}: {agree:,} of {compared:,} compared fields agree; "
                f"{left_alone:,} differ and are left alone."
            )
    else:
        share = style("bold", f"{found.percent} %") if found.percent is not None else "none"
        head = f"{style('warning', 'Not in sync.')} {environment}: {share} of {compared:,} compared fields agree."
    return [head, "  " + style("dim", f"{counted(read, 'record')} read anew, nothing taken from earlier readings")]


def _table(modules: Sequence[Agreement], style: Style) -> list[str]:
    rows = [HEADS, *(_row(module) for module in modules)]
    widths = [max(cells(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = []
    for number, row in enumerate(rows):
        parts = [
            text + " " * (wide - cells(text)) if column == 0 else " " * (wide - cells(text)) + text
            for column, (text, wide) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(style("dim", "  ".join(parts)) if number == 0 else "  ".join(parts))
    return lines


def _row(module: Agreement) -> tuple[str, ...]:
    counts = (
        module.pending,
        module.held + module.held_records,
        module.drift,
        module.missing_left + module.missing_right,
        module.left_alone,
    )
    return (
        neutral(module.name),
        f"{module.linked:,}",
        f"{module.percent} %" if module.percent is not None else "-",
        *(f"{count:,}" if count else "-" for count in counts),
        duration_text(module.oldest_lag_seconds),
    )


def _remarks(modules: Iterable[Agreement], style: Style) -> list[str]:
    """Return what the table has no column for."""
    lines = []
    for module in modules:
        parts = [
            f"{count:,} {what}"
            for count, what in (
                (module.gone, "linked with a record that is gone"),
                (module.shared_keys, "keys on several records"),
                (module.outside, "out of scope"),
                (module.deleted, "kept after a deletion"),
                (module.set_aside, "set aside"),
            )
            if count
        ]
        if parts:
            lines.append("  " + style("dim", f"{neutral(module.name)}: {', '.join(parts)}"))
    return lines


def _fields(module: Agreement, style: Style, width: int) -> list[str]:
    """Return the lines of a module that differ, the most frequent first."""
    if not module.fields:
        return []
    lines = ["", f"{style('bold', neutral(module.name))}  {style('dim', neutral(module.location))}"]
    names = [cut(neutral(item.field), 32) for item in module.fields]
    column = max(map(cells, names))
    for name, item in zip(names, module.fields, strict=True):
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in item.kinds.items())
        place = style("dim", cut(f"{neutral(item.line)} ({neutral(item.location)})", max(width - column - 30, 20)))
        lines.append(f"  {name}{' ' * (column - cells(name))}  {kinds}  {place}")
    return lines


def _differences(found: Verification, style: Style, width: int) -> list[str]:
    if not found.differences:
        return []
    total = sum(module.pending + module.held + module.drift + module.left_alone for module in found.modules)
    lines = ["", style("bold", "Differences") + _shown(len(found.differences), total, style)]
    for item in found.differences:
        head = f"{style(MEANINGS[item.kind], item.kind)}  {label_text(item.left)}"
        lines.append(f"  {head}  {style('dim', _pair(item.left, item.right))}")
        half = max((width - 12 - min(cells(item.field), 32)) // 2, 10)
        values = f"{value_text(item.left_value, half)} | {value_text(item.right_value, half)}"
        lines.append(f"      {cut(neutral(item.field), 32)}  {values}")
        lines.append("      " + style("dim", cut(_cause(item), width - 6)))
    return lines


def _cause(item: Difference) -> str:
    """Return who changed and when, and the line of the rules."""
    who = {
        "left": f"changed in {item.left.connection}",
        "right": f"changed in {item.right.connection}",
        "both": "changed on both sides",
        "neither": "unchanged on both sides since the last sync",
        "rule": "a new line that has not been merged yet",
    }[item.changed]
    ago = f" at least {duration_text(item.lag_seconds)} ago" if item.lag_seconds is not None else ""
    return neutral(f"{who}{ago}; {item.line} ({item.location})")


def _missing(found: Verification, style: Style, width: int) -> list[str]:
    if not found.missing:
        return []
    total = sum(module.missing_left + module.missing_right + module.held_records for module in found.modules)
    lines = ["", style("bold", "Without a partner") + _shown(len(found.missing), total, style)]
    for item in found.missing:
        kind = style("hold", "held") if item.held else style("create", "missing")
        ago = f", for at least {duration_text(item.lag_seconds)}" if item.lag_seconds else ""
        note = style("dim", cut(f"{record_text(item.record)}  {neutral(item.rule)}{ago}", width - 12))
        lines.append(f"  {kind}  {label_text(item.record)}  {note}")
    return lines


def _gone(found: Verification, style: Style, width: int) -> list[str]:
    if not found.gone:
        return []
    total = sum(module.gone for module in found.modules)
    lines = ["", style("bold", "Linked with a record that is gone") + _shown(len(found.gone), total, style)]
    for item in found.gone:
        ends = {"left": item.left, "right": item.right}
        lost = " and ".join(record_text(ends[side]) for side in item.sides)
        lines.append("  " + cut(f"{lost} is gone; {_pair(item.left, item.right)}", width - 2))
    return lines


def _shared_keys(found: Verification, style: Style, width: int) -> list[str]:
    if not found.shared_keys:
        return []
    total = sum(module.shared_keys for module in found.modules)
    lines = ["", style("bold", "One syncdsl key on several records") + _shown(len(found.shared_keys), total, style)]
    for item in found.shared_keys:
        records = ", ".join(f"{label_text(record, 24)} ({record_text(record)})" for record in item.records)
        lines.append("  " + cut(f"{neutral(item.key)}: {records}", width - 2))
    return lines


def _pair(left: RecordName, right: RecordName) -> str:
    return f"{record_text(left)} = {record_text(right)}"


def _shown(shown: int, total: int, style: Style) -> str:
    return (
        "  " + style("dim", f"the first {shown:,} of {total:,}") if shown < total else f"  {style('dim', f'{total:,}')}"
    )
