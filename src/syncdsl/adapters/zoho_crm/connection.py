"""An open connection to one Zoho CRM organisation: the adapter protocol over the parts that do the work."""

from __future__ import annotations

import datetime as dt
import threading
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
    Rejected,
    Sample,
    Tier,
)
from syncdsl.adapters.zoho import limits
from syncdsl.adapters.zoho.connect import connect
from syncdsl.adapters.zoho_crm import NAME
from syncdsl.adapters.zoho_crm.api import PER_PAGE, Api
from syncdsl.adapters.zoho_crm.automation import automation
from syncdsl.adapters.zoho_crm.costs import cost, toll
from syncdsl.adapters.zoho_crm.deactivating import deactivate
from syncdsl.adapters.zoho_crm.deleting import delete
from syncdsl.adapters.zoho_crm.dialect import CrmDialect
from syncdsl.adapters.zoho_crm.finding import Finder
from syncdsl.adapters.zoho_crm.merges import Merges
from syncdsl.adapters.zoho_crm.metadata import read_identity, read_schema
from syncdsl.adapters.zoho_crm.notifications import Notifications, listen
from syncdsl.adapters.zoho_crm.observing import Observer
from syncdsl.adapters.zoho_crm.preparing import CrmPreparing
from syncdsl.adapters.zoho_crm.reading import Reader
from syncdsl.adapters.zoho_crm.searching import Searcher
from syncdsl.adapters.zoho_crm.stages import Stages
from syncdsl.adapters.zoho_crm.writing import BATCH, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.adapters.costing import Allowance, Toll, Work
    from syncdsl.adapters.notifications import Callback, Notice, Subscription
    from syncdsl.adapters.protocol import ConnectionSettings
    from syncdsl.adapters.stages import StageChange
    from syncdsl.adapters.transport.retry import RetryPolicy
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.values import Value

ROOT = "/crm/v8"
SIDE_BY_SIDE = 5
"""Calls one operation makes at once; the rest of the concurrency is left to other work."""


class CrmConnection:
    """The adapter protocol for one CRM organisation. Its methods may be called from several threads."""

    def __init__(
        self,
        settings: ConnectionSettings,
        schema: SchemaSnapshot | None,
        *,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._settings = settings
        self._line = connect(settings, root=ROOT, dialect=CrmDialect(), limits=limits.CRM, policy=policy, costs=cost)
        self._api = Api(self._line.client, schema)
        self._reader = Reader(self._api, at_once=SIDE_BY_SIDE)
        overlap = dt.timedelta(seconds=self._line.limits.overlap_seconds)
        self._observer = Observer(self._api, self._reader, overlap=overlap)
        self._finder = Finder(self._api, self._reader)
        self._automation = automation(settings.options, settings.name)
        self._writer = Writer(self._api, self._reader, self._automation, at_once=SIDE_BY_SIDE)
        self._merges = Merges(self._api, self._reader, at_once=SIDE_BY_SIDE)
        self._stages = Stages(self._api, at_once=SIDE_BY_SIDE)
        self._searcher = Searcher(self._api, self._reader)
        self._notifications = Notifications(self._api, lambda: self.identity().organization)
        self._identity: Identity | None = None
        self._lock = threading.Lock()

    @property
    def capabilities(self) -> Capabilities:
        """What the CRM can do: upsert by a unique field, and updates that name the version they are based on.

        A module without the key field offers nothing to know a record by.
        """
        return Capabilities(
            tier=Tier.T1,
            batch=BATCH,
            concurrency=self._line.limits.concurrency,
            settle_seconds=self._line.limits.settle_seconds,
            overlap_seconds=self._line.limits.overlap_seconds,
            conditional_update=True,
            page_size=PER_PAGE,
            keyless=Tier.T4,
        )

    def identity(self) -> Identity:
        """Return the organisation of the token; raises Fault SD706 when another one is configured."""
        with self._lock:
            if self._identity is None:
                self._identity = read_identity(
                    self._api,
                    wanted=self._settings.organization,
                    data_centre=self._line.addresses.data_centre,
                )
            return self._identity

    @property
    def preparing(self) -> CrmPreparing:
        """Who looks at what the organisation needs, and makes what can be made."""
        return CrmPreparing(self._api, self._line.gate)

    def schema(self) -> SchemaSnapshot:
        """Read the schema of every offered module that the organisation has."""
        return read_schema(self._api, adapter=NAME, base_currency=self.identity().base_currency)

    def sample(self, module: str, limit: int) -> Sample:
        """Read the first records by id, without their subforms."""
        return self._reader.sample(module, limit)

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read a module: completely, or what changed since a cursor."""
        return self._observer.observe(request)

    def fetch(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Record]:
        """Read these records now; an id that is not in the answer is absent."""
        return self._reader.fetch(module, ids, fields)

    def find(
        self, module: str, field: str, values: Sequence[Value], fields: Sequence[str]
    ) -> dict[Value, list[Record]]:
        """Look records up by a field through COQL, which sees the latest writes."""
        return self._finder.find(module, field, values, fields)

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create at most 100 records."""
        return self._writer.create(module, records, safe=safe)

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update at most 100 records, each only while it is as it was when the change was decided."""
        return self._writer.update(module, changes)

    def delete(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete at most 100 records."""
        return delete(self._api, self._reader, module, ids, self._automation)

    def deactivate(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Make products inactive, at most 100; no other records can be."""
        return deactivate(self._api, self._reader, self._writer, module, ids)

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:
        """Return what merged records were merged into, as far as the timelines of the survivors tell it."""
        return self._merges.survivors(module, ids)

    def stages(self, module: str, since: Mapping[str, dt.datetime]) -> dict[str, tuple[StageChange, ...]]:
        """Return the stages that deals went through after a moment of their own, a call for each deal."""
        return self._stages.stages(module, since)

    def search(self, module: str, text: str, fields: Sequence[str], limit: int) -> list[Record]:
        """Search records by their names, contacts by first and last name."""
        return self._searcher.search(module, text, fields, limit)

    def act(self, module: str, id: str, action: DocumentAction) -> Outcome:  # noqa: A002 - the protocol's word
        """Refuse: the CRM's records have no document states."""
        message = f"records of `{module}` have no document states, so `{id}` cannot be changed to {action.value}"
        return Rejected(code="NOT_SUPPORTED", message=message)

    def listen(self, callback: Callback, *, secret: str) -> tuple[Notice, ...]:
        """Return what a call-back hints at; raises ForgedError without the token of the subscription."""
        return listen(callback, secret=secret)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return the running notification channels of this program."""
        return self._notifications.subscriptions()

    def subscribe(self, modules: Sequence[str], *, url: str, secret: str) -> Subscription:
        """Ask to be called at an address whenever records of modules change, for a week."""
        return self._notifications.subscribe(modules, url=url, secret=secret)

    def renew(self, subscription: Subscription, *, secret: str) -> Subscription:
        """Extend a notification channel; one that has ended is made again."""
        return self._notifications.renew(subscription, secret=secret)

    def unsubscribe(self, subscription: Subscription) -> None:
        """End a notification channel."""
        self._notifications.unsubscribe(subscription)

    def toll(self, module: str, work: Work) -> Toll:  # noqa: ARG002 - all modules are written in the same way
        """Return what it takes to write so much."""
        return toll(work)

    def allowance(self) -> Allowance:
        """Return how fast calls may be made, and how many credits are left of the day."""
        return self._line.allowance()

    def close(self) -> None:
        """Release sockets."""
        self._line.close()
