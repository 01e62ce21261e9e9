"""A recorded connection answers what the system answered, and refuses what was not recorded or would write."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.world import SCHEMAS

from syncdsl.adapters.memory import MemoryConnection, Store
from syncdsl.adapters.protocol import Connection, DocumentAction, ObservationEnd, ObserveRequest
from syncdsl.adapters.recorded import Ending, RecordedConnection, Recording, Shown, Unread
from syncdsl.adapters.stages import KeepsStages, StageChange
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FIELDS = ("Key", "Name", "Notes", "Phone")
AT = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


@pytest.fixture
def live() -> MemoryConnection:
    """Return a system with some records, more than a page of them."""
    store = Store(organization="crm-1", schema=SCHEMAS["crm"])
    for number in range(120):
        store.insert("Accounts", {"Name": f"Company {number}", "Phone": f"+49 30 {number:05d}", "Notes": None})
    store.insert("Accounts", {"Name": "ÄÖÜ & \ud800", "Key": "sd-aaaaaaaaaaaaaaaaaaaa"})
    store.survivors["Accounts-900"] = "Accounts-1"
    return MemoryConnection(store, connection="crm")


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    """Return an empty recording."""
    with closing(Recording(tmp_path / "recording.db")) as opened:
        yield opened


def record(recording: Recording, live: MemoryConnection, view: str | None = None) -> RecordedConnection:
    """Record a whole reading of a system's accounts, and return the connection that answers from it."""
    number = 0
    for item in live.observe(ObserveRequest(module="Accounts", fields=FIELDS, view=view)):
        if isinstance(item, ObservationEnd):
            ending = Ending(
                begun=None,
                complete=item.complete,
                cursor=item.cursor,
                server_time=item.server_time,
                steady=item.steady,
            )
            recording.end("crm", "Accounts", view, "all", ending)
        else:
            recording.put("crm", item.records)
            shown = [Shown(id=one.id, how="record") for one in item.records]
            number = recording.show("crm", "Accounts", view, "all", number, shown)
    recording.put_survivors("crm", "Accounts", live.survivors("Accounts", ["Accounts-900"]).items())
    return RecordedConnection(
        recording,
        name="crm",
        identity=live.identity(),
        capabilities=live.capabilities,
        schema=SCHEMAS["crm"],
        fields={"Accounts": FIELDS},
    )


def read(connection: Connection, **request: Any) -> tuple[dict[str, Any], set[str], ObservationEnd]:
    """Read accounts; return the records, the unchanged ids and the end."""
    records: dict[str, Any] = {}
    unchanged: set[str] = set()
    for item in connection.observe(ObserveRequest(module="Accounts", **{"fields": FIELDS, **request})):
        if isinstance(item, ObservationEnd):
            return records, unchanged, item
        records |= {one.id: one for one in item.records}
        unchanged.update(item.unchanged)
    raise AssertionError("a reading without an end")


def test_it_is_a_connection_that_keeps_stages(live: MemoryConnection, recording: Recording) -> None:
    """It has every method of the protocol, and says who and what the system was."""
    connection = record(recording, live)
    assert isinstance(connection, Connection)
    assert isinstance(connection, KeepsStages)
    assert connection.identity() == live.identity()
    assert connection.capabilities == live.capabilities


def test_a_reading_comes_out_as_it_was(live: MemoryConnection, recording: Recording) -> None:
    """Whole, in a view, with fewer fields, and with known versions: the same records and the same end."""
    connection = record(recording, live)
    assert read(connection) == read(live)
    assert read(connection, fields=("Name",)) == read(live, fields=("Name",))
    known = {"Accounts-3": "3", "Accounts-4": "another"}.get
    assert read(connection, known=known) == read(live, known=known)
    assert read(record(recording, live, view="Some"), view="Some") == read(live, view="Some")


def test_records_are_found_as_they_were(live: MemoryConnection, recording: Recording) -> None:
    """By id, by a field without regard to case, by their label, and what one was merged into."""
    connection = record(recording, live)
    ids = ["Accounts-5", "Accounts-121", "Accounts-999"]
    assert connection.fetch("Accounts", ids, FIELDS) == live.fetch("Accounts", ids, FIELDS)
    values = ["company 7", "COMPANY 8", "nobody", ""]
    assert connection.find("Accounts", "Name", values, FIELDS) == live.find("Accounts", "Name", values, FIELDS)
    found = [one.id for one in connection.search("Accounts", "pany 11", ("Name",), 5)]
    assert found == [one.id for one in live.search("Accounts", "pany 11", ("Name",), 20) if one.id in found]
    assert len(found) == 5
    assert connection.survivors("Accounts", ["Accounts-900", "Accounts-1"]) == {"Accounts-900": "Accounts-1"}


def test_a_reading_of_changes_is_told_at_its_cursor_alone(live: MemoryConnection, recording: Recording) -> None:
    """From the cursor that it was recorded at only the changes come; from any other one everything does."""
    connection = record(recording, live)
    ending = Ending(begun="100", complete=False, cursor="121", server_time=AT, steady=True)
    recording.end("crm", "Accounts", None, "changes", ending)
    shown = [Shown(id="Accounts-5", how="record"), Shown(id="Accounts-77", how="gone")]
    recording.show("crm", "Accounts", None, "changes", 0, shown)
    records, _, end = read(connection, cursor="100")
    assert set(records) == {"Accounts-5"}
    assert (end.complete, end.cursor, end.steady, end.server_time) == (False, "121", True, AT)
    pages = list(connection.observe(ObserveRequest(module="Accounts", fields=FIELDS, cursor="100")))
    assert [getattr(page, "gone", ()) for page in pages] == [("Accounts-77",), ()]
    assert len(read(connection, cursor="99")[0]) == 121


def test_stages_are_told_since_a_moment(live: MemoryConnection, recording: Recording) -> None:
    """Only later ones; a record of which nothing is known is left out, one that had none is not."""
    connection = record(recording, live)
    changes = [StageChange(at=AT + dt.timedelta(hours=number), stage=f"s{number}") for number in range(3)]
    recording.put_stages("crm", "Accounts", [("Accounts-1", changes), ("Accounts-2", [])])
    since = dict.fromkeys(("Accounts-1", "Accounts-2", "Accounts-3"), AT)
    assert connection.stages("Accounts", since) == {"Accounts-1": tuple(changes[1:]), "Accounts-2": ()}


def test_what_was_not_recorded_is_refused_by_name(live: MemoryConnection, recording: Recording) -> None:
    """A field, a module and a view that are not held: SD896 names each; a module that never was is SD707."""
    connection = record(recording, live)
    for ask, named in (
        (lambda: connection.fetch("Accounts", ["Accounts-1"], ("City",)), "`City`"),
        (lambda: read(connection, fields=("Name", "City")), "`City`"),
        (lambda: connection.fetch("Deals", ["1"], ()), "`Deals`"),
        (lambda: read(connection, view="All"), "`All`"),
    ):
        with pytest.raises(Fault, match="SD896") as caught:
            ask()
        assert named in caught.value.message
    with pytest.raises(Fault, match="SD707"):
        connection.fetch("Nowhere", ["1"], ())


def test_a_module_that_could_not_be_read_fails_again(live: MemoryConnection, recording: Recording) -> None:
    """The fault comes back with its code, message and help."""
    connection = record(recording, live)
    recording.fail("crm", "Accounts", None, Unread(code="SD703", message="not allowed", help="ask somebody"))
    with pytest.raises(Fault) as caught:
        read(connection)
    assert (caught.value.code.id, caught.value.message, caught.value.help) == ("SD703", "not allowed", "ask somebody")


@pytest.mark.parametrize(
    "write",
    [
        lambda one: one.create("Accounts", [], safe=True),
        lambda one: one.update("Accounts", []),
        lambda one: one.delete("Accounts", ["Accounts-1"]),
        lambda one: one.deactivate("Accounts", ["Accounts-1"]),
        lambda one: one.act("Accounts", "Accounts-1", DocumentAction.SEND),
    ],
)
def test_writing_is_refused(
    live: MemoryConnection, recording: Recording, write: Callable[[RecordedConnection], object]
) -> None:
    """Every write ends with SD897."""
    with pytest.raises(Fault, match="SD897"):
        write(record(recording, live))
