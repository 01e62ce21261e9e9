"""What was read last, and how far: together or not at all."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from syncdsl.state import Observed, StoredRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)


def records(*numbers: int, name: str = "a") -> list[StoredRecord]:
    return [StoredRecord(id=str(number), version="v", modified=NOW, fields={"name": name}) for number in numbers]


def by_id(*found: StoredRecord) -> dict[str, StoredRecord]:
    return {record.id: record for record in found}


def test_nothing_was_read_at_first(state: State) -> None:
    """An observation that never ran has no records, no fields and no cursor."""
    assert state.observed("step") == Observed()


def test_records_come_back_as_they_were(state: State) -> None:
    """Records with and without stamps, and the fields and the cursor, are read as they were written."""
    bare = StoredRecord(id="bare")
    full = StoredRecord(
        id="full", version="7", modified=NOW, created=NOW - dt.timedelta(days=1), fields={"a": ("x", "y")}
    )
    state.save_observation("step", ("b", "a"), [bare, full], [], "cursor-1")
    assert state.observed("step") == Observed(records=by_id(bare, full), cursor="cursor-1", fields=("b", "a"))
    assert state.observed("other") == Observed()


def test_later_reads_replace_and_remove(state: State) -> None:
    """A later read replaces the records it brings, removes those that are gone, and leaves the others."""
    state.save_observation("step", ("name",), records(*range(1500)), [], "1")
    gone = [str(number) for number in range(1, 1499)]
    state.save_observation("step", ("name",), records(0, name="b"), [*gone, "never there"], "2")
    assert state.observed("step").records == by_id(*records(0, name="b"), *records(1499))
    state.save_observation("step", ("name",), [], [], None)
    assert state.observed("step").cursor is None


def test_the_time_of_a_sweep_outlives_partial_readings(state: State) -> None:
    """When a module was last read completely stays on file while only changes are read."""
    state.save_observation("step", ("name",), records(1), [], "1", swept=NOW)
    state.save_observation("step", ("name",), records(2), [], "2")
    assert state.observed("step").swept == NOW


def test_a_written_record_joins_an_observation_that_is_there(state: State) -> None:
    """What our own write left replaces what was read; where nothing was read, it is no reading."""
    state.save_observation("step", ("name",), records(1, 2), [], "1")
    for step in ("step", "other"):
        state.note_written(step, records(1, name="b")[0])
    assert state.observed("step").records == by_id(*records(1, name="b"), *records(2))
    assert state.observed("other") == Observed()


def failing() -> Iterator[StoredRecord]:
    yield from records(2, name="new")
    raise ConnectionError


@pytest.mark.parametrize(
    "broken",
    [
        [*records(2, name="new"), StoredRecord(id="3", fields={"a": object()})],  # type: ignore[dict-item]  # the point of it
        [*records(2, name="new"), StoredRecord(id="3", modified=dt.datetime(2026, 1, 1))],  # noqa: DTZ001 - the point of it
        "source",
    ],
    ids=["value", "moment", "source"],
)
@pytest.mark.parametrize("inside", [False, True])
def test_a_failing_save_leaves_both_as_they_were(state: State, broken: list[StoredRecord] | str, inside: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """When a save fails on its way neither the records nor the cursor moved, even if the transaction around goes on."""
    state.save_observation("step", ("name",), records(1, 2), [], "1")
    before = state.observed("step")
    put = failing() if isinstance(broken, str) else broken
    if inside:
        with state.transaction():
            with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is
                state.save_observation("step", ("other",), put, ["1"], "2")
            state.approve("digest", "me", NOW)
        assert state.approved("digest")
    else:
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is
            state.save_observation("step", ("other",), put, ["1"], "2")
    assert state.observed("step") == before


def test_a_save_that_sqlite_refuses_leaves_both_as_they_were(state: State) -> None:
    """When the last statement of a save fails the cursor that its first one wrote does not stay."""
    state.save_observation("step", ("name",), records(1, 2), [], "1")
    before = state.observed("step")
    with state.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE DELETE ON observed_record BEGIN SELECT raise(ABORT, 'no'); END"
        )
    with state.transaction(), pytest.raises(Exception, match="no"):
        state.save_observation("step", ("other",), records(3), ["1"], "2")
    assert state.observed("step") == before
