from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from syncdsl.adapters.onboarding import Needs, Scope, Use
from syncdsl.adapters.protocol import ConnectionSettings
from syncdsl.adapters.zoho.scopes import covered, listed, missing
from syncdsl.adapters.zoho_books import adapter as books
from syncdsl.adapters.zoho_crm import adapter as crm
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from tests.unit.adapters.conftest import Script

SIGN_IN = crm.sign_in  # type: ignore[attr-defined]  # the adapter protocol knows nothing of signing in
CONSOLES = {
    "us": "https://api-console.zoho.com",
    "eu": "https://api-console.zoho.eu",
    "au": "https://api-console.zoho.com.au",
    "cn": "https://api-console.zoho.com.cn",
    "ca": "https://api-console.zohocloud.ca",
    "sa": "https://api-console.zoho.sa",
    "uk": "https://api-console.zoho.uk",
}


def at(data_centre: str) -> ConnectionSettings:
    """Return settings of a connection to a real data centre; nothing here calls it."""
    return ConnectionSettings(
        name="crm",
        adapter="zoho_crm",
        data_centre=data_centre,
        organization=None,
        url=None,
        secrets={"client_id": "1000.ID", "client_secret": "the-secret"},
    )


@pytest.mark.parametrize(
    ("wanted", "granted", "fits"),
    [
        ("ZohoCRM.modules.deals.READ", "ZohoCRM.modules.deals.READ", True),
        ("ZohoCRM.modules.deals.READ", "zohocrm.MODULES.deals.read", True),
        ("ZohoCRM.modules.deals.READ", "ZohoCRM.modules.deals.ALL", True),
        ("ZohoCRM.modules.deals.READ", "ZohoCRM.modules.ALL", True),
        ("ZohoCRM.modules.deals.READ", "ZohoCRM.modules.READ", True),
        ("ZohoCRM.modules.deals.UPDATE", "ZohoCRM.modules.deals.WRITE", True),
        ("ZohoCRM.modules.deals.READ", "ZohoCRM.modules.deals.WRITE", False),
        ("ZohoCRM.modules.deals.READ", "ZohoCRM.modules.accounts.ALL", False),
        ("ZohoCRM.modules.deals.UPDATE", "ZohoCRM.modules.READ", False),
        ("ZohoCRM.org.READ", "ZohoCRM.modules.ALL", False),
        ("ZohoBooks.contacts.READ", "ZohoBooks.fullaccess.all", True),
        ("ZohoBooks.contacts.READ", "ZohoCRM.modules.ALL", False),
    ],
)
def test_which_scopes_cover_which(wanted: str, granted: str, *, fits: bool) -> None:
    """A whole area covers its parts and ALL every operation; another service or operation covers nothing."""
    assert covered(wanted, [granted]) is fits


def test_what_nobody_says_is_not_missing() -> None:
    """An answer that names no scopes condemns no token."""
    scopes = (Scope(name="ZohoCRM.org.READ", why="to know"),)
    assert missing(scopes, listed(None)) == ()
    assert missing(scopes, listed("ZohoCRM.users.READ,ZohoCRM.coql.READ")) == scopes


def test_the_scopes_of_documents() -> None:
    """Status changes are posted, so they need CREATE in Books; the CRM names modules without underscores."""
    needs = Needs(modules={"quotes": Use(acts=True), "items": Use(creates=True)})
    names = [scope.name for scope in books.sign_in.scopes(needs)]  # type: ignore[attr-defined]  # as above
    assert names == [
        "ZohoBooks.settings.READ",
        "ZohoBooks.settings.CREATE",
        "ZohoBooks.settings.UPDATE",
        "ZohoBooks.estimates.READ",
        "ZohoBooks.estimates.CREATE",
    ]
    found = SIGN_IN.scopes(Needs(modules={"Sales_Orders": Use(deletes=True)}, notifications=True))
    assert "ZohoCRM.modules.salesorders.DELETE" in [scope.name for scope in found]
    assert "ZohoCRM.notifications.CREATE" in [scope.name for scope in found]


@pytest.mark.parametrize("data_centre", CONSOLES)
def test_the_clicks_begin_at_the_console_of_the_data_centre(data_centre: str) -> None:
    """Each data centre has its own console, at the host of its accounts."""
    steps = SIGN_IN.console_steps(at(data_centre), redirect_uri=None)
    assert f"{CONSOLES[data_centre]} " in steps[0]
    registered = SIGN_IN.console_steps(at(data_centre), redirect_uri="http://127.0.0.1:8914/callback")
    assert any("http://127.0.0.1:8914/callback" in step for step in registered)


def test_the_consent_page(script: Script) -> None:
    """The address asks for a code, offline access, exactly the scopes, and our state; the secret is not in it."""
    scopes = (Scope(name="A.b.READ", why=""), Scope(name="A.c.READ", why=""))
    uri = "http://127.0.0.1:8914/callback"
    address = SIGN_IN.consent_url(script.settings(), scopes=scopes, redirect_uri=uri, state="ours")
    assert {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} == {
        "response_type": "code",
        "client_id": "the-client",
        "redirect_uri": uri,
        "scope": "A.b.READ,A.c.READ",
        "state": "ours",
        "access_type": "offline",
        "prompt": "consent",
    }


@pytest.mark.parametrize(
    ("parameters", "code", "said"),
    [
        ({"code": "1", "state": "theirs"}, "SD722", "another sign-in's answer"),
        ({"code": "1"}, "SD722", "another sign-in's answer"),
        ({"error": "access_denied", "state": "ours"}, "SD722", "consent was refused"),
        ({"state": "ours"}, "SD722", "without a code"),
        ({"code": "1", "state": "ours", "accounts-server": "https://accounts.zoho.in"}, "SD720", "data centre `in`"),
    ],
)
def test_answers_that_are_not_used(parameters: dict[str, str], code: str, said: str) -> None:
    """An answer with another state, a refusal, or of another data centre yields no code."""
    with pytest.raises(Fault) as refused:
        SIGN_IN.answered(at("eu"), parameters, state="ours")
    assert refused.value.code.id == code
    assert said in refused.value.message
    assert refused.value.help


def test_the_code_of_our_sign_in() -> None:
    """With our state and our data centre the code is taken."""
    answer = {"code": "1000.c", "state": "ours", "location": "eu", "accounts-server": "https://accounts.zoho.eu"}
    assert SIGN_IN.answered(at("eu"), answer, state="ours") == "1000.c"


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ((200, {"error": "invalid_code"}), "SD720", "used up or too old"),
        ((200, {"error": "invalid_client"}), "SD720", "not known there"),
        ((200, {"error": "invalid_redirect_uri"}), "SD720", "redirect URI"),
        ((200, {"error": "something_new"}), "SD720", "something_new"),
        ((200, {"error": "Access Denied", "status": "failure"}), "SD704", "too many tokens"),
        ((200, {"access_token": "1000.aaaaaaaaaa", "scope": "A.b.READ"}), "SD720", "gave no refresh token"),
        ((500, {}), "SD705", "HTTP 500"),
        ((200, {"hello": "world"}), "SD705", "HTTP 200"),
    ],
)
def test_what_an_exchange_may_answer(script: Script, answer: tuple[int, object], code: str, said: str) -> None:
    """Every answer but a refresh token ends with what it means; the code is tried once and is in no message."""
    script.tokens.append((*answer, {}))
    with pytest.raises(Fault) as refused:
        SIGN_IN.exchange(script.settings(), code="canary-code-123", redirect_uri="http://127.0.0.1:1/callback")
    assert refused.value.code.id == code
    assert said in refused.value.message
    assert "canary" not in f"{refused.value.message} {refused.value.help}"


def test_nobody_answers(script: Script) -> None:
    """A host that does not answer is said to be unreachable, without the code."""
    settings = replace(script.settings(), url="http://127.0.0.1:9")
    with pytest.raises(Fault) as refused:
        SIGN_IN.exchange(settings, code="canary-code-123", redirect_uri=None)
    assert refused.value.code.id == "SD701"
    assert "canary" not in f"{refused.value.message} {refused.value.help}"
