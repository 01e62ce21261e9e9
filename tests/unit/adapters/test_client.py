from __future__ import annotations

import logging
import threading
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.adapters.conftest import DROP, SECRETS

from syncdsl.adapters.protocol import Ambiguous, NotSent
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.transport.wire import Wire
from syncdsl.adapters.zoho_crm.connection import CrmConnection
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from tests.unit.adapters.conftest import Script

EXPIRED: Any = (401, {"code": "INVALID_TOKEN", "message": "invalid oauth token", "status": "error"}, {})
BUSY: Any = (429, {"code": "TOO_MANY_REQUESTS", "message": "too many requests"}, {})
DOWN: Any = (500, {"code": "INTERNAL_ERROR", "message": "Internal Server Error"}, {})
FINE: Any = (200, {"data": [{"id": "1"}]}, {})


def fault_of(script: Script, *answers: Any) -> Fault:
    script.answers = list(answers)
    with pytest.raises(Fault) as caught:
        script.client().read("GET", "/x")
    return caught.value


def test_a_read_is_repeated_over_passing_failures(script: Script) -> None:
    script.answers = [DOWN, BUSY, DROP, FINE]
    assert script.client().read("GET", "/x").data == {"data": [{"id": "1"}]}
    assert len(script.calls) == 4


def test_an_expired_token_is_renewed_once(script: Script) -> None:
    script.answers = [EXPIRED, FINE]
    assert script.client().write("POST", "/x", body={"a": 1}).__class__ is Answer
    assert [call.split()[2] for call in script.calls] == ["1", "2"]


def test_a_token_refused_again_is_a_fault(script: Script) -> None:
    fault = fault_of(script, EXPIRED, EXPIRED)
    assert fault.code.id == "SD702"
    assert len(script.calls) == 2
    assert "HERE_REFRESH_TOKEN" in (fault.help or "")


def test_many_threads_refresh_once(script: Script) -> None:
    client = script.client()
    threads = [threading.Thread(target=client.read, args=("GET", f"/{number}")) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert script.issued == 1


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (
            [(403, {"code": "NO_PERMISSION", "details": {"permissions": ["Crm_Implied_View"]}, "message": "no"}, {})],
            "SD703",
        ),
        ([(401, {"code": "OAUTH_SCOPE_MISMATCH", "message": "Unauthorized"}, {})], "SD703"),
        ([BUSY] * 6, "SD704"),
        ([(429, {}, {"Retry-After": "3600"})], "SD704"),
        ([DOWN] * 6, "SD705"),
        ([(302, {}, {"Location": "https://evil.example/"})], "SD705"),
        ([(200, "<html>", {})], "SD705"),
        ([DROP] * 6, "SD701"),
    ],
)
def test_what_stops_a_read_has_a_code(script: Script, answers: list[Any], code: str) -> None:
    fault = fault_of(script, *answers)
    assert fault.code.id == code
    assert "`here`" in fault.message
    assert "127.0.0.1" in fault.message
    assert fault.help


@pytest.mark.parametrize(
    ("answers", "expected", "calls"),
    [
        ([DROP], Ambiguous, 1),
        ([DOWN], Ambiguous, 1),
        ([(200, "half an ans", {})], Ambiguous, 1),
        ([BUSY, BUSY, FINE], Answer, 3),
        ([BUSY] * 6, NotSent, 6),
        ([(429, {}, {"Retry-After": "3600"})], NotSent, 1),
    ],
)
def test_a_write_is_repeated_only_without_effect(
    script: Script, answers: list[Any], expected: type[object], calls: int
) -> None:
    script.answers = list(answers)
    assert isinstance(script.client().write("POST", "/x", body={}), expected)
    assert len(script.calls) == calls


def test_without_a_connection_nothing_was_sent(script: Script) -> None:
    with pytest.raises(Fault) as caught:
        script.client("http://127.0.0.1:9").read("GET", "/x")
    assert caught.value.code.id == "SD701"
    assert "connection refused" in caught.value.message


def test_a_write_without_a_connection_was_not_sent(script: Script) -> None:
    client = script.client()
    client._wire = Wire("http://127.0.0.1:9", connection="here")
    assert client.write("POST", "/x", body={}) == NotSent(reason="connection refused")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, {"error": "invalid_code"}, {}), "SD702"),
        ((200, {"error": "invalid_client_secret"}, {}), "SD702"),
        ((200, {}, {}), "SD702"),
        ((400, {"error": "Access Denied", "error_description": "too many requests"}, {"Retry-After": "600"}), "SD704"),
    ],
)
def test_a_refused_refresh_is_a_failure_whatever_its_status(script: Script, answer: Any, code: str) -> None:
    script.tokens = [answer]
    fault = fault_of(script)
    assert fault.code.id == code
    assert script.calls == []


def test_missing_secrets_are_named(script: Script) -> None:
    connection = CrmConnection(script.settings(secrets={"client_id": "x", "client_secret": ""}), None)
    with pytest.raises(Fault) as caught:
        connection.identity()
    assert caught.value.code.id == "SD606"
    assert "client_secret, refresh_token" in caught.value.message
    assert script.calls == []


def test_secrets_are_in_no_log_line_and_no_message(script: Script, caplog: pytest.LogCaptureFixture) -> None:
    """The other side repeats every secret in its errors; none of them comes through."""
    echo = f"bad {SECRETS['refresh_token']} {SECRETS['client_secret']} Zoho-oauthtoken canary-access-token-1"
    texts: list[str] = []
    with caplog.at_level(logging.DEBUG):
        scripts: list[list[Any]] = [
            [(403, {"code": "NO_PERMISSION", "message": echo}, {})],
            [EXPIRED, (401, {"code": "INVALID_TOKEN", "message": echo}, {})],
            [(429, {"code": "TOO_MANY_REQUESTS", "message": echo}, {"Retry-After": "999"})],
            [(500, {"message": echo}, {})] * 6,
        ]
        for answers in scripts:
            fault = fault_of(script, *answers)
            texts += ["".join(traceback.format_exception(fault)), repr(fault), str(fault.help)]
        script.tokens = [(200, {"error": echo}, {})]
        texts.append(str(fault_of(script, FINE)))
        script.answers = [(500, {"message": echo}, {})]
        texts.append(repr(script.client().write("POST", "/x", body={"a": 1})))
        texts.append(repr(script.settings()))
    for text in (*texts, caplog.text):
        assert "canary" not in text
    assert "here GET /x 403" in caplog.text
