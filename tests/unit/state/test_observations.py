"""What was read last, and how far; and what of it has something to decide."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from syncdsl.state import Head, StoredRecord

if TYPE_CHECKING:
    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)


def records(*numbers: int, name: str = "a") -> list[tuple[StoredRecord, str | None]]:
    return [
        (StoredRecord(id=str(number), version="v", modified=NOW, fields={"name": name}), None) for number in numbers
    ]


def read(state: State, step: str, *some: tuple[StoredRecord, str | None]) -> None:
    """Read records into an observation, from its beginning to its end."""
    state.begin_observation(step)
    state.stage(step, list(some))
    state.end_observation(step, ("name",), "1")


def everything(state: State, step: str = "step") -> dict[str, StoredRecord]:
    return {record.id: record for some in state.every_record(step) for record in some}


def test_nothing_was_read_at_first(state: State) -> None:
    """An observation that never ran has no head, no records and nothing on the agenda."""
    assert state.observation("step") is None
    assert everything(state) == {}
    assert state.agenda("step") == {}


def test_one_that_was_begun_was_read_with_no_fields(state: State) -> None:
    """A reading that broke off leaves records and no claim about them."""
    state.begin_observation("step")
    state.stage("step", records(1))
    assert state.observation("step") == Head(cursor=None, fields=(), swept=None)
    assert list(everything(state)) == ["1"]
    state.begin_observation("step")
    assert list(everything(state)) == ["1"]


def test_records_come_back_as_they_were(state: State) -> None:
    """Records with and without stamps, and the fields and the cursor, are read as they were written."""
    bare = StoredRecord(id="bare")
    full = StoredRecord(
        id="full", version="7", modified=NOW, created=NOW - dt.timedelta(days=1), fields={"a": ("x", "y")}
    )
    state.begin_observation("step")
    state.stage("step", [(bare, None), (full, "sd-1")])
    state.end_observation("step", ("b", "a"), "cursor-1")
    assert everything(state) == {"bare": bare, "full": full}
    assert state.stored("step", ["full", "other"]) == {"full": full}
    assert state.observation("step") == Head(cursor="cursor-1", fields=("b", "a"), swept=None)
    assert state.carriers("step", ["sd-1", "sd-2"]) == {"sd-1": ["full"]}
    assert state.versions("step", ["bare", "full", "other"]) == {"bare": None, "full": "7"}
    assert state.stored_count("step") == 2
    assert state.observation("other") is None


def test_what_differs_is_on_the_agenda(state: State) -> None:
    """New and changed records have something to decide; one that only has another version has nothing."""
    read(state, "step", *records(1, 2, 3))
    assert state.agenda("step") == {"1": "changed", "2": "changed", "3": "changed"}
    state.clear_agenda("step")
    newer = [(StoredRecord(id="1", version="w", modified=NOW, fields={"name": "a"}), None)]
    keyed = [(StoredRecord(id="3", version="v", modified=NOW, fields={"name": "a"}), "sd-1")]
    state.stage("step", [*newer, *records(2, name="b"), *keyed])
    assert state.agenda("step") == {"2": "changed", "3": "changed"}
    assert state.versions("step", ["1"]) == {"1": "w"}


def test_what_left_is_on_the_agenda_with_the_reason(state: State) -> None:
    """A record that is gone, or outside the view, is no longer in the observation, and is looked at once."""
    read(state, "step", *records(*range(1500)))
    state.clear_agenda("step")
    gone = {str(number): "gone" for number in range(1, 1499)}
    state.unstage("step", {**gone, "1499": "outside", "never there": "absent"})
    assert list(everything(state)) == ["0"]
    assert state.agenda("step") == {**gone, "1499": "outside", "never there": "absent"}


def test_a_fact_on_the_agenda_is_not_taken_back(state: State) -> None:
    """To look at a record again says less than that it is gone, and being read says more."""
    state.put_on_agenda({"step": {"1": "gone", "2": "again"}})
    state.put_on_agenda({"step": {"1": "again", "2": "changed"}})
    assert state.agenda("step") == {"1": "gone", "2": "changed"}
    state.put_on_agenda({"step": {"1": "changed"}})
    assert state.agenda("step")["1"] == "changed"


def test_the_agendas_of_others_stay(state: State) -> None:
    """What was looked at is taken off its own observation's agenda alone."""
    state.put_on_agenda({"a": {"1": "changed"}, "b": {"1": "changed"}, "c": {"1": "again"}})
    state.clear_agenda("a")
    state.clear_agenda("c", ["1", "2"])
    assert [state.agenda(step) for step in ("a", "b", "c")] == [{}, {"1": "changed"}, {}]


def test_the_time_of_a_sweep_outlives_partial_readings(state: State) -> None:
    """When a module was last read completely stays on file while only changes are read."""
    state.end_observation("step", ("name",), "1", swept=NOW)
    state.end_observation("step", ("name",), "2")
    assert state.observation("step") == Head(cursor="2", fields=("name",), swept=NOW)


def test_a_written_record_joins_an_observation_that_is_there(state: State) -> None:
    """What our own write left replaces what was read and is looked at again; where nothing was read, it is nothing."""
    read(state, "step", *records(1, 2))
    state.clear_agenda("step")
    written = StoredRecord(id="1", version="x", fields={"name": "b"})
    for step in ("step", "other"):
        state.note_written(step, [(written, "sd-1")])
    assert everything(state)["1"] == written
    assert state.agenda("step") == {"1": "again"}
    assert state.carriers("step", ["sd-1"]) == {"sd-1": ["1"]}
    assert everything(state, "other") == {}


def test_records_are_given_in_order_of_ids(state: State) -> None:
    """A million records can be gone through some at a time, each once."""
    read(state, "step", *records(*range(2500)))
    batches = list(state.every_record("step", 1000))
    assert [len(some) for some in batches] == [1000, 1000, 500]
    ids = [record.id for some in batches for record in some]
    assert ids == sorted(ids)
    assert state.stored_ids("step", ids[9], 3) == ids[10:13]


@pytest.mark.parametrize(
    "broken",
    [
        StoredRecord(id="3", fields={"a": object()}),  # type: ignore[dict-item]  # the point of it
        StoredRecord(id="3", modified=dt.datetime(2026, 1, 1)),  # noqa: DTZ001 - the point of it
    ],
    ids=["value", "moment"],
)
@pytest.mark.parametrize("inside", [False, True])
def test_a_failing_stage_leaves_everything_as_it_was(state: State, broken: StoredRecord, inside: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """When records cannot be stored none of them is, even if the transaction around goes on."""
    read(state, "step", *records(1, 2))
    state.clear_agenda("step")
    before = everything(state)
    put = [*records(2, name="new"), (broken, None)]
    if inside:
        with state.transaction():
            with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is
                state.stage("step", put)
            state.approve("digest", "me", NOW)
        assert state.approved("digest")
    else:
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is
            state.stage("step", put)
    assert everything(state) == before
    assert state.agenda("step") == {}
