"""What a simulated system is like: one value for everything in which real systems differ or misbehave."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from syncdsl.adapters.protocol import Tier

Coercion: TypeAlias = Literal["trim", "upper", "lower", "round", "cut", "stamp"]
"""What a system makes of a value: `round` to whole numbers, `cut` to eight characters, `stamp` appends a counter, so
that writing the same value twice gives two values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The character of one system.

    `tier`: how safely a create can be sent again. `granularity`: seconds to which stamps are cut. `skew`: seconds its
    clock is ahead. `page_size` and `reading` (`keyset` pages by key, `newest` numbered pages from the newest change on,
    `offset` numbered pages from the oldest change on, which skips rows under edits): how it is listed.
    `deleted_feed`: whether it lists what was deleted. `commit_lag` and `index_lag`: seconds after which a write is
    listed, and found by a search. `find_by_index`: lookups go through that index. `landing`: most seconds after which a
    timed-out request may still take effect. `overlap`: seconds that incremental readings reach back. `answers`: what
    the answer to a write holds. `versions`: of every write, or only stamps. `coercions` and `workflow` are by
    `module.field`: what the system makes of values, and what it changes by itself after a write of ours (in field,
    after so many seconds). `unique` are fields by `module.field` of which it refuses a second value; `poison` is a text
    for which it refuses a record. `quota`: calls of a day. `shuffled`: lists and batches in an order of their own.
    """

    tier: Tier = Tier.T1
    granularity: int = 1
    skew: float = 0.0
    page_size: int = 3
    reading: Literal["keyset", "newest", "offset"] = "keyset"
    deleted_feed: bool = True
    commit_lag: float = 0.0
    index_lag: float = 0.0
    find_by_index: bool = False
    landing: float = 30.0
    overlap: float = 120.0
    batch: int = 3
    concurrency: int = 1
    answers: Literal["record", "stamp", "id"] = "record"
    versions: Literal["writes", "stamps"] = "writes"
    coercions: tuple[tuple[str, Coercion], ...] = ()
    workflow: tuple[tuple[str, str, float], ...] = ()
    unique: tuple[str, ...] = ()
    poison: str = ""
    quota: int = 0
    shuffled: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return what differs from the plainest system."""
        plain = asdict(Switches())
        mine = asdict(self)
        return {
            name: value.value if isinstance(value, Tier) else value
            for name, value in mine.items()
            if value != plain[name]
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Switches:
        """Return the switches of a form made by `to_json`."""
        read: dict[str, Any] = {
            name: tuple(tuple(item) if isinstance(item, list) else item for item in value)
            if isinstance(value, list)
            else value
            for name, value in data.items()
        }
        if "tier" in read:
            read["tier"] = Tier(read["tier"])
        return cls(**read)
