"""Receipts of contact persons that were written through their own calls (see `versions`).

The answer to such a write holds the person, and not the stamp that its contact got by it. So the receipt holds the
server's time of the answer and the version that the contact had before. A contact whose stamp is of that moment, and
whose persons on file were all written since it had that version, was changed by our writes. A contact with another
person on file is read in full. What this leaves open is a person that somebody added in the seconds between the last
look at the contact (see `moving`) and the write, or an edit in the very second of it; they are seen when the contact is
changed again, and at the latest by the next complete reading. Some are checked, as receipts of records are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho.stamps import GRANULARITY, read_instant, write_instant
from syncdsl.adapters.zoho_books.api import MODIFIED
from syncdsl.adapters.zoho_books.receipts import CHECKED
from syncdsl.adapters.zoho_books.versions import is_receipt

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

_MARK = "receipt"
_SLASH = " / "


def person_version(contact: str, content: str) -> str:
    """Return the version of a person in a contact of a version."""
    return f"{contact}{_SLASH}{content}"


def person_receipt(at: dt.datetime, contact: str, content: str) -> str:
    """Return the version of a person that our own write left so; `contact` is the version its contact had before."""
    return person_version(f"{_MARK} {write_instant(at)} {contact}", content)


def contact_version(version: str | None) -> str | None:
    """Return the version of the contact in a person's version, or the receipt."""
    return version.rpartition(_SLASH)[0] or None if version is not None else None


def content_of(version: str | None) -> str | None:
    """Return the digest of the person in its version."""
    return version.rpartition(_SLASH)[2] if version is not None else None


def made_by_us(row: Mapping[str, Any], versions: Iterable[str | None]) -> bool:
    """Return whether a contact's stamp is of our last write of its persons, by the versions of all on file."""
    times: list[dt.datetime] = []
    bases: set[str] = set()
    for version in map(contact_version, versions):
        if version is None or not is_receipt(version):
            return False
        _, moment, base = version.split(" ", 2)
        at = read_instant(moment)
        if at is None:
            return False
        times.append(at)
        bases.add(base)
    stamp = read_instant(row.get(MODIFIED))
    if not times or len(bases) != 1 or stamp is None:
        return False
    return max(times) - GRANULARITY <= stamp <= max(times)


@dataclass(slots=True)
class PersonReceipts:
    """The contacts of one reading that our own writes of persons changed. `broken`: one of them hid an edit."""

    broken: bool = False
    _met: int = 0
    _believed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def checks(self) -> bool:
        """Count a contact, and return whether it is to be read in full."""
        self._met += 1
        return self.broken or self._met % CHECKED == 1

    def believe(self, identifier: str, row: dict[str, Any]) -> None:
        """Take a contact as our writes left it."""
        self._believed[identifier] = row

    def doubted(self) -> list[dict[str, Any]]:
        """Return the rows of what was believed and is not any more."""
        rows = list(self._believed.values()) if self.broken else []
        if self.broken:
            self._believed.clear()
        return rows
