"""The first line of a snapshot: what it is of, and what it holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from syncdsl.adapters.costing import Allowance
from syncdsl.adapters.protocol import Capabilities, Identity, Tier
from syncdsl.changes.change_set import Privacy
from syncdsl.schema.model import Model

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Connection

FORMAT: Literal["syncdsl/snapshot/1"] = "syncdsl/snapshot/1"


class RecordedIdentity(Model):
    """Which organisation a connection led to."""

    organization: str
    name: str
    base_currency: str
    time_zone: str
    data_centre: str


class RecordedCapabilities(Model):
    """What a system could do."""

    tier: Tier
    keyless: Tier
    batch: int
    concurrency: int
    settle_seconds: float
    overlap_seconds: float
    conditional_update: bool
    page_size: int


class RecordedAllowance(Model):
    """How fast calls could be made, and how many were left of the day."""

    per_minute: int | None
    at_once: int
    call_seconds: float
    left: int | None


class RecordedSystem(Model):
    """A connected system; `schema_digest` is that of the schema snapshot that types its values."""

    adapter: str
    identity: RecordedIdentity
    capabilities: RecordedCapabilities
    allowance: RecordedAllowance | None = None
    schema_digest: str

    def as_identity(self) -> Identity:
        """Return which organisation it was, as a connection says it."""
        return Identity(**self.identity.model_dump())

    def as_capabilities(self) -> Capabilities:
        """Return what it could do, as a connection says it."""
        facts = self.capabilities.model_dump(exclude={"tier", "keyless"})
        return Capabilities(tier=self.capabilities.tier, keyless=self.capabilities.keyless, **facts)

    def as_allowance(self) -> Allowance | None:
        """Return what it allowed, as a connection says it."""
        return None if self.allowance is None else Allowance(**self.allowance.model_dump())


class RecordedModule(Model):
    """A module: the fields that were read of its records, and the views of which it is known what they show.

    `details` are further fields, of the drafts that rules made and of nothing else.
    """

    connection: str
    module: str
    fields: tuple[str, ...]
    details: tuple[str, ...] = ()
    views: tuple[str, ...] = ()


class Header(Model):
    """What a snapshot is of: `taken` is when, by the clock of whoever took it, `rules` the digest of the files' plan.

    `privacy` tells which values are not in it, `sensitive` the fields (connection, module, field) of which nothing is.
    """

    format: Literal["syncdsl/snapshot/1"] = FORMAT
    environment: str
    taken: dt.datetime
    rules: str
    privacy: Privacy
    everything: bool = Field(description="whether it holds all readable fields")
    connections: dict[str, RecordedSystem]
    modules: tuple[RecordedModule, ...]
    sensitive: tuple[tuple[str, str, str], ...] = ()

    def fields_of(self, connection: str) -> dict[str, tuple[str, ...]]:
        """Return the fields that are held of each module of a connection."""
        return {one.module: one.fields for one in self.modules if one.connection == connection}

    def details_of(self, connection: str) -> dict[str, tuple[str, ...]]:
        """Return the fields of each module of a connection that are held of drafts alone."""
        return {one.module: one.details for one in self.modules if one.connection == connection}


def recorded_system(connection: Connection, adapter: str, schema_digest: str, *, named: bool) -> RecordedSystem:
    """Return what is recorded of a connection; with `named` what its organisation is called."""
    identity = asdict(connection.identity())
    if not named:
        identity["name"] = ""
    facts = asdict(connection.capabilities)
    tell = getattr(connection, "allowance", None)
    return RecordedSystem(
        adapter=adapter,
        identity=RecordedIdentity(**identity),
        capabilities=RecordedCapabilities(**facts),
        allowance=RecordedAllowance(**asdict(tell())) if tell is not None else None,
        schema_digest=schema_digest,
    )
