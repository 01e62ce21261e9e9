"""What alerts are sent to in tests: a receiver over HTTP and a mail server, both real, both on this machine."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import json
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path

SECONDS = 20.0
USER, PASSWORD = "alerts", "correct-horse-battery"


@dataclass
class Receiver:
    """A receiver of webhooks: answers with `status` and `said`, and keeps what it took."""

    url: str = ""
    status: int = 200
    said: str = "ok"
    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, what: Callable[[Receiver], bool]) -> None:
        """Wait until something is so."""
        with self.changed:
            assert self.changed.wait_for(lambda: what(self), SECONDS), (self.asked, self.taken)

    def asked_for(self, times: int) -> None:
        """Wait until it was called so many times."""
        self.wait(lambda found: found.asked == times)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Start a receiver on a free port."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said, status = found.said.encode(), found.status
            # Before the answer: whoever has got it finds the call counted.
            with found.changed:
                found.asked += 1
                if status < 300:
                    found.taken.append(json.loads(body))
                found.changed.notify_all()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/T0KEN-in-the-path"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(SECONDS)


@dataclass
class Mailbox:
    """A mail server and the mail it took; `refuses` is what it says to every recipient instead.

    `signed_in` says of each mail whether it came from somebody with a password, which is taken over TLS alone.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: str | None = None
    signed_in: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a recipient or refuse it."""
        if self.refuses is not None:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail."""
        mail = message_from_bytes(envelope.content, policy=default)
        self.mails.append(mail)
        self.signed_in.append(bool(session.authenticated))
        return "250 taken"


class _Here(Controller):
    """A controller of aiosmtpd on a free port, which it has to learn before it connects to itself."""

    def _trigger_server(self) -> None:
        """Connect once, as the base class does."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None, direct: bool = False) -> Iterator[Mailbox]:
    """Start a mail server; with `tls` it wants a password, after STARTTLS or, `direct`, from the first byte on."""
    box = Mailbox()

    def authenticated(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    controller = _Here(
        box,
        hostname="127.0.0.1",
        port=0,
        ssl_context=tls if direct else None,
        tls_context=None if direct else tls,
        authenticator=authenticated if tls else None,
        auth_required=tls is not None and not direct,
        auth_require_tls=tls is not None and not direct,
    )
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a server's side of TLS for 127.0.0.1, and the file of whom to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.pem", folder / "mail.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
