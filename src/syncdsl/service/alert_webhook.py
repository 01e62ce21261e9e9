"""Alerts to a webhook: one POST of JSON. Its address may hold a token, so it stands in no message and no log."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from syncdsl.adapters.transport.hosts import host_of, is_loopback
from syncdsl.adapters.transport.redaction import Redactor
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION
from syncdsl.diagnostics.codes.service import ALERT_UNSENT
from syncdsl.render.alert_json import render_alert_json
from syncdsl.render.neutral import cut, neutral

if TYPE_CHECKING:
    from syncdsl.render.alert_text import AlertMessage

SECONDS = 15.0
"""How long the receiver may take to connect, and to answer."""

SHOWN = 200
"""Characters of a refusal that are shown."""


class Webhook:
    """A receiver of alerts over HTTP; anything from 200 to 299 means that it took one."""

    def __init__(self, url: str) -> None:
        """Take an address. Raises Fault SD602 when alerts may not go there: they are sent in the open to nobody."""
        self.url = url
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise _refused("is no address") from None
        if not host or parts.scheme not in {"http", "https"}:
            raise _refused("is no web address")
        if parts.scheme == "http" and not is_loopback(host):
            raise _refused("begins with `http://`, so anybody on the way could read what is told")
        self.name = f"the webhook at {neutral(host_of(url))}"
        self._here = is_loopback(host)
        secrets = [url, parts.path, parts.query, parts.username or "", parts.password or ""]
        secrets += [value for _, value in parse_qsl(parts.query)]
        self._redactor = Redactor([*secrets, *parts.path.split("/")])

    def send(self, message: AlertMessage) -> None:
        """Post a message. Raises Fault SD876 with what the receiver said."""
        import httpx  # noqa: PLC0415 - slow to load, and only needed when something is wrong

        try:
            # A proxy of the environment has no business between a process and its own machine.
            with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=not self._here) as client:
                answer = client.post(
                    self.url,
                    content=render_alert_json(message).encode(),
                    headers={"Content-Type": "application/json", "User-Agent": "syncdsl"},
                )
                said = answer.text
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unsent(f"did not answer: {str(error) or type(error).__name__}") from None
        if not answer.is_success:
            raise self._unsent(f"answered {answer.status_code} {said}".strip())

    def _unsent(self, what: str) -> Fault:
        return Fault(
            ALERT_UNSENT,
            f"{self.name} {cut(neutral(self._redactor.clean(what)), SHOWN)}",
            help="see whether `webhook` of `[alerts]` is the address that the receiver gave, and is still in use there",
        )


def _refused(why: str) -> Fault:
    # The address itself may be a secret.
    return Fault(
        BAD_CONFIGURATION,
        f"`webhook` of `[alerts]` {why}",
        help="give an address that begins with `https://`, or `env:NAME`, a variable that holds it; `http://` is good "
        "for this machine alone",
    )
