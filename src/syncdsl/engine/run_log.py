"""What a run says in the log: that it began, what it came to, and each write that was refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import NotSent, Rejected
from syncdsl.engine.refusals import subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Outcome
    from syncdsl.engine.report import ApplyReport
    from syncdsl.engine.writes import Write

log = logging.getLogger("syncdsl.run")


def say_begun(run_id: str) -> None:
    """Say that a run began."""
    log.debug("run %s begins", run_id, extra={"run": run_id})


def say_ended(run_id: str, report: ApplyReport) -> None:
    """Say what a run came to; counts that are 0 are left out, but for the writes that were made.

    One that did nothing is told only to those who want to hear everything: a daemon has hundreds of them in a day.
    """
    counts = {
        "refused": len(report.failed),
        "in doubt": len(report.unknown),
        "changed meanwhile": len(report.moved_on),
        "waiting": len(report.waiting),
        "held for a person": len(report.changes.holds),
        "modules unreadable": len(report.changes.unreadable),
    }
    said = [f"{count} {name}" for name, count in counts.items() if count]
    level = logging.INFO if report.done or counts["refused"] or counts["in doubt"] else logging.DEBUG
    log.log(level, "%s", ", ".join([f"{len(report.done)} done", *said]), extra={"run": run_id})


def say_refused(run_id: str, writes: Sequence[Write], outcomes: Sequence[Outcome]) -> None:
    """Say which writes of a call were not taken, of which record each was, and why; once, whatever it carried."""
    for write, outcome in zip(writes, outcomes, strict=True):
        match outcome:
            case Rejected(code=code, message=message):
                reason = f"refused ({code}): {message}"
            case NotSent(reason=why):
                reason = f"not sent: {why}"
            case _:
                continue
        effect = write.effects[0]
        name = subject(effect)
        log.info(
            "%s of %s %s",
            effect.kind,
            name.text,
            reason,
            extra={"run": run_id, "connection": name.connection, "record": name.text},
        )
