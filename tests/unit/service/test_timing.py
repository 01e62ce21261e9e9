"""When parts are due: durations by the clock that only grows, times of cron by the one on the wall."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from syncdsl.service.timing import LONGEST_RETRY, Moment, Timetable, expected_seconds

WALL = dt.datetime(2026, 3, 1, 5, 30, tzinfo=dt.UTC).timestamp()
HOUR = 3600.0


def at(seconds: float, jump: float = 0.0) -> Moment:
    """Return a moment so many seconds after the start; the wall's clock was set by `jump`."""
    return Moment(steady=seconds, wall=WALL + seconds + jump)


def table(retry: float = 60.0, **timings: str) -> Timetable:
    return Timetable(timings, at(0), retry=retry)


def test_everything_is_due_at_the_start_and_then_in_its_own_time() -> None:
    """A start catches up; then each part keeps its own rhythm, counted from when it was due and not from its end."""
    times = table(customers="2h", items="30m", deal="never")
    assert times.due(at(0)) == ("customers", "items")
    times.done(["customers", "items"], at(100))
    assert times.due(at(100)) == ()
    assert times.next() == HOUR / 2
    assert times.due(at(HOUR / 2)) == ("items",)
    times.done(["items"], at(HOUR / 2 + 60))
    assert times.next() == HOUR
    assert times.due(at(2 * HOUR)) == ("customers", "items")
    assert set(times.next_of(at(0))) == {"customers", "items"}


def test_what_was_missed_is_not_made_up_for() -> None:
    """After a run that took longer than the rhythm the next time is the next one of the rhythm."""
    times = table(items="30m")
    times.done(["items"], at(HOUR * 1.6))
    assert times.next() == 2 * HOUR


def test_times_of_cron_go_by_the_wall() -> None:
    """At 6 o'clock UTC on weekdays: a Sunday morning waits for Monday."""
    times = table(customers="0 6 * * 1-5")
    times.done(["customers"], at(0))
    assert times.next() == 24.5 * HOUR


def test_a_clock_that_is_set_moves_times_of_the_wall_alone() -> None:
    """A jump of the wall's clock is told, plans cron times anew, and neither hurries nor delays durations."""
    times = table(customers="0 6 * * *", items="2h")
    times.done(["customers", "items"], at(1))
    assert times.look_at_clocks(at(10, jump=1.0)) == 0.0
    assert times.look_at_clocks(at(10, jump=-24 * HOUR)) == -24 * HOUR
    assert times.look_at_clocks(at(20, jump=-24 * HOUR)) == 0.0
    assert times.due(at(0.5 * HOUR, jump=-24 * HOUR)) == ("customers",)
    assert times.due(at(2 * HOUR, jump=-24 * HOUR)) == ("customers", "items")


def test_a_failure_is_tried_again_soon_and_then_ever_later() -> None:
    """Waits double up to an hour and never go beyond the usual time; what does not heal waits for that."""
    times = table(customers="4h")
    now, waits = 0.0, []
    for _ in range(9):
        times.failed(["customers"], at(now))
        waits.append(times.next() - now)
        now = times.next()
    assert waits[:7] == [60, 120, 240, 480, 960, 1920, LONGEST_RETRY]
    times.done(["customers"], at(now))
    times.failed(["customers"], at(now + 1))
    assert times.next() == now + 61
    blocked = table(customers="4h")
    blocked.failed(["customers"], at(0), heals=False)
    assert blocked.next() == 4 * HOUR


def test_the_usual_distance_of_two_times() -> None:
    """Silence is judged by how far two times of a schedule lie apart."""
    assert [expected_seconds(one, at(0)) for one in ("15m", "0 6 * * *", "never")] == [
        900.0,
        24 * HOUR,
        None,
    ]


@given(st.lists(st.floats(1, 50_000), max_size=30), st.sampled_from(["10m", "2h", "7d", "*/20 * * * *"]))
def test_the_next_time_is_always_ahead(waits: list[float], timing: str) -> None:
    """Whatever passes between, what was carried out is due later than now, by at most its rhythm."""
    times = table(part=timing)
    now = 0.0
    for wait in waits:
        now += wait
        times.done(["part"], at(now))
        expected = expected_seconds(timing, at(now))
        assert expected is not None
        assert now < times.next() <= now + expected + 1e-6
