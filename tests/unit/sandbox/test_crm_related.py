"""Related lists of the CRM: their descriptions, their rows, contact roles, and the stage history of deals."""

from collections.abc import Iterator
from typing import Any

import pytest


def described(running: Any, module: str) -> dict[str, dict[str, Any]]:
    answer = running.crm.get("/settings/related_lists", params={"module": module}).json()
    return {item["api_name"]: item for item in answer["related_lists"]}


def rows(running: Any, path: str, fields: str) -> list[dict[str, Any]]:
    answer = running.crm.get(path, params={"fields": fields})
    return [] if answer.status_code == 204 else list(answer.json()["data"])


def test_lists_are_described_with_their_module(empty: Any) -> None:
    """Accounts have contacts, deals, documents and members; a single list is found by its id."""
    found = described(empty, "Accounts")
    assert {"Contacts", "Deals", "Quotes", "Sales_Orders", "Invoices", "Child_Accounts"} <= set(found)
    assert found["Contacts"]["module"]["api_name"] == "Contacts"
    identity = found["Deals"]["id"]
    [one] = empty.crm.get(f"/settings/related_lists/{identity}", params={"module": "Accounts"}).json()["related_lists"]
    assert one == found["Deals"]
    assert len({item["id"] for item in found.values()}) == len(found)
    assert empty.crm.get("/settings/related_lists").json()["code"] == "REQUIRED_PARAM_MISSING"


def test_the_rows_of_a_list_are_the_records_that_point_here(empty: Any) -> None:
    """Contacts of an account come as a list of records, without those of others, and 204 when there are none."""
    [account, other] = empty.insert("Accounts", {"Account_Name": "One"}, {"Account_Name": "Other"})
    mine = empty.insert("Contacts", *({"Last_Name": f"C{n}", "Account_Name": {"id": account}} for n in range(3)))
    empty.insert("Contacts", {"Last_Name": "D", "Account_Name": {"id": other}})
    path = f"/Accounts/{account}/Contacts"
    found = rows(empty, path, "Last_Name,Account_Name")
    assert [row["id"] for row in found] == mine[::-1]
    assert found[0]["Account_Name"] == {"name": "One", "id": account}
    page = empty.crm.get(path, params={"fields": "id", "per_page": 2, "page": 2}).json()
    assert (len(page["data"]), page["info"]["more_records"]) == (1, False)
    assert empty.crm.get(path).json()["details"] == {"param": "fields"}
    assert empty.crm.get(f"/Accounts/{account}/Deals", params={"fields": "id"}).status_code == 204
    later = {"If-Modified-Since": "2100-01-01T00:00:00+00:00"}
    assert empty.crm.get(path, params={"fields": "id"}, headers=later).status_code == 304
    assert empty.crm.get(f"/Accounts/{account}/Nope", params={"fields": "id"}).status_code == 400
    assert empty.crm.get("/Accounts/1/Contacts", params={"fields": "id"}).json()["code"] == "INVALID_DATA"


def test_contacts_get_roles_in_a_deal_and_lose_them(empty: Any) -> None:
    """The deal's own contact is there from the start; others are added with a role, and taken out again."""
    [own, buyer] = empty.insert("Contacts", {"Last_Name": "Own"}, {"Last_Name": "Buyer"})
    [deal] = empty.insert("Deals", {"Deal_Name": "D", "Stage": "Qualification", "Contact_Name": {"id": own}})
    path = f"/Deals/{deal}/Contact_Roles"
    assert [row["id"] for row in rows(empty, path, "Last_Name")] == [own]
    answer = empty.crm.put(f"{path}/{buyer}", json={"data": [{"Contact_Role": "Decision Maker"}]})
    assert answer.json()["data"][0]["code"] == "SUCCESS"
    roles = {row["Last_Name"]: row["Contact_Role"] for row in rows(empty, path, "Last_Name")}
    assert roles["Own"] is None
    assert roles["Buyer"]["name"] == "Decision Maker"
    wrong = empty.crm.put(path, json={"data": [{"id": "1", "Contact_Role": "Buyer"}]})
    assert (wrong.status_code, wrong.json()["data"][0]["code"]) == (400, "INVALID_DATA")
    gone = empty.crm.delete(path, params={"ids": f"{buyer},1"})
    assert [entry["status"] for entry in gone.json()["data"]] == ["success", "error"]
    assert [row["id"] for row in rows(empty, path, "Last_Name")] == [own]
    account = empty.insert("Accounts", {"Account_Name": "A"})[0]
    refused = empty.crm.put(f"/Accounts/{account}/Deals", json={"data": [{"id": deal}]})
    assert refused.json()["code"] == "CANNOT_BE_UPDATED"


HISTORY = "Stage,Moved_To__s,Duration_Days,Modified_Time,Modified_By,Probability"


def move(running: Any, deal: str, stage: str) -> None:
    assert running.crm.put("/Deals", json={"data": [{"id": deal, "Stage": stage}]}).status_code == 200


def test_a_deal_remembers_its_stages(start: Any) -> None:
    """Each change of stage leaves one entry with when it began, who did it and how long it lasted; other edits none."""
    running = start("--records", "0")
    running.control("PUT", "clock", {"now": 1_790_000_000, "frozen": True})
    running.authorise()
    [deal] = running.insert("Deals", {"Deal_Name": "H", "Stage": "Qualification"})
    name = next(name for name, item in described(running, "Deals").items() if item["display_label"] == "Stage History")
    for days, stage in ((3, "Needs Analysis"), (2, "Closed Won")):
        running.control("POST", "clock/advance", {"seconds": days * 86_400})
        running.authorise()
        move(running, deal, stage)
    move(running, deal, "Closed Won")
    running.crm.put("/Deals", json={"data": [{"id": deal, "Amount": 5}]})
    found = rows(running, f"/Deals/{deal}/{name}", HISTORY)
    assert [(row["Stage"], row["Moved_To__s"], row["Duration_Days"]) for row in found] == [
        ("Closed Won", None, 0),
        ("Needs Analysis", "Closed Won", 2),
        ("Qualification", "Needs Analysis", 3),
    ]
    assert found[0]["Modified_By"]["name"] == "Petra Hofer"
    assert found[2]["Modified_Time"] < found[1]["Modified_Time"] < found[0]["Modified_Time"]
    assert [row["Probability"] for row in found] == [100, 20, 10]


def test_a_deal_from_before_the_history_began_in_its_first_stage(seeded: Any) -> None:
    """A seeded deal has one entry, since it was created; its first move adds the second."""
    deal = seeded.crm.get("/Deals", params={"fields": "Stage,Created_Time", "per_page": 1}).json()["data"][0]
    path = f"/Deals/{deal['id']}/Stage_History"
    [first] = rows(seeded, path, HISTORY)
    assert (first["Stage"], first["Modified_Time"]) == (deal["Stage"], deal["Created_Time"])
    stage = "Closed Lost" if deal["Stage"] != "Closed Lost" else "Closed Won"
    move(seeded, deal["id"], stage)
    assert [row["Stage"] for row in rows(seeded, path, HISTORY)] == [stage, deal["Stage"]]


@pytest.fixture
def switched_off(empty: Any) -> Iterator[None]:
    """Switch the stage history off for a test."""
    empty.control("PUT", "crm/stage-history", {"on": False})
    yield
    empty.control("PUT", "crm/stage-history", {"on": True})


@pytest.mark.usefixtures("switched_off")
def test_a_history_that_is_off_is_not_there(empty: Any) -> None:
    """The list is neither described nor answered."""
    [deal] = empty.insert("Deals", {"Deal_Name": "Off", "Stage": "Qualification"})
    assert "Stage_History" not in described(empty, "Deals")
    answer = empty.crm.get(f"/Deals/{deal}/Stage_History", params={"fields": "Stage"})
    assert (answer.status_code, answer.json()["message"]) == (400, "The relation name given seems to be invalid")
