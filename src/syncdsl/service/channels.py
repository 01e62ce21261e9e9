"""Keeping subscriptions: made at the start, renewed long before they end, made again when they are gone.

Intervals are those of the monotonic clock, so a clock that is set forward or back delays nothing; and whatever is
remembered here, the system is asked which subscriptions run, at least as often as `look_seconds`.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from syncdsl.adapters.notifications import Notice
from syncdsl.adapters.priority import Priority, working_as
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_OFFERED, NOT_PERMITTED, UNEXPECTED_ANSWER
from syncdsl.project.call_backs import HOOKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from syncdsl.adapters.notifications import Subscribing, Subscription
    from syncdsl.adapters.services import Clock
    from syncdsl.service.hooks import Hook
    from syncdsl.state.operating import CallBack

LOOK_SECONDS = 3600.0
"""How often the system is asked which subscriptions run: one call."""

RENEW_SECONDS = 24 * 3600.0
"""How often one is renewed that lives longer than two of these: a week has room for six attempts."""

RETRY_SECONDS = 60.0
"""When what failed is tried again; each time twice as long, up to the interval of looking."""

_ABOUT_ONE_MODULE = (NOT_OFFERED, NOT_PERMITTED, UNEXPECTED_ANSWER)
"""Faults of a subscription that may concern one of its modules, so that the others are tried without it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A connection that subscribes by itself, and what to: `modules`, at `url`, which is that of `hook`."""

    hook: Hook
    system: Subscribing = field(repr=False)
    modules: tuple[str, ...]
    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """How a subscription stands. Replaced as a whole, since others read it."""

    channel: Subscription | None = None
    problem: str | None = None
    left_out: Mapping[str, Fault] = field(default_factory=dict)


class Channels:
    """The subscriptions of one pair. One thread keeps them; `snapshot` is for any.

    `hooks` are all connections of the pair that may be called back, also those that a person set up. `lacking` says by
    name why others are not. `served` are the addresses of all hooks of this program.
    """

    def __init__(
        self,
        subscribed: Iterable[Subscribed],
        *,
        hooks: Sequence[Hook],
        lacking: Mapping[str, CallBack],
        served: Collection[str],
        public_base: str,
        clock: Clock,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._keepers = {
            one.hook.connection: _Keeper(one, served, public_base + HOOKS, clock, look_seconds) for one in subscribed
        }
        self._hooks = hooks
        self._lacking = lacking
        self._clock = clock

    def due(self) -> float | None:
        """Return when to look again, in seconds of the monotonic clock; None when there is nothing to keep."""
        return min((keeper.look_at for keeper in self._keepers.values()), default=None)

    def look_again(self) -> None:
        """Look after those that could not be kept at the next opportunity: what was in the way may be over."""
        for keeper in self._keepers.values():
            keeper.hurry()

    def keep(self) -> None:
        """Look after the subscriptions that are due; what goes wrong is remembered and tried again."""
        with working_as(Priority.NOTICE):
            for keeper in self._keepers.values():
                if keeper.look_at <= self._clock.monotonic():
                    keeper.keep()

    def snapshot(self) -> tuple[CallBack, ...]:
        """Return how each connection is called back, sorted by its name."""
        rows = dict(self._lacking)
        for hook in self._hooks:
            row = replace(hook.tally.snapshot(), channel=None, expires=None, problem=None)
            keeper = self._keepers.get(hook.connection)
            rows[hook.connection] = row if keeper is None else keeper.told(row)
        return tuple(rows[name] for name in sorted(rows))


class _Keeper:
    """Keeps one subscription."""

    def __init__(
        self, wanted: Subscribed, served: Collection[str], ours: str, clock: Clock, look_seconds: float
    ) -> None:
        self._wanted = wanted
        self._served = served
        self._ours = ours
        self._clock = clock
        self._look_seconds = look_seconds
        self._standing = _Standing()
        self._failures = 0
        # At once: no monotonic clock goes below zero.
        self._renew_at = 0.0
        self.look_at = 0.0

    def told(self, row: CallBack) -> CallBack:
        """Return a row with how the subscription stands."""
        standing = self._standing
        channel = standing.channel
        # What a system never tells of is no problem: the schedule reads it.
        refused = {module: fault for module, fault in standing.left_out.items() if fault.code is not NOT_OFFERED}
        without = [f"without `{module}`: {self._harmless(fault.message)}" for module, fault in refused.items()]
        return replace(
            row,
            channel=None if channel is None else channel.channel,
            expires=None if channel is None else channel.expires,
            problem=standing.problem or "; ".join(without) or None,
        )

    def hurry(self) -> None:
        """Look at once where something went wrong the last time."""
        if self._failures:
            self.look_at = -math.inf

    def keep(self) -> None:
        """Have the subscription run, and say when to look again."""
        try:
            self._look()
        except Fault as fault:
            self._failures += 1
            self._fail(self._harmless(str(fault)))
            wait = min(self._look_seconds, RETRY_SECONDS * 2.0 ** min(self._failures - 1, 20))
            self.look_at = self._clock.monotonic() + wait
        else:
            self._failures = 0
            now = self._clock.monotonic()
            self.look_at = min(now + self._look_seconds, max(now, self._renew_at))

    def _look(self) -> None:
        """Make, renew or change the subscription, then end those that are left over."""
        wanted, known = self._wanted, self._standing
        running = wanted.system.subscriptions()
        mine = next((one for one in running if one.url == wanted.url), None)
        modules = {module for module in wanted.modules if module not in known.left_out}
        if mine is None or set(mine.modules) != modules:
            self._subscribe()
            if mine is None:
                # Nobody told of what happened since the last reading, or since the one before was gone.
                made = self._standing.channel
                wanted.hook.mark([Notice(module=module, ids=()) for module in sorted(made.modules if made else ())])
                if known.channel is not None:
                    log.warning("the subscription of %s had ended; it was made again", wanted.hook.connection)
        elif self._renew_at <= self._clock.monotonic():
            if all(fault.code is NOT_OFFERED for fault in known.left_out.values()):
                self._runs(wanted.system.renew(mine, secret=wanted.secret), known.left_out)
            else:
                # Somebody may have given the right that a module took.
                self._subscribe()
        else:
            self._standing = replace(known, channel=mine, problem=None)
        for other in running:
            if self._left_over(other):
                wanted.system.unsubscribe(other)

    def _left_over(self, other: Subscription) -> bool:
        """Return whether a subscription of this program leads to a path here that nobody listens at any more.

        That is so after the secret, and with it the path, has changed: each of its calls would be in vain. One that
        leads to another public address belongs to another installation, or to the next one of a move, and stays.
        """
        return other.url.startswith(self._ours) and other.url != self._wanted.url and other.url not in self._served

    def _subscribe(self) -> None:
        """Subscribe to all modules; where that is refused, to those that can be watched, and say which cannot."""
        try:
            made = self._asked(self._wanted.modules)
        except Fault as fault:
            if fault.code not in _ABOUT_ONE_MODULE or len(self._wanted.modules) < 2:
                raise
            self._subscribe_singly(fault)
        else:
            self._runs(made, {})

    def _subscribe_singly(self, refused: Fault) -> None:
        made: Subscription | None = None
        left_out: dict[str, Fault] = {}
        for module in self._wanted.modules:
            try:
                made = self._asked([*(made.modules if made else ()), module])
            except Fault as fault:
                if fault.code not in _ABOUT_ONE_MODULE:
                    raise
                left_out[module] = fault
        if made is None:
            # What cannot be watched at all explains less than why the rest was refused.
            raise next((fault for fault in left_out.values() if fault.code is not NOT_OFFERED), refused)
        self._runs(made, left_out)
        for module, why in left_out.items():
            level = logging.INFO if why.code is NOT_OFFERED else logging.WARNING
            name, reason = self._wanted.hook.connection, self._harmless(why.message)
            log.log(level, "%s does not tell of changes to `%s`: %s", name, module, reason)

    def _asked(self, modules: Sequence[str]) -> Subscription:
        return self._wanted.system.subscribe(modules, url=self._wanted.url, secret=self._wanted.secret)

    def _runs(self, made: Subscription, left_out: Mapping[str, Fault]) -> None:
        self._standing = _Standing(channel=made, left_out=left_out)
        self._renew_at = self._clock.monotonic() + self._lasting(made)

    def _lasting(self, made: Subscription) -> float:
        """Return the seconds until it should be renewed: half its life, at most a day.

        How long it lives is known by comparing two clocks, so a life that makes no sense is taken for a long one.
        """
        if made.expires is None:
            return math.inf
        life = made.expires.timestamp() - self._clock.now()
        return RENEW_SECONDS if life <= 0 else max(RETRY_SECONDS, min(RENEW_SECONDS, life / 2))

    def _fail(self, problem: str) -> None:
        if problem != self._standing.problem:
            log.warning("the subscription of %s cannot be kept: %s", self._wanted.hook.connection, problem)
        self._standing = replace(self._standing, problem=problem)

    def _harmless(self, text: str) -> str:
        """Return a message without the path that nobody is to guess; the system may have repeated it."""
        return text.replace(self._wanted.hook.path, f"{HOOKS}…")
