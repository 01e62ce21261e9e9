"""Where the systems call this program back: the public address, and the unguessable path of each connection.

The path follows from the secret that proves the calls, so `setup` and a daemon know the same one without any state, and
another secret is another path.
"""

from __future__ import annotations

import base64
import hmac
from contextlib import closing
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION, MISSING_CREDENTIALS
from syncdsl.project.credentials import WEBHOOK_SECRET, configured_secrets, secrets_hint, variable_of
from syncdsl.project.environment import connection_table, open_connection

if TYPE_CHECKING:
    from syncdsl.project.workspace import Workspace

HOOKS = "/hooks/"
"""What stands before the unguessable part of a path."""

SHORTEST_SECRET = 12
"""Characters. Books takes no shorter one, and a path is as hard to guess as its secret."""

_PURPOSE = "syncdsl call-back path"
_TOKEN_BYTES = 24
"""192 bits: 32 characters, none of which has to be escaped in an address."""


def call_back_path(environment: str, connection: str, secret: str) -> str:
    """Return the path at which a connection is called back."""
    text = f"{_PURPOSE}\0{environment}\0{connection}"
    digest = hmac.digest(secret.encode(), text.encode(), "sha256")[:_TOKEN_BYTES]
    return HOOKS + base64.urlsafe_b64encode(digest).decode()


def call_back_url(public_base: str, environment: str, connection: str, secret: str) -> str:
    """Return the whole address that a system is told, below a public one as `public_address` returns it."""
    return public_base + call_back_path(environment, connection, secret)


def call_back_base(workspace: Workspace, environment: str) -> str | None:
    """Return the public address of an environment; None when nothing calls it back.

    Raises Fault SD602 when the address is none, or the variable that holds it is not set.
    """
    setting = workspace.settings.environments[environment].call_back
    if setting is None:
        return None
    what = f"address for call-backs of the environment `{environment}`"
    return public_address(variable_of(what, setting, "https://sync.example.com"))


def public_address(url: str) -> str:
    """Return a public address without a slash at its end.

    Raises Fault SD602 for one that strangers could listen to, or that has more than a host and a path.
    """
    from syncdsl.adapters.transport.hosts import is_loopback  # noqa: PLC0415 - loaded by what connects

    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.scheme not in {"https", "http"}:
        raise Fault(
            BAD_CONFIGURATION,
            f"`{url}` is no address that a system could call",
            help="give the one under which the proxy is reached, such as `https://sync.example.com`",
        )
    if parts.query or parts.fragment or parts.username or parts.password:
        raise Fault(
            BAD_CONFIGURATION,
            "the address for call-backs has more than a host and a path",
            help=f"leave out what stands behind `?` and `#` and before `@`: `{parts.scheme}://{host}`",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise Fault(
            BAD_CONFIGURATION,
            f"`{url}`: call-backs hold customers' data, so their address begins with `https://`",
            help="put a proxy with a certificate before it; `http://` is for this machine alone",
        )
    return url.rstrip("/")


def webhook_secret(workspace: Workspace, environment: str, connection: str) -> str | None:
    """Return the secret that proves the call-backs of a connection; None where none was made yet.

    Raises Fault SD606 when it is too short to keep anybody out, SD612 and SD620 when the keyring cannot be used.
    """
    reference = connection_table(workspace, environment, connection).credentials
    secret = configured_secrets(connection, reference, (WEBHOOK_SECRET,)).get(WEBHOOK_SECRET)
    if secret is not None and len(secret) < SHORTEST_SECRET:
        raise Fault(
            MISSING_CREDENTIALS,
            f"connection `{connection}`: the secret for call-backs in {secrets_hint(reference, (WEBHOOK_SECRET,))} has "
            f"fewer than {SHORTEST_SECRET} characters",
            help=f"remove it; `syncdsl setup {connection} --webhooks` then makes one",
        )
    return secret


def calls_back(workspace: Workspace, environment: str, connection: str) -> Literal["by itself", "by hand"] | None:
    """Return whether a system is subscribed to over its API or a person sets it up; None when it calls nobody.

    Makes no call. Raises Fault as `open_connection` does.
    """
    from syncdsl.adapters.notifications import Notifying, Subscribing  # noqa: PLC0415 - loaded by what connects

    with closing(open_connection(workspace, environment, connection, None)) as opened:
        system: object = opened
        if isinstance(system, Subscribing):
            return "by itself"
        return "by hand" if isinstance(system, Notifying) else None
