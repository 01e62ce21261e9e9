"""I22: in every minute and every day the calls stay within the limits, and urgent ones are never starved.

The gate that every call of a real adapter passes is driven here by a virtual clock, over what processes share.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.strategies import examples
from tests.simulator.violation import require

from syncdsl.adapters.priority import Priority
from syncdsl.adapters.transport.windows import DAY, MINUTE, Call, CallLimits, Usage

CLASSES = tuple(Priority)


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to make a call: after a pause, of a class, and it takes a while."""

    pause: float
    priority: Priority
    seconds: float


WISHES = st.lists(
    st.builds(
        Wish,
        pause=st.sampled_from((0.0, 0.5, 5.0, 61.0, 4000.0)),
        priority=st.sampled_from(CLASSES),
        seconds=st.sampled_from((0.1, 2.0, 30.0)),
    ),
    min_size=1,
    max_size=40,
)


@examples(100)
@given(WISHES, st.integers(1, 5), st.integers(6, 30))
def test_I22_rate(wishes: list[Wish], per_minute: int, per_day: int) -> None:  # noqa: N802 - the invariant's own name
    """I22: no sliding minute or day holds more calls than allowed, and less urgent work leaves a reserve."""
    limits = CallLimits(per_minute=per_minute, per_day=per_day)
    now, text = 1000.0, None
    made: list[tuple[float, Priority]] = []
    for number, wish in enumerate(wishes):
        now += wish.pause
        call = Call(ticket=str(number), holder="one", priority=wish.priority)
        for _ in range(3):
            usage = Usage.from_text(text)
            usage.settle(now, limits, lambda _holder: False)
            wait = usage.ask(call, limits, now)
            if wait is None:
                made.append((now, wish.priority))
                text, now = usage.to_text(), now + wish.seconds
                usage = Usage.from_text(text)
                usage.settle(now, limits, lambda _holder: False)
                usage.end(call.ticket, limits, now)
                text = usage.to_text()
                break
            text = usage.to_text()
            if wait.until is None or wait.until - now > 2 * MINUTE:
                usage.withdraw(call.ticket)
                text = usage.to_text()
                break
            now = max(now, wait.until)
    for window, most in ((MINUTE, per_minute), (DAY, per_day)):
        for start, _ in made:
            inside = [at for at, _ in made if start <= at < start + window]
            require(len(inside) <= most, f"{len(inside)} calls in {window:.0f} s, {most} are allowed")
    for start, _ in made:
        today = [priority for at, priority in made if start <= at < start + DAY]
        lesser = sum(priority > Priority.NOTICE for priority in today)
        require(lesser <= per_day - int(per_day * 0.2), "less urgent work took what is kept for effects")


def test_I22_effects_are_not_starved() -> None:  # noqa: N802 - the invariant's own name
    """I22: when a day is used up by less urgent work, effects still find their part of it."""
    limits, usage, now = CallLimits(per_day=10), Usage(), 0.0
    for number in range(20):
        call = Call(ticket=str(number), holder="one", priority=Priority.BACKFILL)
        if usage.ask(call, limits, now) is None:
            usage.end(call.ticket, limits, now)
    assert usage.ask(Call(ticket="effect", holder="one", priority=Priority.EFFECT), limits, now) is None
