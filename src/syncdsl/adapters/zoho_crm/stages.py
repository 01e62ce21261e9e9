"""The stages that deals went through (Zoho CRM API v8, Get Related Records: the list `Stage_History` of a deal).

The history is kept while the field `Stage` is tracked, which can be switched off; then the list is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from syncdsl.adapters.stages import StageChange
from syncdsl.adapters.transport.pool import each
from syncdsl.adapters.zoho.stamps import read_instant
from syncdsl.adapters.zoho_crm.modules import MODIFIED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from syncdsl.adapters.zoho_crm.api import Api

LIST, STAGE = "Stage_History", "Stage"
TRACKED = frozenset({"Deals"})
"""The modules whose stages have a history."""
MOST_PAGES = 5
"""How far a history is read: a thousand moves."""


class Stages:
    """Reads the stage histories of one connection."""

    def __init__(self, api: Api, *, at_once: int) -> None:
        self._api = api
        self._at_once = at_once

    def stages(self, module: str, since: Mapping[str, dt.datetime]) -> dict[str, tuple[StageChange, ...]]:
        """Return the stages that deals came to after a moment of their own, the oldest first; a call for each deal."""
        if module not in TRACKED:
            return {}
        ids = sorted(since)
        read = each(lambda one: self._of(module, one, since[one]), ids, at_once=self._at_once)
        return {identifier: found for identifier, found in zip(ids, read, strict=True) if found is not None}

    def _of(self, module: str, identifier: str, since: dt.datetime) -> tuple[StageChange, ...] | None:
        """Return the moves of one deal; None where the list is not there."""
        path = f"/{module}/{quote(identifier, safe='')}/{LIST}"
        found: list[StageChange] = []
        for page in range(1, MOST_PAGES + 1):
            answer = self._api.read("GET", path, params={"fields": f"{STAGE},{MODIFIED}", "page": str(page)})
            if answer.status >= 400:
                return None
            rows = self._api.rows(answer)
            for row in rows:
                moment = read_instant(row.get(MODIFIED))
                if moment is not None and moment > since and row.get(STAGE):
                    found.append(StageChange(at=moment, stage=str(row[STAGE])))
            oldest = read_instant(rows[-1].get(MODIFIED)) if rows else None
            info = answer.data.get("info") or {} if answer.data is not None else {}
            if oldest is None or oldest <= since or not info.get("more_records"):
                break
        # The list begins with the present stage; moves of one second stay in their order.
        found.reverse()
        return tuple(sorted(found, key=lambda change: change.at))
