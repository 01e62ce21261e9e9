"""Reading: what a cursor reaches, and whether a list stays whole while it is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.conformance.expectations import written
from syncdsl.adapters.conformance.measurement import compared, found, unmeasured
from syncdsl.adapters.protocol import Change

if TYPE_CHECKING:
    from syncdsl.adapters.conformance.bench import Bench
    from syncdsl.adapters.conformance.measurement import Measurement

GROUP = "reading"


def cursors(bench: Bench) -> list[Measurement]:
    """Read from a cursor at once after an edit that may carry the cursor's own stamp."""
    label = bench.subject.label
    identifier = bench.make()
    _, _, end = bench.observe()
    if end.cursor is None:
        return [found(GROUP, "changes since a cursor", "no cursors: every reading is complete")]
    written(bench.connection.update(bench.module, [Change(id=identifier, fields={label: "edited"})])[0])
    records, _, later = bench.observe(end.cursor)
    seen = records.get(identifier, {}).get(label) == "edited"
    rows = [
        compared(
            GROUP,
            "changes since a cursor",
            declared="none missed",
            measured="none missed" if seen else "an edit in the cursor's own second is missed",
            fits=seen,
        )
    ]
    if not later.complete:
        rows.append(found(GROUP, "rows since a cursor", f"{len(records)}, those of the overlap among them"))
    return rows


def edited_meanwhile(bench: Bench) -> list[Measurement]:
    """Edit a record that was not read yet between two pages of a complete reading."""
    label, size = bench.subject.label, bench.connection.capabilities.page_size
    records, _, _ = bench.observe()
    if len(records) <= size:
        why = f"`{bench.module}` has {len(records)} records, a page holds {size}"
        return [unmeasured(GROUP, "a list edited meanwhile", why)]
    late = list(records)[-1]
    before = records[late].get(label)

    def edit(number: int) -> None:
        if number == 1:
            written(bench.connection.update(bench.module, [Change(id=late, fields={label: "edited meanwhile"})])[0])

    try:
        found_now, _, end = bench.observe(between=edit)
    finally:
        bench.connection.update(bench.module, [Change(id=late, fields={label: before})])
    whole = set(records) <= set(found_now) or not end.complete
    return [
        compared(
            GROUP,
            "a list edited meanwhile",
            declared="whole",
            measured="whole" if whole else f"{len(set(records) - set(found_now))} records skipped unnoticed",
            fits=whole,
        )
    ]


def views(bench: Bench) -> list[Measurement]:
    """Say which views the module has."""
    names = bench.schema.views
    return [found(GROUP, "views", f"{len(names)}: {', '.join(names[:4])}" if names else "none")]


READING = (cursors, edited_meanwhile, views)
