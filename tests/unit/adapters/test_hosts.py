from __future__ import annotations

import pytest

from syncdsl.adapters.protocol import ConnectionSettings
from syncdsl.adapters.transport.hosts import is_loopback
from syncdsl.adapters.zoho.data_centres import DATA_CENTRES, addresses
from syncdsl.diagnostics import Fault


def settings(
    url: str | None = None, *, data_centre: str | None = None, allowed: frozenset[str] = frozenset()
) -> ConnectionSettings:
    return ConnectionSettings(
        name="crm",
        adapter="zoho_crm",
        data_centre=data_centre,
        organization=None,
        url=url,
        secrets={},
        allowed_hosts=allowed,
    )


@pytest.mark.parametrize("name", DATA_CENTRES)
def test_a_data_centre_has_its_own_hosts(name: str) -> None:
    found = addresses(settings(data_centre=name.upper()))
    assert found.api == f"https://{DATA_CENTRES[name].api}"
    assert found.accounts == f"https://{DATA_CENTRES[name].accounts}"
    assert not found.local


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "http://localhost:1", "http://[::1]:9", "https://127.9.9.9"])
def test_this_machine_may_be_spoken_to_on_any_port(url: str) -> None:
    found = addresses(settings(url))
    assert found.local
    assert found.accounts == found.api == url.rstrip("/")


def test_the_api_host_of_a_data_centre_keeps_its_accounts_host() -> None:
    found = addresses(settings("https://www.zohoapis.eu"))
    assert found.accounts == "https://accounts.zoho.eu"


@pytest.mark.parametrize("listed", ["api.example.com", "API.example.com:8443"])
def test_an_allowed_host_is_spoken_to_over_https(listed: str) -> None:
    found = addresses(settings("https://api.example.com:8443", allowed=frozenset({listed})))
    assert found.api == "https://api.example.com:8443"


@pytest.mark.parametrize(
    ("url", "data_centre", "allowed"),
    [
        ("https://evil.example", None, frozenset[str]()),
        ("http://api.example.com", None, frozenset({"api.example.com"})),
        ("https://api.example.com:9", None, frozenset({"api.example.com:8"})),
        ("http://www.zohoapis.eu", None, frozenset[str]()),
        ("https://www.zohoapis.eu:8443", None, frozenset[str]()),
        ("https://www.zohoapis.com", "eu", frozenset[str]()),
        ("https://www.zohoapis.eu@evil.example", None, frozenset[str]()),
        ("https://user:word@127.0.0.1", None, frozenset[str]()),
        ("https://127.0.0.1.evil.example", None, frozenset[str]()),
        ("https://localhost.evil.example", None, frozenset[str]()),
        ("ftp://127.0.0.1", None, frozenset[str]()),
        ("https://www.zohoapis.eu.evil.example", None, frozenset[str]()),
        ("127.0.0.1:80", None, frozenset[str]()),
        ("http://127.0.0.1:port", None, frozenset[str]()),
        ("", None, frozenset[str]()),
    ],
)
def test_tokens_go_nowhere_else(url: str, data_centre: str | None, allowed: frozenset[str]) -> None:
    with pytest.raises(Fault) as caught:
        addresses(settings(url, data_centre=data_centre, allowed=allowed))
    assert caught.value.code.id == "SD607"
    assert "`crm`" in caught.value.message


@pytest.mark.parametrize("data_centre", [None, "mars"])
def test_without_an_address_a_known_data_centre_is_needed(data_centre: str | None) -> None:
    with pytest.raises(Fault) as caught:
        addresses(settings(data_centre=data_centre))
    assert caught.value.code.id == "SD602"
    assert "eu" in (caught.value.help or "")


def test_loopback_is_an_address_and_not_a_prefix() -> None:
    assert is_loopback("127.0.0.1")
    assert not is_loopback("127.0.0.1.example")
    assert not is_loopback("10.0.0.1")
