"""Counting: everything is counted, and the first findings of each kind are kept in full."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, assert_never

from syncdsl.changes.verification import Agreement, Difference, FieldTotal, Gone, Missing, SharedKey, percent_of

if TYPE_CHECKING:
    from syncdsl.changes.verification import DifferenceKind
    from syncdsl.plan.pairs import MapLine, Pair

_Finding = TypeVar("_Finding", Difference, Missing, Gone, SharedKey)


class Findings:
    """The first findings of each kind, at most `limit` of them.

    What the rules leave alone is kept last: it gives way to differences that somebody has to look at.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._differences: list[Difference] = []
        self._left_alone: list[Difference] = []
        self.missing: list[Missing] = []
        self.gone: list[Gone] = []
        self.shared_keys: list[SharedKey] = []

    @property
    def differences(self) -> list[Difference]:
        """The differences in full."""
        return [*self._differences, *self._left_alone][: self._limit]

    def wanted(self, kind: DifferenceKind) -> bool:
        """Return whether another difference of a kind would be kept."""
        return len(self._left_alone if kind == "left alone" else self._differences) < self._limit

    def add(self, finding: Difference | Missing | Gone | SharedKey) -> None:
        """Keep a finding while there is room."""
        match finding:
            case Difference():
                self._keep(self._left_alone if finding.kind == "left alone" else self._differences, finding)
            case Missing():
                self._keep(self.missing, finding)
            case Gone():
                self._keep(self.gone, finding)
            case SharedKey():
                self._keep(self.shared_keys, finding)
            case _:
                assert_never(finding)

    def _keep(self, into: list[_Finding], finding: _Finding) -> None:
        if len(into) < self._limit:
            into.append(finding)


@dataclass(slots=True, kw_only=True)
class Tally:
    """The counts of one pair while they grow; see `Agreement`."""

    pair: Pair
    linked: int = 0
    compared: int = 0
    agree: int = 0
    missing_left: int = 0
    missing_right: int = 0
    held_records: int = 0
    gone: int = 0
    shared_keys: int = 0
    outside: int = 0
    deleted: int = 0
    set_aside: int = 0
    oldest: int | None = None
    kinds: Counter[DifferenceKind] = field(default_factory=Counter)
    lines: dict[str, Counter[DifferenceKind]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The pair's name."""
        return self.pair.name

    def difference(self, line: MapLine, kind: DifferenceKind) -> None:
        """Count a difference in a line."""
        self.kinds[kind] += 1
        self.lines.setdefault(line.location, Counter())[kind] += 1

    def lag(self, seconds: int | None) -> None:
        """Note how long something has not travelled."""
        if seconds is not None and (self.oldest is None or seconds > self.oldest):
            self.oldest = seconds

    def agreement(self) -> Agreement:
        """Return the counts as they are."""
        fields = [
            FieldTotal(
                line=line.text, field=field_of(line), location=line.location, kinds=dict(self.lines[line.location])
            )
            for line in self.pair.lines
            if line.location in self.lines
        ]
        return Agreement(
            name=self.pair.name,
            location=self.pair.location,
            linked=self.linked,
            compared=self.compared,
            agree=self.agree,
            percent=percent_of(self.agree, self.compared),
            pending=self.kinds["pending"],
            held=self.kinds["held"],
            drift=self.kinds["drift"],
            left_alone=self.kinds["left alone"],
            fields=tuple(sorted(fields, key=lambda item: -sum(item.kinds.values()))),
            missing_left=self.missing_left,
            missing_right=self.missing_right,
            held_records=self.held_records,
            gone=self.gone,
            shared_keys=self.shared_keys,
            outside=self.outside,
            deleted=self.deleted,
            set_aside=self.set_aside,
            oldest_lag_seconds=self.oldest,
        )


def field_of(line: MapLine) -> str:
    """Return the field that a line is known by: the right one, where it writes one."""
    assignment = line.to_right or line.to_left
    return assignment.target if assignment is not None else line.text
