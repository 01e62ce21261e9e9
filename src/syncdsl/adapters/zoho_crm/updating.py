"""Updates records, each only while it is as its change was decided on (Zoho CRM API v8, Update records).

The CRM compares with one stamp for a whole call: `If-Unmodified-Since` is a header, and a record modified after it is
refused (ALREADY_MODIFIED), one modified at or before it is not. Records decided on at different times have different
stamps, so a call for each stamp would be a call for each record. A header that is the newest of the stamps would let a
record through that was modified between its own stamp and that one. So, where a batch has more than two stamps:

1. The stamps (and the fields to be written) of the whole batch are read again: one call. A record whose stamp is the
   one its change is based on is unchanged; one with another stamp is unchanged in what matters when the fields to be
   written hold what they held. All others have moved on.
2. The rest is written in one call whose header is the newest stamp just read. Whatever is modified after the reading
   is stamped later than that, and refused; those refused are read again, a few times.

Stamps are whole seconds. A record stamped so recently that a second edit in the same second would not show (it has no
`version`) is therefore written in a call of its own kind, so that its late stamp opens no window for the others. For
itself a window of the rest of that second stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Change, MovedOn, Outcome, Record
from syncdsl.adapters.transport.pool import each
from syncdsl.adapters.zoho.stamps import write_instant
from syncdsl.adapters.zoho_crm.outcomes import Result, is_stale
from syncdsl.adapters.zoho_crm.sending import Sender, raise_if_all_faults
from syncdsl.adapters.zoho_crm.subforms import row_changes
from syncdsl.adapters.zoho_crm.values import write_fields
from syncdsl.schema.canonical import canonical
from syncdsl.schema.types import RowsType

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields

ROUNDS = 3
"""How often an update of a record that others keep touching (in fields we do not write) is tried."""

FEW_STAMPS = 2
"""So many calls, one for each stamp, cost no more than reading the stamps again and writing in one call."""


@dataclass(slots=True, kw_only=True)
class _Batch:
    """The changes of one call of the protocol, by position, and what has become of them."""

    module: str
    schema: ModuleSchema
    changes: Sequence[Change]
    headers: dict[int, dt.datetime | None]
    found: dict[int, Outcome]

    def rows_of(self, index: int) -> list[str]:
        """Return the subforms that a change writes."""
        fields = self.changes[index].fields
        return [name for name in fields if isinstance(self.schema.fields[name].value, RowsType)]


class Updater:
    """Updates records of one connection."""

    def __init__(self, api: Api, reader: Reader, sender: Sender, *, at_once: int) -> None:
        self._api = api
        self._reader = reader
        self._sender = sender
        self._at_once = at_once

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update records; one outcome for each in order."""
        schema = self._api.module(module)
        batch = _Batch(module=module, schema=schema, changes=changes, headers={}, found={})
        waiting = self._begin(batch)
        for _ in range(ROUNDS):
            self._check(batch, waiting)
            waiting = self._send(batch)
            if not waiting:
                break
        batch.found |= dict.fromkeys(waiting, MovedOn())
        return [batch.found[index] for index in range(len(changes))]

    def _begin(self, batch: _Batch) -> list[int]:
        """Choose the stamps to rely on; return the changes whose records must be read first."""
        based = [index for index, change in enumerate(batch.changes) if change.based_on is not None]
        certain = {index: _stamp(batch.changes[index]) for index in based}
        stamps = set(certain.values())
        batch.headers = dict.fromkeys(range(len(batch.changes)))
        if None in stamps or len(stamps) > FEW_STAMPS:
            return based
        batch.headers |= certain
        return []

    def _check(self, batch: _Batch, indexes: Sequence[int]) -> None:
        """Read records again; those that moved on are done, the others get the newest stamp of their kind."""
        if not indexes:
            return
        plain = _names(batch, indexes, rows=False)
        current = self._reader.fetch(batch.module, [batch.changes[index].id for index in indexes], plain)
        moved = [index for index in indexes if _with_rows_in_doubt(batch, index, current)]
        whole = self._reader.fetch(
            batch.module, [batch.changes[index].id for index in moved], _names(batch, moved, rows=True)
        )
        settled: dict[int, dt.datetime | None] = {}
        fresh: dict[int, dt.datetime | None] = {}
        for index in indexes:
            change = batch.changes[index]
            record = (whole if index in moved else current).get(change.id)
            if record is None or not _unchanged(batch.schema, change, record):
                batch.found[index] = MovedOn()
            else:
                (fresh if record.version is None else settled)[index] = record.modified
        for group in (settled, fresh):
            newest = max((stamp for stamp in group.values() if stamp is not None), default=None)
            batch.headers |= dict.fromkeys(group, newest)

    def _send(self, batch: _Batch) -> list[int]:
        """Send one call for each header; return the changes whose records were modified later than it says."""
        groups: dict[dt.datetime | None, list[int]] = {}
        for index in range(len(batch.changes)):
            if index not in batch.found:
                groups.setdefault(batch.headers[index], []).append(index)
        bodies = self._bodies(batch, [index for indexes in groups.values() for index in indexes])

        def send(group: tuple[dt.datetime | None, list[int]]) -> list[Result]:
            stamp, indexes = group
            headers = {} if stamp is None else {"If-Unmodified-Since": write_instant(stamp)}
            return self._sender.send("PUT", f"/{batch.module}", [bodies[index] for index in indexes], headers=headers)

        sent = each(send, list(groups.items()), at_once=self._at_once)
        if not batch.found:
            raise_if_all_faults([result for part in sent for result in part])
        stale: list[int] = []
        for indexes, answered in zip(groups.values(), sent, strict=True):
            for index, result in zip(indexes, answered, strict=True):
                if isinstance(result, dict) and is_stale(result):
                    stale.append(index)
                else:
                    batch.found[index] = self._sender.outcome(result)
        return stale

    def _bodies(self, batch: _Batch, indexes: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Return the JSON of changes; the rows of a subform are told apart by what the record held."""
        unknown = [index for index in indexes if batch.changes[index].based_on is None and batch.rows_of(index)]
        held = self._reader.fetch(
            batch.module, [batch.changes[index].id for index in unknown], _names(batch, unknown, rows=True)
        )
        return {index: self._body(batch, index, held) for index in indexes}

    def _body(self, batch: _Batch, index: int, held: Mapping[str, Record]) -> dict[str, Any]:
        change = batch.changes[index]
        base = change.based_on or held.get(change.id)
        subforms = batch.rows_of(index)
        plain: Fields = {name: value for name, value in change.fields.items() if name not in subforms}
        body: dict[str, Any] = {"id": change.id, **write_fields(plain, batch.schema)}
        for name in subforms:
            kind = batch.schema.fields[name].value
            if isinstance(kind, RowsType):
                before = base.fields.get(name) if base is not None else None
                body[name] = row_changes(_rows(change.fields[name]), _rows(before), kind)
        if change.key is not None and batch.schema.key_field is not None:
            body[batch.schema.key_field] = change.key
        return body


def _names(batch: _Batch, indexes: Iterable[int], *, rows: bool) -> tuple[str, ...]:
    """Return the fields that changes write, without subforms unless `rows`."""
    names = dict.fromkeys(name for index in indexes for name in batch.changes[index].fields)
    return tuple(name for name in names if rows or not isinstance(batch.schema.fields[name].value, RowsType))


def _with_rows_in_doubt(batch: _Batch, index: int, current: Mapping[str, Record]) -> bool:
    """Return whether a change writes rows of a record whose stamp is no longer the one it is based on."""
    change = batch.changes[index]
    record = current.get(change.id)
    return record is not None and bool(batch.rows_of(index)) and record.modified != _stamp(change)


def _unchanged(schema: ModuleSchema, change: Change, record: Record) -> bool:
    """Return whether a record still is what a change was decided on, as far as the change writes it."""
    based_on = change.based_on
    if based_on is None:
        return True
    if record.modified is not None and record.modified == _stamp(change):
        return True
    return all(
        canonical(record.fields.get(name), schema.fields[name].value)
        == canonical(based_on.fields.get(name), schema.fields[name].value)
        for name in change.fields
    )


def _stamp(change: Change) -> dt.datetime | None:
    """Return the stamp an update may rely on: none when the record was so fresh that the stamp proves nothing."""
    based_on = change.based_on
    return based_on.modified if based_on is not None and based_on.version is not None else None


def _rows(value: object) -> list[dict[str, Any]]:
    return [dict(row) for row in value if isinstance(row, tuple)] if isinstance(value, tuple) else []
