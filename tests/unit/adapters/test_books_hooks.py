from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from syncdsl.adapters.notifications import Callback, ForgedError, Notice
from syncdsl.adapters.zoho_books.notifications import listen

if TYPE_CHECKING:
    from collections.abc import Sequence

SECRET = "canary0webhook0secret"
FORM = "application/x-www-form-urlencoded"


def call(body: bytes, base: str, *, query: Sequence[tuple[str, str]] = (), kind: str = "application/json") -> Callback:
    """Return a call whose signature is made of `base`, which the tests write out."""
    signature = hmac.new(SECRET.encode(), base.encode(), hashlib.sha256).hexdigest()
    sent = {"content-type": kind, "x-zoho-webhook-signature": signature}
    return Callback(method="POST", headers=sent, query=query, body=body)


def raw(data: Any) -> bytes:
    return json.dumps(data).encode()


def test_query_pairs_count_sorted_and_the_raw_body_behind_them() -> None:
    body = raw({"invoice": {"invoice_id": "7", "status": "paid"}})
    query = [("subscription_id", "90343"), ("name", "basic")]
    callback = call(body, "namebasicsubscription_id90343" + body.decode(), query=query)
    assert listen(callback, secret=SECRET) == (Notice(module="invoices", ids=("7",)),)


def test_form_pairs_count_sorted_and_decoded() -> None:
    payload = json.dumps({"item": {"item_id": "9", "name": "Größe & co"}})
    body = urlencode({"name": "ä b", "JSONString": payload}).encode()
    callback = call(body, f"JSONString{payload}nameä b", kind=f"{FORM};charset=UTF-8")
    assert listen(callback, secret=SECRET) == (Notice(module="items", ids=("9",)),)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"contact": {"contact_id": "1", "contact_type": "vendor"}}, [("vendors", ("1",))]),
        ({"contact": {"contact_id": "1"}}, [("customers", ("1",)), ("vendors", ("1",))]),
        (
            {
                "contact": {
                    "contact_id": "1",
                    "contact_type": "customer",
                    "contact_persons": [{"contact_person_id": "2"}, {"contact_person_id": "3"}],
                }
            },
            [("customers", ("1",)), ("contact_persons", ("2", "3"))],
        ),
        ({"estimate": [{"estimate_id": "4"}, {"estimate_id": "4"}]}, [("quotes", ("4",))]),
        ({"salesorder": {"salesorder_id": "5"}}, [("sales_orders", ("5",))]),
        ({"purchaseorder": {"purchaseorder_id": "6"}}, [("purchase_orders", ("6",))]),
        ({"expense": {"expense_id": "8"}}, [("expenses", ("8",))]),
        ({"invoice": {}}, []),
        ({"invoice": "text"}, []),
        ({"weather": {"weather_id": "1"}}, []),
        (["invoice"], []),
    ],
)
def test_a_payload_names_modules_and_ids(payload: object, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    body = raw(payload)
    found = listen(call(body, body.decode()), secret=SECRET)
    assert [(notice.module, notice.ids) for notice in found] == expected


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000])
def test_what_cannot_be_read_hints_at_nothing(body: bytes) -> None:
    assert listen(call(body, body.decode()), secret=SECRET) == ()


def test_an_id_in_the_address_is_a_hint_too() -> None:
    assert listen(call(b"", "invoice_id7", query=[("invoice_id", "7")]), secret=SECRET) == (
        Notice(module="invoices", ids=("7",)),
    )


def test_a_forged_call_is_refused_without_telling_the_secret() -> None:
    """Another body, another secret, no signature, no secret to check by."""
    body = raw({"invoice": {"invoice_id": "7"}})
    good = call(body, body.decode())
    unsigned = Callback(method="POST", headers={}, query=(), body=body)
    odd = Callback(method="POST", headers={"x-zoho-webhook-signature": "ä"}, query=(), body=body)
    for callback, secret in (
        (call(body, body.decode() + " "), SECRET),
        (good, "another0secret"),
        (unsigned, SECRET),
        (odd, SECRET),
        (good, ""),
    ):
        with pytest.raises(ForgedError) as caught:
            listen(callback, secret=secret)
        assert "canary" not in str(caught.value)
