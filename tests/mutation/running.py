"""Tries many faults, a few at a time, each in a process of its own that is ended when it takes too long."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from tests.mutation.suites import suites_for
from tests.mutation.trying import try_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

    from tests.mutation.fault import Fault

SECONDS = 240.0
"""How long the tests of one fault may take: several times as long as all of them take without a fault."""
_PRELOADED = [
    "pytest",
    "lark",
    "pydantic",
    "syncdsl.functions",
    "syncdsl.plan.plan",
    "syncdsl.schema.snapshot",
    "syncdsl.syntax",
]
"""What no fault is in; every process starts with it."""

Word = Literal["noticed", "missed", "unusable", "endless"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a fault: `detail` is the test that noticed, or why it could not be tried.

    `message` is what the failing test said.
    """

    fault: Fault
    word: Word
    detail: str
    seconds: float
    message: str = ""

    @property
    def noticed(self) -> bool:
        """Whether the tests do not pass with the fault: one fails, or never ends."""
        return self.word in {"noticed", "endless"}


@dataclass(slots=True, kw_only=True)
class _Running:
    fault: Fault
    process: ForkServerProcess
    answer: Connection
    log: Path
    began: float


def try_all(
    faults: Iterable[Fault],
    known: Mapping[str, str],
    *,
    at_once: int = 2,
    seconds: float = SECONDS,
    suites: Callable[[str], tuple[tuple[str, ...], ...]] = suites_for,
    seen: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Try faults and return what came of each, in their order.

    `known` says by the name of a fault which test noticed it before; that one is asked first, then the groups of tests
    that `suites` gives for its file. `seen` is called with each outcome as it comes.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    waiting = list(faults)
    order = {fault.name: number for number, fault in enumerate(waiting)}
    waiting.reverse()
    outcomes: list[Outcome] = []
    running: list[_Running] = []
    with TemporaryDirectory(prefix="syncdsl-faults-") as folder:
        while waiting or running:
            while waiting and len(running) < at_once:
                fault = waiting.pop()
                before = known.get(fault.name)
                ours, theirs = context.Pipe(duplex=False)
                log = Path(folder) / f"{order[fault.name]}.log"
                process = context.Process(
                    target=try_fault, args=(fault, before, suites(fault.file), log, theirs), daemon=True
                )
                process.start()
                theirs.close()
                began = time.monotonic()
                running.append(_Running(fault=fault, process=process, answer=ours, log=log, began=began))
            wait([item.process.sentinel for item in running], timeout=1.0)
            for item in list(running):
                outcome = _outcome(item, seconds)
                if outcome is not None:
                    running.remove(item)
                    outcomes.append(outcome)
                    seen(outcome)
    return sorted(outcomes, key=lambda outcome: order[outcome.fault.name])


def failing_anyway(
    files: Iterable[str], suites: Callable[[str], tuple[tuple[str, ...], ...]] = suites_for
) -> list[str]:
    """Return the tests that fail without any fault, of those that are asked about some files: they prove nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    groups = dict.fromkeys(group for file in files for group in suites(file))
    ours, theirs = context.Pipe(duplex=False)
    with TemporaryDirectory(prefix="syncdsl-faults-") as folder:
        log = Path(folder) / "without.log"
        process = context.Process(target=try_fault, args=(None, None, list(groups), log, theirs), daemon=True)
        process.start()
        theirs.close()
        process.join()
        try:
            word, detail, _ = ours.recv()
        except EOFError:
            word, detail = "unusable", _last(log)
    ours.close()
    return [] if word == "missed" else [detail]


def _outcome(item: _Running, seconds: float) -> Outcome | None:
    """Return what came of a fault; None while its tests run."""
    taken = time.monotonic() - item.began
    word: Word
    message = ""
    if item.process.is_alive():
        if taken <= seconds:
            return None
        item.process.kill()  # this very process, by its id
        word, detail = "endless", f"the tests did not end within {seconds:.0f} seconds"
    else:
        try:
            word, detail, message = item.answer.recv()
        except EOFError:
            word, detail = "unusable", f"the process ended with {item.process.exitcode}: {_last(item.log)}"
    item.process.join()
    item.answer.close()
    return Outcome(fault=item.fault, word=word, detail=detail, seconds=taken, message=message)


def _last(log: Path) -> str:
    """Return the last line that a process printed."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.is_file() else []
    return next((line for line in reversed(lines) if line.strip()), "nothing was printed")
