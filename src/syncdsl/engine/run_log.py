"""What a run says in the log: that it began, what it came to, and each write that was refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from syncdsl.engine.refusals import subject

if TYPE_CHECKING:
    from syncdsl.engine.report import ApplyReport, Failure

log = logging.getLogger("syncdsl.run")


def say_begun(run_id: str) -> None:
    """Say that a run began."""
    log.info("run %s begins", run_id, extra={"run": run_id})


def say_ended(run_id: str, report: ApplyReport) -> None:
    """Say what a run came to; counts that are 0 are left out, but for the writes that were made."""
    counts = {
        "refused": len(report.failed),
        "in doubt": len(report.unknown),
        "changed meanwhile": len(report.moved_on),
        "waiting": len(report.waiting),
        "held for a person": len(report.changes.holds),
        "modules unreadable": len(report.changes.unreadable),
    }
    said = [f"{count} {name}" for name, count in counts.items() if count]
    log.info("run %s ended: %s", run_id, ", ".join([f"{len(report.done)} done", *said]), extra={"run": run_id})


def say_refused(run_id: str, failure: Failure) -> None:
    """Say that a write was refused, of which record, and why."""
    name = subject(failure.effect)
    log.info(
        "%s of %s refused (%s): %s",
        failure.effect.kind,
        name.text,
        failure.code,
        failure.message,
        extra={"run": run_id, "connection": name.connection, "record": name.text},
    )
