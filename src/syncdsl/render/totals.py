"""What a change set comes to in figures: counts by kind, money by document, holds by reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Create, Hold
from syncdsl.render.neutral import neutral

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.changes.effects import Effect

KINDS = ("create", "update", "link", "delete", "deactivate", "send", "accept", "decline", "void", "skip")
"""The kinds of changes, in the order in which they are named."""

_DIGITS = 30
"""No amount of money has more digits before or behind its point."""

NOUNS = {"deactivate": "deactivation"}
"""What a kind of change is called where it is not called by its name."""


@dataclass(slots=True)
class Money:
    """Some documents: how many, and how much in each currency (without one: the base currency)."""

    documents: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    unknown: int = 0

    def add(self, effect: Create) -> None:
        """Count one document."""
        self.documents += 1
        amount = amount_of(effect)
        if amount is None:
            self.unknown += 1
            return
        currency = effect.currency or ""
        self.amounts[currency] = self.amounts.get(currency, Decimal(0)) + amount

    @property
    def text(self) -> str:
        """`84,200.00 EUR and 1,000.00 USD`."""
        return " and ".join(self.texts)

    @property
    def texts(self) -> list[str]:
        """One text for each currency, and one for the documents of an unknown amount: none is added to another."""
        return [*self.sums, *([f"{self.unknown:,} of an unknown amount"] if self.unknown else [])]

    @property
    def sums(self) -> list[str]:
        """One text for each currency."""
        # Beside others the base currency, which no document names, has to be told from them.
        base = " in the base currency" if len(self.amounts) > 1 else ""
        return [
            f"{amount:,.2f}{f' {neutral(currency)}' if currency else base}"
            for currency, amount in sorted(self.amounts.items())
        ]


def amount_of(effect: Create) -> Decimal | None:
    """Return a document's amount; None where it has none, or one that is no amount of money."""
    if effect.amount is None:
        return None
    try:
        amount = Decimal(effect.amount)
    except InvalidOperation:
        return None
    # A saved change set may hold any text: this one would be a number of a million digits.
    return amount if amount.is_finite() and abs(amount.adjusted()) <= _DIGITS else None


def amount_text(effect: Create) -> str:
    """Return `1,200.50 EUR`, or an empty text where the amount is unknown."""
    amount = amount_of(effect)
    return "" if amount is None else f"{amount:,.2f} {neutral(effect.currency or '')}".rstrip()


@dataclass(slots=True)
class Totals:
    """The figures of some effects; `money` is by rule, `documents` by the name of the documents' module."""

    kinds: Counter[str] = field(default_factory=Counter)
    money: dict[str, Money] = field(default_factory=dict)
    documents: dict[str, Money] = field(default_factory=dict)
    waiting: int = 0
    parked: int = 0

    @property
    def changes(self) -> int:
        """How many effects do something."""
        return sum(self.kinds[kind] for kind in KINDS)

    def add(self, effect: Effect) -> None:
        """Count one effect."""
        if isinstance(effect, Hold):
            if effect.why == "parked":
                self.parked += 1
            else:
                self.waiting += 1
            return
        self.kinds[effect.kind] += 1
        if isinstance(effect, Create) and effect.document:
            for money, name in ((self.money, effect.rule), (self.documents, effect.record.module)):
                if name not in money:
                    money[name] = Money()
                money[name].add(effect)


def total(effects: Iterable[Effect]) -> Totals:
    """Return the figures of effects."""
    totals = Totals()
    for effect in effects:
        totals.add(effect)
    return totals
