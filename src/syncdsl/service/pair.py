"""One pair of a daemon: an environment with its schedule, what it was told, and what became of it.

`step` does whatever is due and returns when to be called again. A daemon calls it in a thread of the pair's own, so a
pair that fails or is slow delays no other one.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes import find_code
from syncdsl.diagnostics.codes.internal import INTERNAL
from syncdsl.diagnostics.codes.lifecycle import SWITCHED_OFF
from syncdsl.diagnostics.codes.runs import GUARD_EXCEEDED, LEASE_HELD
from syncdsl.engine.progress import Silent
from syncdsl.engine.run import Stopped
from syncdsl.project.running import user_name
from syncdsl.project.schedules import seconds_of
from syncdsl.service.figures import Figures
from syncdsl.service.hints import Hints
from syncdsl.service.timing import LONGEST_RETRY, Moment, Timetable
from syncdsl.service.verifying import Verifying
from syncdsl.service.workplace import Workplace, now_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence

    from syncdsl.adapters.services import Clock
    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.engine.report import ApplyReport
    from syncdsl.project.schedules import ScheduleTable
    from syncdsl.project.workspace import Workspace
    from syncdsl.state import RunCause, State

LOOK_SECONDS = 15.0
"""How often a pair looks at what people switch: pausing, other rules in force, other credentials."""

SERVE_SECONDS = 60.0
"""For how long a daemon serves a state unless it is heard of again."""

BUSY_SECONDS = 3.0
"""When a run is tried again that another one kept from beginning."""

VERIFY, NOTICES = "verify", "notices"
"""The parts of the schedule that are no part of the rules."""

Mode: TypeAlias = Literal["idle", "running", "waiting", "paused", "off", "failing", "blocked"]

log = logging.getLogger(__name__)


class Pair:
    """One environment of a project, served.

    `label` names it among all pairs of the daemon. `ring` wakes the thread that calls `step`; `reconnecting` is called
    before connections are opened. `host` is the name of this machine.
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
    ) -> None:
        self.label = label
        self.environment = environment
        self._workspace = workspace
        self._clock = clock
        self._ring = ring
        self.host = host or socket.gethostname()
        self._place = Workplace(workspace, environment, before_connecting=reconnecting)
        self.hints = Hints(clock.monotonic, ring)
        self.figures = Figures()
        self._stopping = threading.Event()
        self._table: Timetable | None = None
        self._rules: str | None = None
        self._parts: tuple[str, ...] = ()
        self._look_due = float("-inf")
        self._told_after = float("-inf")
        self._told_failures = 0
        self._follow_ups = 0
        self._first = True
        self._serves = False
        self._overtaken: Fault | None = None
        self._verifying: Verifying | None = None
        self._credentials: dt.datetime | None = None
        self.mode: Mode = "waiting"
        self.blocked: Fault | None = None
        self.last_success: dt.datetime | None = None

    # -- the schedule -------------------------------------------------------------------------------------------

    @property
    def schedule(self) -> ScheduleTable:
        """The table of the environment."""
        return self._workspace.settings.environments[self.environment].schedule

    @property
    def rules(self) -> str | None:
        """The digest of the rules that the schedule is of."""
        return self._rules

    def timings(self) -> dict[str, str]:
        """Return the timing of every part of the rules: what is not named has the usual one."""
        table = self.schedule
        return {name: table.modules.get(name, table.every) for name in self._parts}

    def next_of(self) -> dict[str, dt.datetime]:
        """Return when each part is due next."""
        return self._table.next_of(self.now()) if self._table is not None else {}

    def now(self) -> Moment:
        """Return the time by both clocks."""
        return Moment(steady=self._clock.monotonic(), wall=self._clock.now())

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
        log.error("%s: %s", self.label, fault.message)
        self._overtaken = fault
        self._serves = False
        self._look_due = float("-inf")
        self._ring()

    def stop(self) -> None:
        """End what is under way at the next point where nothing is left half done. From any thread."""
        self._stopping.set()
        self._ring()

    def close(self) -> None:
        """Stop being the daemon of this state, and close everything."""
        with suppress(Fault):
            if self._serves:
                self._place.state().end_serving(pid=os.getpid(), host=self.host)
        self._place.close()

    # -- steps --------------------------------------------------------------------------------------------------

    def step(self) -> float:
        """Do one thing that is due, and return when to be called again, in seconds of the clock that only grows."""
        now = self.now()
        try:
            return self._step(now)
        except Fault as fault:
            self._block(fault)
            return self._look_due

    def _step(self, now: Moment) -> float:
        if now.steady >= self._look_due:
            self._look(now)
        if self.mode in {"paused", "off", "blocked"} or self._table is None:
            return self._look_due
        if self._work(now):
            return now.steady
        return min(self._look_due, self._table.next(), self._told_due() or float("inf"))

    def _look(self, now: Moment) -> None:
        """Look at what people switched, and whether everything is there that runs need. Costs no call."""
        self._look_due = now.steady + LOOK_SECONDS
        if self._table is not None and (jump := self._table.look_at_clocks(now)):
            log.warning("%s: the clock was set by %+.0f s; intervals go on as they were", self.label, jump)
        if not self._serves:
            self.begin()
        state = self._place.state()
        self._look_at_credentials(state)
        if state.switched_off() is not None:
            self._hold("off")
        elif (pause := state.switch("paused")) is not None and pause.value:
            self._hold("paused")
        else:
            self._look_at_rules(now)
            self._resume(now)
        self.blocked = None

    def _look_at_rules(self, now: Moment) -> None:
        """Take over the rules in force; others than before are run at once, and so is everything at the start."""
        digest = self._place.force().plan.digest
        if digest == self._rules and self._table is not None:
            return
        retry = seconds_of(self.schedule.retry) or 60.0
        self._parts = self._place.parts()
        self._table = Timetable({**self.timings(), VERIFY: self.schedule.verify}, now, retry=retry)
        self._table.postponed(VERIFY, self._verify_due(now))
        self._rules = digest
        log.info("%s: rules %s are in force", self.label, digest[:12])
        state = self._place.state()
        state.forget_attempts(set(state.attempts()) - {*self.timings(), VERIFY, NOTICES})

    def _verify_due(self, now: Moment) -> float:
        """Return when to verify next: from the last time on, whatever was restarted since."""
        seconds = seconds_of(self.schedule.verify)
        last = self._place.state().attempts().get(VERIFY)
        if seconds is None or last is None:
            return now.steady + (seconds or LONGEST_RETRY) if self.schedule.verify != "never" else float("inf")
        return now.steady + max(0.0, last.tried.timestamp() + seconds - now.wall)

    def _look_at_credentials(self, state: State) -> None:
        """Connect anew after somebody changed credentials."""
        switch = state.switch("credentials")
        at = switch.at if switch is not None else None
        if at != self._credentials and not self._first:
            log.info("%s: credentials were changed; connecting anew", self.label)
            self._place.disconnect()
            if self._table is not None:
                self._table.at_once(self._parts, self.now())
        self._credentials = at

    def _hold(self, mode: Mode) -> None:
        if self.mode != mode:
            log.info("%s: runs are %s", self.label, "switched off" if mode == "off" else mode)
        self.mode = mode

    def _resume(self, now: Moment) -> None:
        """Go on after runs were held back: what was missed is made up for at once."""
        if self.mode in {"paused", "off", "blocked"} and self._table is not None:
            if not self._first:
                self._table.at_once(self._parts, now)
            log.info("%s: goes on", self.label)
        if self.mode in {"paused", "off", "blocked", "waiting"}:
            self.mode = "idle"

    def _block(self, fault: Fault) -> None:
        """Begin no run: something is missing that every run needs. What the state is kept in is opened anew."""
        if self.blocked is None or self.blocked.message != fault.message:
            log.error("%s: %s", self.label, fault)
        self.blocked = self._overtaken or fault
        self.mode = "blocked"
        self._place.close()

    # -- work ---------------------------------------------------------------------------------------------------

    def _told_due(self) -> float | None:
        """Return when what was told of is read; None when nothing waits."""
        since = self.hints.since
        if since is None:
            return None
        return max(since + (seconds_of(self.schedule.gather) or 0.0), self._told_after)

    def _work(self, now: Moment) -> bool:
        """Do the most urgent thing that is due; return whether there was one."""
        if self._table is None or self._stopping.is_set():
            return False
        due = [name for name in self._table.due(now) if name != VERIFY]
        told_due = self._told_due()
        if due and set(due) >= set(self._parts):
            self._run(self._parts, {}, now)
        elif told_due is not None and told_due <= now.steady:
            self._run((), self._told(), now)
        elif due:
            self._run(due, {}, now)
        elif VERIFY in self._table.due(now) or (self._verifying is not None and self._verifying.ended):
            self._verify(now)
        else:
            return False
        return True

    def _told(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Take what was told of, as far as the rules in force read it."""
        watched = self._place.watched_modules()
        taken = self.hints.take()
        return {place: ids for place, ids in taken.items() if place[1] in watched.get(place[0], ())}

    def _run(self, parts: Sequence[str], told: Mapping[tuple[str, str], Collection[str]], now: Moment) -> None:
        if not parts and not told:
            return
        if self._place.force().plan.digest != self._rules:
            # Others were put in force a moment ago: they are looked at first.
            self.hints.put_back({place: frozenset(ids) for place, ids in told.items()})
            self._look_due = now.steady
            return
        if parts:
            # What a connection remembers of its system is asked for anew; a whole run reads what was told of anyway.
            self._place.disconnect()
            if set(parts) >= set(self._parts):
                self.hints.take()
        failing = self.mode == "failing"
        cause: RunCause = "notice" if not parts else "catch-up" if self._first else "retry" if failing else "schedule"
        self.mode = "running"
        try:
            report = self._place.perform(
                parts,
                told=None if parts else told,
                cause=cause,
                progress=Silent(),
                checkpoint=self._checkpoint,
                shown=self._shown,
            )
        except Stopped:
            self.mode = "waiting"
        except Fault as fault:
            self._failed(parts, told, fault, now)
        except Exception as error:
            log.debug("what went wrong", exc_info=True)
            self._failed(parts, told, _mistake(error), now)
        else:
            self._succeeded(parts, report, now)

    def _checkpoint(self) -> None:
        if self._stopping.is_set() or self._overtaken is not None:
            raise Stopped

    def _shown(self, changes: ChangeSet) -> None:
        if changes.changes:
            log.info("%s: %d changes", self.label, len(changes.changes))

    def _succeeded(self, parts: Sequence[str], report: ApplyReport, began: Moment) -> None:
        now = self.now()
        counts = self.figures.add(report, now.steady - began.steady)
        said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
        log.log(logging.INFO if counts else logging.DEBUG, "%s: %s", self.label, said or "nothing to do")
        self.mode, self._first = "idle", False
        self.last_success = now_of(now.wall)
        held = {name for item in report.changes.unreadable for name in item.holds}
        try:
            state = self._place.state()
            for item in report.changes.unreadable:
                fault = Fault(find_code(item.code) or INTERNAL, item.message, help=item.help)
                state.put_failure([name for name in item.holds if name in parts], self.last_success, fault)
            state.put_success([name for name in parts or (NOTICES,) if name not in held], self.last_success, counts)
        except Fault as fault:
            self._block(fault)
        if parts:
            self._timetable.done(parts, began)
        else:
            self._told_failures, self._told_after = 0, float("-inf")
        if report.unknown or report.moved_on:
            # What became of them shows in the next reading; it need not wait for the schedule.
            self._follow_ups += 1
            self._timetable.sooner(self._parts, now, self._wait(self._follow_ups))
        else:
            self._follow_ups = 0

    @property
    def _timetable(self) -> Timetable:
        if self._table is None:
            raise RuntimeError("nothing runs before there is a timetable")
        return self._table

    def _wait(self, failures: int) -> float:
        return float(min((seconds_of(self.schedule.retry) or 60.0) * 2 ** min(failures - 1, 20), LONGEST_RETRY))

    def _failed(
        self, parts: Sequence[str], told: Mapping[tuple[str, str], Collection[str]], fault: Fault, began: Moment
    ) -> None:
        now = self.now()
        self.hints.put_back({place: frozenset(ids) for place, ids in told.items()})
        if fault.code in {LEASE_HELD, SWITCHED_OFF}:
            self.mode = "waiting"
            self._timetable.later(parts, now, BUSY_SECONDS)
            self._told_after = now.steady + BUSY_SECONDS
            self._look_due = now.steady
            return
        self.mode = "failing"
        self.figures.failed(now.steady - began.steady)
        log.error("%s: %s", self.label, fault)
        self._place.disconnect()
        try:
            self._place.state().put_failure(parts or (NOTICES,), now_of(now.wall), fault)
        except Fault as problem:
            self._block(problem)
        if parts:
            self._timetable.failed(parts, now, heals=fault.code is not GUARD_EXCEEDED)
        else:
            self._told_failures += 1
            self._told_after = now.steady + self._wait(self._told_failures)

    def wait_for_verify(self) -> None:
        """Wait until a verify that is under way has ended."""
        if self._verifying is not None:
            self._verifying.join()

    def _verify(self, now: Moment) -> None:
        """Begin to verify, or take over what came of it."""
        if self._verifying is None:
            self._verifying = Verifying(self._workspace, self.environment, done=self._ring)
            self._verifying.start()
            self._timetable.postponed(VERIFY, float("inf"))
            return
        verifying, self._verifying = self._verifying, None
        self._timetable.postponed(VERIFY, now.steady)
        self._timetable.done([VERIFY], now)
        try:
            if verifying.fault is not None:
                self._place.state().put_failure([VERIFY], now_of(now.wall), verifying.fault)
            else:
                self._place.state().put_success([VERIFY], now_of(now.wall), {})
        except Fault as fault:
            self._block(fault)


def _mistake(error: Exception) -> Fault:
    return Fault(
        INTERNAL,
        f"the run ended with a mistake of syncdsl: {type(error).__name__}",
        help="the next run goes on; run the daemon with `-vv` to see the technical details, and please report them",
    )
