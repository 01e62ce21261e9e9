"""What the CRM adapter makes of deletions, restores and merges, over HTTP against the sandbox."""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.conformance.test_crm_calls import Seen, accounts, made, passes
from tests.conformance.weather import CRM

from syncdsl.adapters.protocol import Change, NewRecord, Outcome, Rejected, Written
from syncdsl.adapters.zoho_crm import merges
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox
    from tests.conformance.weather import Weather

    from syncdsl.adapters.zoho_crm.connection import CrmConnection


@pytest.fixture
def crm(sandbox: Sandbox) -> Iterator[CrmConnection]:
    """Return a connection to the CRM that has signed in."""
    with closing(sandbox.connect("crm")) as connection:
        connection.identity()
        yield cast("CrmConnection", connection)


def post(crm: CrmConnection, path: str, body: object = None) -> Any:
    answer = cast("Any", crm._api.client.write("POST", path, body=body))
    assert answer.status in {200, 201}, answer
    return answer.data


def restore(crm: CrmConnection, *ids: str) -> None:
    for identifier in ids:
        post(crm, f"/settings/recycle_bin/{identifier}/actions/restore")


def merge(crm: CrmConnection, module: str, master: str, *merged: str, fields: tuple[str, ...] = ()) -> None:
    data = [{"id": one, "_fields": [{"api_name": name} for name in fields]} for one in merged]
    post(crm, f"/{module}/{master}/actions/merge", {"merge": [{"data": data}]})


def seen(sandbox: Sandbox, crm: CrmConnection, *fields: str, view: str | None = None) -> Seen:
    """Observe accounts completely once, long after the last change."""
    passes(sandbox)
    found = Seen(sandbox, crm, "Accounts", *fields, view=view)
    assert found.observe().complete
    return found


def test_a_restored_record_comes_with_the_next_changes(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Its stamp is as old as ever, and asking for it takes no call more than a quiet reading."""
    ids = accounts(crm, 3, Phone="1")
    held = seen(sandbox, crm, "Phone")
    made(crm.delete("Accounts", ids[:2]))
    passes(sandbox)
    held.observe()
    assert set(ids[:2]) <= held.gone
    restore(crm, ids[0])
    passes(sandbox)
    assert not held.observe().complete
    assert held.read == [ids[0]]
    assert not held.gone
    assert len(held.calls) == 3
    held.observe()
    assert held.read == []
    assert len(held.calls) == 2
    restore(crm, ids[1])
    held.observe()
    assert held.read == [ids[1]]
    assert {held.records[one].fields["Phone"] for one in ids} == {"1"}


def test_a_restore_right_after_the_deletion_is_not_taken_for_gone(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Within the overlap of two readings the deletion that was undone is told no more."""
    [identifier] = accounts(crm, 1)
    held = seen(sandbox, crm)
    made(crm.delete("Accounts", [identifier]))
    held.observe()
    assert identifier in held.gone
    restore(crm, identifier)
    held.observe()
    assert held.read == [identifier]
    assert identifier in held.records
    made(crm.delete("Accounts", [identifier]))
    held.observe()
    assert identifier in held.gone
    assert identifier not in held.records


def test_a_record_deleted_before_a_sweep_is_remembered_by_it(crm: CrmConnection, sandbox: Sandbox) -> None:
    """A complete reading takes up what lies in the recycle bin, so that a restore after it is seen."""
    [identifier] = accounts(crm, 1)
    made(crm.delete("Accounts", [identifier]))
    held = seen(sandbox, crm)
    assert identifier not in held.records
    restore(crm, identifier)
    held.observe()
    assert held.read == [identifier]


def test_a_restored_record_comes_back_to_its_view(crm: CrmConnection, sandbox: Sandbox) -> None:
    """It is read through the view, and stays outside where the view does not show it."""
    [inside] = accounts(crm, 1, Account_Type="Customer")
    [outside] = accounts(crm, 1, Account_Type="Partner")
    held = seen(sandbox, crm, "Account_Type", view="Customers")
    made(crm.delete("Accounts", [inside, outside]))
    passes(sandbox)
    held.observe()
    assert inside in held.gone
    restore(crm, inside, outside)
    passes(sandbox)
    assert not held.observe().complete
    assert inside in held.records
    assert outside not in held.records


def test_what_a_cursor_does_not_remember_comes_with_a_sweep(crm: CrmConnection, sandbox: Sandbox) -> None:
    """More deletions than one query asks for: the latest are seen by changes, all of them by a complete reading."""
    ids = accounts(crm, 60)
    held = seen(sandbox, crm)
    made(crm.delete("Accounts", ids[:10]))
    passes(sandbox)
    made(crm.delete("Accounts", ids[10:]))
    passes(sandbox)
    held.observe()
    restore(crm, ids[0], ids[59])
    held.observe()
    assert held.read == [ids[59]]
    held.observe(sweep=True)
    assert {ids[0], ids[59]} <= set(held.records)


def test_a_deletion_empties_lookups_and_a_restore_fills_them(crm: CrmConnection, sandbox: Sandbox) -> None:
    """The CRM deletes accounts that contacts name; nothing refuses it."""
    [account] = accounts(crm, 1)
    fields = {"Last_Name": "Child", "Account_Name": account}
    [contact] = post(crm, "/Contacts", {"data": [{**fields, "Account_Name": {"id": account}}]})["data"]
    identifier = contact["details"]["id"]
    made(crm.delete("Accounts", [account]))
    assert not crm.fetch("Contacts", [identifier], ["Account_Name"])[identifier].fields
    restore(crm, account)
    held = crm.fetch("Contacts", [identifier], ["Account_Name"])[identifier].fields["Account_Name"]
    assert getattr(held, "id", None) == account
    del sandbox


def test_the_survivor_of_a_merge_is_found_by_its_timeline(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Also when the master was edited since, among other edits, and for two merges at once."""
    ids = accounts(crm, 8, Phone="1")
    passes(sandbox)
    merge(crm, "Accounts", ids[0], ids[1], ids[2])
    passes(sandbox, 5)
    merge(crm, "Accounts", ids[3], ids[4])
    made(crm.update("Accounts", [Change(id=one, fields={"Phone": "2"}) for one in (ids[0], ids[6], ids[7])]))
    made(crm.delete("Accounts", [ids[5]]))
    found = crm.survivors("Accounts", [*ids, "1", "999999999999999999"])
    assert found == {ids[1]: ids[0], ids[2]: ids[0], ids[4]: ids[3]}


def test_the_records_of_a_merge_are_told_by_the_next_changes(crm: CrmConnection, sandbox: Sandbox) -> None:
    """The merged one is gone, the master and what was pointed anew have changed."""
    ids = accounts(crm, 2, Phone="1")
    [entry] = post(crm, "/Contacts", {"data": [{"Last_Name": "C", "Account_Name": {"id": ids[1]}}]})["data"]
    held = seen(sandbox, crm, "Phone")
    people = Seen(sandbox, crm, "Contacts", "Account_Name")
    people.observe()
    made(crm.update("Accounts", [Change(id=ids[1], fields={"Phone": "2"})]))
    merge(crm, "Accounts", ids[0], ids[1], fields=("Phone",))
    passes(sandbox)
    held.observe()
    assert ids[1] in held.gone
    assert held.records[ids[0]].fields["Phone"] == "2"
    people.observe()
    assert people.read == [entry["details"]["id"]]
    assert getattr(people.records[people.read[0]].fields["Account_Name"], "id", None) == ids[0]


def test_a_survivor_that_is_gone_too_is_not_told(crm: CrmConnection, sandbox: Sandbox) -> None:
    """A chain whose middle is gone cannot be confirmed: only its last link is."""
    ids = accounts(crm, 3)
    passes(sandbox)
    merge(crm, "Accounts", ids[1], ids[0])
    passes(sandbox, 30)
    merge(crm, "Accounts", ids[2], ids[1])
    assert crm.survivors("Accounts", ids) == {ids[1]: ids[2]}
    made(crm.delete("Accounts", [ids[2]]))
    assert crm.survivors("Accounts", ids) == {}


def test_looking_for_survivors_costs_little_where_nothing_was_merged(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Records that are there, or lie in the recycle bin, take one or two calls, whatever changed since."""
    ids = accounts(crm, 30)
    seq = sandbox.calls()[-1]["seq"]
    assert crm.survivors("Accounts", ids) == {}
    assert len(sandbox.calls(seq)) == 1
    made(crm.delete("Accounts", ids[:10]))
    made(crm.update("Accounts", [Change(id=one, fields={"Phone": "3"}) for one in ids[10:]]))
    seq = sandbox.calls()[-1]["seq"]
    assert crm.survivors("Accounts", ids) == {}
    assert len(sandbox.calls(seq)) <= 2
    assert crm.survivors("Products", ids) == {}


def test_looking_at_timelines_is_bounded(crm: CrmConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A survivor behind too many later edits is left out rather than looked for in the whole module."""
    ids = accounts(crm, 12)
    passes(sandbox)
    merge(crm, "Accounts", ids[0], ids[1])
    passes(sandbox)
    for one in (*ids[2:], ids[0]):
        made(crm.update("Accounts", [Change(id=one, fields={"Phone": "4"})]))
        passes(sandbox, 2)
    monkeypatch.setattr(merges, "NEAREST", 5)
    seq = sandbox.calls()[-1]["seq"]
    assert crm.survivors("Accounts", [ids[1]]) == {}
    assert len(sandbox.calls(seq)) == 3 + 5
    monkeypatch.setattr(merges, "NEAREST", 50)
    assert crm.survivors("Accounts", [ids[1]]) == {ids[1]: ids[0]}


def test_a_name_is_no_survivor(crm: CrmConnection, sandbox: Sandbox) -> None:
    """A record thrown out of the bin is as gone as a merged one; its namesake is not what it went into."""
    name = secrets.token_hex(6)
    new = [NewRecord(fields={"Account_Name": name}, key=None) for _ in range(2)]
    one, other = made(crm.create("Accounts", new, safe=False))
    made(crm.delete("Accounts", [one]))
    crm._api.client.write("DELETE", f"/settings/recycle_bin/{one}")
    made(crm.update("Accounts", [Change(id=other, fields={"Phone": "5"})]))
    assert crm.survivors("Accounts", [one]) == {}
    del sandbox


def test_only_products_can_be_inactive(crm: CrmConnection) -> None:
    """Their check box is taken away once; other modules say that they cannot."""

    def boxes(outcomes: list[Outcome], ids: list[str]) -> list[object]:
        assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
        read = crm.fetch("Products", ids, ["Product_Active"])
        return [read[one].fields.get("Product_Active") for one in ids]

    new = [
        NewRecord(fields={"Product_Name": secrets.token_hex(6), "Product_Active": active}, key=None)
        for active in (True, False, True)
    ]
    ids = made(crm.create("Products", new, safe=False))
    assert boxes(crm.deactivate("Products", ids[:2]), ids) == [False, False, True]
    [absent, there] = crm.deactivate("Products", ["999999999999999999", ids[2]])
    assert isinstance(absent, Rejected)
    assert isinstance(there, Written)
    for module in ("Accounts", "Contacts", "Vendors", "Deals"):
        [outcome] = crm.deactivate(module, ["1"])
        assert isinstance(outcome, Rejected)
        assert outcome.code == "NOT_SUPPORTED"


def test_contacts_are_searched_by_first_and_last_name(crm: CrmConnection) -> None:
    """By the beginning of either, by both, and not by what else a contact holds."""
    tag = "Zq" + secrets.token_hex(4)
    people = [
        {"First_Name": f"{tag}anna", "Last_Name": "Smith"},
        {"First_Name": "Bea", "Last_Name": f"{tag}berg"},
        {"First_Name": "Cleo", "Last_Name": "Stone", "Description": f"a friend of {tag}anna"},
        {"First_Name": "Dora", "Last_Name": f"O{tag}"},
    ]
    ids = made(crm.create("Contacts", [NewRecord(fields=dict(one), key=None) for one in people], safe=False))

    def search(text: str, limit: int = 10) -> list[str]:
        return [record.id for record in crm.search("Contacts", text, ["Last_Name"], limit)]

    assert sorted(search(tag.lower())) == sorted([ids[0], ids[1], ids[3]])
    assert search(f"{tag}anna smith") == [ids[0]]
    assert search(f"{tag}an sm") == [ids[0]]
    assert search(f"bea {tag}berg") == [ids[1]]
    assert len(search(tag, 2)) == 2
    assert search("") == search(f"{tag}nobody") == []
    [found] = crm.search("Contacts", f"{tag}berg", ["First_Name", "Email"], 5)
    assert found.fields == {"First_Name": "Bea"}
    assert [user.fields["email"] for user in crm.search("users", "@", ["email"], 1)]


def test_a_search_behind_a_lagging_index_tells_no_lies(faults: Weather) -> None:
    """What the index does not know yet is not found; later it is."""
    crm = cast("CrmConnection", faults.connect(CRM))
    name = secrets.token_hex(6)
    faults.order(CRM, "index_lag", seconds=60, path="search")
    [identifier] = made(crm.create("Accounts", [NewRecord(fields={"Account_Name": name}, key=None)], safe=False))
    assert crm.search("Accounts", name, [], 5) == []
    faults.passes(100)
    assert [record.id for record in crm.search("Accounts", name, [], 5)] == [identifier]


def test_failing_calls_are_no_word_about_a_merge(faults: Weather) -> None:
    """Lost, broken and short answers are asked for again; a CRM that does not answer is a fault, not "no survivor"."""
    crm = cast("CrmConnection", faults.connect(CRM))
    ids = accounts(crm, 2)
    merge(crm, "Accounts", ids[0], ids[1])
    faults.order(CRM, "drop_response", path="__timeline", count=1)
    faults.order(CRM, "truncated_page", path="__timeline", count=1, keep=0)
    faults.order(CRM, "status", status=500, path="deleted", count=1)
    assert crm.survivors("Accounts", [ids[1]]) == {ids[1]: ids[0]}
    faults.order(CRM, "status", status=500, path="__timeline")
    with pytest.raises(Fault):
        crm.survivors("Accounts", [ids[1]])
