from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncdsl.adapters.transport.redaction import HIDDEN, SHORTEST, Redactor

SECRET = 'canary+/"se\\cret &ü='


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote_plus(SECRET),
        quote_plus(SECRET).lower(),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
        json.dumps(json.dumps(SECRET)),
        SECRET.replace("&", "&amp;").replace('"', "&quot;"),
    ],
)
def test_a_secret_is_found_in_every_form(form: str) -> None:
    cleaned = Redactor([SECRET]).clean(f"before {form} after")
    assert "canary" not in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")


@given(secret=st.text(min_size=SHORTEST + 2, max_size=40), before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_a_secret_is_found_in_base64_wherever_it_begins(secret: str, before: bytes, after: bytes) -> None:
    """At most the characters that it shares with its neighbours stay."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(before + secret.encode() + after).decode()
        cleaned = Redactor([secret]).clean(text)
        assert HIDDEN in cleaned
        assert len(cleaned.replace(HIDDEN, "").rstrip("=")) <= 2 + (len(before) + len(after)) * 8 // 6 + 2


def test_what_looks_like_a_token_is_hidden_unknown_as_it_is() -> None:
    cleaned = Redactor([]).clean("Zoho-oauthtoken abc, Bearer def, 1000.0123456789abcdef.fedcba")
    assert not any(word in cleaned for word in ("abc", "def", "0123"))


def test_short_words_are_no_secrets() -> None:
    assert Redactor(["id"]).clean("the id is invalid") == "the id is invalid"


def test_one_secret_within_another_leaves_no_rest() -> None:
    assert Redactor(["secret-long", "secret-long-tail"]).clean("x secret-long-tail y") == f"x {HIDDEN} y"
