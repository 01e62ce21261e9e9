"""What was marked waits once, until it is taken."""

from __future__ import annotations

import threading

from syncdsl.adapters.notifications import Notice
from syncdsl.service.hints import NAMED, Hints

DEALS = ("crm", "Deals")


def notice(*ids: str) -> list[Notice]:
    return [Notice(module="Deals", ids=ids)]


def test_a_burst_is_one_set() -> None:
    """The same record told of many times from many threads waits once, and whoever waits is woken."""
    woken = threading.Event()
    hints = Hints(lambda: 5.0, woken.set)

    def many() -> None:
        for number in range(500):
            hints.mark("crm", notice(str(number % 10)))

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert woken.is_set()
    assert (len(hints), hints.since) == (10, 5.0)
    assert hints.take() == {DEALS: frozenset(map(str, range(10)))}
    assert (len(hints), hints.since, hints.take()) == (0, None, {})


def test_too_many_records_are_a_module() -> None:
    """Beyond a bound records are no longer remembered one by one, so that no flood fills the memory."""
    hints = Hints(lambda: 0.0, lambda: None)
    hints.mark("crm", notice(*map(str, range(NAMED + 1))))
    hints.mark("crm", notice("more"))
    assert hints.take() == {DEALS: frozenset()}


def test_a_call_that_hints_at_nothing_wakes_nobody() -> None:
    """Nothing waits after a call without a notice; a module without ids waits as a whole."""
    hints = Hints(lambda: 0.0, lambda: None)
    hints.mark("crm", [])
    assert hints.since is None
    hints.mark("crm", notice())
    assert len(hints) == 1
    assert hints.take() == {DEALS: frozenset()}


def test_what_came_to_nothing_waits_again() -> None:
    """What a failed run took is put back beside what was marked meanwhile."""
    hints = Hints(lambda: 1.0, lambda: None)
    hints.mark("crm", notice("1"))
    taken = hints.take()
    hints.mark("crm", notice("2"))
    hints.put_back(taken)
    assert hints.take() == {DEALS: frozenset({"1", "2"})}
