"""Time: how fine the stamps are, whose clock they come from, and whether the system calls back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from syncdsl.adapters.conformance.expectations import written
from syncdsl.adapters.conformance.measurement import compared, found
from syncdsl.adapters.notifications import Notifying, Subscribing
from syncdsl.adapters.protocol import Change

if TYPE_CHECKING:
    from syncdsl.adapters.conformance.bench import Bench
    from syncdsl.adapters.conformance.measurement import Measurement

GROUP = "time"
EDITS = 4


def stamps(bench: Bench) -> list[Measurement]:
    """Edit a record a few times and look at its stamps, and at the server's own time beside them."""
    label = bench.subject.label
    identifier = bench.make()
    seen = []
    for number in range(EDITS):
        written(bench.connection.update(bench.module, [Change(id=identifier, fields={label: f"edit {number}"})])[0])
        seen.append(bench.read(identifier, label).modified)
    told = [stamp for stamp in seen if stamp is not None]
    if not told:
        return [found(GROUP, "stamps", "none: every record is read again")]
    fine = any(stamp.microsecond for stamp in told)
    rows = [found(GROUP, "stamps", "finer than a second" if fine else "whole seconds")]
    _, _, end = bench.observe()
    overlap = bench.connection.capabilities.overlap_seconds
    apart = (told[-1] - end.server_time).total_seconds()
    rows.append(
        compared(
            GROUP,
            "stamps and the server's clock",
            declared=f"within {overlap:.0f} s",
            measured=f"{abs(apart):.0f} s apart",
            fits=apart <= overlap,
        )
    )
    skew = (dt.datetime.now(dt.UTC) - end.server_time).total_seconds()
    rows.append(found(GROUP, "this machine's clock", f"{abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"))
    return rows


def callbacks(bench: Bench) -> list[Measurement]:
    """Say whether changes are told by calls."""
    match bench.connection.inner:
        case Subscribing():
            told = "subscribes by itself"
        case Notifying():
            told = "listens; a person sets the call up once"
        case _:
            told = "none: changes are found by asking"
    return [found(GROUP, "notices of change", told)]


TIME = (stamps, callbacks)
