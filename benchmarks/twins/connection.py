"""One side of a world behind the adapter protocol: pages are turned into records as the CRM's adapter does it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from syncdsl.adapters.protocol import (
    Capabilities,
    Identity,
    ObservationEnd,
    ObserveRequest,
    Page,
    Record,
    Sample,
    Tier,
    Written,
)
from syncdsl.adapters.zoho_crm.values import read_fields, write_fields
from twins.rules import SCHEMAS
from twins.world import MODULES, ORGANISATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.protocol import Change, DocumentAction, NewRecord, Outcome
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.values import Value
    from twins.world import SideName

NOW = dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC)
"""The clock of both systems."""
IDS = 100
"""Rows of one call by ids."""


class Call(Protocol):
    """Gets the answer to a request: from a world in this process, or over HTTP."""

    def __call__(self, target: str, body: bytes = b"", /) -> bytes:
        """Return the body of the answer to a path with its query."""
        ...


class Side:
    """A connection to one side of a world."""

    capabilities = Capabilities(
        tier=Tier.T1,
        batch=100,
        concurrency=1,
        settle_seconds=0,
        overlap_seconds=0,
        conditional_update=True,
        page_size=200,
    )

    def __init__(self, side: SideName, call: Call) -> None:
        self.side = side
        self._call = call
        self._schema = SCHEMAS[side].modules[MODULES[side]]
        self._names = tuple(name for name in self._schema.fields if name != "id")

    def identity(self) -> Identity:
        """Return the organisation."""
        return Identity(
            organization=ORGANISATIONS[self.side],
            name="Twin",
            base_currency="EUR",
            time_zone="UTC",
            data_centre="here",
        )

    def schema(self) -> SchemaSnapshot:
        """Return the schema."""
        return SCHEMAS[self.side]

    def record(self, row: dict[str, Any], names: Sequence[str] | None = None) -> Record:
        """Return a row as a record."""
        return Record(
            module=MODULES[self.side],
            id=row["id"],
            fields=read_fields(row, self._schema, self._names if names is None else names),
            version=row["Modified_Time"],
            modified=dt.datetime.fromisoformat(row["Modified_Time"]),
            created=dt.datetime.fromisoformat(row["Created_Time"]),
        )

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read everything, or what changed since a cursor."""
        names = [name for name in request.fields if name != "id"]
        since = "" if request.cursor is None else f"&since={request.cursor}"
        moment, begin, more = None, 0, True
        while more:
            answer = self._answer(f"rows?from={begin}{since}")
            rows = answer["rows"]
            moment = answer["moment"] if moment is None else moment
            request.expect([row["id"] for row in rows])
            fresh = [row for row in rows if request.known(row["id"]) != row["Modified_Time"]]
            known = {row["id"] for row in rows} - {row["id"] for row in fresh}
            yield Page(records=tuple(self.record(row, names) for row in fresh), unchanged=tuple(known))
            begin, more = begin + len(rows), answer["more"]
        yield ObservationEnd(complete=request.cursor is None, cursor=str(moment), server_time=NOW)

    def fetch(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Record]:  # noqa: ARG002 - the protocol's signature
        """Read records by their ids."""
        names = [name for name in fields if name != "id"]
        found: dict[str, Record] = {}
        for start in range(0, len(ids), IDS):
            rows = self._answer("rows?ids=" + ",".join(ids[start : start + IDS]))["rows"]
            found.update((row["id"], self.record(row, names)) for row in rows)
        return found

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:  # noqa: ARG002 - the protocol's signature
        """Write a batch; the answer tells what the records hold now."""
        rows = [{"id": change.id, **write_fields(change.fields, self._schema)} for change in changes]
        for row, change in zip(rows, changes, strict=True):
            if change.key is not None and self._schema.key_field is not None:
                row[self._schema.key_field] = change.key
        body = json.dumps(rows, default=_plain).encode()
        answered = json.loads(self._call(f"/{self.side}/write", body), parse_float=Decimal)["rows"]
        return [Written(id=row["id"], record=self.record(row)) for row in answered]

    def find(
        self,
        module: str,  # noqa: ARG002 - the protocol's signature
        field: str,  # noqa: ARG002
        values: Sequence[Value],  # noqa: ARG002
        fields: Sequence[str],  # noqa: ARG002
    ) -> dict[Value, list[Record]]:
        """Find nothing: nothing here is in doubt."""
        return {}

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:  # noqa: ARG002 - the protocol's signature
        """Know of no merges."""
        return {}

    def sample(self, module: str, limit: int) -> Sample:
        """Refuse: no benchmark needs it."""
        raise NotImplementedError

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Refuse: every record has its partner."""
        raise NotImplementedError

    def delete(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Refuse: nothing is deleted."""
        raise NotImplementedError

    def deactivate(self, module: str, ids: Sequence[str]) -> list[Outcome]:
        """Refuse: nothing is deleted."""
        raise NotImplementedError

    def search(self, module: str, text: str, fields: Sequence[str], limit: int) -> list[Record]:
        """Refuse: no benchmark needs it."""
        raise NotImplementedError

    def act(self, module: str, id: str, action: DocumentAction) -> Outcome:  # noqa: A002 - the system's own word
        """Refuse: there are no documents."""
        raise NotImplementedError

    def close(self) -> None:
        """Hold nothing open."""

    def _answer(self, target: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._call(f"/{self.side}/{target}"), parse_float=Decimal)
        return answer


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)
