"""Alerts on their way to real receivers: what they get, and what happens when they do not take it."""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from typing import TYPE_CHECKING

import jsonschema
import pytest
from tests.unit.service.receivers import PASSWORD, USER, certificate, mail_server, receiver

from syncdsl.diagnostics import Fault
from syncdsl.project.schedules import AlertsTable, EmailTable
from syncdsl.render.alert_json import alert_schema, render_alert_json
from syncdsl.render.alert_text import AlertChange, AlertMessage, AlertTurn, render_alert_subject, render_alert_text
from syncdsl.service import telling
from syncdsl.service.alert_mail import Mail
from syncdsl.service.alert_webhook import Webhook
from syncdsl.service.telling import Teller, channels_of, send_test
from syncdsl.state import Alert

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 20.0
NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
ALERT = Alert(
    kind="failing",
    subject="customers",
    since=NOW,
    message="SD702: connection `crm`: the credentials are not accepted\nsign in again with `syncdsl login crm`",
    level=2,
)


def message(*alerts: Alert, turn: AlertTurn = "raised", number: int = 1) -> AlertMessage:
    changes = tuple(AlertChange(turn=turn, alert=alert) for alert in alerts or (ALERT,))
    return AlertMessage(id=f"m{number}", environment="live", host="here", at=NOW, changes=changes)


class MovedClock:
    """A clock that tests move, once the thread that waits has looked when to go on."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.looks = 0
        self.changed = threading.Condition()

    def now(self) -> float:
        """Return its seconds."""
        return self.seconds

    def monotonic(self) -> float:
        """Return its seconds."""
        with self.changed:
            self.looks += 1
            self.changed.notify_all()
            return self.seconds

    def sleep(self, seconds: float) -> None:
        """Move it."""
        self.seconds += seconds

    def waited_for(self) -> None:
        """Wait until a thread waits: it looks once to be woken and once, or twice, to wait."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.looks >= 2, SECONDS)

    def move(self, seconds: float) -> None:
        """Move it while a thread waits."""
        with self.changed:
            self.waited_for()
            self.looks = 0
            self.seconds += seconds


def told(teller: Teller, *messages: AlertMessage) -> list[threading.Event]:
    """Give messages, and return what is set when each was taken by everybody."""
    events = []
    for item in messages:
        done = threading.Event()
        assert teller.tell(item, done.set)
        events.append(done)
    return events


def test_the_webhook_gets_one_json_document() -> None:
    """A receiver gets the published form: what, since when, what it means, what to do, and text for a chat."""
    with receiver() as found:
        Webhook(found.url).send(message())
    (body,) = found.taken
    jsonschema.validate(body, alert_schema())
    assert (body["format"], body["id"], body["environment"]) == ("syncdsl/alert/1", "m1", "live")
    (alert,) = body["alerts"]
    assert (alert["turn"], alert["kind"], alert["subject"], alert["code"]) == (
        "raised",
        "failing",
        "customers",
        "SD702",
    )
    assert alert["message"] == "SD702: connection `crm`: the credentials are not accepted"
    assert alert["help"] == "sign in again with `syncdsl login crm`"
    assert "syncdsl doctor --env live" in alert["commands"]
    assert body["subject"] == "live: customers fails (SD702)"
    assert body["text"] == render_alert_text(message())


def test_what_people_read() -> None:
    """Alerts that say the same are one paragraph; the subject is one line; the end of one says how long it lasted."""
    items = Alert(kind="failing", subject="items", since=NOW, message=ALERT.message, level=2)
    queue = Alert(kind="review", subject="queue", since=NOW, message="12 questions wait", level=12)
    text = render_alert_text(message(ALERT, queue, items))
    assert text.startswith("customers, items fail (SD702), since 2026-01-02 03:04 UTC\n")
    assert text.count("What it means: ") == 2
    assert "    syncdsl review list --env live\n" in text
    assert render_alert_subject(message(ALERT, queue, items)) == "live: customers, items fail (SD702), and 1 more"
    assert render_alert_subject(message(turn="cleared")) == "live: well again: customers"
    assert "since 2026-01-02 03:04 UTC" in render_alert_text(message(turn="cleared"))
    strange = Alert(kind="notifications", subject="crm\r\nBcc: x", since=NOW, message="\x1b[2Jgone\nhelp", level=0)
    assert "\n" not in render_alert_subject(message(strange))
    assert "\x1b" not in render_alert_text(message(strange)) + render_alert_json(message(strange))


@pytest.mark.parametrize(
    "url", ["http://example.com/hook", "ftp://example.com", "example.com/hook", "https://[", "https://"]
)
def test_addresses_that_alerts_may_not_go_to(url: str) -> None:
    """Only https, and http to this machine; the message never shows the address."""
    with pytest.raises(Fault) as caught:
        Webhook(url)
    assert caught.value.code.id == "SD602"
    assert "hook`" in caught.value.message
    assert url not in caught.value.message


def test_a_refusal_shows_what_was_said_and_no_token() -> None:
    """The receiver's words are shown on one line; what the address holds is not, though the receiver repeats it."""
    with receiver() as found:
        found.status, found.said = 403, "no hook T0KEN-in-the-path\x1b[0m"
        with pytest.raises(Fault) as caught:
            Webhook(found.url).send(message())
    assert caught.value.code.id == "SD876"
    assert "answered 403 no hook ***␛[0m" in caught.value.message
    with pytest.raises(Fault) as caught:
        Webhook(found.url).send(message())
    assert "did not answer" in caught.value.message
    assert "T0KEN" not in caught.value.message


def test_a_receiver_that_is_away_gets_everything_later(caplog: pytest.LogCaptureFixture) -> None:
    """What fails is tried again with growing waits by the clock, in order, and said once in the log."""
    clock = MovedClock()
    with receiver() as found, caplog.at_level(logging.INFO, "syncdsl.service.telling"):
        found.status = 503
        teller = Teller([Webhook(found.url)], clock)
        first, second = told(teller, message(number=1), message(number=2))
        for asked, wait in ((1, 5.0), (2, 10.0), (3, 20.0)):
            found.asked_for(asked)
            clock.move(wait)
        found.asked_for(4)
        assert teller.waiting == {f"the webhook at {found.url.split('/')[2]}": 2}
        found.status = 200
        clock.move(40.0)
        assert first.wait(SECONDS)
        assert second.wait(SECONDS)
        teller.close()
    assert [body["id"] for body in found.taken] == ["m1", "m2"]
    name = f"the webhook at {found.url.split('/')[2]}"
    assert [record.getMessage() for record in caplog.records] == [
        f"an alert is not sent yet, and tried again until it is: {name} answered 503 ok",
        f"{name} takes alerts again",
    ]
    assert "T0KEN" not in caplog.text


def test_one_that_is_away_delays_nobody() -> None:
    """Every receiver has a thread of its own: who answers is told at once, and it is done when all are."""
    clock = MovedClock()
    with receiver() as here, receiver() as away:
        away.status = 500
        teller = Teller([Webhook(away.url), Webhook(here.url)], clock)
        (done,) = told(teller, message())
        here.wait(lambda found: len(found.taken) == 1)
        away.asked_for(1)
        assert not done.is_set()
        away.status = 200
        clock.move(5.0)
        assert done.wait(SECONDS)
        teller.close()


def test_the_end_tries_once_more(caplog: pytest.LogCaptureFixture) -> None:
    """At the end what waits is tried at once; what is not taken even then is said, and not taken for told."""
    with receiver() as found:
        found.status = 500
        clock = MovedClock()
        teller = Teller([Webhook(found.url)], clock)
        (done,) = told(teller, message())
        clock.waited_for()
        teller.close(SECONDS)
        assert found.asked == 2
        assert not done.is_set()
    assert "1 alert did not reach the webhook" in caplog.text


def test_too_many_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a receiver is bounded: more is given back to whoever offers it, and lost by nobody here."""
    monkeypatch.setattr(telling, "MOST", 2)
    with receiver() as found:
        found.status = 500
        teller = Teller([Webhook(found.url)], MovedClock())
        told(teller, message(number=1), message(number=2))
        assert not teller.tell(message(number=3), lambda: None)
        teller.close(SECONDS)


def table(port: int, scheme: str = "smtp", **values: object) -> EmailTable:
    given = {"server": f"{scheme}://127.0.0.1:{port}", "from": "sync@example.com", "to": ["ada@example.com"], **values}
    return EmailTable.model_validate(given)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_mail_over_tls_with_a_password(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail goes out encrypted and signed in, by STARTTLS or from the first byte on, and reads like one."""
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setenv("MAIL_USER", USER)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with mail_server(tls=context, direct=scheme == "smtps") as box:
        Mail(table(box.port, scheme, credentials="env:MAIL", to=["ada@example.com", "bob@example.com"])).send(message())
    (mail,) = box.mails
    assert box.signed_in == [True]
    assert mail["Subject"] == "live: customers fails (SD702)"
    assert mail["To"] == "ada@example.com, bob@example.com"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == render_alert_text(message()).splitlines()


def test_mail_without_credentials() -> None:
    """A server of this machine that asks for nothing gets the mail as it is, umlauts and all."""
    with mail_server() as box:
        Mail(table(box.port)).send(message(Alert(kind="drift", subject="verify", since=NOW, message="Ünïcode 🎈")))
    assert "Ünïcode 🎈" in box.mails[0].get_content()


def test_mail_that_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused recipient, a wrong password, an unknown certificate and a dead server are each said, with no secret."""
    with mail_server() as box:
        box.refuses = "550 no such box"
        with pytest.raises(Fault, match=r"takes no mail for ada@example.com: 550 no such box"):
            Mail(table(box.port)).send(message())
    with pytest.raises(Fault, match=r"did not take it: .*refused"):
        Mail(table(box.port)).send(message())
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("MAIL_USER", USER)
    monkeypatch.setenv("MAIL_PASSWORD", "wrong-password")
    with mail_server(tls=context) as box:
        with pytest.raises(Fault, match="certificate"):
            Mail(table(box.port, credentials="env:MAIL")).send(message())
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        with pytest.raises(Fault) as caught:
            Mail(table(box.port, credentials="env:MAIL")).send(message())
    assert "answered 535" in caught.value.message
    assert "wrong-password" not in caught.value.message


@pytest.mark.parametrize(
    "server", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://u:p@host", "smtp://["]
)
def test_servers_that_are_none(server: str) -> None:
    """A setting that names no mail server is a mistake in syncdsl.toml."""
    with pytest.raises(Fault) as caught:
        Mail(table(1, server=server))
    assert caught.value.code.id == "SD602"


def test_whom_the_settings_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The webhook may come from a variable; what is missing is named."""
    monkeypatch.delenv("HOOK", raising=False)
    with pytest.raises(Fault, match="the webhook of `\\[alerts\\]` is not set: `HOOK`"):
        channels_of(AlertsTable(webhook="env:HOOK"))
    monkeypatch.setenv("HOOK", "https://chat.example.com/hooks/T0KEN")
    (webhook,) = channels_of(AlertsTable(webhook="env:HOOK"))
    assert webhook.name == "the webhook at chat.example.com"
    with pytest.raises(Fault, match="MAIL_USER` and `MAIL_PASSWORD` are not set") as caught:
        channels_of(AlertsTable(email=table(1, credentials="env:MAIL")))
    assert caught.value.code.id == "SD606"


def test_a_test_message() -> None:
    """`--test-alerts` reaches everybody who is named, or says who did not take it; nobody named is a fault, too."""
    with receiver() as found, mail_server() as box:
        settings = AlertsTable(webhook=found.url, email=table(box.port))
        assert len(send_test(settings)) == 2
        jsonschema.validate(found.taken[0], alert_schema())
        assert found.taken[0]["alerts"] == []
        assert "This is a test." in box.mails[0].get_content()
        box.refuses = "450 later"
        with pytest.raises(Fault) as caught:
            send_test(settings)
    assert caught.value.code.id == "SD876"
    with pytest.raises(Fault, match="names nobody to tell"):
        send_test(AlertsTable())


def test_the_json_is_neutral() -> None:
    """What strangers wrote reaches no terminal as a command."""
    text = render_alert_json(message(Alert(kind="drift", subject="a\x9b", since=NOW, message="##[group]")))
    assert "\x9b" not in text
    assert "##[" not in text
    assert json.loads(text)["alerts"][0]["subject"] == "a\x9b"
