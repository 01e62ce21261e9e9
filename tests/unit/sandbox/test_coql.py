"""COQL queries against a handful of accounts."""

from typing import Any

import pytest


@pytest.fixture(scope="module")
def running(start: Any) -> Any:
    """Start a sandbox with four accounts."""
    sandbox = start("--records", "0")
    sandbox.insert(
        "Accounts",
        {"Account_Name": "Ärzte & Co", "Employees": 5, "Account_Type": "Customer", "Syncdsl_Key": "sd-1"},
        {"Account_Name": "Baker's Ltd", "Employees": 50, "Phone": "1"},
        {"Account_Name": "100% Solar", "Employees": 500, "Account_Type": "Prospect", "Syncdsl_Key": "sd-3"},
        {"Account_Name": "Delta_One", "Annual_Revenue": 12.5},
    )
    return sandbox


def names(sandbox: Any, condition: str, rest: str = "order by id asc") -> list[str]:
    query = f"select Account_Name from Accounts where {condition} {rest}"  # noqa: S608 - COQL for the sandbox
    answer = sandbox.crm.post("/coql", json={"select_query": query})
    if answer.status_code == 204:
        return []
    assert answer.status_code == 200, answer.text
    return [row["Account_Name"] for row in answer.json()["data"]]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("Account_Name = 'ärzte & co'", "A"),
        ("Account_Name = 'Baker\\'s Ltd'", "B"),
        ("Syncdsl_Key in ('sd-1', 'SD-3', 'sd-9')", "A1"),
        ("Syncdsl_Key not in ('sd-1')", "B1D"),
        ("Employees > 5 and Employees <= 500", "B1"),
        ("Employees between 5 and 50", "AB"),
        ("Account_Type != 'Customer'", "B1D"),
        ("Account_Type is null", "BD"),
        ("Phone is not null", "B"),
        ("Account_Name like '%solar'", "1"),
        ("Account_Name like 'delta_one'", "D"),
        ("Account_Name like 'deltaXone'", ""),
        ("Account_Name not like '%a%'", "A"),
        ("(Employees < 10 or Employees > 100) and Account_Type = 'Prospect'", "1"),
        ("Employees < 10 or Employees > 100 and Account_Type = 'Prospect'", "A1"),
        ("((Annual_Revenue = 12.5))", "D"),
        ("Modified_Time >= '2026-01-01T00:00:00+00:00'", "AB1D"),
        ("Modified_Time > '2100-01-01T00:00:00+00:00'", ""),
    ],
)
def test_conditions(running: Any, condition: str, found: str) -> None:
    """Every comparison and combination selects the records it describes."""
    initials = {"Ä": "A"}
    assert "".join(initials.get(name[0], name[0]) for name in names(running, condition)) == found


def test_keywords_in_any_case_and_names_that_begin_like_them(running: Any) -> None:
    """Keywords ignore case, and a field such as Industry is not mistaken for `in`."""
    query = "SELECT Industry FROM Accounts WHERE Industry IS NULL AND Ownership IS NULL ORDER BY Id DESC"
    answer = running.crm.post("/coql", json={"select_query": query.replace("Id ", "id ")})
    assert answer.json()["info"] == {"count": 4, "more_records": False}


def test_order_and_both_spellings_of_the_window(running: Any) -> None:
    """`limit offset, count` and `limit count offset offset` cut the same rows."""
    condition = "Account_Name is not null"
    assert names(running, condition, "order by Account_Name desc limit 1, 2") == names(
        running, condition, "order by Account_Name desc limit 2 offset 1"
    )
    assert names(running, condition, "order by Account_Name asc limit 1") == ["100% Solar"]


def test_rows_carry_lookups_as_ids_and_always_their_own(running: Any) -> None:
    """A row has the selected columns and its id; a lookup has an id and no name."""
    query = "select Account_Name, Owner from Accounts where Syncdsl_Key = 'sd-1'"
    [row] = running.crm.post("/coql", json={"select_query": query}).json()["data"]
    assert set(row) == {"Account_Name", "Owner", "id"}
    assert set(row["Owner"]) == {"id"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("select Account_Name from Accounts", "SYNTAX_ERROR"),
        ("select Account_Name from Accounts where", "SYNTAX_ERROR"),
        ("select Account_Name from Accounts where Phone = 'x", "SYNTAX_ERROR"),
        ("select from Accounts where Phone is null", "SYNTAX_ERROR"),
        ("select Nope from Accounts where Phone is null", "INVALID_QUERY"),
        ("select id from Accounts where Nope is null", "INVALID_QUERY"),
        ("select id from Nope where Phone is null", "INVALID_QUERY"),
        ("select id from Accounts where Employees = 'many'", "INVALID_QUERY"),
        ("select id from Accounts where id = 99999999999999999999999", "INVALID_QUERY"),
        ("select id from Accounts where Phone is null limit 2001", "LIMIT_EXCEEDED"),
        ("select id from Accounts where Phone in (1" + ",1" * 50 + ")", "LIMIT_EXCEEDED"),
    ],
)
def test_mistakes_are_named(running: Any, query: str, code: str) -> None:
    """A query that cannot be answered is HTTP 400 with the code of its kind."""
    answer = running.crm.post("/coql", json={"select_query": query})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
