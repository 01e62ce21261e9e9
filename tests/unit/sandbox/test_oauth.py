"""Tokens: issuing, refusing, expiring, and the check on every call."""

from typing import Any

import httpx
import pytest

CREDENTIALS = {
    "grant_type": "refresh_token",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}


@pytest.mark.parametrize("port", ["crm_url", "books_url"])
@pytest.mark.parametrize("style", ["query", "form", "multipart"])
def test_token_parameters_in_any_style(empty: Any, port: str, style: str) -> None:
    """Both ports take the parameters as query, form or multipart body."""
    url = getattr(empty, port) + "/oauth/v2/token"
    match style:
        case "query":
            answer = httpx.post(url, params=CREDENTIALS)
        case "form":
            answer = httpx.post(url, data=CREDENTIALS)
        case _:
            answer = httpx.post(url, files={key: (None, value) for key, value in CREDENTIALS.items()})
    assert answer.status_code == 200
    granted = answer.json()
    assert granted["expires_in"] == 3600
    assert granted["token_type"] == "Bearer"
    assert granted["access_token"].startswith("1000.")
    assert granted["api_domain"] == getattr(empty, port)
    assert "refresh_token" not in granted


def test_authorization_code_grants_the_refresh_token(empty: Any) -> None:
    """The first exchange of a self-client's code brings the refresh token too."""
    code = {**CREDENTIALS, "grant_type": "authorization_code", "code": "sandbox-code"}
    granted = httpx.post(empty.crm_url + "/oauth/v2/token", data=code).json()
    assert granted["refresh_token"] == "sandbox-refresh"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"refresh_token": "x"}, "invalid_code"),
        ({"client_id": "x"}, "invalid_client"),
        ({"client_secret": "x"}, "invalid_client_secret"),
        ({"grant_type": "x"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_code"),
    ],
)
def test_failures_come_with_http_200(empty: Any, wrong: dict[str, str], error: str) -> None:
    """A refused token request is HTTP 200 with an `error` key, as Zoho answers."""
    answer = httpx.post(empty.crm_url + "/oauth/v2/token", data={**CREDENTIALS, **wrong})
    assert (answer.status_code, answer.json()) == (200, {"error": error})


def test_calls_without_a_live_token_are_refused_in_each_envelope(empty: Any) -> None:
    """No token and a foreign token are HTTP 401 in the words of the system that was called."""
    org, contacts = empty.crm_url + "/crm/v8/org", empty.books_url + "/books/v3/contacts"
    assert httpx.get(org).json()["code"] == "AUTHENTICATION_FAILURE"
    foreign = httpx.get(org, headers={"Authorization": "Zoho-oauthtoken 1000.abc.def"})
    assert foreign.status_code == 401
    assert foreign.json() == {
        "code": "INVALID_TOKEN",
        "details": {},
        "message": "invalid oauth token",
        "status": "error",
    }
    answer = httpx.get(contacts)
    assert (answer.status_code, answer.json()["code"]) == (401, 57)


def test_expire_tokens_ends_every_token(start: Any) -> None:
    """After the control call the old token is invalid and a new one works."""
    running = start("--records", "0")
    assert running.crm.get("/org").status_code == 200
    assert httpx.post(running.books_url + "/_sandbox/expire-tokens").json() == {"expired": 1}
    assert running.crm.get("/org").json()["code"] == "INVALID_TOKEN"
    token = httpx.post(running.crm_url + "/oauth/v2/token", data=CREDENTIALS).json()["access_token"]
    answer = running.crm.get("/org", headers={"Authorization": f"Zoho-oauthtoken {token}"})
    assert answer.status_code == 200
