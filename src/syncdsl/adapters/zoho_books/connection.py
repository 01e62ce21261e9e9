"""An open connection to one Zoho Books organisation: the adapter protocol over the parts that do the work."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import (
    Capabilities,
    Change,
    DocumentAction,
    Identity,
    NewRecord,
    ObservationEnd,
    ObserveRequest,
    Outcome,
    Page,
    Record,
    Sample,
    Tier,
)
from syncdsl.adapters.zoho import limits
from syncdsl.adapters.zoho.connect import connect
from syncdsl.adapters.zoho_books import NAME
from syncdsl.adapters.zoho_books.actions import Actions
from syncdsl.adapters.zoho_books.api import PER_PAGE, Api
from syncdsl.adapters.zoho_books.costs import toll
from syncdsl.adapters.zoho_books.currencies import Currencies
from syncdsl.adapters.zoho_books.dialect import BooksDialect
from syncdsl.adapters.zoho_books.finding import Finder
from syncdsl.adapters.zoho_books.metadata import identity_of, read_organizations, read_schema
from syncdsl.adapters.zoho_books.modules import CONTACT_PERSONS
from syncdsl.adapters.zoho_books.moving import Movements
from syncdsl.adapters.zoho_books.notifications import listen
from syncdsl.adapters.zoho_books.observing import Observer
from syncdsl.adapters.zoho_books.outcomes import Outcomes
from syncdsl.adapters.zoho_books.person_writing import PersonWriter
from syncdsl.adapters.zoho_books.persons import Persons
from syncdsl.adapters.zoho_books.preparing import BooksPreparing
from syncdsl.adapters.zoho_books.reading import Reader
from syncdsl.adapters.zoho_books.record_writing import RecordWriter
from syncdsl.adapters.zoho_books.searching import Searcher
from syncdsl.adapters.zoho_books.switching import Switch
from syncdsl.adapters.zoho_books.user_writing import UserWriter
from syncdsl.adapters.zoho_books.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.costing import Allowance, Toll, Work
    from syncdsl.adapters.notifications import Callback, Notice
    from syncdsl.adapters.protocol import ConnectionSettings
    from syncdsl.adapters.transport.retry import RetryPolicy
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.values import Value

ROOT = "/books/v3"


class BooksConnection:
    """The adapter protocol for one Books organisation. Its methods may be called from several threads."""

    def __init__(
        self,
        settings: ConnectionSettings,
        schema: SchemaSnapshot | None,
        *,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._line = connect(settings, root=ROOT, dialect=BooksDialect(), limits=limits.BOOKS, policy=policy)
        self._api = Api(
            self._line.client,
            schema,
            organization=settings.organization,
            data_centre=self._line.addresses.data_centre,
            learned=self._line.adopt_plan,
        )
        at_once = self._line.limits.concurrency
        overlap = dt.timedelta(seconds=self._line.limits.overlap_seconds)
        self._reader = Reader(self._api, at_once=at_once)
        self._persons = Persons(self._api, self._reader, at_once=at_once)
        self._finder = Finder(self._api, self._reader, at_once=at_once, overlap=overlap)
        movements = Movements(self._api, self._reader, overlap=overlap, clock=settings.services.clock.monotonic)
        outcomes = Outcomes(self._api, self._reader)
        self._observer = Observer(self._api, self._reader, self._persons, movements, overlap=overlap)
        self._searcher = Searcher(self._api, self._reader)
        self._actions = Actions(self._api, self._reader, outcomes)
        self._writer = Writer(
            self._api,
            self._reader,
            outcomes,
            records=RecordWriter(self._api, self._reader, self._finder, outcomes, movements, Currencies(self._api)),
            persons=PersonWriter(self._api, self._reader, self._persons, outcomes, movements),
            users=UserWriter(self._api, self._reader, outcomes),
            switch=Switch(self._api, self._reader, outcomes, movements),
        )

    @property
    def capabilities(self) -> Capabilities:
        """What Books can do: upsert by a unique custom field, one record a call; updates name no version."""
        return Capabilities(
            tier=Tier.T1,
            batch=1,
            concurrency=self._line.limits.concurrency,
            settle_seconds=self._line.limits.settle_seconds,
            overlap_seconds=self._line.limits.overlap_seconds,
            conditional_update=False,
            page_size=PER_PAGE,
            keyless=Tier.T3,
        )

    def identity(self) -> Identity:
        """Return the organisation; raises Fault SD706 when the configured one is not open to the token."""
        return self._api.identity()

    def identities(self) -> tuple[Identity, ...]:
        """Return every organisation that the token opens, whichever is configured."""
        data_centre = self._line.addresses.data_centre
        return tuple(identity_of(row, data_centre=data_centre) for row in read_organizations(self._line.client))

    @property
    def preparing(self) -> BooksPreparing:
        """Who looks at what the organisation needs, and makes what can be made."""
        return BooksPreparing(self._api, self._line.gate)

    def schema(self) -> SchemaSnapshot:
        """Read the schema: the documented standard fields and the organisation's custom fields."""
        return read_schema(self._api, adapter=NAME, base_currency=self.identity().base_currency)

    def sample(self, module: str, limit: int) -> Sample:
        """Read the records that changed last, with the fields that lists tell: no addresses, lines or texts.

        Raises Fault SD708 for contact persons, which no list shows.
        """
        if module == CONTACT_PERSONS.name:
            raise self._line.client.problems.not_covered(f"no list shows records of `{module}`, so there is no sample")
        return self._reader.sample(module, limit)

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read what changed, or everything; details only of records whose version is not the known one."""
        return self._observer.observe(request)

    def fetch(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Record]:
        """Read these records now; an id that is not in the answer is absent."""
        if module == CONTACT_PERSONS.name:
            return self._persons.fetch(ids, fields)
        return self._reader.fetch(module, ids, fields)

    def find(
        self, module: str, field: str, values: Sequence[Value], fields: Sequence[str]
    ) -> dict[Value, list[Record]]:
        """Look records up by a field in the list, which sees the latest writes."""
        if module == CONTACT_PERSONS.name:
            return self._persons.find(field, values, fields)
        return self._finder.find(module, field, values, fields)

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records, one call for each."""
        return self._writer.create(module, records, safe=safe)

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update records, one call for each where what was read before shows that nothing moved, else two."""
        return self._writer.update(module, changes)

    def delete(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete records, one call for each."""
        return self._writer.delete(module, ids)

    def deactivate(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Make customers, vendors, items or users inactive, one call for each; others cannot be."""
        return self._writer.deactivate(module, ids)

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:
        """Return nothing: a contact merged into another one stays and becomes inactive, so none ever vanishes."""
        self._api.module(module)
        del ids
        return {}

    def search(self, module: str, text: str, fields: Sequence[str], limit: int) -> list[Record]:
        """Search records by their names.

        Raises Fault SD708 for contact persons, which no list shows.
        """
        if module == CONTACT_PERSONS.name:
            raise self._line.client.problems.not_covered(f"no list shows records of `{module}`, so they have no search")
        return self._searcher.search(module, text, fields, limit)

    def act(self, module: str, id: str, action: DocumentAction) -> Outcome:  # noqa: A002 - the protocol's word
        """Change a document's status."""
        return self._actions.act(module, id, action)

    def listen(self, callback: Callback, *, secret: str) -> tuple[Notice, ...]:
        """Return what a web hook hints at; raises ForgedError without a good signature."""
        return listen(callback, secret=secret)

    def toll(self, module: str, work: Work) -> Toll:  # noqa: ARG002 - all modules are written in the same way
        """Return what it takes to write so much."""
        return toll(work)

    def allowance(self) -> Allowance:
        """Return how fast calls may be made, and how many are left of the day."""
        return self._line.allowance()

    def close(self) -> None:
        """Release sockets."""
        self._line.close()
