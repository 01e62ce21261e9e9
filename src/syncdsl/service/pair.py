"""One pair of a daemon: an environment that is served, with what people switch and what keeps it from running.

`step` does whatever is due and returns when to be called again. A daemon calls it in a thread of the pair's own, so a
pair that fails or is slow delays no other one.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.log_fields import logging_context
from syncdsl.project.running import user_name
from syncdsl.service.called import Called
from syncdsl.service.facts import Facts, facts_of
from syncdsl.service.hints import Hints
from syncdsl.service.runner import Runner, in_full
from syncdsl.service.timing import Moment
from syncdsl.service.verifying import Verifying
from syncdsl.service.vitals import PairVitals
from syncdsl.service.workplace import Workplace, now_of
from syncdsl.state.pausing import paused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from syncdsl.adapters.services import Clock
    from syncdsl.project.workspace import Workspace
    from syncdsl.service.alarms import Alarms
    from syncdsl.service.hooks import Hook
    from syncdsl.service.vitals import PairState
    from syncdsl.state import CallBack, State

LOOK_SECONDS = 15.0
"""How often a pair looks at what people switch: pausing, other rules in force, other credentials."""

HANG_SECONDS = 1_800.0
"""Real seconds after which a pair that neither reads a page nor sends a call hangs: nothing takes as long."""

SERVE_SECONDS = 60.0
"""For how long a daemon serves a state unless it is heard of again."""

log = logging.getLogger(__name__)


class Pair:
    """One environment of a project, served.

    `label` names it among all pairs of the daemon. `ring` wakes the thread that calls `step`; `reconnecting` is called
    before connections are opened. `host` is the name of this machine. `alarms` tell people what is wrong; `publish`
    takes the hooks at which the pair is called back, and `served` are the addresses of those of all pairs. `took` is
    told how many seconds each run took.
    """

    def __init__(
        self,
        workspace: Workspace,
        environment: str,
        *,
        label: str,
        clock: Clock,
        ring: Callable[[], None],
        reconnecting: Callable[[], None] = lambda: None,
        host: str | None = None,
        alarms: Alarms | None = None,
        publish: Callable[[Sequence[Hook]], None] = lambda _hooks: None,
        served: set[str] | None = None,
        took: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self.label = label
        self.environment = environment
        self.host = host or socket.gethostname()
        self._clock = clock
        self._ring = ring
        self._alarms = alarms
        self._stopping = threading.Event()
        self._place = Workplace(workspace, environment, before_connecting=reconnecting)
        self.hints = Hints(clock.monotonic, ring)
        self.called = Called(
            workspace,
            environment,
            label=label,
            clock=clock,
            mark=self.hints.mark,
            publish=publish,
            served=set() if served is None else served,
            reconnecting=reconnecting,
        )
        self.runner = Runner(
            self._place,
            workspace.settings.environments[environment].schedule,
            self.hints,
            now=self.now,
            ended=self._ended,
            verifying=partial(Verifying, workspace, environment, done=ring),
            took=took,
            pulse=self._beat,
        )
        self._pulse = time.monotonic()
        self._look_due = float("-inf")
        self._due_since = now_of(clock.now())
        self._open_reviews = 0
        self._looked = False
        self._listening = False
        self._serves = False
        self._overtaken: Fault | None = None
        self._credentials: dt.datetime | None = None
        self._held: PairState | None = None
        self._called_last: tuple[CallBack, ...] = ()
        self.blocked: Fault | None = None

    def now(self) -> Moment:
        """Return the time by both clocks."""
        return Moment(steady=self._clock.monotonic(), wall=self._clock.now())

    @property
    def mode(self) -> PairState:
        """What the pair does, or what keeps it from it."""
        if self.blocked is not None:
            return "blocked"
        if self._held is not None:
            return self._held
        if self.runner.running:
            return "running"
        if self.runner.waiting or not self._looked:
            return "waiting"
        return "failing" if self.runner.failures else "idle"

    # -- serving ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Become the one daemon of this state. Raises Fault SD870 when there is another one."""
        self._place.state().begin_serving(
            owner=user_name() or "syncdsl",
            pid=os.getpid(),
            host=self.host,
            now=now_of(self._clock.now()),
            seconds=SERVE_SECONDS,
            detail={},
        )
        self._serves, self._overtaken = True, None

    def release(self) -> None:
        """Close what this thread opened: another one goes on."""
        self._place.close()

    @property
    def serves(self) -> bool:
        """Whether this is the daemon of the state."""
        return self._serves

    def overtaken(self, fault: Fault) -> None:
        """Leave the state alone: another daemon serves it. From any thread."""
        log.error("%s", fault.message)
        self._overtaken = fault
        self._serves = False
        self._look_due = float("-inf")
        self._ring()

    def stop(self) -> None:
        """End what is under way at the next point where nothing is left half done. From any thread."""
        self._stopping.set()
        self._ring()

    def leave(self) -> None:
        """Close what the thread of this pair opened: it works no more."""
        self._called_last = self.called.snapshot()
        self.called.close()
        self._place.close()

    def settle(self) -> None:
        """Write down what was told since the last look, and that this daemon ended in peace."""
        if not self._serves:
            return
        with suppress(Fault):
            state, now = self._place.state(), now_of(self._clock.now())
            state.put_call_backs(self._called_last)
            if self._alarms is not None:
                self._alarms.settle(self.label, now, state)
            state.end_serving(pid=os.getpid(), host=self.host, now=now)
        self._place.close()

    def close(self) -> None:
        """Leave and settle."""
        self.leave()
        self.settle()

    def _ended(self) -> bool:
        return self._stopping.is_set() or self._overtaken is not None

    # -- steps --------------------------------------------------------------------------------------------------

    def _beat(self) -> None:
        self._pulse = time.monotonic()

    @property
    def hangs(self) -> bool:
        """Whether it has not come forward for so long, in real time, that it never will; from any thread."""
        return time.monotonic() - self._pulse > HANG_SECONDS

    def step(self) -> float:
        """Do one thing that is due, and return when to be called again, in seconds of the clock that only grows."""
        self._beat()
        with logging_context(environment=self.label):
            try:
                return self._step(self.now())
            except Fault as fault:
                self._block(fault)
                return self._look_due

    def _step(self, now: Moment) -> float:
        if now.steady >= self._look_due:
            self._look(now)
        if self._held is not None or self._ended():
            return self._look_due
        failures = self.runner.failures
        if self.runner.work(now):
            if failures and not self.runner.failures:
                self.called.look_again()
            if self.runner.outdated:
                self._look_due = now.steady
            return now.steady
        called = self.called.due()
        if called is not None and called <= now.steady:
            self.called.keep()
            self.called.remember(self._place.state())
            return now.steady
        return min(self._look_due, self.runner.due(), float("inf") if called is None else called)

    def _look(self, now: Moment) -> None:
        """Look at what people switched, and whether everything is there that runs need. Costs no call."""
        self._look_due = now.steady + LOOK_SECONDS
        self.runner.look_at_clocks(now)
        if not self._serves:
            self.begin()
        state = self._place.state()
        self._look_at_credentials(state)
        if state.switched_off() is not None:
            self._hold("off")
        elif paused(state, now_of(now.wall)) is not None:
            self._hold("paused")
        else:
            if self.runner.take_over(now) or not self._listening:
                self._listening = False
                self.called.open(self._place.force(), state)
                self._listening = True
            self._resume()
        self._looked, self.blocked = True, None
        self._open_reviews = sum(count for (stands, _), count in state.review_counts().items() if stands == "open")
        self.called.remember(state)
        self._tell(state)

    def _look_at_credentials(self, state: State) -> None:
        """Connect anew after somebody changed credentials."""
        switch = state.switch("credentials")
        at = switch.at if switch is not None else None
        if at != self._credentials and self._looked:
            log.info("credentials were changed; connecting anew")
            self._place.disconnect()
            self.runner.at_once()
            self.called.open(self._place.force(), state)
        self._credentials = at

    def _hold(self, mode: PairState) -> None:
        """Begin no run, because somebody wants it so."""
        if self._held != mode:
            log.info("runs are %s", "switched off" if mode == "off" else mode)
        self._held = mode

    def _resume(self) -> None:
        """Go on after runs were held back: what was missed is made up for at once."""
        if self._held is not None or self.blocked is not None:
            log.info("goes on")
            self._due_since = now_of(self._clock.now())
            self.runner.at_once()
        self._held = None

    def _block(self, fault: Fault) -> None:
        """Begin no run: something is missing that every run needs. What the state is kept in is opened anew."""
        if self.blocked is None or self.blocked.message != fault.message:
            log.error("%s", in_full(fault))
        self.blocked = self._overtaken or fault
        self._look_due = self.now().steady + LOOK_SECONDS
        self._place.close()
        self._tell(None)

    # -- telling ------------------------------------------------------------------------------------------------

    def _tell(self, state: State | None) -> None:
        """Let people be told what changed: what is wrong, and what is well again."""
        if self._alarms is None:
            return
        now, held = now_of(self._clock.now()), self._held is not None
        facts = Facts(environment=self.label, now=now, due_since=self._due_since, held=held, blocked=self.blocked)
        if state is not None:
            facts = facts_of(
                state,
                environment=self.label,
                now=now,
                due_since=self._due_since,
                held=held,
                expected=self.runner.expected(),
                blocked=self.blocked,
            )
        self._alarms.look(facts, state)

    def vitals(self, *, alive: bool) -> PairVitals:
        """Return how the pair stands, from any thread."""
        due = self.runner.next_of().values()
        return PairVitals(
            environment=self.label,
            alive=alive,
            begun=self._looked,
            state=self.mode,
            last_success=self.runner.last_success,
            next_due=min(due, default=None),
            failures=self.runner.failures,
            open_reviews=self._open_reviews,
            open_alerts=len(self._alarms.open(self.label)) if self._alarms is not None else 0,
            dirty=len(self.hints),
            runs=dict(self.runner.figures.runs),
            changes=dict(self.runner.figures.changes),
            call_backs=self.called.snapshot(),
        )
