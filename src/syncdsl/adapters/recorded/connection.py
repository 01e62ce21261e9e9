"""A connection that answers from a recording what a system was asked when it was made; writing is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NoReturn

from syncdsl.adapters.costing import Allowance, Toll, plain_allowance, plain_toll
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
)
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes import find_code
from syncdsl.diagnostics.codes.adapters import NOT_OFFERED
from syncdsl.diagnostics.codes.snapshots import INCOMPLETE_SNAPSHOT, RECORDED_ONLY
from syncdsl.schema.canonical import match_form
from syncdsl.schema.types import IdType, TextType
from syncdsl.schema.values import is_empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from syncdsl.adapters.costing import Work
    from syncdsl.adapters.recorded.recording import Reading, Recording, Shown, Unread
    from syncdsl.adapters.stages import StageChange
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.values import Value

TAKE = "take a new one with `syncdsl snapshot take`; with `--all-fields` it holds what later rules may read"


class RecordedConnection:
    """The reading half of the adapter protocol over a recording.

    `fields` says by module which fields were recorded, `details` which others were of some records, that are read one
    by one. `toll` says what writing would cost, as the system's adapter
    does; without it a call for each batch is taken.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        name: str,
        identity: Identity,
        capabilities: Capabilities,
        schema: SchemaSnapshot,
        fields: Mapping[str, Sequence[str]],
        details: Mapping[str, Sequence[str]] | None = None,
        allowance: Allowance | None = None,
        toll: Callable[[str, Work], Toll] | None = None,
    ) -> None:
        self._recording = recording
        self._name = name
        self._identity = identity
        self._capabilities = capabilities
        self._schema = schema
        self._fields = {module: frozenset((*names, "id")) for module, names in fields.items()}
        self._details = {module: frozenset(names) for module, names in (details or {}).items()}
        self._allowance = allowance
        self._toll = toll

    @property
    def capabilities(self) -> Capabilities:
        """What the system could do."""
        return self._capabilities

    def identity(self) -> Identity:
        """Return which organisation it was."""
        return self._identity

    def schema(self) -> SchemaSnapshot:
        """Return the schema snapshot that the rules are checked against: the system's own was not recorded."""
        return self._schema

    def sample(self, module: str, limit: int) -> Sample:
        """Return the first records."""
        self._check(module, ())
        rows = [record.fields for record in islice(self._recording.every_record(self._name, module), limit + 1)]
        names = tuple(sorted(self._fields[module] - {"id"}))
        return Sample(rows=tuple(rows[:limit]), fields=names, complete=len(rows) <= limit)

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:
        """Read a module as it was read: from a cursor on where that reading was recorded, else all of it."""
        self._check(request.module, request.fields)
        fault = self._recording.failed(self._name, request.module, request.view)
        if fault is not None:
            raise _fault(fault)
        place = (self._name, request.module, request.view)
        reading: Reading = "changes"
        end = self._recording.ending(*place, reading) if request.cursor is not None else None
        if end is None or end.begun != request.cursor:
            reading = "all"
            end = self._recording.ending(*place, reading)
        if end is None:
            raise _missing(f"connection `{self._name}`: it does not hold {_named(request.module, request.view)}")
        for shown in self._recording.shown(*place, reading):
            yield self._page(request, shown)
        yield ObservationEnd(complete=end.complete, cursor=end.cursor, server_time=end.server_time, steady=end.steady)

    def _page(self, request: ObserveRequest, shown: Sequence[Shown]) -> Page:
        living = [item for item in shown if item.how != "gone"]
        request.expect([item.id for item in living])
        known = {item.id: request.known(item.id) for item in living}
        # A version on file says that nothing needs to be read anew exactly where it said so to the system itself.
        unchanged = {item.id for item in living if item.how == "unchanged" and known[item.id] is not None}
        found = self._recording.records(
            self._name, request.module, [item.id for item in living if item.id not in unchanged]
        )
        same = {record_id for record_id, record in found.items() if _is_known(record, known[record_id])}
        return Page(
            records=tuple(
                _only(found[item.id], request.fields) for item in living if item.id in found and item.id not in same
            ),
            unchanged=tuple(item.id for item in living if item.id in unchanged or item.id in same),
            gone=tuple(item.id for item in shown if item.how == "gone"),
        )

    def stages(self, module: str, since: Mapping[str, dt.datetime]) -> dict[str, tuple[StageChange, ...]]:
        """Return the stages that records came to after a moment of their own, where they were recorded."""
        self._check(module, ())
        found = self._recording.stages(self._name, module, since)
        return {
            record_id: tuple(change for change in changes if change.at > since[record_id])
            for record_id, changes in found.items()
        }

    def fetch(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Record]:
        """Return records as they were; one that was not recorded was not there."""
        details = self._details.get(module, frozenset())
        self._check(module, [name for name in fields if name not in details])
        fault = self._recording.failed(self._name, module, None)
        if fault is not None:
            raise _fault(fault)
        found = self._recording.records(self._name, module, dict.fromkeys(ids))
        return {record_id: _only(found[record_id], fields) for record_id in dict.fromkeys(ids) if record_id in found}

    def find(
        self, module: str, field: str, values: Sequence[Value], fields: Sequence[str]
    ) -> dict[Value, list[Record]]:
        """Look records up by a field; text is compared without regard to case. Every record is looked at."""
        self._check(module, (field, *fields))
        kind = IdType() if field == "id" else self._schema.modules[module].fields[field].value
        forms = {match_form(value, kind): value for value in values if not is_empty(value)}
        found: dict[Value, list[Record]] = {}
        for record in self._recording.every_record(self._name, module) if forms else ():
            held = record.id if field == "id" else record.fields.get(field)
            value = forms.get(match_form(held, kind)) if not is_empty(held) else None
            if value is not None:
                found.setdefault(value, []).append(_only(record, fields))
        return found

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:
        """Return what merged records were merged into, as far as that was asked."""
        self._check(module, ())
        known = self._recording.survivors(self._name, module)
        return {one: known[one] for one in ids if one in known}

    def search(self, module: str, text: str, fields: Sequence[str], limit: int) -> list[Record]:
        """Return the records whose label contains the text, without regard to case."""
        self._check(module, fields)
        label = self._schema.modules[module].label_field
        wanted = text.casefold()
        found = (
            record
            for record in self._recording.every_record(self._name, module)
            if wanted in str(match_form(record.fields.get(label), TextType()) or "")
        )
        return [_only(record, fields) for record in islice(found, limit)]

    def toll(self, module: str, work: Work) -> Toll:
        """Return what it would take to write so much."""
        return plain_toll(self._capabilities, work) if self._toll is None else self._toll(module, work)

    def allowance(self) -> Allowance:
        """Return how fast calls could be made, and how many were left."""
        return plain_allowance(self._capabilities) if self._allowance is None else self._allowance

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:  # noqa: ARG002 - the protocol's signature
        """Refuse. Raises Fault SD897."""
        self._refuse()

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:  # noqa: ARG002 - the protocol's signature
        """Refuse. Raises Fault SD897."""
        self._refuse()

    def delete(self, module: str, ids: Sequence[str]) -> list[Outcome]:  # noqa: ARG002 - the protocol's signature
        """Refuse. Raises Fault SD897."""
        self._refuse()

    def deactivate(self, module: str, ids: Sequence[str]) -> list[Outcome]:  # noqa: ARG002 - the protocol's signature
        """Refuse. Raises Fault SD897."""
        self._refuse()

    def act(self, module: str, id: str, action: DocumentAction) -> Outcome:  # noqa: A002, ARG002 - the protocol's words
        """Refuse. Raises Fault SD897."""
        self._refuse()

    def close(self) -> None:
        """Do nothing: whoever opened the recording closes it."""

    def _refuse(self) -> NoReturn:
        raise Fault(
            RECORDED_ONLY,
            f"connection `{self._name}` is a recording, which is only read",
            help="make the preview of the systems themselves, without `--offline`",
        )

    def _check(self, module: str, fields: Sequence[str]) -> None:
        recorded = self._fields.get(module)
        if module not in self._schema.modules:
            raise Fault(
                NOT_OFFERED,
                f"connection `{self._name}`: there is no module `{module}`",
                help="write the schema snapshot again with `syncdsl schema pull`, then `syncdsl check` the rules",
            )
        if recorded is None:
            raise _missing(f"connection `{self._name}`: it does not hold {_named(module, None)}")
        lacking = [name for name in fields if name not in recorded]
        if lacking:
            listed = ", ".join(f"`{name}`" for name in lacking)
            raise _missing(f"connection `{self._name}`: of module `{module}` it does not hold {listed}")


def _is_known(record: Record, known: str | None) -> bool:
    return known is not None and record.version == known


def _only(record: Record, names: Sequence[str]) -> Record:
    return replace(record, fields={name: record.fields[name] for name in names if name in record.fields})


def _named(module: str, view: str | None) -> str:
    return f"module `{module}`" + (f" through its view `{view}`" if view is not None else "")


def _missing(what: str) -> Fault:
    return Fault(INCOMPLETE_SNAPSHOT, f"the snapshot cannot answer: {what}", help=TAKE)


def _fault(unread: Unread) -> Fault:
    """Return the fault that a reading ended with."""
    return Fault(find_code(unread.code) or NOT_OFFERED, unread.message, help=unread.help)
