from __future__ import annotations

import pytest

from syncdsl.adapters.transport.answer import Answer, LostError, RefusedError, UnsentError, Verdict
from syncdsl.adapters.transport.rate import Gate
from syncdsl.adapters.transport.retry import RetryPolicy, Waits

POLICY = RetryPolicy(draw=lambda: 1.0)


def busy(wait: float | None = None) -> RefusedError:
    return RefusedError(Verdict.BUSY, Answer(status=429, retry_after=wait))


def failing() -> RefusedError:
    return RefusedError(Verdict.FAILING, Answer(status=503))


def test_waits_double_up_to_a_ceiling() -> None:
    waits = Waits(RetryPolicy(draw=lambda: 1.0, budget=1000, attempts=9), write=False)
    assert [waits(failing()) for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


def test_jitter_is_full() -> None:
    assert Waits(RetryPolicy(draw=lambda: 0.0), write=False)(failing()) == 0.0


def test_retry_after_is_added_to_the_jitter() -> None:
    assert Waits(POLICY, write=True)(busy(7)) == 7.5


def test_a_wait_beyond_the_budget_gives_up_at_once() -> None:
    assert Waits(POLICY, write=False)(busy(3600)) is False


def test_the_budget_bounds_all_waits_together() -> None:
    waits = Waits(POLICY, write=False)
    assert [bool(waits(busy(25))) for _ in range(3)] == [True, True, False]


def test_attempts_are_bounded() -> None:
    waits = Waits(POLICY, write=False)
    assert [waits(UnsentError("x")) is False for _ in range(6)] == [False] * 5 + [True]


@pytest.mark.parametrize("error", [LostError("lost"), failing()])
def test_a_write_that_may_have_arrived_is_never_repeated(error: Exception) -> None:
    assert Waits(POLICY, write=True)(error) is False
    assert Waits(POLICY, write=False)(error) is not False


@pytest.mark.parametrize("error", [UnsentError("unsent"), busy()])
def test_a_write_without_effect_is_repeated(error: Exception) -> None:
    assert Waits(POLICY, write=True)(error) is not False


@pytest.mark.parametrize("verdict", [Verdict.FORBIDDEN, Verdict.EXPIRED])
def test_what_will_not_pass_is_not_repeated(verdict: Verdict) -> None:
    assert Waits(POLICY, write=False)(RefusedError(verdict, Answer(status=401))) is False


def test_the_gate_waits_when_the_minute_is_full() -> None:
    """The third call of a minute that has room for two asks again until something stops it."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise InterruptedError

    gate = Gate(concurrency=1, per_minute=2, sleep=sleep)
    for _ in range(2):
        with gate.call():
            pass
    assert slept == []
    with pytest.raises(InterruptedError), gate.call():
        pass
    assert len(slept) == 3
