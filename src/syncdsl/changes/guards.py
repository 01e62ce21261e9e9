"""Guards: limits on the whole change set, judged before the first write. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from syncdsl.changes.change_set import GuardVerdict
from syncdsl.changes.effects import Create, Deactivate, Delete, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.effects import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit as judged; `value` is a count, percent of the linked records, or an amount in the base currency."""

    subject: Literal["deletes", "creates", "updates", "amount"]
    value: Decimal
    percent: bool
    per_day: bool
    text: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What runs of the last 24 hours already did."""

    creates: int = 0
    updates: int = 0
    deletes: int = 0
    amount: Decimal = Decimal(0)


def judge(
    limits: Sequence[Limit], effects: Sequence[Effect], *, linked: int, today: Today, base_currency: str
) -> tuple[GuardVerdict, ...]:
    """Return a verdict for each limit.

    `linked` is the number of linked records before this change set: percentages are of it, and a first sync (none
    linked) is exempt from them. An amount in a currency without a known rate counts as over.
    """
    return tuple(_verdict(limit, effects, linked, today, base_currency) for limit in limits)


def _verdict(limit: Limit, effects: Sequence[Effect], linked: int, today: Today, base: str) -> GuardVerdict:
    suffix = " per day" if limit.per_day else ""
    if limit.subject == "amount":
        total, unknown = _amount(effects, base)
        total += today.amount if limit.per_day else 0
        shown = f"{total:,.2f} {base}" + (f" and an amount in {unknown}" if unknown else "")
        return GuardVerdict(
            text=limit.text,
            location=limit.location,
            value=shown,
            limit=f"{limit.value:,} {base}{suffix}",
            exceeded=unknown is not None or total > limit.value,
        )
    count = _count(limit, effects, today)
    if limit.percent:
        allowed = Decimal(linked) * limit.value / 100
        share = f" ({count * 100 / linked:.1f} % of {linked:,})" if linked else " (first sync)"
        return GuardVerdict(
            text=limit.text,
            location=limit.location,
            value=f"{count:,}{share}",
            limit=f"{limit.value} %{suffix}",
            exceeded=bool(linked) and count > allowed,
        )
    return GuardVerdict(
        text=limit.text,
        location=limit.location,
        value=f"{count:,}",
        limit=f"{limit.value:,}{suffix}",
        exceeded=count > limit.value,
    )


def _count(limit: Limit, effects: Sequence[Effect], today: Today) -> int:
    match limit.subject:
        case "creates":
            count = sum(isinstance(effect, Create) for effect in effects)
            return count + (today.creates if limit.per_day else 0)
        case "updates":
            # One record is one update, however many of its fields change.
            count = len({effect.record.text for effect in effects if isinstance(effect, Update)})
            return count + (today.updates if limit.per_day else 0)
        case "deletes":
            # What is made inactive is gone for the people who work with it: it counts like what is deleted.
            count = sum(isinstance(effect, Delete | Deactivate) for effect in effects)
            return count + (today.deletes if limit.per_day else 0)
        case "amount":
            return 0


def _amount(effects: Sequence[Effect], base: str) -> tuple[Decimal, str | None]:
    total = Decimal(0)
    unknown: str | None = None
    for effect in effects:
        if not isinstance(effect, Create) or not (effect.document or effect.amount is not None):
            continue
        if effect.amount is None or (effect.currency not in {None, base}):
            unknown = effect.currency or "an unknown currency"
        else:
            total += Decimal(effect.amount)
    return total, unknown
