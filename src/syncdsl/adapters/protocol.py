"""What an adapter is: the only things the engine knows about an outside system.

An adapter turns the system's own shapes into typed values and back, pages, retries what is safe to retry, respects
rate limits and redacts secrets. It decides nothing: what to write, and whether it is safe to write again, is the
engine's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from syncdsl.adapters.services import Services

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
    from syncdsl.schema.values import Fields, Value


class Tier(Enum):
    """How safely a create can be sent again when nobody knows whether it arrived.

    T0: idempotency key with replay. T1: upsert on a unique field. T2: a duplicate on a unique field is refused.
    T3: a marker can be searched. T4: nothing.
    """

    T0 = "T0"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a connected system can do.

    `tier` is that of modules with a key field, `keyless` that of modules without one. `batch`: most records in one
    write. `concurrency`: most calls at once. `settle_seconds`: how long after its time-out a lost request may still
    land. `overlap_seconds`: how far back an incremental read must reach (stamp granularity, skew and commit lag).
    `conditional_update`: an update can name the version it is based on and be refused. `page_size`: rows that one
    reading call returns, for estimates.
    """

    tier: Tier
    batch: int
    concurrency: int
    settle_seconds: float
    overlap_seconds: float
    conditional_update: bool
    page_size: int
    keyless: Tier = Tier.T4

    def tier_of(self, module: ModuleSchema) -> Tier:
        """Return how safely a create in a module can be sent again, as its schema is now."""
        return self.tier if module.key_field is not None else self.keyless


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which organisation a connection leads to. `time_zone` is an IANA name; it decides what *today* is."""

    organization: str
    name: str
    base_currency: str
    time_zone: str
    data_centre: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as its system holds it.

    `fields` holds only what was asked for and is not empty. `version` changes whenever the record may have changed;
    None: unknown, so the record must be read again next time. `modified` and `created` are the server's stamps.
    """

    module: str
    id: str
    fields: Fields
    version: str | None = None
    modified: dt.datetime | None = None
    created: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of an observation.

    `records` are new or changed, `unchanged` are ids whose version is the known one, `gone` are ids that the system
    says are deleted.
    """

    records: tuple[Record, ...] = ()
    unchanged: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationEnd:
    """The last item of an observation.

    `complete`: every record in scope was in a page, so an id in none of them is absent (still to be confirmed by
    `fetch`); otherwise records not mentioned are as they were. `cursor` is where the next incremental read begins.
    `server_time` is the system's own clock. `steady`: since the reading before, a record can only have come into the
    view or left it by being modified itself.
    """

    complete: bool
    cursor: str | None
    server_time: dt.datetime
    steady: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveRequest:
    """What to read: `fields` of `module`, only records in `view` when one is named.

    `cursor` continues an earlier observation of the same module, view and fields; `previous` is such a cursor where
    everything is to be read all the same: nothing begins there, it only tells what is `steady`. `known` gives the
    version on file of an id, so that details of unchanged records need not be fetched; `expect` names the ids that are
    asked for next, so that many answers cost one look. `children` gives the ids on file below a parent's id, for
    modules whose records are kept inside their parents: one that its parent no longer shows is gone.
    """

    module: str
    fields: tuple[str, ...]
    view: str | None = None
    cursor: str | None = None
    previous: str | None = None
    known: Callable[[str], str | None] = field(default=lambda _id: None)
    expect: Callable[[Sequence[str]], None] = field(default=lambda _ids: None)
    children: Callable[[str], Sequence[str]] = field(default=lambda _id: ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Some records of a module, for statistics.

    `rows` hold those of `fields` that are not empty; `fields` are the ones that a list of records tells. `complete`:
    the module has no other records.
    """

    rows: tuple[Fields, ...]
    fields: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A record to create. `key` goes into the module's key field where it has one."""

    fields: Fields
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An update of one record: only `fields` are written (None clears a field), and the key where one is given.

    `based_on` is the record as it was when the decision fell, holding at least the fields written: when the system
    holds something else by now the outcome is `MovedOn` and nothing is written.
    """

    id: str
    fields: Fields
    key: str | None = None
    based_on: Record | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The write happened. `record` is what the system holds now where the answer says so, else it is to be fetched.

    `modified` is the stamp of the write itself, where an answer without the record tells it: a record that is fetched
    with a later one was edited since.
    """

    id: str
    record: Record | None = None
    modified: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The system refused for certain; nothing was written. `code` is the system's own."""

    code: str
    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateKey:
    """A create was refused because record `id` (where the system tells) already carries the key."""

    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOn:
    """The record changed since the decision; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """The request certainly had no effect and may be sent again later (refused for its rate, no connection)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """Nobody knows whether the write happened: the answer was lost or broken."""

    reason: str


Outcome: TypeAlias = Written | Rejected | DuplicateKey | MovedOn | NotSent | Ambiguous


class DocumentAction(Enum):
    """A status change of a document.

    Systems word them in their own way: sending an order is opening it, voiding a purchase order is cancelling it.
    """

    SEND = "send"
    ACCEPT = "accept"
    DECLINE = "decline"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """One connection as the environment configures it.

    `url` replaces the data centre's own address. `secrets` hold what the credential reference resolved to; they
    appear in no log, file or message. `options` are the adapter's own settings. `services` are what the connection
    works with: time, and what it shares with other processes.
    """

    name: str
    adapter: str
    data_centre: str | None
    organization: str | None
    url: str | None
    secrets: Mapping[str, str] = field(repr=False)
    credentials_hint: str = ""
    allowed_hosts: frozenset[str] = frozenset()
    options: Mapping[str, object] = field(default_factory=dict)
    services: Services = field(default_factory=Services, repr=False)


@runtime_checkable
class Connection(Protocol):
    """An open connection to one organisation.

    Methods raise Fault (SD7xx) when the system as a whole does not answer.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What the system can do."""
        ...

    def identity(self) -> Identity:
        """Return which organisation this is (one call, remembered)."""
        ...

    def schema(self) -> SchemaSnapshot:
        """Read the schema from the system."""
        ...

    def sample(self, module: str, limit: int) -> Sample:
        """Read at most `limit` records at the cost of listing them, the same ones while nothing changes."""
        ...

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read a module; the last item is the `ObservationEnd`."""
        ...

    def fetch(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Record]:
        """Read these records now; an id that is not in the answer is confirmed absent (deleted, or never there)."""
        ...

    def find(
        self, module: str, field: str, values: Sequence[Value], fields: Sequence[str]
    ) -> dict[Value, list[Record]]:
        """Look records up by a field through a path that sees the latest writes.

        A value without a record is left out.
        """
        ...

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records (at most `capabilities.batch`), one outcome for each in order.

        With `safe` the strongest protocol of the module's tier is used (replay, or upsert by key). The engine asks for
        it where the system replays what it was sent; a key that is only unique makes a plain create safe enough.
        """
        ...

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update records (at most `capabilities.batch`), one outcome for each in order."""
        ...

    def delete(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete records (at most `capabilities.batch`), one outcome for each in order; absent counts as written."""
        ...

    def deactivate(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Make records inactive without deleting them, one outcome for each in order; inactive already counts.

        A module that knows no such state answers `Rejected` with the code `NOT_SUPPORTED`.
        """
        ...

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:
        """Return, for records that were merged into another one of their module, the id of the one that survived.

        Only what the system itself confirms; records that were not merged, or of which it cannot tell, are left out.
        """
        ...

    def search(self, module: str, text: str, fields: Sequence[str], limit: int) -> list[Record]:
        """Return at most `limit` records that a person means by `text`: their name or its parts contain it."""
        ...

    def act(self, module: str, id: str, action: DocumentAction) -> Outcome:  # noqa: A002 - the system's own word
        """Change a document's status; done already counts as written."""
        ...

    def close(self) -> None:
        """Release sockets."""
        ...


class Adapter(Protocol):
    """The plugin that an entry point of the group `syncdsl.adapters` names."""

    @property
    def name(self) -> str:
        """The name rules and configuration use."""
        ...

    def connect(self, settings: ConnectionSettings, schema: SchemaSnapshot | None) -> Connection:
        """Open a connection (no call is made yet).

        `schema` gives the types of values; None only for reading the schema.
        """
        ...
