"""What alerts are judged by: how one environment stands at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncdsl.render.style import counted
from syncdsl.state.operating import VERIFY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from syncdsl.changes.verification import Verification
    from syncdsl.diagnostics import Fault
    from syncdsl.state import Attempt, State

_DIFFERING = "differing"
_WHERE = "where"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What the last scheduled comparison found that nobody waits for: how much, and in which modules of the rules."""

    count: int
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """How an environment stands.

    `held`: runs are paused or switched off, so none is missed. `due_since` is from when on runs may be expected: since
    the daemon began, or since it was resumed. `attempts` are by part of the schedule, `expected` the longest seconds
    between two runs of each part, None for one that never runs by itself. `reviews` are the open questions by kind,
    `failed_writes` how many of them are refused writes. `drift` is None while nothing was compared. `blocked` is what
    keeps every run from beginning. `call_backs` are the connections that should call back and do not, with why.
    """

    environment: str
    now: dt.datetime
    due_since: dt.datetime
    held: bool = False
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    expected: Mapping[str, float | None] = field(default_factory=dict)
    reviews: Mapping[str, int] = field(default_factory=dict)
    failed_writes: int = 0
    drift: Drift | None = None
    blocked: Fault | None = None
    call_backs: Mapping[str, str] = field(default_factory=dict)


def facts_of(
    state: State,
    *,
    environment: str,
    now: dt.datetime,
    due_since: dt.datetime,
    held: bool,
    expected: Mapping[str, float | None],
    failed_writes: int = 0,
    blocked: Fault | None = None,
) -> Facts:
    """Return how an environment stands by its state; what only the daemon knows is given.

    Raises Fault SD805 to SD808 when the state cannot be read.
    """
    attempts = state.attempts()
    verified = attempts.get(VERIFY)
    return Facts(
        environment=environment,
        now=now,
        due_since=due_since,
        held=held,
        attempts=attempts,
        expected=expected,
        reviews={kind: count for (stands, kind), count in state.review_counts().items() if stands == "open"},
        failed_writes=failed_writes,
        drift=drift_from(verified.detail) if verified is not None else None,
        blocked=blocked,
        call_backs={name: item.problem for name, item in state.call_backs().items() if item.problem},
    )


def drift_of(found: Verification, *, patience: float) -> Drift:
    """Return what of a comparison nobody waits for.

    Changes that have yet to travel and what a person is asked about are not among it, nor records without a partner
    that are younger than `patience` seconds: the next run makes their partner.
    """
    young = sum(
        1 for item in found.missing if not item.held and item.lag_seconds is not None and item.lag_seconds < patience
    )
    count, where = 0, []
    for module in found.modules:
        lost = module.drift + module.gone + module.shared_keys
        lonely = module.missing_left + module.missing_right
        if lost or lonely > young:
            where.append(module.name)
        count += lost + lonely
    count = max(0, count - young)
    return Drift(count=count, where=tuple(where) if count else ())


def drift_detail(drift: Drift) -> dict[str, Any]:
    """Return what is kept of it with the attempt at `verify`, so that a restart knows it."""
    return {_DIFFERING: drift.count, _WHERE: list(drift.where)}


def drift_from(detail: Mapping[str, Any] | None) -> Drift | None:
    """Return what was kept with an attempt; None where it is nothing of the kind."""
    count = (detail or {}).get(_DIFFERING)
    if not isinstance(count, int):
        return None
    return Drift(count=count, where=tuple(str(name) for name in (detail or {}).get(_WHERE) or ()))


def in_words(drift: Drift) -> str:
    """Return what was found as the end of a sentence."""
    where = f" in {', '.join(f'`{name}`' for name in drift.where[:5])}" if drift.where else ""
    more = f" and {len(drift.where) - 5} more" if len(drift.where) > 5 else ""
    return f"{counted(drift.count, 'difference')} that nobody waits for{where}{more}"
