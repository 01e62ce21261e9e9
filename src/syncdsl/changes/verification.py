"""What a verification found: how far both sides agree, and where they do not."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import Field

from syncdsl.changes.effects import RecordName
from syncdsl.schema.model import Model

DifferenceKind: TypeAlias = Literal["pending", "held", "drift", "left alone"]
"""Why two linked records differ in a line: a change since the last sync has not travelled yet; it waits for a person;
nothing changed and they differ all the same; or nothing changed and the rules do not carry it (the far side of a
one-way line was changed, a field cannot be written again)."""

ChangedSide: TypeAlias = Literal["left", "right", "both", "neither", "rule"]
"""Who changed since the last sync; `rule`: the line is new, and these records have not been merged by it yet."""


class Difference(Model):
    """One line in which two linked records differ.

    For a one-way line `left_value` and `right_value` are what the feeding side comes to and what the other one holds;
    for a two-way line they are what each side holds. Both in JSON form (`schema.values.to_json`). `lag_seconds` is how
    long ago, at least, the change was made that has not travelled.
    """

    kind: DifferenceKind
    rule: str
    location: str
    line: str
    field: str
    direction: Literal["right", "left", "both"]
    left: RecordName
    right: RecordName
    left_value: Any
    right_value: Any
    changed: ChangedSide
    lag_seconds: int | None = None


class Missing(Model):
    """A record in scope that should have a partner on the other side and has none; `held`: a person is asked."""

    rule: str
    location: str
    record: RecordName
    held: bool
    lag_seconds: int | None = None


class Gone(Model):
    """A link that counts as active, and whose record on one side or both is confirmed absent."""

    rule: str
    location: str
    left: RecordName
    right: RecordName
    sides: tuple[Literal["left", "right"], ...]


class SharedKey(Model):
    """Several living records of one collection that carry the same syncdsl key."""

    key: str
    records: tuple[RecordName, ...]


class FieldTotal(Model):
    """How many linked records differ in one line, by kind."""

    line: str
    field: str
    location: str
    kinds: dict[DifferenceKind, int]


class Agreement(Model):
    """How far the two sides of one `module` statement agree.

    `linked` pairs are there and in scope on both sides; `compared` counts their fields that say anything (a
    `when empty` line over two values says nothing), `agree` those that agree, `percent` their share. `outside` links
    have a record out of scope, `deleted` ones a record whose deletion is known and whose partner is kept.
    `missing_left` and `missing_right` count partners that should be on that side. `set_aside` records were left out on
    purpose.
    """

    name: str
    location: str
    linked: int = 0
    compared: int = 0
    agree: int = 0
    percent: str | None = None
    pending: int = 0
    held: int = 0
    drift: int = 0
    left_alone: int = 0
    fields: tuple[FieldTotal, ...] = ()
    missing_left: int = 0
    missing_right: int = 0
    held_records: int = 0
    gone: int = 0
    shared_keys: int = 0
    outside: int = 0
    deleted: int = 0
    set_aside: int = 0
    oldest_lag_seconds: int | None = None

    @property
    def differing(self) -> int:
        """What is not as the rules say it should be; what they leave alone is not among it."""
        return (
            self.pending
            + self.held
            + self.drift
            + self.missing_left
            + self.missing_right
            + self.held_records
            + self.gone
            + self.shared_keys
        )


class Verification(Model):
    """What an independent, complete reading of both sides shows.

    The lists hold the first of each kind, at most as many as asked for; `modules` count all of them. `read` says how
    many records were read of each connection's modules.
    """

    environment: str
    read: dict[str, int] = Field(default_factory=dict)
    modules: tuple[Agreement, ...]
    differences: tuple[Difference, ...] = ()
    missing: tuple[Missing, ...] = ()
    gone: tuple[Gone, ...] = ()
    shared_keys: tuple[SharedKey, ...] = ()

    @property
    def as_ruled(self) -> bool:
        """Whether everything is as the rules say: nothing differs but what they leave alone."""
        return all(module.differing == 0 for module in self.modules)

    @property
    def in_sync(self) -> bool:
        """Whether nothing differs at all."""
        return self.as_ruled and all(module.left_alone == 0 for module in self.modules)

    @property
    def percent(self) -> str | None:
        """The share of compared fields that agree, over all modules."""
        return percent_of(sum(module.agree for module in self.modules), sum(module.compared for module in self.modules))

    @property
    def oldest_lag_seconds(self) -> int | None:
        """How long ago, at least, the oldest change was made that has not travelled."""
        lags = [module.oldest_lag_seconds for module in self.modules if module.oldest_lag_seconds is not None]
        return max(lags, default=None)


def percent_of(agree: int, compared: int) -> str | None:
    """Return a share in percent, rounded down, so that only full agreement is 100; None when nothing was compared."""
    if not compared:
        return None
    hundredths = agree * 10_000 // compared
    return f"{hundredths // 100}" if hundredths % 100 == 0 else f"{hundredths // 100}.{hundredths % 100:02d}"
