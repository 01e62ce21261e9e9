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


@pytest.fixture(scope="module")
def deals(start: Any) -> Any:
    """Start a sandbox with deals of two accounts, one of them under the other."""
    sandbox = start("--records", "0")
    users = sandbox.crm.get("/users").json()["users"]
    [top] = sandbox.insert("Accounts", {"Account_Name": "Top", "Phone": "1"})
    [sub] = sandbox.insert("Accounts", {"Account_Name": "Sub", "Phone": "2", "Parent_Account": {"id": top}})
    sandbox.insert(
        "Deals",
        {"Deal_Name": "A", "Stage": "Qualification", "Amount": 10.1, "Account_Name": {"id": top}},
        {"Deal_Name": "B", "Stage": "Qualification", "Amount": 20.2, "Account_Name": {"id": sub}},
        {"Deal_Name": "C", "Stage": "Closed Won", "Amount": 40, "Owner": {"id": users[1]["id"]}},
        {"Deal_Name": "D", "Stage": "Closed Won", "Closing_Date": "2026-03-01"},
    )
    return sandbox


def rows(sandbox: Any, query: str) -> list[dict[str, Any]]:
    answer = sandbox.crm.post("/coql", json={"select_query": query})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


def test_joins_lead_through_lookups(deals: Any) -> None:
    """Columns, conditions and orders reach fields of the record a lookup points to, also two steps away."""
    query = (
        "select Deal_Name, Account_Name.Phone, Account_Name.Parent_Account.Account_Name as Above, Owner.last_name"
        " from Deals where Account_Name.Phone in ('1', '2') order by Account_Name.Account_Name"
    )
    assert [{name: row[name] for name in row if name != "id"} for row in rows(deals, query)] == [
        {"Deal_Name": "B", "Account_Name.Phone": "2", "Above": "Top", "Owner.last_name": "Hofer"},
        {"Deal_Name": "A", "Account_Name.Phone": "1", "Above": None, "Owner.last_name": "Hofer"},
    ]
    [row] = rows(deals, "select Deal_Name from Deals where Owner.last_name != 'hofer'")
    assert row["Deal_Name"] == "C"
    assert len(rows(deals, "select id from Deals where Account_Name.Phone is null")) == 2


def test_aggregates_sum_up_groups(deals: Any) -> None:
    """Counts, sums, averages and extremes come for each group, under their own names or aliases."""
    query = (
        "select Stage, COUNT(id) as number, sum(Amount), AVG(Amount), min(Amount), max(Closing_Date)"
        " from Deals where id is not null group by Stage order by number desc, Stage asc"
    )
    assert rows(deals, query) == [
        {
            "Stage": "Closed Won",
            "number": 2,
            "SUM(Amount)": 40,
            "AVG(Amount)": 40,
            "MIN(Amount)": 40,
            "MAX(Closing_Date)": "2026-03-01",
        },
        {
            "Stage": "Qualification",
            "number": 2,
            "SUM(Amount)": 30.3,
            "AVG(Amount)": 15.15,
            "MIN(Amount)": 10.1,
            "MAX(Closing_Date)": None,
        },
    ]
    assert rows(deals, "select count(id) from Deals where Amount > 15") == [{"COUNT(id)": 2}]
    by_owner = "select Owner, count(id) from Deals where id is not null group by Owner order by count(id) desc"
    assert [row["COUNT(id)"] for row in rows(deals, by_owner)] == [3, 1]
    assert set(rows(deals, by_owner)[0]["Owner"]) == {"id"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("select Account_Name.Nope from Deals where id is not null", "INVALID_QUERY"),
        ("select Deal_Name.Phone from Deals where id is not null", "INVALID_QUERY"),
        ("select sum(Deal_Name) from Deals where id is not null", "INVALID_QUERY"),
        ("select Deal_Name, count(id) from Deals where id is not null group by Stage", "INVALID_QUERY"),
        ("select Stage from Deals where id is not null group by Nope", "INVALID_QUERY"),
        ("select Deal_Name from Deals where id is not null order by count(id)", "INVALID_QUERY"),
        ("select Deal_Name, Deal_Name from Deals where id is not null", "DUPLICATE_DATA"),
        ("select Deal_Name as a, Stage as a from Deals where id is not null", "DUPLICATE_ALIAS"),
        ("select Stage from Deals where id > 0 group by Stage, Type, Owner, Amount, Next_Step", "LIMIT_EXCEEDED"),
        ("select id from Deals where id > 0 order by id" + ", id" * 10, "LIMIT_EXCEEDED"),
        ("select id from Deals where id > 0" + " and id > 0" * 25, "LIMIT_EXCEEDED"),
        ("select id" + ", id" * 50 + " from Deals where id > 0", "LIMIT_EXCEEDED"),
        ("select id from Deals where id > 0 limit 1999 offset 99000", "LIMIT_EXCEEDED"),
        ("select id from Deals where " + "(id > 0 and " * 3000 + "id > 0" + ")" * 3000, "SYNTAX_ERROR"),
    ],
)
def test_mistakes_of_joins_and_groups_are_named(deals: Any, query: str, code: str) -> None:
    """What cannot be joined, grouped or named twice is refused with the code of its kind, and so is too much."""
    answer = deals.crm.post("/coql", json={"select_query": query})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
