"""Updates and deletions: whether an outdated one is noticed, and what a second deletion answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.conformance.expectations import written
from syncdsl.adapters.conformance.measurement import compared, found
from syncdsl.adapters.protocol import Change, MovedOn, Written

if TYPE_CHECKING:
    from syncdsl.adapters.conformance.bench import Bench
    from syncdsl.adapters.conformance.measurement import Measurement

GROUP = "updates"


def outdated(bench: Bench) -> list[Measurement]:
    """Update from values that somebody else replaced a moment ago, within the same second as a rule."""
    label = bench.subject.label
    base = bench.read(bench.make(**{label: "before"}), label)
    written(bench.connection.update(bench.module, [Change(id=base.id, fields={label: "theirs"})])[0])
    [outcome] = bench.connection.update(bench.module, [Change(id=base.id, fields={label: "ours"}, based_on=base)])
    kept = bench.read(base.id, label).fields.get(label) == "theirs"
    fits = isinstance(outcome, MovedOn) and kept
    how = "by the version" if bench.connection.capabilities.conditional_update else "by comparing before writing"
    measured = f"noticed, nothing written ({how})" if fits else "overwritten" if not kept else "refused"
    return [compared(GROUP, "an outdated update", declared="noticed", measured=measured, fits=fits)]


def emptied(bench: Bench) -> list[Measurement]:
    """Clear a field."""
    label = bench.subject.label
    identifier = bench.make(**{label: "something"})
    [outcome] = bench.connection.update(bench.module, [Change(id=identifier, fields={label: None})])
    held = bench.read(identifier, label).fields.get(label)
    fits = isinstance(outcome, Written) and held is None
    return [compared(GROUP, "clearing a field", declared="empty", measured="empty" if fits else repr(held), fits=fits)]


def deleted(bench: Bench) -> list[Measurement]:
    """Delete a record, read it, delete it again, and look for it in the feed."""
    identifier = bench.make()
    _, _, end = bench.observe()
    [first] = bench.connection.delete(bench.module, [identifier])
    if not isinstance(first, Written):
        return [found(GROUP, "deleting", f"refused: {getattr(first, 'message', first)}")]
    absent = not bench.connection.fetch(bench.module, [identifier], ())
    [again] = bench.connection.delete(bench.module, [identifier])
    rows = [
        compared(
            GROUP,
            "a deleted record",
            declared="absent",
            measured="absent" if absent else "still read",
            fits=absent,
        ),
        compared(
            GROUP,
            "deleting again",
            declared="done already",
            measured="done already" if isinstance(again, Written) else str(again),
            fits=isinstance(again, Written),
        ),
    ]
    _, gone, later = bench.observe(end.cursor)
    told = identifier in gone
    measured = "told with the changes" if told else "found by a complete reading" if later.complete else "not told"
    rows.append(found(GROUP, "deletions", measured if told or later.complete else f"{measured}: sweeps find them"))
    return rows


UPDATING = (outdated, emptied, deleted)
