"""Call-backs of the CRM: what they hint at, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncdsl.adapters.notifications import Callback, ForgedError, Notice
from syncdsl.adapters.zoho_crm.notifications import channel_id, listen, token_of

SECRET = "canary-secret-of-the-channel"


def call(body: Any, **more: Any) -> Callback:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Callback(**{"method": "POST", "headers": {}, "query": (), "body": data, **more})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"module": "Deals", "ids": ["1", "2", "1"], "operation": "update"}, (Notice(module="Deals", ids=("1", "2")),)),
        ({"module": "Deals", "ids": [4150868000004348049]}, (Notice(module="Deals", ids=("4150868000004348049",)),)),
        ({"module": "Deals"}, (Notice(module="Deals", ids=()),)),
        ({"module": "Deals", "ids": "1"}, (Notice(module="Deals", ids=()),)),
        ({"ids": ["1"]}, ()),
        ({"module": ["Deals"]}, ()),
    ],
)
def test_a_call_with_the_token_hints_at_records(body: dict[str, Any], expected: tuple[Notice, ...]) -> None:
    """Module and ids are hints; what cannot be read hints at nothing."""
    assert listen(call({**body, "token": SECRET}), secret=SECRET) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"module": "Deals", "ids": ["1"]},
        {"module": "Deals", "ids": ["1"], "token": ""},
        {"module": "Deals", "ids": ["1"], "token": SECRET[:-1]},
        {"module": "Deals", "ids": ["1"], "token": SECRET.upper()},
        {"module": "Deals", "ids": ["1"], "token": "ünïcode"},
        {"module": "Deals", "ids": ["1"], "token": "\ud800"},
        {"module": "Deals", "ids": ["1"], "token": [SECRET]},
        [SECRET],
        b"",
        b"\xff\xfe{",
        b"[" * 100_000,
    ],
)
def test_a_call_without_the_token_is_forged(body: Any) -> None:
    """Whatever else it says, and without telling the token; a token in the address is none."""
    with pytest.raises(ForgedError) as caught:
        listen(call(body, query=(("token", SECRET),)), secret=SECRET)
    assert SECRET not in str(caught.value)


def test_channels_are_numbers_that_follow_from_organisation_and_address() -> None:
    """The same number every time, another for another organisation or address, 18 digits long."""
    one = channel_id("7", "https://example.com/a")
    assert one == channel_id("7", "https://example.com/a")
    assert len({one, channel_id("8", "https://example.com/a"), channel_id("7", "https://example.com/b")}) == 3
    assert one.isdecimal()
    assert len(one) == 18


def test_a_long_secret_is_a_token_of_its_digest() -> None:
    """A channel's token has at most 50 characters."""
    assert token_of("x" * 50) == "x" * 50
    assert len(token_of("x" * 51)) <= 50
    assert token_of("x" * 51) != token_of("x" * 52)
    assert listen(call({"module": "Deals", "token": token_of("y" * 80)}), secret="y" * 80)
