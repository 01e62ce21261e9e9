"""What the kit cannot ask of every system: long lists, lost answers, and other people's edits, against the sandbox."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, cast

import pytest

from syncdsl.adapters.protocol import (
    Ambiguous,
    Change,
    Connection,
    MovedOn,
    NewRecord,
    NotSent,
    ObservationEnd,
    ObserveRequest,
    Outcome,
    Page,
    Record,
    Written,
)
from syncdsl.adapters.registry import load_adapter
from syncdsl.adapters.transport import wire
from syncdsl.adapters.zoho_crm import reading
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.zoho_books.connection import BooksConnection
    from syncdsl.adapters.zoho_crm.connection import CrmConnection


@pytest.fixture
def crm(sandbox: Sandbox) -> Iterator[CrmConnection]:
    """Return a connection to the CRM."""
    connection = sandbox.connect("crm")
    yield cast("CrmConnection", connection)
    connection.close()


@pytest.fixture
def books(sandbox: Sandbox) -> Iterator[BooksConnection]:
    """Return a connection to Books."""
    connection = sandbox.connect("books")
    yield cast("BooksConnection", connection)
    connection.close()


def word() -> str:
    return secrets.token_hex(6)


def made(outcomes: list[Outcome]) -> list[str]:
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.id for outcome in outcomes if isinstance(outcome, Written)]


def accounts(crm: Connection, number: int) -> list[str]:
    """Create accounts in batches of 100 and return their ids."""
    ids: list[str] = []
    while len(ids) < number:
        batch = [NewRecord(fields={"Account_Name": word()}, key=None) for _ in range(min(100, number - len(ids)))]
        ids += made(crm.create("Accounts", batch, safe=False))
    return ids


def customer(books: Connection, **fields: Any) -> str:
    return made(
        books.create("customers", [NewRecord(fields={"contact_name": word(), **fields}, key=None)], safe=False)
    )[0]


def observed(connection: Connection, module: str, *fields: str, **more: Any) -> tuple[dict[str, Record], set[str], Any]:
    items = list(connection.observe(ObserveRequest(module=module, fields=fields, **more)))
    pages = [item for item in items if isinstance(item, Page)]
    records = [record for page in pages for record in page.records]
    assert len(records) == len({record.id for record in records})
    return (
        {record.id: record for record in records},
        {i for page in pages for i in page.unchanged + page.gone},
        items[-1],
    )


@pytest.mark.parametrize("system", ["crm", "books"])
def test_an_expired_token_is_renewed_in_passing(system: str, sandbox: Sandbox) -> None:
    connection = sandbox.connect(system)
    module, field = ("Accounts", "Account_Name") if system == "crm" else ("customers", "contact_name")
    for _ in range(2):
        assert sandbox.order("expire-tokens")["expired"] >= 0
        assert observed(connection, module, field)[0]
    connection.close()


@pytest.mark.parametrize("system", ["crm", "books"])
def test_a_wrong_secret_is_told_with_what_to_set(system: str, sandbox: Sandbox) -> None:
    wrong = {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "canary-wrong"}
    settings = sandbox.settings(system, secrets=wrong, credentials_hint="SYNC_REFRESH_TOKEN")
    connection = load_adapter(settings.adapter).connect(settings, None)
    with pytest.raises(Fault) as caught:
        connection.identity()
    assert caught.value.code.id == "SD702"
    assert "SYNC_REFRESH_TOKEN" in str(caught.value.help)
    assert "canary" not in f"{caught.value} {caught.value.help}"
    connection.close()


@pytest.mark.parametrize("system", ["crm", "books"])
def test_another_organisation_is_refused_by_name(system: str, sandbox: Sandbox) -> None:
    settings = sandbox.settings(system, organization="123")
    connection = load_adapter(settings.adapter).connect(settings, None)
    with pytest.raises(Fault) as caught:
        connection.identity()
    assert caught.value.code.id == "SD706"
    assert getattr(sandbox, f"{system}_organization") in caught.value.message
    connection.close()


def test_a_create_whose_answer_is_lost_is_found_by_its_key(
    crm: CrmConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.identity()
    monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.4)
    crm._line.close()
    key = word()
    sandbox.order("hold-next-create", system="crm")
    new = NewRecord(fields={"Account_Name": word()}, key=key)
    [outcome] = crm.create("Accounts", [new], safe=True)
    sandbox.order("release")
    assert isinstance(outcome, Ambiguous)
    assert len(crm.find("Accounts", "Syncdsl_Key", [key], ())[key]) == 1


@pytest.mark.parametrize(
    ("status", "count", "expected"), [(500, 1, Ambiguous), (503, 1, Ambiguous), (429, 2, Written), (429, 6, NotSent)]
)
def test_a_failing_create(
    books: BooksConnection, sandbox: Sandbox, status: int, count: int, expected: type[object]
) -> None:
    books.identity()
    sandbox.order("fail-next", system="books", method="PUT", status=status, count=count, retry_after=0)
    new = NewRecord(fields={"contact_name": word()}, key=word())
    [outcome] = books.create("customers", [new], safe=True)
    assert isinstance(outcome, expected)
    assert bool(books.find("customers", "cf_syncdsl_key", [new.key], ())) is (expected is Written)


def test_lists_beyond_two_thousand_rows_are_read_to_the_end(crm: CrmConnection) -> None:
    made_here = set(accounts(crm, 2100))
    records, _, end = observed(crm, "Accounts", "Account_Name")
    assert end.complete
    assert made_here <= set(records)


def test_a_deletion_is_told_from_a_cursor_and_confirmed_by_fetch(crm: CrmConnection) -> None:
    [identifier, other] = accounts(crm, 2)
    *_, end = observed(crm, "Accounts")
    crm._api.client.write("DELETE", f"/Accounts/{identifier}")
    _, mentioned, later = observed(crm, "Accounts", cursor=end.cursor)
    assert not later.complete
    assert identifier in mentioned
    assert set(crm.fetch("Accounts", [identifier, other], ())) == {other}


def test_a_cursor_never_passes_the_servers_clock(crm: CrmConnection) -> None:
    accounts(crm, 1)
    *_, end = observed(crm, "Accounts")
    assert isinstance(end, ObservationEnd)
    assert end.cursor is not None
    assert end.cursor < end.server_time.isoformat()


def test_a_view_is_read_completely_and_by_name(crm: CrmConnection) -> None:
    new = [{"Account_Name": word(), "Account_Type": kind} for kind in ("Customer", "Partner")]
    inside, outside = made(crm.create("Accounts", [NewRecord(fields=dict(f), key=None) for f in new], safe=False))
    records, _, end = observed(crm, "Accounts", "Account_Type", view="Customers")
    assert end.complete
    assert inside in records
    assert outside not in records
    with pytest.raises(Fault) as caught:
        observed(crm, "Accounts", view="Nobody's")
    assert caught.value.code.id == "SD707"


def test_more_fields_than_one_call_takes_are_put_together(crm: CrmConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    names = tuple(crm._api.module("Contacts").fields)
    whole, _, _ = observed(crm, "Contacts", *names)
    monkeypatch.setattr(reading, "FIELDS_PER_CALL", 7)
    parts, _, _ = observed(crm, "Contacts", *names)
    assert parts == whole
    assert crm.fetch("Contacts", list(whole), names) == whole


def test_a_malformed_id_does_not_hide_the_others(crm: CrmConnection) -> None:
    [identifier] = accounts(crm, 1)
    assert set(crm.fetch("Accounts", ["not an id", identifier, "404"], ())) == {identifier}


def test_updates_with_different_stamps_go_side_by_side(crm: CrmConnection) -> None:
    ids = accounts(crm, 3)
    based = crm.fetch("Accounts", ids, ["Phone"])
    crm.update("Accounts", [Change(id=ids[1], fields={"Phone": "theirs"})])
    changes = [Change(id=item, fields={"Phone": "ours"}, based_on=based[item]) for item in ids]
    assert [type(outcome) for outcome in crm.update("Accounts", changes)] == [Written, MovedOn, Written]


def test_reading_writes_nothing_and_known_records_cost_no_detail(books: BooksConnection, sandbox: Sandbox) -> None:
    first, _, _ = observed(books, "customers", "billing_address.city")
    seq = sandbox.calls()[-1]["seq"]
    versions = {identifier: record.version for identifier, record in first.items()}
    observed(books, "customers", "billing_address.city", known=versions.get)
    calls = sandbox.calls(seq)
    fresh = [identifier for identifier, version in versions.items() if version is None]
    assert {call["method"] for call in calls} == {"GET"}
    assert len([call for call in calls if call["path"].count("/") > 3]) <= len(fresh)


def test_rows_that_move_to_the_front_meanwhile_are_not_missed(books: BooksConnection) -> None:
    ids = [customer(books) for _ in range(210)]
    pages = books.observe(ObserveRequest(module="customers", fields=("contact_name", "notes")))
    first = next(pages)
    assert isinstance(first, Page)
    late = next(identifier for identifier in ids if identifier not in {record.id for record in first.records})
    books.update("customers", [Change(id=late, fields={"notes": "moved"})])
    rest = list(pages)
    seen = [record for page in rest if isinstance(page, Page) for record in page.records if record.id == late]
    assert seen[-1].fields["notes"] == "moved"
    assert isinstance(rest[-1], ObservationEnd)
    assert rest[-1].complete


def test_contact_persons_of_others_stay(books: BooksConnection) -> None:
    identifier = customer(books, email="ours@example.com", phone="1")
    path = f"/contacts/{identifier}"
    persons = books._reader.detail(books._api.module("customers")[0], identifier)[0]
    assert persons is not None
    theirs = {"first_name": "Theirs", "email": "theirs@example.com"}
    books._api.write("PUT", path, body={"contact_persons": [*persons["contact_persons"], theirs]})
    made(books.update("customers", [Change(id=identifier, fields={"email": "new@example.com", "phone": None})]))
    detail = books._reader.detail(books._api.module("customers")[0], identifier)[0]
    assert detail is not None
    assert [person["email"] for person in detail["contact_persons"]] == ["new@example.com", "theirs@example.com"]
    assert books.fetch("customers", [identifier], ["email", "phone"])[identifier].fields == {"email": "new@example.com"}


def test_a_vendor_is_not_a_customer(books: BooksConnection) -> None:
    new = NewRecord(fields={"contact_name": word()}, key=word())
    [vendor] = made(books.create("vendors", [new], safe=True))
    assert books.fetch("customers", [vendor], ()) == {}
    assert set(books.fetch("vendors", [vendor], ())) == {vendor}
    assert vendor not in observed(books, "customers")[0]
    assert books.find("customers", "cf_syncdsl_key", [new.key], ()) == {}


def test_several_keys_are_found_together(books: BooksConnection) -> None:
    keys = [word() for _ in range(4)]
    ids = [
        made(books.create("customers", [NewRecord(fields={"contact_name": word()}, key=key)], safe=True))[0]
        for key in keys
    ]
    found = books.find("customers", "cf_syncdsl_key", [*keys, word()], ())
    assert {key: [record.id for record in records] for key, records in found.items()} == {
        key: [identifier] for key, identifier in zip(keys, ids, strict=True)
    }


def test_users_are_read_like_records(crm: CrmConnection) -> None:
    users, _, end = observed(crm, "users", "full_name", "email")
    assert end.complete
    _, unchanged, _ = observed(crm, "users", "full_name", known=lambda identifier: users[identifier].version)
    assert unchanged == set(users)
    one = next(iter(users.values()))
    assert crm.find("users", "email", [one.fields["email"]], ("full_name",))[one.fields["email"]][0].id == one.id


def test_a_fault_of_a_whole_batch_is_raised(crm: CrmConnection, sandbox: Sandbox) -> None:
    crm.identity()
    sandbox.order("fail-next", system="crm", method="POST", status=403)
    with pytest.raises(Fault) as caught:
        crm.create("Accounts", [NewRecord(fields={"Account_Name": word()}, key=None)], safe=True)
    assert caught.value.code.id == "SD703"
