"""The changes of one group in a terminal: what is alike once, with some of its records."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Link, Skip, Update
from syncdsl.render.neutral import cut, neutral
from syncdsl.render.preview.facts import kind_count
from syncdsl.render.totals import amount_text
from syncdsl.render.values_text import change_lines, label_text, record_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.effects import Change
    from syncdsl.render.preview.folding import Fold
    from syncdsl.render.preview.outline import Group
    from syncdsl.render.style import Style

SAMPLES = 8
"""How many changes of a group are shown."""

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

MEANINGS = {
    "skip": "dim",
    "delete": "void",
    "deactivate": "void",
    "decline": "void",
    "send": "update",
    "accept": "update",
}
"""The meaning that a kind is coloured by, where it has none of its own name."""


def group_lines(group: Group, style: Style, width: int) -> list[str]:
    """Return how many changes there are of a kind and why, with samples."""
    meaning = MEANINGS.get(group.kind, group.kind)
    head = style(meaning, f"{SIGNS[group.kind]} {kind_count(group.kind, group.count)}")
    reason = style("dim", cut(neutral(group.reason), max(width - 20, 20)))
    return [f"{head}  {reason}", *(f"    {line}" for line in _fold_lines(group, style, width - 4))]


def _fold_lines(group: Group, style: Style, width: int) -> list[str]:
    """Return the folds, the largest first; each gets its share of the samples."""
    lines: list[str] = []
    shown = group.folds[:SAMPLES]
    if len({fold.fields for fold in group.folds}) > 1 and group.kind == "update":
        counts = ", ".join(f"{neutral(name)} {count:,}" for name, count in group.folding.names.most_common())
        lines.append(style("dim", cut(counts, max(width, 20))))
    for fold, most in zip(shown, _shares(shown), strict=True):
        if fold.same and 1 < fold.count < group.count:
            lines.append(style("dim", f"{fold.count:,} times the same"))
        lines += _samples(fold, most, style, width, several=len(shown) > 1)
    left = sum(fold.count for fold in group.folds[len(shown) :])
    if left:
        lines.append(style("dim", f"… and {left:,} more"))
    return lines


def _shares(folds: Sequence[Fold]) -> list[int]:
    """Return how many samples of each fold are shown: one of each, and the others from the largest on, in turn."""
    shares = [1] * len(folds)
    room = SAMPLES - len(folds)
    while room > 0 and any(share < fold.count for share, fold in zip(shares, folds, strict=True)):
        for number, fold in enumerate(folds):
            if room > 0 and shares[number] < fold.count:
                shares[number] += 1
                room -= 1
    return shares


def _samples(fold: Fold, most: int, style: Style, width: int, *, several: bool) -> list[str]:
    if fold.same and fold.count > 1:
        return _alike(fold, most, style, width)
    # With one more to show than there is room for, "and 1 more" would take the same line.
    shown = fold.samples if not several and fold.count <= most + 1 else fold.samples[:most]
    lines: list[str] = []
    for number, effect in enumerate(shown):
        documents = isinstance(effect, Create) and effect.document
        full = fold.count <= IN_FULL or number == 0 or documents or isinstance(effect, Update)
        lines += effect_lines(effect, style, width, full=full)
    return lines + _rest(fold.count - len(shown), style, " with these fields" if several and fold.fields else "")


def _alike(fold: Fold, most: int, style: Style, width: int) -> list[str]:
    """Return the values that all of a fold have in common, and then records alone."""
    first = fold.samples[0]
    lines = change_lines(first.fields, created=False, width=width, style=style) if isinstance(first, Update) else []
    shown = fold.samples[: max(most, 2)]
    for effect in shown:
        lines += [f"    {line}" for line in effect_lines(effect, style, width - 4, full=False)]
    return lines + [f"    {line}" for line in _rest(fold.count - len(shown), style)]


def _rest(left: int, style: Style, of_what: str = "") -> list[str]:
    return [style("dim", f"… and {left:,} more{of_what}")] if left else []


def effect_lines(effect: Change, style: Style, width: int, *, full: bool = True) -> list[str]:
    """Return the lines of one change: which record, and its fields where they matter."""
    meaning = MEANINGS.get(effect.kind, effect.kind)
    label = style(meaning, label_text(effect.left if isinstance(effect, Link) else effect.record))
    fields: list[str] = []
    match effect:
        case Create():
            again = f", number {effect.instance + 1}" if effect.instance else ""
            amount = amount_text(effect) if effect.document else ""
            if amount:
                label += "  " + style("bold", amount)
            told = f"for {record_text(effect.source)}{again}"
            fields = change_lines(effect.fields, created=True, width=width - 4, style=style) if full else []
        case Update():
            told = record_text(effect.record)
            fields = change_lines(effect.fields, created=False, width=width - 4, style=style) if full else []
        case Link():
            note = "" if effect.write_key else ", key is there"
            told = f"{record_text(effect.left)} = {record_text(effect.right)}{note}"
        case Delete() | Deactivate():
            told = f"{record_text(effect.record)}, partner of {record_text(effect.partner)}"
        case Act():
            told = f"{record_text(effect.record)}, made for {record_text(effect.source)}"
        case Skip():
            others = ", ".join(record_text(candidate) for candidate in effect.candidates[:3])
            label = label_text(effect.record)
            told = f"{record_text(effect.record)}, like {others}"
        case _:
            assert_never(effect)
    return [f"{label}  {style('dim', told)}", *(f"    {line}" for line in fields)]
