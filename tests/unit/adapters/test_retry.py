from __future__ import annotations

import pytest
from tests.unit.adapters.conftest import Clock

from syncdsl.adapters.transport.answer import Answer, LostError, RefusedError, UnsentError, Verdict
from syncdsl.adapters.transport.retry import REPETITIONS, Repetition, RetryPolicy, Trouble, Waits, repeat

POLICY = RetryPolicy(draw=lambda: 1.0)


def busy(wait: float | None = None) -> RefusedError:
    return RefusedError(Verdict.BUSY, Answer(status=429, retry_after=wait))


def failing() -> RefusedError:
    return RefusedError(Verdict.FAILING, Answer(status=503))


def test_waits_double_up_to_a_ceiling() -> None:
    patient = {Trouble.FAILING: Repetition(attempts=9, first=0.5, longest=15.0, writes=False)}
    waits = Waits(RetryPolicy(draw=lambda: 1.0, budget=1000, repetitions=patient), write=False)
    assert [waits(failing()) for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


def test_jitter_is_full() -> None:
    assert Waits(RetryPolicy(draw=lambda: 0.0), write=False)(failing()) == 0.0


def test_retry_after_is_added_to_the_jitter() -> None:
    assert Waits(POLICY, write=True)(busy(7)) == 7.5


def test_a_wait_beyond_the_budget_gives_up_at_once() -> None:
    assert Waits(POLICY, write=False)(busy(3600)) is None


def test_the_budget_bounds_all_waits_together() -> None:
    waits = Waits(POLICY, write=False)
    assert [waits(busy(25)) is not None for _ in range(3)] == [True, True, False]


def test_attempts_are_bounded() -> None:
    waits = Waits(POLICY, write=False)
    assert [waits(UnsentError("x")) is None for _ in range(6)] == [False] * 5 + [True]


@pytest.mark.parametrize("error", [LostError("lost"), failing()])
def test_a_write_that_may_have_arrived_is_never_repeated(error: Exception) -> None:
    assert Waits(POLICY, write=True)(error) is None
    assert Waits(POLICY, write=False)(error) is not None


@pytest.mark.parametrize("error", [UnsentError("unsent"), busy()])
def test_a_write_without_effect_is_repeated(error: Exception) -> None:
    assert Waits(POLICY, write=True)(error) is not None


@pytest.mark.parametrize("verdict", [Verdict.FORBIDDEN, Verdict.EXPIRED])
def test_what_will_not_pass_is_not_repeated(verdict: Verdict) -> None:
    assert Waits(POLICY, write=False)(RefusedError(verdict, Answer(status=401))) is None


def test_every_class_of_trouble_is_in_the_table() -> None:
    assert set(REPETITIONS) == set(Trouble)


def test_a_call_is_repeated_by_the_clock_it_is_given() -> None:
    """Waiting takes the injected clock's time and the injected draws; the last failure is raised."""
    clock = Clock()
    answers: list[Exception] = [busy(7), UnsentError("one"), LostError("two")]

    def call() -> None:
        raise answers.pop(0)

    with pytest.raises(LostError, match="two"):
        repeat(call, POLICY, write=True, clock=clock)
    assert clock.waits == [7.5, 1.0]
