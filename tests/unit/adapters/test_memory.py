from __future__ import annotations

from pathlib import Path

import pytest

from syncdsl.adapters.memory import Fate, adapter, forget_stores, store_of
from syncdsl.adapters.protocol import (
    Ambiguous,
    ConnectionSettings,
    NewRecord,
    ObservationEnd,
    ObserveRequest,
    Page,
    Rejected,
    Written,
)
from syncdsl.schema.snapshot import read_snapshot

SCHEMA = read_snapshot(Path(__file__).parents[3] / "rules" / "zoho" / "schema" / "crm.json")
SETTINGS = ConnectionSettings(name="crm", adapter="memory", data_centre=None, organization="org", url=None, secrets={})


@pytest.fixture(autouse=True)
def _no_stores() -> None:
    forget_stores()


def test_connections_of_an_organisation_share_its_records() -> None:
    [made] = adapter.connect(SETTINGS, SCHEMA).create(
        "Accounts", [NewRecord(fields={"Account_Name": "Acme"}, key="k")], safe=True
    )
    assert isinstance(made, Written)
    found = adapter.connect(SETTINGS, None).fetch("Accounts", [made.id], ["Account_Name", "Syncdsl_Key"])
    assert found[made.id].fields == {"Account_Name": "Acme", "Syncdsl_Key": "k"}


def test_a_fate_decides_what_is_told_and_what_happens() -> None:
    connection = adapter.connect(SETTINGS, SCHEMA)
    store = store_of("org")
    new = NewRecord(fields={"Account_Name": "Acme"}, key="k")
    lost = Ambiguous(reason="lost")
    for lands, records in ((False, 0), (True, 1)):
        store.interfere = lambda _module, _write, lands=lands: Fate(outcome=lost, lands=lands)
        assert connection.create("Accounts", [new], safe=True) == [lost]
        assert len(store.living("Accounts")) == records


def test_a_view_shows_what_its_predicate_says() -> None:
    connection = adapter.connect(SETTINGS, SCHEMA)
    store = store_of("org")
    store.views["Accounts", "Customers"] = lambda fields: fields.get("Account_Type") == "Customer"
    inside = store.insert("Accounts", {"Account_Name": "A", "Account_Type": "Customer"})
    store.insert("Accounts", {"Account_Name": "B"})
    items = list(connection.observe(ObserveRequest(module="Accounts", fields=("Account_Name",), view="Customers")))
    assert [record.id for item in items if isinstance(item, Page) for record in item.records] == [inside.id]


def test_deletions_come_with_a_cursor() -> None:
    connection = adapter.connect(SETTINGS, SCHEMA)
    store = store_of("org")
    record = store.insert("Accounts", {"Account_Name": "A"})
    *_, end = connection.observe(ObserveRequest(module="Accounts", fields=()))
    assert isinstance(end, ObservationEnd)
    store.delete("Accounts", record.id)
    page, _ = connection.observe(ObserveRequest(module="Accounts", fields=(), cursor=end.cursor))
    assert isinstance(page, Page)
    assert page.gone == (record.id,)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Account_Name": None}, "REQUIRED"),
        ({}, "REQUIRED"),
        ({"Account_Name": "x" * 201}, "TOO_LONG"),
        ({"Account_Name": "x", "Modified_By": None}, "READ_ONLY"),
        ({"Account_Name": "x", "Nonsense": "x"}, "UNKNOWN_FIELD"),
    ],
)
def test_what_cannot_be_written_is_refused(fields: dict[str, str | None], code: str) -> None:
    [outcome] = adapter.connect(SETTINGS, SCHEMA).create(
        "Accounts", [NewRecord(fields=dict(fields), key=None)], safe=True
    )
    assert isinstance(outcome, Rejected)
    assert outcome.code == code
