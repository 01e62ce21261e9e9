"""What a change set comes to in figures: counts by kind, money by document, holds by reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Create, Hold
from syncdsl.render.neutral import neutral

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.changes.effects import Effect

KINDS = ("create", "update", "link", "delete", "deactivate", "send", "accept", "decline", "void", "skip")
"""The kinds of changes, in the order in which they are named."""


@dataclass(slots=True)
class Money:
    """The documents that one rule makes: how many, and how much in each currency (without one: the base currency)."""

    documents: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    unknown: int = 0

    def add(self, effect: Create) -> None:
        """Count one document."""
        self.documents += 1
        if effect.amount is None:
            self.unknown += 1
            return
        currency = effect.currency or ""
        self.amounts[currency] = self.amounts.get(currency, Decimal(0)) + Decimal(effect.amount)

    @property
    def text(self) -> str:
        """`84,200.00 EUR and 1,000.00 USD`."""
        parts = [f"{amount:,.2f} {neutral(currency)}".rstrip() for currency, amount in sorted(self.amounts.items())]
        if self.unknown:
            parts.append(f"{self.unknown} of an unknown amount")
        return " and ".join(parts)


@dataclass(slots=True)
class Totals:
    """The figures of some effects."""

    kinds: Counter[str] = field(default_factory=Counter)
    money: dict[str, Money] = field(default_factory=dict)
    waiting: int = 0
    parked: int = 0

    @property
    def changes(self) -> int:
        """How many effects do something."""
        return sum(self.kinds[kind] for kind in KINDS)


def total(effects: Iterable[Effect]) -> Totals:
    """Return the figures of effects."""
    totals = Totals()
    for effect in effects:
        if isinstance(effect, Hold):
            if effect.why == "parked":
                totals.parked += 1
            else:
                totals.waiting += 1
            continue
        totals.kinds[effect.kind] += 1
        if isinstance(effect, Create) and effect.document:
            totals.money.setdefault(effect.rule, Money()).add(effect)
    return totals
