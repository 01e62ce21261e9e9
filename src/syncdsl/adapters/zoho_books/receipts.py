"""Checks, while changes are read, whether other edits hide behind our own writes.

A row that shows what our own write was answered is taken for that write (see `versions`). A workflow may have edited
the record in the same second, and then it edits most of what we write. So the first receipt of a reading and every
fiftieth after it are checked by reading the record in full; when one hid an edit, all of the reading are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Page
from syncdsl.adapters.zoho_books.versions import holds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import ObserveRequest, Record
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema

CHECKED = 50
"""One receipt of so many is checked: two calls for a hundred writes."""


@dataclass(slots=True, kw_only=True)
class Receipts:
    """The receipts that one reading meets. `broken`: one of them hid an edit."""

    reader: Reader
    module: Module
    schema: ModuleSchema
    request: ObserveRequest
    broken: bool = False
    _met: int = 0
    _believed: list[str] = field(default_factory=list)

    def take(self, rows: Sequence[dict[str, Any]]) -> Page:
        """Return the records of these rows, each the one that our own write was answered as far as the row tells."""
        ids = [str(row[self.module.id_field]) for row in rows]
        checked = [item for number, item in enumerate(ids, self._met) if self.broken or number % CHECKED == 0]
        self._met += len(ids)
        records, same = self._read(checked)
        believed = [item for item in ids if item not in set(checked)]
        if self.broken and (believed or self._believed):
            more, alike = self._read([*self._believed, *believed])
            records, same = [*records, *more], [*same, *alike]
            self._believed, believed = [], []
        self._believed += believed
        return Page(records=tuple(records), unchanged=(*same, *believed))

    def _read(self, ids: Sequence[str]) -> tuple[list[Record], list[str]]:
        """Read records in full; those that are as answered and still as fresh keep their receipts."""
        records: list[Record] = []
        same: list[str] = []
        for identifier, (detail, now) in self.reader.details(self.module, ids).items():
            held = self.reader.record(self.module, self.schema, detail, tuple(self.schema.fields), now)
            receipt = self.request.known(identifier)
            alike = receipt is not None and holds(receipt, held.fields)
            state = self.reader.state(self.module, detail, now)
            if not alike and state is not None and state.is_of(receipt, receipts=True):
                self.broken = True
            if alike and held.version is None:
                same.append(identifier)
            else:
                records.append(self.reader.whole(self.module, self.schema, detail, self.request.fields, now))
        return records, same
