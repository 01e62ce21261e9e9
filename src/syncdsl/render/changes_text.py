"""A change set as people read it: the verdict first, then rule by rule, then what waits."""

from __future__ import annotations

from collections import Counter, defaultdict
from textwrap import wrap
from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Link, Skip, Update
from syncdsl.render.holds_text import hold_lines
from syncdsl.render.neutral import cut, neutral
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.totals import KINDS, Totals, total
from syncdsl.render.unreadable_text import unreadable_lines
from syncdsl.render.values_text import change_lines, label_text, record_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.change_set import ChangeSet, GuardVerdict
    from syncdsl.changes.effects import Change

SAMPLES = 8
"""How many of a group of alike changes are shown."""

IN_FULL = 3
"""New records are shown with their fields when there are no more than these; else the first stands for all."""

SIGNS = {
    "create": "+",
    "update": "~",
    "link": "=",
    "delete": "-",
    "deactivate": "-",
    "send": ">",
    "accept": ">",
    "decline": "-",
    "void": "-",
    "skip": "·",
}
NOUNS = {"deactivate": "deactivation"}
"""What a kind of change is called where it is not called by its name."""

_MEANINGS = {
    "skip": "dim",
    "delete": "void",
    "deactivate": "void",
    "decline": "void",
    "send": "update",
    "accept": "update",
}

PAST = {
    "create": "created",
    "update": "updated",
    "link": "linked",
    "delete": "deleted",
    "deactivate": "made inactive",
    "send": "sent",
    "accept": "accepted",
    "decline": "declined",
    "void": "voided",
    "skip": "set aside",
}


def render_changes(changes: ChangeSet, style: Style = PLAIN, width: int = 100) -> str:
    """Return the whole preview."""
    lines = [*_figures(changes, style), *_guard_lines(changes.guards, style)]
    rules: dict[str, list[Change]] = defaultdict(list)
    for effect in changes.changes:
        rules[effect.rule].append(effect)
    for rule, effects in rules.items():
        lines += ["", *_rule_lines(rule, effects, style, width)]
    holds = changes.holds
    if holds:
        lines += ["", *hold_lines(holds, style, width)]
    lines += _remarks(changes, style, width)
    return "\n".join(lines) + "\n"


def render_verdict(changes: ChangeSet, style: Style = PLAIN) -> str:
    """Return the verdict alone; of the guards only those that stop it are named."""
    lines = [*_figures(changes, style), *_guard_lines(changes.exceeded, style)]
    fine = len(changes.guards) - len(changes.exceeded)
    if fine:
        lines.append(f"  {counted(fine, 'guard')} {style('good', 'ok')}")
    return "\n".join(lines) + "\n"


def _figures(changes: ChangeSet, style: Style) -> list[str]:
    """Return what the change set comes to: counts and money."""
    totals = total(changes.effects)
    environment = neutral(changes.environment)
    if not totals.changes and changes.unreadable:
        head = f"{style('bold', 'No changes')} in what could be read of {style('bold', environment)}."
    elif not totals.changes:
        head = f"{style('good', 'No changes.')} {style('bold', environment)} is in sync."
    else:
        count = style("bold", counted(totals.changes, "change"))
        head = f"{count} in {style('bold', environment)}: {_counts(totals, style)}"
    lines = [head, *unreadable_lines(changes.unreadable, style), *_waiting(totals, style)]
    for rule, money in sorted(totals.money.items()):
        sum_of_all = f", {style('bold', money.text)}" if money.text else ""
        lines.append(f"  {neutral(rule)}: {counted(money.documents, 'document')}{sum_of_all}")
    return lines


def _counts(totals: Totals, style: Style) -> str:
    """Return `250 creates, 41 updates`."""
    return ", ".join(
        style(_meaning(kind), counted(totals.kinds[kind], NOUNS.get(kind, kind)))
        for kind in KINDS
        if totals.kinds[kind]
    )


def _waiting(totals: Totals, style: Style) -> list[str]:
    parts = []
    if totals.waiting:
        parts.append(f"{totals.waiting:,} held for a decision")
    if totals.parked:
        parts.append(f"{totals.parked:,} waiting for a partner")
    return ["  " + style("hold", ", ".join(parts))] if parts else []


def _guard_lines(guards: Sequence[GuardVerdict], style: Style) -> list[str]:
    column = max((len(guard.text) for guard in guards), default=0)
    return [
        "  guard "
        + (style("error", "over") if guard.exceeded else style("good", "ok  "))
        + f"  {neutral(guard.text).ljust(column)}  {style('bold' if guard.exceeded else 'dim', neutral(guard.value))}"
        for guard in sorted(guards, key=lambda guard: not guard.exceeded)
    ]


def _meaning(kind: str) -> str:
    return _MEANINGS.get(kind, kind)


def _rule_lines(rule: str, effects: Sequence[Change], style: Style, width: int) -> list[str]:
    place = neutral(min((effect.location for effect in effects), key=_place))
    lines = [f"{style('bold', neutral(rule))}  {style('dim', place)}"]
    groups: dict[tuple[str, int, str], list[Change]] = defaultdict(list)
    for effect in effects:
        groups[_target(effect), KINDS.index(effect.kind), effect.reason].append(effect)
    target = None
    for (where, kind, reason), inside in sorted(groups.items(), key=lambda item: item[0][:2]):
        if where != target:
            target = where
            lines.append(f"  {neutral(where)}")
        name = KINDS[kind]
        head = style(_meaning(name), f"{SIGNS[name]} {counted(len(inside), NOUNS.get(name, name))}")
        lines.append(f"    {head}  {style('dim', cut(neutral(reason), max(width - 24, 20)))}")
        lines += _updates(inside, style, width) if name == "update" else _samples(inside, style, width)
    return lines


def _place(location: str) -> tuple[str, int]:
    """Return the file and line of a place, to order places by."""
    file, _, line = location.rpartition(":")
    return file, int(line) if line.isascii() and line.isdigit() else 0


def _target(effect: Change) -> str:
    """Return the module that a change is made in."""
    match effect:
        case Link():
            record = effect.left if effect.key_side == "left" else effect.right
        case Create() | Update() | Delete() | Deactivate() | Act() | Skip():
            record = effect.record
        case _:
            assert_never(effect)
    return f"{record.connection}.{record.module}"


def _updates(effects: Sequence[Change], style: Style, width: int) -> list[str]:
    """Return which fields change how often, and samples of every combination of fields, the most frequent first."""
    kinds: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    fields: Counter[str] = Counter()
    for effect in effects:
        names = tuple(change.field for change in effect.fields) if isinstance(effect, Update) else ()
        kinds[names].append(effect)
        fields.update(names)
    if len(kinds) == 1:
        return _samples(effects, style, width)
    counted_fields = ", ".join(f"{neutral(name)} {count:,}" for name, count in fields.most_common())
    lines = ["        " + style("dim", cut(counted_fields, max(width - 8, 20)))]
    shown = sorted(kinds.values(), key=len, reverse=True)[:SAMPLES]
    each = max(SAMPLES // len(shown), 1)
    left = len(effects)
    for inside in shown:
        for effect in inside[:each]:
            lines += [f"        {line}" for line in _effect_lines(effect, style, width - 8)]
        left -= len(inside)
        if len(inside) > each:
            lines.append("            " + style("dim", f"… and {len(inside) - each:,} more with these fields"))
    if left:
        lines.append("        " + style("dim", f"… and {left:,} more"))
    return lines


def _samples(effects: Sequence[Change], style: Style, width: int) -> list[str]:
    # With one more to show than there is room for, "and 1 more" would take the same line.
    shown = effects if len(effects) <= SAMPLES + 1 else effects[:SAMPLES]
    lines: list[str] = []
    for number, effect in enumerate(shown):
        full = len(effects) <= IN_FULL or number == 0 or (isinstance(effect, Create) and effect.document)
        lines += [f"        {line}" for line in _effect_lines(effect, style, width - 8, full=full)]
    if len(shown) < len(effects):
        lines.append("        " + style("dim", f"… and {len(effects) - len(shown):,} more"))
    return lines


def _effect_lines(effect: Change, style: Style, width: int, *, full: bool = True) -> list[str]:
    """Return the lines of one change: which record, and its fields where they matter."""
    match effect:
        case Create():
            again = f", number {effect.instance + 1}" if effect.instance else ""
            amount = ""
            if effect.document and effect.amount is not None:
                amount = "  " + style("bold", f"{_amount(effect.amount)} {neutral(effect.currency or '')}".rstrip())
            source = style("dim", f"for {record_text(effect.source)}{again}")
            head = f"{style('create', label_text(effect.record))}{amount}  {source}"
            fields = change_lines(effect.fields, created=True, width=width - 4, style=style) if full else []
        case Update():
            head = f"{style('update', label_text(effect.record))}  {style('dim', record_text(effect.record))}"
            fields = change_lines(effect.fields, created=False, width=width - 4, style=style)
        case Link():
            records = f"{record_text(effect.left)} = {record_text(effect.right)}"
            note = "" if effect.write_key else ", key is there"
            return [f"{style('link', label_text(effect.left))}  {style('dim', records + note)}"]
        case Delete() | Deactivate():
            records = f"{record_text(effect.record)}, partner of {record_text(effect.partner)}"
            return [f"{style('void', label_text(effect.record))}  {style('dim', records)}"]
        case Act():
            records = f"{record_text(effect.record)}, made for {record_text(effect.source)}"
            return [f"{style(_meaning(effect.kind), label_text(effect.record))}  {style('dim', records)}"]
        case Skip():
            others = ", ".join(record_text(candidate) for candidate in effect.candidates[:3])
            return [f"{label_text(effect.record)}  {style('dim', f'{record_text(effect.record)}, like {others}')}"]
        case _:
            assert_never(effect)
    return [head, *(f"    {line}" for line in fields)]


def _amount(text: str) -> str:
    from decimal import Decimal  # noqa: PLC0415 - documents only

    return f"{Decimal(text):,.2f}"


def _remarks(changes: ChangeSet, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    if changes.reported:
        lines += ["", style("bold", "Left alone")]
        for text in changes.reported[:SAMPLES]:
            # What is left alone is told once, so it is told in full.
            first, *more = wrap(neutral(text), max(width - 4, 20), break_on_hyphens=False) or [""]
            lines += [f"  {first}", *(f"    {line}" for line in more)]
        if len(changes.reported) > SAMPLES:
            lines.append("  " + style("dim", f"… and {len(changes.reported) - SAMPLES:,} more"))
    noted = ", ".join(f"{count:,} {neutral(what)}" for what, count in sorted(changes.baseline.items()) if count)
    if noted:
        lines += ["", style("dim", f"Remembered without changing a record: {noted}.")]
    return lines


__all__ = ["PAST", "render_changes", "render_verdict"]
