"""What a daemon tells about each of its pairs, for health checks and metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, get_args

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.state.operating import CallBack

PairState: TypeAlias = Literal["idle", "running", "waiting", "paused", "off", "failing", "blocked"]
"""`waiting`: for a budget or another run; `failing`: the last run failed and is tried again; `blocked`: it takes a
person, as when credentials were revoked."""

PAIR_STATES: tuple[PairState, ...] = get_args(PairState)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairVitals:
    """How one pair stands.

    `alive`: its thread lives; `begun`: it has opened its state and looked what is due. `failures` are runs that failed
    in a row, `dirty` the records that call-backs named and no run has looked at yet. Counted since the daemon began:
    `runs` by outcome, and `changes` (records added, updated, deleted, failed) by kind; `call_backs` is what came
    in, by connection.
    """

    environment: str
    alive: bool
    begun: bool
    state: PairState
    last_success: dt.datetime | None = None
    next_due: dt.datetime | None = None
    failures: int = 0
    open_reviews: int = 0
    open_alerts: int = 0
    dirty: int = 0
    runs: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)
    call_backs: Sequence[CallBack] = ()


class Vitals(Protocol):
    """Who knows how the pairs stand."""

    def snapshot(self) -> Sequence[PairVitals]:
        """Return how each pair stands, at once: from any thread, without reading a state or calling anybody."""
        ...
