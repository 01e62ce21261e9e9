"""What the history says when links end, or get another name, without a run that decided so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from syncdsl.state.tables import HISTORY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

ENDED, RENAMED = "ended", "renamed"
"""What a row of the kind `link` says happened, in its `field`. A renamed one is of no link but of a whole module."""

_FACTS = ("pair", "left_id", "right_id", "key", "suffix", "origin", "linked_at", "status")


def note_ended(
    connection: Connection,
    links: Iterable[Mapping[str, Any]],
    *,
    run: str,
    by: str,
    at: dt.datetime,
    record: tuple[str, str] = ("", ""),
) -> None:
    """Append that links ended; each is given by its columns as JSON, `record` is where its left record is."""
    rows = [
        {
            **_row(run, by, at, link["pair"]),
            "uid": link["uid"],
            "connection": record[0],
            "module": record[1],
            "record_id": link["left_id"],
            "field": ENDED,
            "old": {name: link[name] for name in _FACTS},
            "new": None,
        }
        for link in links
    ]
    if rows:
        connection.execute(insert(HISTORY), rows)


def note_renamed(connection: Connection, old: str, new: str, *, run: str, at: dt.datetime) -> None:
    """Append that all links of a module are of another one from here on: one row, however many there are."""
    row = {"uid": "", "connection": "", "module": "", "record_id": "", "field": RENAMED, "old": old, "new": new}
    connection.execute(insert(HISTORY), [{**_row(run, "", at, new), **row}])


def _row(run: str, by: str, at: dt.datetime, pair: str) -> dict[str, Any]:
    return {
        "run": run,
        "cause_rule": pair,
        "cause_location": "",
        "iid": None,
        "kind": "link",
        "side": None,
        "at": at,
        "by": by or None,
        "erased": False,
    }
