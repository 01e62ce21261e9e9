"""Tokens: issuing, refusing, expiring, and the check on every call."""

from collections.abc import Iterator
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
    granted = empty.anybody.post(empty.crm_url + "/oauth/v2/token", data=code).json()
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
    answer = empty.anybody.post(empty.crm_url + "/oauth/v2/token", data={**CREDENTIALS, **wrong})
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
    assert running.anybody.post(running.books_url + "/_sandbox/expire-tokens").json() == {"expired": 1}
    assert running.crm.get("/org").json()["code"] == "INVALID_TOKEN"
    token = running.anybody.post(running.crm_url + "/oauth/v2/token", data=CREDENTIALS).json()["access_token"]
    answer = running.crm.get("/org", headers={"Authorization": f"Zoho-oauthtoken {token}"})
    assert answer.status_code == 200


def tokens(running: Any, **given: str) -> dict[str, Any]:
    answer = running.anybody.post(f"{running.crm_url}/oauth/v2/token", data={**CREDENTIALS, **given})
    assert answer.status_code == 200
    return dict(answer.json())


def exchange(running: Any, code: str, **more: str) -> dict[str, Any]:
    return tokens(running, grant_type="authorization_code", code=code, **more)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Zoho-oauthtoken {token}"}


def consent(running: Any, **changed: str) -> httpx.Response:
    asked = {
        "response_type": "code",
        "client_id": "sandbox-client",
        "scope": "ZohoCRM.org.READ,ZohoBooks.settings.READ",
        "redirect_uri": "http://127.0.0.1:9/callback",
        "access_type": "offline",
        "prompt": "consent",
        "state": "a b",
        **changed,
    }
    answer: httpx.Response = running.anybody.get(f"{running.crm_url}/oauth/v2/auth", params=asked)
    return answer


def test_consent_sends_the_browser_back_with_a_code(empty: Any) -> None:
    """The page redirects with code and state; the code works once, for the same address, with those scopes."""
    answer = consent(empty)
    back = httpx.URL(answer.headers["Location"])
    assert (answer.status_code, back.host, back.port, back.path) == (302, "127.0.0.1", 9, "/callback")
    assert back.params["state"] == "a b"
    granted = exchange(empty, back.params["code"], redirect_uri="http://127.0.0.1:9/callback")
    assert granted["scope"] == "ZohoCRM.org.READ ZohoBooks.settings.READ"
    assert tokens(empty, refresh_token=granted["refresh_token"])["access_token"]
    again = exchange(empty, back.params["code"], redirect_uri="http://127.0.0.1:9/callback")
    assert again == {"error": "invalid_code"}
    code = httpx.URL(consent(empty).headers["Location"]).params["code"]
    assert exchange(empty, code, redirect_uri="http://127.0.0.1:9/other") == {"error": "invalid_redirect_uri"}


def test_consent_for_now_brings_no_refresh_token(empty: Any) -> None:
    """Without offline access the exchange gives an access token alone."""
    back = httpx.URL(consent(empty, access_type="online").headers["Location"])
    granted = exchange(empty, back.params["code"], redirect_uri="http://127.0.0.1:9/callback")
    assert "refresh_token" not in granted
    assert empty.crm.get("/org", headers=bearer(granted["access_token"])).status_code == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "x"}, "invalid_client"),
        ({"redirect_uri": "http://zoho.example/callback"}, "invalid_redirect_uri"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_consent_that_cannot_be_asked(empty: Any, changed: dict[str, str], error: str) -> None:
    """A wrong client or a foreign address is never redirected to; other mistakes are told there."""
    answer = consent(empty, **changed)
    if answer.status_code == 302:
        assert httpx.URL(answer.headers["Location"]).params["error"] == error
    else:
        assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.fixture
def running(empty: Any) -> Iterator[Any]:
    """Give a sandbox whose clock stands, and undo what is done to it."""
    empty.control("PUT", "clock", {"frozen": True})
    yield empty
    empty.control("PUT", "clock", {"frozen": False})
    empty.control("PUT", "limits", None)
    exchange(empty, "sandbox-code")
    empty.authorise()


def test_codes_of_a_self_client_last_ten_minutes(running: Any) -> None:
    """A code is good until ten minutes have passed on the clock."""
    codes = [running.control("POST", "grants", {"scopes": ["ZohoCRM.org.READ"]})["code"] for _ in range(2)]
    running.control("POST", "clock/advance", {"seconds": 599})
    assert exchange(running, codes[0])["refresh_token"]
    running.control("POST", "clock/advance", {"seconds": 1})
    assert exchange(running, codes[1]) == {"error": "invalid_code"}
    assert exchange(running, "sandbox-code")["refresh_token"] == "sandbox-refresh"


@pytest.mark.parametrize(
    ("scopes", "method", "url", "allowed"),
    [
        ("ZohoCRM.modules.accounts.READ", "GET", "crm:/Accounts?fields=Account_Name", True),
        ("zohocrm.MODULES.Accounts.all", "GET", "crm:/Accounts?fields=Account_Name", True),
        ("ZohoCRM.modules.READ", "GET", "crm:/Accounts?fields=Account_Name", True),
        ("ZohoCRM.modules.ALL", "POST", "crm:/Sales_Orders", True),
        ("ZohoCRM.modules.salesorders.WRITE", "POST", "crm:/Sales_Orders", True),
        ("ZohoCRM.modules.accounts.CREATE ZohoCRM.modules.accounts.UPDATE", "POST", "crm:/Accounts/upsert", True),
        ("ZohoCRM.modules.accounts.CREATE", "POST", "crm:/Accounts/upsert", False),
        ("ZohoCRM.modules.accounts.WRITE", "DELETE", "crm:/Accounts/1", False),
        ("ZohoCRM.modules.accounts.READ", "POST", "crm:/Accounts", False),
        ("ZohoCRM.modules.accounts.READ", "GET", "crm:/Contacts?fields=Last_Name", False),
        ("ZohoCRM.modules.ALL", "GET", "crm:/settings/modules", False),
        ("ZohoCRM.settings.modules.READ", "GET", "crm:/settings/modules", True),
        ("ZohoCRM.settings.ALL", "GET", "crm:/org/currencies", True),
        ("ZohoCRM.org.READ", "GET", "crm:/org", True),
        ("ZohoCRM.users.READ", "GET", "crm:/org", False),
        ("ZohoCRM.coql.READ", "POST", "crm:/coql", True),
        ("ZohoCRM.modules.ALL", "POST", "crm:/coql", False),
        ("ZohoCRM.modules.accounts.READ", "GET", "crm:/Accounts/search?word=x", False),
        ("ZohoCRM.modules.accounts.READ ZohoSearch.securesearch.READ", "GET", "crm:/Accounts/search?word=x", True),
        ("ZohoSearch.securesearch.READ", "GET", "crm:/Accounts/search?word=x", False),
        ("ZohoCRM.modules.accounts.READ", "GET", "crm:/Accounts/1/__timeline", True),
        ("ZohoCRM.modules.accounts.READ", "POST", "crm:/Accounts/1/actions/merge", False),
        ("ZohoCRM.modules.accounts.CREATE", "POST", "crm:/Accounts/1/actions/merge", True),
        ("ZohoCRM.settings.recycle_bin.READ", "GET", "crm:/settings/recycle_bin", True),
        ("ZohoCRM.settings.recycle_bin.CREATE", "POST", "crm:/settings/recycle_bin/actions/restore", False),
        ("ZohoCRM.settings.recycle_bin.UPDATE", "POST", "crm:/settings/recycle_bin/actions/restore", True),
        ("ZohoBooks.contacts.READ", "GET", "books:/contacts", True),
        ("ZohoBooks.contacts.READ", "GET", "books:/vendors", True),
        ("ZohoBooks.contacts.READ", "POST", "books:/contacts", False),
        ("ZohoBooks.contacts.CREATE", "POST", "books:/contacts/1/active", True),
        ("ZohoBooks.contacts.ALL", "GET", "books:/items", False),
        ("ZohoBooks.settings.READ", "GET", "books:/items", True),
        ("ZohoBooks.settings.READ", "GET", "books:/organizations", True),
        ("ZohoBooks.invoices.UPDATE", "PUT", "books:/invoices/1", True),
        ("ZohoBooks.fullaccess.all", "DELETE", "books:/invoices/1", True),
        ("ZohoCRM.modules.ALL", "GET", "books:/contacts", False),
    ],
)
def test_scopes_open_what_they_name(empty: Any, scopes: str, method: str, url: str, allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    """A call whose scope is missing is refused in the system's words; any other error is the call's own."""
    system, path = url.split(":", 1)
    refresh = empty.control("POST", "grants", {"scopes": scopes.split()})["refresh_token"]
    token = tokens(empty, refresh_token=refresh)["access_token"]
    client = empty.crm if system == "crm" else empty.books
    answer = client.request(method, path, headers=bearer(token))
    code = answer.json()["code"] if answer.content and "code" in answer.json() else None
    refused = answer.status_code == 401 and code == ("OAUTH_SCOPE_MISMATCH" if system == "crm" else 57)
    assert refused is not allowed, answer.text


def test_revoking_ends_a_refresh_token_with_all_its_tokens(empty: Any) -> None:
    """After the call neither the refresh token nor its access tokens work; a second time there is nothing to end."""
    refresh = empty.control("POST", "grants", {"scopes": ["ZohoCRM.org.READ"]})["refresh_token"]
    token = tokens(empty, refresh_token=refresh)["access_token"]
    url = f"{empty.crm_url}/oauth/v2/token/revoke"
    assert empty.anybody.post(url, params={"token": refresh}).json() == {"status": "success"}
    assert tokens(empty, refresh_token=refresh) == {"error": "invalid_code"}
    assert empty.crm.get("/org", headers=bearer(token)).json()["code"] == "INVALID_TOKEN"
    again = empty.anybody.post(url, data={"token": refresh})
    assert (again.status_code, again.json()) == (400, {"error": "invalid_token"})


def test_the_published_refresh_token_comes_back_with_its_code(running: Any) -> None:
    """Signing out and in again works with the published secrets."""
    running.anybody.post(f"{running.crm_url}/oauth/v2/token/revoke", params={"token": "sandbox-refresh"})
    assert tokens(running) == {"error": "invalid_code"}
    assert exchange(running, "sandbox-code")["refresh_token"] == "sandbox-refresh"
    assert tokens(running)["access_token"]


def grant(running: Any) -> str:
    return str(running.control("POST", "grants", {"scopes": ["ZohoCRM.org.READ"]})["refresh_token"])


def test_ten_access_tokens_in_ten_minutes(running: Any) -> None:
    """The eleventh is denied with HTTP 200 until the first is ten minutes old; other refresh tokens are not touched."""
    running.control("PUT", "limits", {"oauth": {"issued": 10}})
    refresh, other = grant(running), grant(running)
    for _ in range(10):
        assert "access_token" in tokens(running, refresh_token=refresh)
    denied = tokens(running, refresh_token=refresh)
    assert (denied["error"], denied["status"]) == ("Access Denied", "failure")
    assert "access_token" in tokens(running, refresh_token=other)
    running.control("POST", "clock/advance", {"seconds": 599})
    assert "error" in tokens(running, refresh_token=refresh)
    running.control("POST", "clock/advance", {"seconds": 1})
    assert "access_token" in tokens(running, refresh_token=refresh)


def test_the_oldest_tokens_give_way(running: Any) -> None:
    """Over the limits the oldest access token and the oldest refresh token end, never the published one."""
    running.control("PUT", "limits", {"oauth": {"live": 2, "refresh_tokens": 3}})
    refresh = [grant(running) for _ in range(3)]
    assert ["error" in tokens(running, refresh_token=token) for token in refresh] == [True, False, False]
    assert "access_token" in tokens(running)
    access = [tokens(running, refresh_token=refresh[2])["access_token"] for _ in range(3)]
    answers = [running.crm.get("/org", headers=bearer(token)).status_code for token in access]
    assert answers == [401, 200, 200]
