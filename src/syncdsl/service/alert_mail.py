"""Alerts by mail: plain text, over TLS wherever the server has it, and never a password without it."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syncdsl.adapters.transport.hosts import is_loopback
from syncdsl.adapters.transport.redaction import Redactor
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION, MISSING_CREDENTIALS
from syncdsl.diagnostics.codes.service import ALERT_UNSENT
from syncdsl.project.credentials import configured_secrets, secrets_hint
from syncdsl.render.alert_text import render_alert_subject, render_alert_text
from syncdsl.render.neutral import cut, neutral

if TYPE_CHECKING:
    from syncdsl.project.schedules import EmailTable
    from syncdsl.render.alert_text import AlertMessage

SECONDS = 30.0
"""How long the server may take for each step."""

SECRETS = ("user", "password")
PORTS = {"smtp": 587, "smtps": 465}
SHOWN = 200
"""Characters of a refusal that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """Where mail is handed over; `direct`: TLS from the first byte on, else by STARTTLS."""

    host: str
    port: int
    direct: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)


class Mail:
    """A mail server that alerts are handed to."""

    def __init__(self, table: EmailTable) -> None:
        """Take the settings. Raises Fault SD602 for an address that is none, SD606 without the user or the password.

        Also SD612 and SD620, when they are in a keyring that cannot be used.
        """
        self._table = table
        self._server = _server(table)
        self.name = f"the mail server {neutral(self._server.host)}"
        self._redactor = Redactor([self._server.password or ""])
        self._context = ssl.create_default_context()

    def send(self, message: AlertMessage) -> None:
        """Hand a message over. Raises Fault SD876 with what the server said."""
        mail = EmailMessage()
        mail["Subject"] = render_alert_subject(message)
        mail["From"] = self._table.sender
        mail["To"] = ", ".join(self._table.to)
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = make_msgid(message.id, domain="syncdsl.invalid")
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(render_alert_text(message))
        try:
            with self._opened() as session:
                self._introduced(session)
                refused = session.send_message(mail)
        except smtplib.SMTPResponseException as error:
            raise self._unsent(f"answered {error.smtp_code} {_words(error.smtp_error)}") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise self._unsent(_not_taken(error.recipients)) from None
        except (smtplib.SMTPException, OSError, UnicodeError, ValueError) as error:
            raise self._unsent(f"did not take it: {str(error) or type(error).__name__}") from None
        if refused and len(refused) == len(self._table.to):
            raise self._unsent(_not_taken(refused))

    def _opened(self) -> smtplib.SMTP:
        server = self._server
        if server.direct:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=self._context)
        return smtplib.SMTP(server.host, server.port, timeout=SECONDS)

    def _introduced(self, session: smtplib.SMTP) -> None:
        """Begin a session: encrypted where the server can, and signed in where there is a password."""
        server = self._server
        session.ehlo_or_helo_if_needed()
        secure = server.direct
        if not secure and session.has_extn("starttls"):
            session.starttls(context=self._context)
            secure = True
        if server.user is None or server.password is None:
            return
        if not secure and not is_loopback(server.host):
            raise self._unsent("offers no encryption, so it is not told the password")
        session.login(server.user, server.password)

    def _unsent(self, what: str) -> Fault:
        return Fault(
            ALERT_UNSENT,
            f"{self.name} {cut(neutral(self._redactor.clean(what)), SHOWN)}",
            help="see whether `[alerts.email]` has the server, the sender and the credentials that the server expects",
        )


def _server(table: EmailTable) -> _Server:
    try:
        parts = urlsplit(table.server)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in PORTS or parts.username is not None or parts.path.strip("/"):
        raise Fault(
            BAD_CONFIGURATION,
            "`server` of `[alerts.email]` is no mail server",
            help="write it `smtp://HOST:PORT` or `smtps://HOST:PORT`; user and password come from `credentials`",
        )
    user, password = _credentials(table)
    return _Server(
        host=host, port=port or PORTS[parts.scheme], direct=parts.scheme == "smtps", user=user, password=password
    )


def _credentials(table: EmailTable) -> tuple[str | None, str | None]:
    if table.credentials is None:
        return None, None
    found = configured_secrets("[alerts.email]", table.credentials, SECRETS)
    missing = [name for name in SECRETS if name not in found]
    if missing:
        where = secrets_hint(table.credentials, missing)
        raise Fault(
            MISSING_CREDENTIALS,
            f"`[alerts.email]` lacks its {' and its '.join(missing)}: {where} {'is' if len(missing) == 1 else 'are'} "
            "not set",
            help="set it there, or remove `credentials` from `[alerts.email]` where the server asks for none",
        )
    return found["user"], found["password"]


def _words(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def _not_taken(refused: dict[str, tuple[int, bytes]]) -> str:
    return "takes no mail for " + "; ".join(f"{who}: {code} {_words(said)}" for who, (code, said) in refused.items())
