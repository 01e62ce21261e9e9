"""Searching CRM records: criteria, addresses, numbers and words, limits, and an index that lags."""

from typing import Any

import pytest


@pytest.fixture(scope="module")
def running(start: Any) -> Any:
    """Start a sandbox with three accounts, a child of one, and a contact."""
    sandbox = start("--records", "0")
    [first, _, _] = sandbox.insert(
        "Accounts",
        {"Account_Name": "Alpha (Köln), Ltd", "Employees": 5, "Account_Type": "Customer", "Phone": "0221 1"},
        {"Account_Name": "Beta", "Employees": 50, "Phone": "0221 2"},
        {"Account_Name": "Gamma", "Employees": 500, "Annual_Revenue": 12.5},
    )
    sandbox.insert("Accounts", {"Account_Name": "Delta", "Parent_Account": {"id": first}})
    sandbox.insert("Contacts", {"Last_Name": "Smith", "Email": "Smith@example.com", "Phone": "7"})
    return sandbox


def search(sandbox: Any, module: str = "Accounts", **parameters: Any) -> Any:
    return sandbox.crm.get(f"/{module}/search", params=parameters)


def initials(answer: Any) -> str:
    if answer.status_code == 204:
        return ""
    assert answer.status_code == 200, answer.text
    return "".join(sorted(row["Account_Name"][0] for row in answer.json()["data"]))


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ("(Account_Name:equals:beta)", "B"),
        (r"(Account_Name:equals:Alpha \(Köln\)\, Ltd)", "A"),
        ("(Account_Name:starts_with:g)", "G"),
        ("(Account_Name:not_equal:Beta)", "ADG"),
        (r"(Account_Name:in:Beta,Gamma)", "BG"),
        (r"(Account_Name:in:Alpha \(Köln\)\, Ltd,Beta)", "AB"),
        ("(Employees:greater_than:5)", "BG"),
        ("(Employees:greater_equal:5)", "ABG"),
        ("(Employees:less_than:50)", "A"),
        ("(Employees:less_equal:50)", "AB"),
        ("(Employees:between:5,50)", "AB"),
        ("(Annual_Revenue:equals:12.5)", "G"),
        ("((Employees:greater_than:5)and(Phone:starts_with:0221))", "B"),
        ("((Account_Name:equals:Beta)or(Account_Name:equals:Gamma))", "BG"),
        ("(Account_Name:equals:Beta)or(Account_Name:equals:Gamma)and(Employees:less_than:5)", "B"),
        ("(((Account_Name:equals:Beta)or(Account_Name:equals:Gamma))and(Employees:greater_than:100))", "G"),
        (r"(Parent_Account:equals:Alpha \(Köln\)\, Ltd)", "D"),
        ("(Parent_Account.Phone:equals:0221 1)", "D"),
        ("(Modified_Time:greater_than:2026-01-01T00:00:00+00:00)", "ABDG"),
        ("(Modified_Time:between:2100-01-01T00:00:00Z,2101-01-01T00:00:00Z)", ""),
    ],
)
def test_criteria(running: Any, criteria: str, found: str) -> None:
    """Every operator, nesting and escape selects the records it describes."""
    assert initials(search(running, criteria=criteria)) == found


def test_addresses_numbers_and_words(running: Any) -> None:
    """An e-mail address or a phone number is found whole, a word inside any text; criteria come before all."""
    [contact] = search(running, "Contacts", email="smith@example.com").json()["data"]
    assert (contact["Last_Name"], contact["Email"]) == ("Smith", "Smith@example.com")
    assert search(running, "Contacts", email="smith").status_code == 204
    assert initials(search(running, phone="0221 2")) == "B"
    assert initials(search(running, word="köln")) == "A"
    assert initials(search(running, criteria="(Account_Name:equals:Beta)", word="köln")) == "B"


def test_answers_are_pages_of_chosen_fields(running: Any) -> None:
    """`fields` choose the columns, pages cut the rows, and a view narrows them."""
    answer = search(running, criteria="(Employees:greater_than:0)", fields="Phone", per_page=2).json()
    assert [set(row) for row in answer["data"]] == [{"id", "Phone"}] * 2
    assert answer["info"] == {"per_page": 2, "count": 2, "page": 1, "more_records": True}
    second = search(running, criteria="(Employees:greater_than:0)", per_page=2, page=2).json()
    assert (len(second["data"]), second["info"]["more_records"]) == (1, False)
    views = running.crm.get("/settings/custom_views", params={"module": "Accounts"}).json()["custom_views"]
    customers = next(view["id"] for view in views if view["name"] == "Customers")
    assert initials(search(running, criteria="(Employees:greater_than:0)", cvid=customers)) == "A"
    count = running.crm.get("/Accounts/actions/count", params={"criteria": "(Employees:greater_than:5)"}).json()
    assert count == {"count": 2}
    assert running.crm.get("/Accounts/actions/count").json() == {"count": 4}


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "EXPECTED_PARAM_MISSING"),
        ({"criteria": ""}, "EXPECTED_PARAM_MISSING"),
        ({"criteria": "Account_Name:equals:Beta"}, "INVALID_QUERY"),
        ({"criteria": "(Account_Name:equals:Beta"}, "INVALID_QUERY"),
        ({"criteria": "(Account_Name:equals:Beta))"}, "INVALID_QUERY"),
        ({"criteria": "(Account_Name:like:Beta)"}, "INVALID_QUERY"),
        ({"criteria": "(Account_Name)"}, "INVALID_QUERY"),
        ({"criteria": "(Nope:equals:1)"}, "INVALID_QUERY"),
        ({"criteria": "(Account_Name:greater_than:a)"}, "INVALID_QUERY"),
        ({"criteria": "(Employees:starts_with:5)"}, "INVALID_QUERY"),
        ({"criteria": "(Employees:equals:many)"}, "INVALID_QUERY"),
        ({"criteria": "(Employees:between:1)"}, "INVALID_QUERY"),
        ({"criteria": "(" * 30 + "Phone:equals:1" + ")" * 30}, "INVALID_QUERY"),
        ({"criteria": "and".join(["(Phone:equals:1)"] * 11)}, "LIMIT_EXCEEDED"),
        ({"word": "a", "page": "11"}, "LIMIT_REACHED"),
        ({"word": "a", "per_page": "201"}, "INVALID_DATA"),
    ],
)
def test_mistakes_are_named(running: Any, parameters: dict[str, str], code: str) -> None:
    """A search that cannot be answered is HTTP 400 with the code of its kind."""
    answer = search(running, **parameters)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_lagging_index_does_not_see_what_was_just_written(running: Any) -> None:
    """Search misses the record, which lists and COQL have, until the index has caught up."""
    running.control("POST", "faults", {"kind": "index_lag", "seconds": 60, "system": "crm"})
    try:
        running.insert("Contacts", {"Last_Name": "Late", "Email": "late@example.com"})
        assert search(running, "Contacts", email="late@example.com").status_code == 204
        query = {"select_query": "select id from Contacts where Email = 'late@example.com'"}
        assert running.crm.post("/coql", json=query).status_code == 200
        running.control("POST", "clock/advance", {"seconds": 61})
        running.authorise()
        assert search(running, "Contacts", email="late@example.com").status_code == 200
    finally:
        running.control("DELETE", "faults")
