"""Books' settings: currencies with exchange rates, taxes, users."""

from typing import Any

import pytest

AUD = {"currency_code": "AUD", "currency_symbol": "$", "currency_format": "1,234,567.89", "price_precision": 2}


def currency_of(running: Any, code: str) -> dict[str, Any]:
    rows = running.books.get("/settings/currencies").json()["currencies"]
    [found] = [row for row in rows if row["currency_code"] == code]
    return dict(found)


def test_a_currency_is_added_priced_used_and_removed(empty: Any) -> None:
    """A new currency can be chosen at once, at the newest rate; while it is used it cannot be removed."""
    answer = empty.books.post("/settings/currencies", json=AUD)
    assert (answer.status_code, answer.json()["message"]) == (201, "The currency has been added.")
    identity = answer.json()["currency"]["currency_id"]
    path = f"/settings/currencies/{identity}"
    for day, rate in (("2026-02-01", 0.61), ("2026-01-01", 0.6)):
        added = empty.books.post(f"{path}/exchangerates", json={"effective_date": day, "rate": rate})
        assert (added.status_code, added.json()["exchange_rate"]["rate"]) == (201, rate)
    assert (currency_of(empty, "AUD")["exchange_rate"], currency_of(empty, "AUD")["effective_date"]) == (
        0.61,
        "2026-02-01",
    )
    rates = empty.books.get(f"{path}/exchangerates").json()["exchange_rates"]
    assert [rate["effective_date"] for rate in rates] == ["2026-02-01", "2026-01-01"]
    later = empty.books.get(f"{path}/exchangerates", params={"from_date": "2026-01-15"}).json()["exchange_rates"]
    assert [rate["effective_date"] for rate in later] == ["2026-02-01"]
    one = f"{path}/exchangerates/{rates[0]['exchange_rate_id']}"
    assert empty.books.put(one, json={"effective_date": "2026-02-01", "rate": 0.62}).json()["code"] == 0
    assert empty.books.get(one).json()["exchange_rate"]["rate"] == 0.62
    contact = empty.customer("Sydney Pumps", currency_id=identity)
    refused = empty.books.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (400, 36)
    empty.books.delete(f"/contacts/{contact}")
    assert empty.books.delete(path).json()["message"] == "The currency has been deleted."
    assert empty.books.get(path).status_code == 404
    answer = empty.books.post("/contacts", json={"contact_name": "Too late", "currency_id": identity})
    assert (answer.status_code, answer.json()["code"]) == (400, 2)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"currency_code": "USD"}, 1001),
        ({"currency_code": "Dollar"}, 2),
        ({"currency_format": ""}, 2),
        ({"currency_symbol": "much too long"}, 15),
        ({"price_precision": 7}, 2),
    ],
)
def test_unfit_currencies_are_refused(empty: Any, change: dict[str, Any], code: int) -> None:
    """A code is three letters and taken once; symbol, format and precision have their bounds."""
    answer = empty.books.post("/settings/currencies", json=AUD | {"currency_code": "SEK"} | change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_base_currency_stays(empty: Any) -> None:
    """It has no rate, cannot be deleted, and can be left out of the list."""
    identity = currency_of(empty, "EUR")["currency_id"]
    assert empty.books.delete(f"/settings/currencies/{identity}").json()["code"] == 36
    answer = empty.books.post(f"/settings/currencies/{identity}/exchangerates", json={"rate": 2})
    assert answer.status_code == 400
    others = empty.books.get("/settings/currencies", params={"filter_by": "Currencies.ExcludeBaseCurrency"}).json()
    assert "EUR" not in [row["currency_code"] for row in others["currencies"]]


def test_a_currency_is_edited(empty: Any) -> None:
    """Symbol and format change, the code does not."""
    path = f"/settings/currencies/{currency_of(empty, 'GBP')['currency_id']}"
    body = {"currency_code": "GBP", "currency_format": "1.234.567,89", "currency_symbol": "GB£"}
    assert empty.books.put(path, json=body).json()["currency"]["currency_symbol"] == "GB£"
    assert empty.books.put(path, json=body | {"currency_code": "GBX"}).json()["code"] == 2


def test_a_tax_is_added_used_and_removed(empty: Any) -> None:
    """A new tax can be chosen by an item; while it is, it stays."""
    answer = empty.books.post("/settings/taxes", json={"tax_name": "Reduced", "tax_percentage": 5.5})
    assert (answer.status_code, answer.json()["tax"]["tax_percentage"]) == (201, 5.5)
    path = f"/settings/taxes/{answer.json()['tax']['tax_id']}"
    body = {"name": "Taxed", "rate": 1, "tax_id": answer.json()["tax"]["tax_id"]}
    item = empty.books.post("/items", json=body).json()["item"]
    assert (item["tax_name"], item["tax_percentage"]) == ("Reduced", 5.5)
    assert empty.books.delete(path).json()["code"] == 36
    assert empty.books.put(path, json={"tax_name": "Lowered", "tax_percentage": 5}).json()["code"] == 0
    assert empty.books.get(f"/items/{item['item_id']}").json()["item"]["tax_name"] == "Lowered"
    empty.books.delete(f"/items/{item['item_id']}")
    assert empty.books.delete(path).json()["message"] == "The record has been deleted."
    assert empty.books.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"tax_name": "vat 19 ", "tax_percentage": 1}, 1001),
        ({"tax_percentage": 1}, 2),
        ({"tax_name": "Much", "tax_percentage": 101}, 2),
        ({"tax_name": "Odd", "tax_percentage": 1, "tax_type": "alien"}, 2),
    ],
)
def test_unfit_taxes_are_refused(empty: Any, body: dict[str, Any], code: int) -> None:
    """Names are taken once, percentages lie between 0 and 100, types are known."""
    answer = empty.books.post("/settings/taxes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_user_is_invited_changed_and_removed(empty: Any) -> None:
    """An invited user becomes active, inactive, gets another role and goes."""
    roles = {row["user_role"]: row["role_id"] for row in empty.books.get("/users").json()["users"]}
    body = {"name": "Nora New", "email": "nora@rheinbruecke.example", "role_id": roles["staff"]}
    answer = empty.books.post("/users", json=body)
    assert (answer.status_code, answer.json()["message"]) == (200, "Your invitation has been sent.")
    [nora] = empty.books.get("/users", params={"filter_by": "Status.Invited"}).json()["users"]
    path = f"/users/{nora['user_id']}"
    assert (nora["status"], nora["user_role"]) == ("invited", "staff")
    assert empty.books.post(f"{path}/invite").json()["code"] == 0
    assert empty.books.post(f"{path}/active").json()["message"] == "The user has been marked as active."
    assert empty.books.post(f"{path}/invite").status_code == 400
    assert empty.books.put(path, json=body | {"role_id": roles["admin"]}).json()["code"] == 0
    assert empty.books.get(path).json()["user"]["user_role"] == "admin"
    assert empty.books.post(f"{path}/inactive").json()["code"] == 0
    assert nora["user_id"] in [
        row["user_id"] for row in empty.books.get("/users", params={"filter_by": "Status.Inactive"}).json()["users"]
    ]
    assert empty.books.delete(path).json()["message"] == "The user has been removed from your organization."
    assert empty.books.get(path).status_code == 404


def test_users_need_a_role_that_exists_and_an_address_of_their_own(empty: Any) -> None:
    """Unknown roles, taken and malformed addresses are refused."""
    body = {"name": "Nobody", "email": "nobody@rheinbruecke.example"}
    assert empty.books.post("/users", json=body | {"role_id": "1"}).json() == {
        "code": 1002,
        "message": "Role does not exist.",
    }
    taken = empty.books.get("/users/me").json()["user"]["email"]
    assert empty.books.post("/users", json=body | {"email": taken.upper()}).json()["code"] == 1001
    assert empty.books.post("/users", json=body | {"email": "nowhere"}).json()["code"] == 2
    assert empty.books.post("/users", json={"email": "x@y.example"}).json()["code"] == 2


def test_the_current_user_is_who_holds_the_tokens(empty: Any) -> None:
    """`/users/me` is one of the list, and can neither be deactivated nor deleted."""
    me = empty.books.get("/users/me").json()["user"]
    rows = empty.books.get("/users", params={"sort_column": "email", "sort_order": "D"}).json()
    assert [row["user_id"] for row in rows["users"] if row["is_current_user"]] == [me["user_id"]]
    emails = [row["email"] for row in rows["users"]]
    assert emails == sorted(emails, reverse=True)
    assert empty.books.post(f"/users/{me['user_id']}/inactive").json()["code"] == 36
    assert empty.books.delete(f"/users/{me['user_id']}").json()["code"] == 36


def test_users_page(empty: Any) -> None:
    """Pages of short lists are numbered like those of long ones."""
    whole = empty.books.get("/users").json()["users"]
    first = empty.books.get("/users", params={"per_page": 1}).json()
    assert (first["users"], first["page_context"]["has_more_page"]) == (whole[:1], True)
    last = empty.books.get("/users", params={"per_page": 1, "page": len(whole)}).json()
    assert (last["users"], last["page_context"]["has_more_page"]) == (whole[-1:], False)
