"""The versions of records as the engine keeps them: what list rows and full records show alike, and how sure it is.

A version is a record's stamp and a digest of what its list row tells. Stamps are whole seconds: while the second of a
stamp is not over, another edit may come that does not show in it, so a record read then has no version. The record that
answers our own write is always that fresh; without a version the next run would read it in full, a second call for
each write. It gets a *receipt* instead: the same text, marked, and a digest of the whole record as it was answered.

A receipt is good for one thing: where only changes are read, a row that shows the same stamp and the same content is
our own write. What it leaves open is an edit in that very second to a field that lists do not tell. Workflows make
such edits, and make them again and again: a few receipts of each reading are checked by reading the record in full
(see `receipts`). A person's edit of that kind is seen when the record is changed again, and at the latest by the next
complete reading, for which a receipt is no version. Nor is it for an update, unless all that is written is in the
digest of the row: else the record is read before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.schema.digest import digest
from syncdsl.schema.values import fields_to_json

if TYPE_CHECKING:
    from syncdsl.schema.values import Fields

_MARK = "receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a list row or a full record shows: stamp and content, and whether a later change would show in the stamp."""

    shown: str
    settled: bool

    @property
    def version(self) -> str | None:
        """The version of a record that was read in this state; None when it is not certain."""
        return self.shown if self.settled else None

    def answered(self, fields: Fields) -> str:
        """Return the version of a record that our own write left in this state, with all of its fields."""
        return self.shown if self.settled else f"{_MARK} {self.shown} {whole(fields)}"

    def is_of(self, version: str | None, *, receipts: bool) -> bool:
        """Return whether this is the state of a version; `receipts`: whether one may be of our own write."""
        if version is None:
            return False
        if is_receipt(version):
            return receipts and version.removeprefix(f"{_MARK} ").rpartition(" ")[0] == self.shown
        return self.settled and version == self.shown


def is_receipt(version: str | None) -> bool:
    """Return whether a version is of our own write."""
    return version is not None and version.startswith(f"{_MARK} ")


def holds(receipt: str, fields: Fields) -> bool:
    """Return whether these are all the fields of a record as our own write was answered."""
    return receipt.rpartition(" ")[2] == whole(fields)


def whole(fields: Fields) -> str:
    """Return a digest of all fields of a record."""
    return digest(fields_to_json(fields))
