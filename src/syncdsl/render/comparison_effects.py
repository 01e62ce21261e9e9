"""One effect in a line, and the figures of two versions side by side: what every format of a comparison tells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Hold, Link, Skip, Update
from syncdsl.render.totals import KINDS, total

if TYPE_CHECKING:
    from syncdsl.changes.comparison import Comparison, Version
    from syncdsl.changes.effects import Effect, RecordName

SIGNS = {"create": "+", "update": "~", "link": "=", "delete": "-", "deactivate": "-", "hold": "!", "skip": "·"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An effect as a line: what is done, to which record, what it is called, and what else tells it apart."""

    verb: str
    record: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of both versions; `difference` is empty where they do not differ."""

    name: str
    before: str
    after: str
    difference: str = ""


def line_of(effect: Effect) -> Line:
    """Return an effect as a line. Its texts are strangers' and have to be made harmless."""
    match effect:
        case Create():
            amount = f"{Decimal(effect.amount):,.2f} {effect.currency or ''}".strip() if effect.amount else ""
            note = ", ".join(part for part in (f"for {effect.source.text}", amount) if part)
            return Line(verb="create", record=effect.record.text, label=effect.record.label, note=note)
        case Update() | Delete() | Deactivate():
            return _named(effect.kind, effect.record)
        case Link():
            return Line(verb="link", record=effect.left.text, label=effect.left.label, note=f"with {effect.right.text}")
        case Act():
            return _named(effect.kind, effect.record, f"made for {effect.source.text}")
        case Skip():
            return _named("set aside", effect.record)
        case Hold():
            return _named("hold", effect.record, effect.reason)
        case _:
            assert_never(effect)


def sign_of(effect: Effect) -> str:
    """Return the sign that stands before an effect."""
    return SIGNS.get(effect.kind, ">")


def figures(comparison: Comparison) -> list[Figure]:
    """Return the figures of both versions that say anything, money among them."""
    before, after = _figures(comparison.before), _figures(comparison.after)
    names = [*before, *(name for name in after if name not in before)]
    return [_figure(name, before.get(name, Decimal(0)), after.get(name, Decimal(0))) for name in names]


def baseline_figures(comparison: Comparison) -> list[Figure]:
    """Return what the versions remember without changing a record, where that differs."""
    before, after = comparison.before.baseline, comparison.after.baseline
    return [
        _figure(name, Decimal(before.get(name, 0)), Decimal(after.get(name, 0)))
        for name in sorted({*before, *after})
        if before.get(name, 0) != after.get(name, 0)
    ]


def _named(verb: str, record: RecordName, note: str = "") -> Line:
    return Line(verb=verb, record=record.text, label=record.label, note=note)


def _figures(version: Version) -> dict[str, Decimal]:
    totals = total(version.effects)
    found = {kind: Decimal(totals.kinds[kind]) for kind in KINDS if totals.kinds[kind]}
    if totals.waiting:
        found["held for a decision"] = Decimal(totals.waiting)
    if totals.parked:
        found["waiting for a partner"] = Decimal(totals.parked)
    for rule, money in sorted(totals.money.items()):
        found[f"{rule}: documents"] = Decimal(money.documents)
        for currency, amount in sorted(money.amounts.items()):
            found[f"{rule}: amount {currency}".rstrip()] = amount.quantize(Decimal("0.01"))
        if money.unknown:
            found[f"{rule}: of an unknown amount"] = Decimal(money.unknown)
    over = sum(limit.exceeded for limit in version.limits)
    if over:
        found["limits exceeded"] = Decimal(over)
    return found


def _figure(name: str, before: Decimal, after: Decimal) -> Figure:
    places = ",.2f" if ": amount" in name else ",.0f"
    difference = after - before
    return Figure(
        name=name,
        before=format(before, places),
        after=format(after, places),
        difference=f"{difference:+{places}}" if difference else "",
    )
