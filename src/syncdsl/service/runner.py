"""The runs of a pair: which is due, carrying it out, and what becomes of the schedule then."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes import find_code
from syncdsl.diagnostics.codes.internal import INTERNAL
from syncdsl.diagnostics.codes.lifecycle import SWITCHED_OFF
from syncdsl.diagnostics.codes.runs import GUARD_EXCEEDED, LEASE_HELD
from syncdsl.engine.progress import Silent
from syncdsl.engine.run import Stopped
from syncdsl.project.schedules import NEVER, seconds_of
from syncdsl.service.facts import drift_detail, drift_of
from syncdsl.service.figures import Figures
from syncdsl.service.timing import LONGEST_RETRY, Moment, Timetable, expected_seconds
from syncdsl.service.workplace import now_of
from syncdsl.state.operating import NOTICES, VERIFY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence

    from syncdsl.engine.report import ApplyReport
    from syncdsl.project.schedules import ScheduleTable
    from syncdsl.service.hints import Hints
    from syncdsl.service.verifying import Verifying
    from syncdsl.service.workplace import Workplace
    from syncdsl.state import RunCause

BUSY_SECONDS = 3.0
"""When a run is tried again that another one kept from beginning."""

log = logging.getLogger(__name__)


class Runner:
    """Carries out what is due in one environment. One thread uses it, but for what is only read.

    `now` tells the time, `ended` whether runs are to end where nothing is half done; `verifying` makes a verify, and
    `took` is told how many seconds a run took, and `pulse` that one comes forward.
    """

    def __init__(
        self,
        place: Workplace,
        schedule: ScheduleTable,
        hints: Hints,
        *,
        now: Callable[[], Moment],
        ended: Callable[[], bool],
        verifying: Callable[[], Verifying],
        took: Callable[[float], None],
        pulse: Callable[[], None],
    ) -> None:
        self._place = place
        self._schedule = schedule
        self._hints = hints
        self._now = now
        self._ended = ended
        self._make_verifying = verifying
        self._took = took
        self._pulse = pulse
        self._verifying: Verifying | None = None
        self._table: Timetable | None = None
        self._parts: tuple[str, ...] = ()
        self._told_after = float("-inf")
        self._told_failures = 0
        self._told_last = False
        self._said: str | None = None
        self._follow_ups = 0
        self.figures = Figures()
        self.rules: str | None = None
        """The digest of the rules that the schedule is of."""
        self.outdated = False
        """Whether other rules were put in force since."""
        self.first = True
        """Whether nothing was synced since the start."""
        self.running = False
        self.waiting = False
        self.last_success: dt.datetime | None = None

    # -- the schedule -------------------------------------------------------------------------------------------

    @property
    def failures(self) -> int:
        """How many runs failed in a row, of the part that failed most often."""
        return max(self._told_failures, self._table.failures if self._table is not None else 0)

    def take_over(self, now: Moment) -> bool:
        """Plan by the rules in force; return whether they are others than before. All of them are run at once."""
        force = self._place.force()
        self.outdated = False
        if force.plan.digest == self.rules:
            return False
        self._parts = self._place.parts()
        retry = seconds_of(self._schedule.retry) or 60.0
        self._table = Timetable({**self._timings(), VERIFY: self._schedule.verify}, now, retry=retry)
        self._table.postponed(VERIFY, self._verify_due(now))
        self.rules = force.plan.digest
        state = self._place.state()
        state.forget_attempts(set(state.attempts()) - {*self._parts, VERIFY, NOTICES})
        log.info("rules %s are in force", force.plan.digest[:12])
        return True

    def at_once(self) -> None:
        """Let everything be due, but for what never is."""
        if self._table is not None and not self.first:
            self._table.sooner(self._parts, self._now(), 0.0)

    def due(self) -> float:
        """Return when there is something to do next, in seconds of the clock that only grows."""
        told = self._told_due()
        table = self._table.next() if self._table is not None else float("inf")
        return table if told is None else min(table, told)

    def next_of(self) -> dict[str, dt.datetime]:
        """Return when each part is due next."""
        return self._table.next_of(self._now()) if self._table is not None else {}

    def expected(self) -> dict[str, float | None]:
        """Return how many seconds after one run of a part the next one comes; None where none comes by itself."""
        timings = {**self._timings(), VERIFY: self._schedule.verify}
        return {name: expected_seconds(timing, self._now()) for name, timing in timings.items()}

    def look_at_clocks(self, now: Moment) -> None:
        """Notice when the clock on the wall was set."""
        if self._table is not None and (jump := self._table.look_at_clocks(now)):
            log.warning("the clock was set by %+.0f s; intervals go on as they were", jump)

    def _timings(self) -> dict[str, str]:
        """Return the timing of every part of the rules: what is not named has the usual one."""
        return {name: self._schedule.modules.get(name, self._schedule.every) for name in self._parts}

    def _verify_due(self, now: Moment) -> float:
        """Return when to verify next: from the last time on, whatever was restarted since."""
        timing, seconds = self._schedule.verify, seconds_of(self._schedule.verify)
        if timing == NEVER or seconds is None:
            return now.steady + (expected_seconds(timing, now) or float("inf"))
        last = self._place.state().attempts().get(VERIFY)
        return now.steady + (seconds if last is None else max(0.0, last.tried.timestamp() + seconds - now.wall))

    def _told_due(self) -> float | None:
        """Return when what was told of is read; None when nothing waits."""
        since = self._hints.since
        if since is None:
            return None
        return max(since + (seconds_of(self._schedule.gather) or 0.0), self._told_after)

    # -- runs ---------------------------------------------------------------------------------------------------

    def work(self, now: Moment) -> bool:
        """Do the most urgent thing that is due; return whether there was one.

        Raises Fault when the state cannot be read, or what became of a run cannot be written to it.
        """
        if self._table is None or self._ended():
            return False
        due = [name for name in self._table.due(now) if name != VERIFY]
        told_due = self._told_due()
        if due and set(due) >= set(self._parts):
            self._run(self._parts, {}, now)
        elif told_due is not None and told_due <= now.steady and not (due and self._told_last):
            self._run((), self._told(), now)
        elif due:
            self._run(due, {}, now)
        elif self._verifying is not None and self._verifying.ended:
            self._take_verified(self._verifying)
        elif VERIFY in self._table.due(now):
            self._verifying = self._make_verifying()
            self._verifying.start()
            self._timetable.postponed(VERIFY, float("inf"))
        else:
            return False
        return True

    @property
    def _timetable(self) -> Timetable:
        if self._table is None:
            raise RuntimeError("nothing runs before there is a timetable")
        return self._table

    def _told(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Take what was told of, as far as the rules in force read it."""
        watched = self._place.watched_modules()
        taken = self._hints.take()
        return {place: ids for place, ids in taken.items() if place[1] in watched.get(place[0], ())}

    def _run(self, parts: Sequence[str], told: Mapping[tuple[str, str], frozenset[str]], now: Moment) -> None:
        if not parts and not told:
            return
        if self._place.force().plan.digest != self.rules:
            self._hints.put_back(told)
            self.outdated = True
            return
        if parts:
            # What a connection remembers of its system is asked for anew; a whole run reads what was told of anyway.
            self._place.disconnect()
            if set(parts) >= set(self._parts):
                self._hints.take()
        self.running, self.waiting = True, False
        # However many call-backs come, what has a schedule has its turn.
        self._told_last = not parts
        try:
            report = self._place.perform(
                parts,
                told=None if parts else told,
                cause=self._cause(parts),
                progress=Silent(),
                checkpoint=self._checkpoint,
            )
        except Stopped:
            self._hints.put_back(told)
        except Fault as fault:
            self._failed(parts, told, fault, now)
        except Exception as error:
            log.debug("what went wrong", exc_info=True)
            self._failed(parts, told, _mistake(error), now)
        else:
            self._succeeded(parts, report, now)
        finally:
            self.running = False
            self._took(self._now().steady - now.steady)

    def _cause(self, parts: Collection[str]) -> RunCause:
        if not parts:
            return "notice"
        if self.first:
            return "catch-up"
        return "retry" if self._timetable.failures else "schedule"

    def _checkpoint(self) -> None:
        self._pulse()
        if self._ended():
            raise Stopped

    def _succeeded(self, parts: Sequence[str], report: ApplyReport, began: Moment) -> None:
        now = self._now()
        counts = self.figures.add(report, now.steady - began.steady)
        if self._said is not None:
            log.info("runs succeed again")
        self._said, self.first, self.last_success = None, False, now_of(now.wall)
        if self._timetable.failures_of(VERIFY):
            # What kept it from comparing may be over as well.
            self._timetable.sooner([VERIFY], now, 0.0)
        if parts:
            self._timetable.done(parts, began)
        self._told_failures, self._told_after = 0, float("-inf")
        if report.unknown or report.moved_on:
            # What became of them shows in the next reading; it need not wait for the schedule.
            self._follow_ups += 1
            self._timetable.sooner(self._parts, now, self._wait(self._follow_ups))
        else:
            self._follow_ups = 0
        held = {name for item in report.changes.unreadable for name in item.holds}
        state = self._place.state()
        for item in report.changes.unreadable:
            fault = Fault(find_code(item.code) or INTERNAL, item.message, help=item.help)
            state.put_failure([name for name in item.holds if name in parts], self.last_success, fault)
        state.put_success([name for name in parts or (NOTICES,) if name not in held], self.last_success, counts)

    def _failed(
        self, parts: Sequence[str], told: Mapping[tuple[str, str], frozenset[str]], fault: Fault, began: Moment
    ) -> None:
        now = self._now()
        self._hints.put_back(told)
        if fault.code in {LEASE_HELD, SWITCHED_OFF}:
            self.waiting = True
            self._timetable.later(parts, now, BUSY_SECONDS)
            self._told_after = now.steady + BUSY_SECONDS
            return
        self.figures.failed(now.steady - began.steady)
        self._say(fault)
        self._place.disconnect()
        if parts:
            self._timetable.failed(parts, now, heals=fault.code is not GUARD_EXCEEDED)
        else:
            self._told_failures += 1
            self._told_after = now.steady + self._wait(self._told_failures)
        self._place.state().put_failure(parts or (NOTICES,), now_of(now.wall), fault)

    def _say(self, fault: Fault) -> None:
        """Say why a run failed; while it stays the reason, as in an outage of a day, it is said once."""
        log.log(logging.ERROR if fault.code.id != self._said else logging.DEBUG, "%s", in_full(fault))
        self._said = fault.code.id

    def _wait(self, failures: int) -> float:
        return float(min((seconds_of(self._schedule.retry) or 60.0) * 2 ** min(failures - 1, 20), LONGEST_RETRY))

    # -- verify -------------------------------------------------------------------------------------------------

    def wait_for_verify(self) -> None:
        """Wait until a verify that is under way has ended."""
        if self._verifying is not None:
            self._verifying.join()

    def _take_verified(self, verifying: Verifying) -> None:
        """Take over what came of a verify."""
        now = self._now()
        self._verifying = None
        self._timetable.postponed(VERIFY, now.steady)
        if verifying.fault is not None:
            self._timetable.failed([VERIFY], now)
            self._say(verifying.fault)
            self._place.state().put_failure([VERIFY], now_of(now.wall), verifying.fault)
        elif verifying.found is not None:
            self._timetable.done([VERIFY], now)
            drift = drift_of(verifying.found, patience=seconds_of(self._schedule.every) or LONGEST_RETRY)
            self._place.state().put_success([VERIFY], now_of(now.wall), drift_detail(drift))


def in_full(fault: Fault) -> str:
    """Return a fault as a line of the log: what is wrong, and what to do about it."""
    return f"{fault} ({' '.join(fault.help.split())})" if fault.help else str(fault)


def _mistake(error: Exception) -> Fault:
    return Fault(
        INTERNAL,
        f"the run ended with a mistake of syncdsl: {type(error).__name__}",
        help="the next run goes on; run the daemon with `-vv` to see the technical details, and please report them",
    )
