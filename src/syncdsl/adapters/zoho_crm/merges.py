"""Tells which record survived a merge (Zoho CRM API v8, Merge Records, Timeline of a Record, Get deleted records).

A merged record vanishes for good and nothing about it names its master: the list of deleted records tells when it went,
and the timeline of the master has an entry `find_and_merge_duplicate`. So the records that were stamped since then are
looked at, the nearest first, and the one whose timeline names the record is its survivor. That is the CRM's own word;
everything else (a similar name, contacts that moved) is not, and without such an entry the record is left out. See ADR
0022 for what is documented of this and what is not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from syncdsl.adapters.transport.pool import each
from syncdsl.adapters.zoho.stamps import read_instant, write_instant
from syncdsl.adapters.zoho_crm.modules import MODIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.reading import Reader

MERGEABLE = frozenset({"Accounts", "Contacts", "Deals", "Vendors"})
"""The modules whose records can be merged, of those that are offered."""

MERGED = "find_and_merge_duplicate"
"""The action of a timeline's entry about a merge."""

PERMANENT = "permanent"
"""The kind of deletion that cannot be undone, as a merge is one."""

MARGIN = dt.timedelta(seconds=5)
"""How much earlier than the deletion the survivor may be stamped."""

NEAREST = 25
"""Records that are looked at for each moment at which something vanished."""

MOST_MOMENTS = 40
"""Moments that are looked at in one call."""

MOST_PAGES = 25
"""How far lists of deletions and timelines are read."""


@dataclass(slots=True)
class _Search:
    """What one call is after: `left` are records without a survivor yet, `told` what timelines said by record."""

    left: set[str]
    found: dict[str, str] = field(default_factory=dict)
    told: dict[str, frozenset[str]] = field(default_factory=dict)


class Merges:
    """Looks for the survivors of merges of one connection."""

    def __init__(self, api: Api, reader: Reader, *, at_once: int) -> None:
        self._api = api
        self._reader = reader
        self._at_once = at_once

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:
        """Return the id of the survivor for each merged record whose merge the CRM confirms."""
        self._api.module(module)
        wanted = set(ids)
        if module not in MERGEABLE or not wanted:
            return {}
        gone = wanted - self._reader.fetch(module, sorted(wanted), ()).keys()
        moments: dict[dt.datetime, set[str]] = {}
        for identifier, moment in self._vanished(module, gone).items():
            moments.setdefault(moment, set()).add(identifier)
        search = _Search(left={identifier for few in moments.values() for identifier in few})
        earliest = min(moments, default=None)
        for moment in sorted(moments, reverse=True)[:MOST_MOMENTS]:
            if earliest is not None and moments[moment] & search.left:
                self._look(module, moment - MARGIN, earliest - MARGIN, search)
        return search.found

    def _vanished(self, module: str, gone: set[str]) -> dict[str, dt.datetime]:
        """Return when records were deleted for good; those in the recycle bin, or not listed, are left out."""
        found: dict[str, dt.datetime] = {}
        left = set(gone)
        if not left:
            return found
        for number, (rows, _) in enumerate(self._api.pages(f"/{module}/deleted", {"type": PERMANENT}), start=1):
            for row in rows:
                moment = read_instant(row.get("deleted_time"))
                if str(row["id"]) in left and row.get("type") == PERMANENT and moment is not None:
                    found[str(row["id"])] = moment
                    left.discard(str(row["id"]))
            if not left or number == MOST_PAGES:
                break
        return found

    def _look(self, module: str, moment: dt.datetime, earliest: dt.datetime, search: _Search) -> None:
        """Look at the records that were stamped from a moment on, the nearest first."""
        text = (
            f"select id, {MODIFIED} from {module} where {MODIFIED} >= '{write_instant(moment)}'"  # noqa: S608 - COQL; the module is one of ours
            f" order by {MODIFIED} asc limit 0, {NEAREST}"
        )
        answer = self._api.read("POST", "/coql", body={"select_query": text})
        if answer.status >= 400:
            raise self._api.refused(answer, f"COQL over `{module}`")
        fresh = [str(row["id"]) for row in self._api.rows(answer)]
        unread = [identifier for identifier in fresh if identifier not in search.told]
        told = each(lambda one: self._went_into(module, one, earliest), unread, at_once=self._at_once)
        search.told |= dict(zip(unread, told, strict=True))
        for merged in sorted(search.left):
            claims = [identifier for identifier in fresh if merged in search.told[identifier]]
            if len(claims) == 1:
                search.found[merged] = claims[0]
                search.left.discard(merged)

    def _went_into(self, module: str, identifier: str, since: dt.datetime) -> frozenset[str]:
        """Return the ids that a record's timeline names in entries about merges since a moment.

        There are none where the CRM keeps no timeline, or the record is gone meanwhile.
        """
        found: set[str] = set()
        path = f"/{module}/{quote(identifier, safe='')}/__timeline"
        position = {"page": "1"}
        for number in range(1, MOST_PAGES + 1):
            answer = self._api.read("GET", path, params={"sort_by": "audited_time", "sort_order": "desc", **position})
            if answer.status >= 400:
                return frozenset()
            entries = self._api.rows(answer, "__timeline")
            for entry in entries:
                if entry.get("action") == MERGED:
                    found.update(_named(entry))
            info = answer.data.get("info") or {} if answer.data is not None else {}
            oldest = read_instant(entries[-1].get("audited_time")) if entries else None
            if oldest is None or oldest < since or not info.get("more_records"):
                break
            token = info.get("next_page_token")
            position = {"page_token": str(token)} if token else {"page": str(number + 1)}
        return frozenset(found - {identifier})


def _named(entry: dict[str, Any]) -> Iterable[str]:
    """Return the ids of the records that an entry is about."""
    for key in ("record", "related_record"):
        named = entry.get(key)
        if isinstance(named, dict) and named.get("id"):
            yield str(named["id"])
