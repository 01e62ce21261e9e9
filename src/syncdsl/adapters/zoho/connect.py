"""Puts the transport of a Zoho connection together. No call is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.adapters.transport.client import Client
from syncdsl.adapters.transport.problems import Problems
from syncdsl.adapters.transport.rate import Gate
from syncdsl.adapters.transport.redaction import Redactor
from syncdsl.adapters.transport.retry import RetryPolicy
from syncdsl.adapters.transport.tokens import AccessTokens
from syncdsl.adapters.transport.wire import Wire
from syncdsl.adapters.zoho.data_centres import Addresses, addresses
from syncdsl.adapters.zoho.limits import Limits, local

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import ConnectionSettings
    from syncdsl.adapters.transport.answer import Dialect

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path, not a secret
SCHEME = "Zoho-oauthtoken"
PUBLIC_NAMES = frozenset({"client_id"})
"""Entries of the secrets that are no secrets themselves and may stand in messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An open line to one Zoho system."""

    client: Client
    addresses: Addresses
    limits: Limits
    wires: tuple[Wire, ...]

    def close(self) -> None:
        """Release all sockets."""
        for wire in self.wires:
            wire.close()


def connect(
    settings: ConnectionSettings,
    *,
    root: str,
    dialect: Dialect,
    limits: Limits,
    policy: RetryPolicy | None = None,
) -> Line:
    """Return a line to the system whose API lies under `root`.

    Raises Fault: SD602 or SD607 when the configured address cannot be used.
    """
    where = addresses(settings)
    limits = local(limits) if where.local else limits
    policy = policy or RetryPolicy()
    redactor = Redactor(value for name, value in settings.secrets.items() if name not in PUBLIC_NAMES)
    problems = Problems(
        connection=settings.name, host=where.host, credentials=settings.credentials_hint, redactor=redactor
    )
    accounts = Wire(where.accounts, connection=settings.name)
    api = Wire(where.api, connection=settings.name)
    tokens = AccessTokens(wire=accounts, path=TOKEN_PATH, secrets=settings.secrets, problems=problems, policy=policy)
    client = Client(
        wire=api,
        root=root,
        scheme=SCHEME,
        tokens=tokens,
        dialect=dialect,
        gate=Gate(concurrency=limits.concurrency, per_minute=limits.per_minute),
        policy=policy,
        problems=problems,
    )
    return Line(client=client, addresses=where, limits=limits, wires=(accounts, api))
