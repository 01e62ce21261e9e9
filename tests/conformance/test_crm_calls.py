"""What reading and writing the CRM costs, counted by the sandbox's ledger, and what views tell."""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

import pytest

from syncdsl.adapters.protocol import (
    Change,
    MovedOn,
    NewRecord,
    ObservationEnd,
    ObserveRequest,
    Outcome,
    Page,
    Written,
)
from syncdsl.adapters.registry import load_adapter
from syncdsl.adapters.zoho.stamps import write_instant
from syncdsl.adapters.zoho_crm import api

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.protocol import Connection, Record
    from syncdsl.adapters.zoho_crm.connection import CrmConnection

PASSED = 600
"""Seconds after which every stamp is certain and far behind what readings overlap."""


class Seen:
    """What observations of one module left on file, as the engine keeps it, and what the last one cost."""

    def __init__(
        self, sandbox: Sandbox, connection: Connection, module: str, *fields: str, view: str | None = None
    ) -> None:
        self.sandbox, self.connection = sandbox, connection
        self.request = {"module": module, "fields": fields, "view": view}
        self.records: dict[str, Record] = {}
        self.cursor: str | None = None
        self.gone: set[str] = set()
        self.read: list[str] = []
        self.calls: list[dict[str, Any]] = []

    def observe(self, *, sweep: bool = False) -> ObservationEnd:
        """Observe once more, from the cursor unless it is a sweep."""
        seq = max((call["seq"] for call in self.sandbox.calls()), default=0)
        request = ObserveRequest(
            **cast("Any", self.request),
            cursor=None if sweep else self.cursor,
            previous=self.cursor if sweep else None,
            known=lambda one: self.records[one].version if one in self.records else None,
        )
        seen: dict[str, Record] = {}
        self.gone, self.read, end = set(), [], None
        for item in self.connection.observe(request):
            if isinstance(item, Page):
                seen |= {record.id: record for record in item.records}
                seen |= {one: self.records[one] for one in item.unchanged}
                self.read += [record.id for record in item.records]
                self.gone |= set(item.gone)
            else:
                end = item
        self.calls = self.sandbox.calls(seq)
        assert end is not None
        if not end.complete:
            seen = {one: record for one, record in (self.records | seen).items() if one not in self.gone}
        self.records, self.cursor = seen, end.cursor
        return end


@pytest.fixture
def crm(sandbox: Sandbox) -> Iterator[CrmConnection]:
    """Return a connection to the CRM that has signed in."""
    connection = sandbox.connect("crm")
    connection.identity()
    yield cast("CrmConnection", connection)
    connection.close()


def passes(sandbox: Sandbox, seconds: float = PASSED) -> None:
    sandbox.order("clock/advance", seconds=seconds)


def made(outcomes: Sequence[Outcome]) -> list[str]:
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.id for outcome in outcomes if isinstance(outcome, Written)]


def accounts(crm: Connection, number: int, **fields: Any) -> list[str]:
    ids: list[str] = []
    while len(ids) < number:
        few = range(min(100, number - len(ids)))
        new = [NewRecord(fields={"Account_Name": secrets.token_hex(8), **fields}, key=None) for _ in few]
        ids += made(crm.create("Accounts", new, safe=False))
    return ids


def spread(crm: Connection, sandbox: Sandbox, number: int) -> list[str]:
    """Create accounts whose stamps all differ, and let time pass."""
    ids = []
    for _ in range(number):
        ids += accounts(crm, 1, Phone="1")
        passes(sandbox, 2)
    passes(sandbox)
    return ids


def test_a_quiet_run_costs_two_calls_whatever_there_is(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Nothing is listed again once the stamps are old, even those of a busy minute."""
    accounts(crm, 450)
    passes(sandbox)
    seen = Seen(sandbox, crm, "Accounts", "Account_Name")
    assert seen.observe().complete
    for _ in range(2):
        assert not seen.observe().complete
        assert seen.read == []
        assert len(seen.calls) == 2


def test_a_quiet_run_right_after_a_busy_minute_lists_nothing(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Records whose version is on file are recognised by id and stamp, 2,000 a call."""
    accounts(crm, 450)
    passes(sandbox, 10)
    seen = Seen(sandbox, crm, "Accounts", "Account_Name")
    seen.observe()
    seen.observe()
    assert seen.read == []
    assert len(seen.calls) == 2


def test_a_quiet_sweep_costs_a_page_for_each_two_hundred(crm: CrmConnection, sandbox: Sandbox) -> None:
    """A sweep of what is on file reads the list and no record, with a view too."""
    accounts(crm, 450, Account_Type="Customer")
    passes(sandbox)
    for view in (None, "Customers"):
        seen = Seen(sandbox, crm, "Accounts", "Account_Name", view=view)
        seen.observe()
        assert seen.observe(sweep=True).complete
        assert seen.read == []
        assert len(seen.calls) <= -(-len(seen.records) // 200) + 5


def test_changed_records_cost_a_call_for_each_two_hundred(crm: CrmConnection, sandbox: Sandbox) -> None:
    """450 changed records are read in three pages, besides asking what changed and what was deleted."""
    ids = accounts(crm, 450)
    passes(sandbox)
    seen = Seen(sandbox, crm, "Accounts", "Phone")
    seen.observe()
    for start in range(0, 450, 100):
        made(crm.update("Accounts", [Change(id=one, fields={"Phone": "2"}) for one in ids[start : start + 100]]))
    seen.observe()
    assert set(seen.read) >= set(ids)
    assert {seen.records[one].fields["Phone"] for one in ids} == {"2"}
    assert len(seen.calls) <= 3 + 3


def test_one_change_in_a_busy_minute_is_read_alone(crm: CrmConnection, sandbox: Sandbox) -> None:
    """What is on file among the recent records is not listed again for the sake of one that is not."""
    ids = accounts(crm, 450)
    passes(sandbox, 10)
    seen = Seen(sandbox, crm, "Accounts", "Phone")
    seen.observe()
    made(crm.update("Accounts", [Change(id=ids[7], fields={"Phone": "3"})]))
    seen.observe()
    assert seen.read == [ids[7]]
    assert len(seen.calls) == 3


def test_a_deletion_is_told_once(crm: CrmConnection, sandbox: Sandbox) -> None:
    """The deleted feed is read from the cursor too, and moves it."""
    [identifier] = accounts(crm, 1)
    passes(sandbox)
    seen = Seen(sandbox, crm, "Accounts")
    seen.observe()
    made(crm.delete("Accounts", [identifier]))
    passes(sandbox)
    seen.observe()
    assert identifier in seen.gone
    seen.observe()
    assert not seen.gone


def test_a_view_follows_changes_without_listing_it(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Records come into a view and leave it by being edited; a quiet run asks for its definition and lists nothing."""
    inside = accounts(crm, 3, Account_Type="Customer")
    outside = accounts(crm, 2, Account_Type="Partner")
    passes(sandbox)
    seen = Seen(sandbox, crm, "Accounts", "Account_Type", view="Customers")
    assert seen.observe().complete
    assert set(inside) <= set(seen.records)
    assert not seen.observe().complete
    assert len(seen.calls) <= 3
    made(
        crm.update(
            "Accounts",
            [
                Change(id=inside[0], fields={"Account_Type": "Partner"}),
                Change(id=outside[0], fields={"Account_Type": "Customer"}),
                Change(id=outside[1], fields={"Phone": "5"}),
                Change(id=inside[1], fields={"Phone": "5"}),
            ],
        )
    )
    passes(sandbox)
    assert not seen.observe().complete
    assert set(seen.read) == {outside[0], inside[1]}
    assert inside[0] in seen.gone
    assert {inside[1], inside[2], outside[0]} <= set(seen.records)
    assert not {inside[0], outside[1]} & set(seen.records)
    assert len(seen.calls) <= 4
    before = set(seen.records)
    swept = seen.observe(sweep=True)
    assert (swept.complete, swept.steady) == (True, True)
    assert set(seen.records) == before


def test_a_view_of_the_user_is_listed_every_time(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Whose records `My Accounts` shows does not follow from the records, so its cursor starts nothing."""
    seen = Seen(sandbox, crm, "Accounts", view="My Accounts")
    for _ in range(2):
        end = seen.observe()
        assert (end.complete, end.steady) == (True, False)


def test_a_cursor_of_another_definition_or_form_lists_everything(crm: CrmConnection, sandbox: Sandbox) -> None:
    """A cursor holds for the view, and the definition of it, that it was made with."""
    seen = Seen(sandbox, crm, "Accounts", view="Customers")
    seen.observe()
    assert seen.cursor is not None
    since, state, view, definition = seen.cursor.split(" ")[:4]
    for cursor in (since, f"{since} {state}", f"{since} {state} {view} {definition[:-1]}x", "nonsense"):
        seen.cursor = cursor
        end = seen.observe()
        assert (end.complete, end.steady) == (True, False)
    seen.request["view"] = None
    assert seen.observe().complete


def test_the_rest_behind_the_reach_of_page_tokens_is_read(
    crm: CrmConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists end after 100,000 rows; the rest is found by id and read record by record, a hundred a call."""
    ids = accounts(crm, 450)
    monkeypatch.setattr(api, "TOKEN_ROWS", 200)
    monkeypatch.setattr(api, "ROWS_PER_QUERY", 150)
    seen = Seen(sandbox, crm, "Accounts", "Account_Name")
    end = seen.observe()
    assert end.complete
    assert set(ids) <= set(seen.records)
    assert len(seen.read) == len(set(seen.read)) == len(seen.records)
    assert seen.records[ids[-1]].fields["Account_Name"]


def test_records_of_as_many_stamps_are_written_in_two_calls(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Stamps are read again in one call and all records written in another; who edited meanwhile is not overwritten."""
    ids = spread(crm, sandbox, 12)
    based = crm.fetch("Accounts", ids, ["Phone"])
    assert len({record.modified for record in based.values()}) == len(ids)
    made(crm.update("Accounts", [Change(id=ids[3], fields={"Phone": "theirs"})]))
    made(crm.update("Accounts", [Change(id=ids[5], fields={"Fax": "theirs"})]))
    passes(sandbox)
    seq = sandbox.calls()[-1]["seq"]
    changes = [Change(id=one, fields={"Phone": "ours"}, based_on=based[one]) for one in ids]
    outcomes = crm.update("Accounts", changes)
    assert len(sandbox.calls(seq)) == 2
    assert [type(outcome) for outcome in outcomes] == [MovedOn if index == 3 else Written for index in range(len(ids))]
    held = crm.fetch("Accounts", ids, ["Phone", "Fax"])
    assert [held[one].fields["Phone"] for one in ids] == ["theirs" if one == ids[3] else "ours" for one in ids]
    assert held[ids[5]].fields["Fax"] == "theirs"


def test_an_edit_between_reading_the_stamps_and_writing_is_not_overwritten(
    crm: CrmConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest stamp just read is the header, so a later edit is refused and then seen."""
    ids = spread(crm, sandbox, 4)
    based = crm.fetch("Accounts", ids, ["Phone"])
    sender, edited = crm._writer._updater._sender, list[str]()
    send = sender.send

    def send_after_an_edit(*args: Any, **given: Any) -> Any:
        if not edited:
            edited.append(ids[1])
            body = {"data": [{"id": ids[1], "Phone": "theirs"}]}
            crm._api.client.write("PUT", "/Accounts", body=body)
        return send(*args, **given)

    monkeypatch.setattr(sender, "send", send_after_an_edit)
    outcomes = crm.update("Accounts", [Change(id=one, fields={"Phone": "ours"}, based_on=based[one]) for one in ids])
    assert [type(outcome) for outcome in outcomes] == [Written, MovedOn, Written, Written]
    assert crm.fetch("Accounts", [ids[1]], ["Phone"])[ids[1]].fields == {"Phone": "theirs"}


def test_records_of_one_stamp_are_written_in_one_call(crm: CrmConnection, sandbox: Sandbox) -> None:
    """A hundred records of one second need no second look."""
    ids = accounts(crm, 100, Phone="1")
    passes(sandbox)
    based = crm.fetch("Accounts", ids, ["Phone"])
    stamps = {record.modified for record in based.values()}
    seq = sandbox.calls()[-1]["seq"]
    made(crm.update("Accounts", [Change(id=one, fields={"Phone": "2"}, based_on=based[one]) for one in ids]))
    assert len(sandbox.calls(seq)) == len(stamps) <= 2


def test_a_record_stamped_exactly_at_the_header_is_written(crm: CrmConnection, sandbox: Sandbox) -> None:
    """`If-Unmodified-Since` lets the very second through and refuses the next one: what updates in one call rely on."""
    [identifier] = accounts(crm, 1)
    passes(sandbox)
    record = crm.fetch("Accounts", [identifier], [])[identifier]
    assert record.modified is not None
    made(crm.update("Accounts", [Change(id=identifier, fields={"Phone": "2"}, based_on=record)]))
    later = crm.fetch("Accounts", [identifier], [])[identifier]
    assert later.modified is not None
    assert later.modified > record.modified
    answer = crm._api.client.write(
        "PUT",
        "/Accounts",
        headers={"If-Unmodified-Since": write_instant(record.modified)},
        body={"data": [{"id": identifier, "Phone": "3"}]},
    )
    assert cast("Any", answer).data["data"][0]["code"] == "ALREADY_MODIFIED"


def test_automation_is_said_in_every_writing_call(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the option nothing is said; false runs none; a list runs those."""
    with closing(sandbox.connect("crm")) as opening:
        schema = opening.schema()
    said: list[object] = []
    for option in (None, True, False, ["workflow", "approval"]):
        options = {} if option is None else {"automation": option}
        connection = cast(
            "CrmConnection", load_adapter("zoho_crm").connect(sandbox.settings("crm", options=options), schema)
        )
        with closing(connection):
            write = connection._api.client.write

            def watched(*args: Any, _write: Any = write, **given: Any) -> Any:
                said.append(given["body"].get("trigger") if "body" in given else given["params"].get("wf_trigger"))
                return _write(*args, **given)

            monkeypatch.setattr(connection._api.client, "write", watched)
            [one] = accounts(connection, 1)
            new = NewRecord(fields={"Account_Name": secrets.token_hex(8)}, key=secrets.token_hex(8))
            made(connection.create("Accounts", [new], safe=True))
            made(connection.update("Accounts", [Change(id=one, fields={"Phone": "1"})]))
            made(connection.delete("Accounts", [one]))
    kinds = ["workflow", "approval"]
    assert said == [None] * 8 + [[], [], [], "false"] + [kinds, kinds, kinds, None]
