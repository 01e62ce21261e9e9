"""Puts the transport of a Zoho connection together. No call is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.adapters.costing import Allowance
from syncdsl.adapters.transport.client import Client
from syncdsl.adapters.transport.problems import Problems
from syncdsl.adapters.transport.rate import Gate
from syncdsl.adapters.transport.redaction import Redactor
from syncdsl.adapters.transport.retry import RetryPolicy
from syncdsl.adapters.transport.sealing import fingerprint
from syncdsl.adapters.transport.tokens import AccessTokens
from syncdsl.adapters.transport.windows import CallLimits
from syncdsl.adapters.transport.wire import Wire
from syncdsl.adapters.zoho.data_centres import Addresses, addresses
from syncdsl.adapters.zoho.limits import Limits, books_plan, local
from syncdsl.adapters.zoho.options import Options, read_options

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import ConnectionSettings
    from syncdsl.adapters.transport.answer import Dialect
    from syncdsl.adapters.transport.client import Costs

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path, not a secret
SCHEME = "Zoho-oauthtoken"
CALL_SECONDS = 0.5
"""What a writing call takes of Zoho's servers, about; for estimates alone."""

LOCAL_CALL_SECONDS = 0.01
PUBLIC_NAMES = frozenset({"client_id"})
"""Entries of the secrets that are no secrets themselves and may stand in messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An open line to one Zoho system."""

    client: Client
    addresses: Addresses
    limits: Limits
    options: Options
    gate: Gate
    wires: tuple[Wire, ...]

    def adopt_plan(self, plan: str) -> None:
        """Keep to the limits of a plan of Books, as far as the settings name none; this machine has none."""
        if not self.addresses.local:
            self.gate.adopt(_set(books_plan(self.limits, plan), self.options).calls)

    def allowance(self) -> Allowance:
        """Return how fast calls may be made, and how many are left of the day, by what all processes made."""
        return Allowance(
            per_minute=self.gate.limits.per_minute,
            at_once=self.limits.concurrency,
            call_seconds=LOCAL_CALL_SECONDS if self.addresses.local else CALL_SECONDS,
            left=self.gate.left(),
        )

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
    costs: Costs | None = None,
) -> Line:
    """Return a line to the system whose API lies under `root`.

    Raises Fault: SD602 or SD607 when the configured address cannot be used, SD602 for options that cannot.
    """
    where = addresses(settings)
    options = read_options(settings)
    limits = _set(local(limits) if where.local else limits, options)
    policy = policy or RetryPolicy()
    redactor = Redactor(value for name, value in settings.secrets.items() if name not in PUBLIC_NAMES)
    problems = Problems(
        connection=settings.name, host=where.host, credentials=settings.credentials_hint, redactor=redactor
    )
    accounts = Wire(where.accounts, connection=settings.name)
    api = Wire(where.api, connection=settings.name)
    tokens = AccessTokens(
        wire=accounts,
        accounts=where.accounts,
        path=TOKEN_PATH,
        secrets=settings.secrets,
        problems=problems,
        policy=policy,
        services=settings.services,
    )
    gate = Gate(
        f"{settings.adapter} {where.host} {_organisation(settings)}",
        limits=_chosen(options) if where.local else limits.calls,
        services=settings.services,
        patience=policy.budget,
    )
    client = Client(
        wire=api,
        root=root,
        scheme=SCHEME,
        tokens=tokens,
        dialect=dialect,
        gate=gate,
        policy=policy,
        problems=problems,
        clock=settings.services.clock,
        **({} if costs is None else {"costs": costs}),
    )
    return Line(client=client, addresses=where, limits=limits, options=options, gate=gate, wires=(accounts, api))


def _organisation(settings: ConnectionSettings) -> str:
    """Return what tells organisations apart: the configured id, else the credentials that lead to the only one."""
    return settings.organization or fingerprint(*(settings.secrets.get(name, "") for name in sorted(settings.secrets)))


def _set(limits: Limits, options: Options) -> Limits:
    """Return limits with those that the settings name in their place."""
    return replace(
        limits,
        per_minute=options.per_minute or limits.per_minute,
        per_day=options.per_day or limits.per_day,
        concurrency=options.concurrency or limits.concurrency,
    )


def _chosen(options: Options) -> CallLimits:
    """Return the limits of a system on this machine: those that the settings name and no other."""
    return CallLimits(
        per_minute=options.per_minute, per_day=options.per_day, concurrency=options.concurrency, heavy=None
    )
