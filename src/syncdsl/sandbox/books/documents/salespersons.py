"""Salespersons: names that documents carry. A new name becomes a salesperson by being used."""

from collections.abc import Callable, Mapping
from typing import Any

from syncdsl.sandbox.books.body import text
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Clause, Record, Store

COLLECTION = "books.salespersons"


def salesperson(store: Store, sent: Mapping[str, Any], new_id: Callable[[], str]) -> dict[str, str]:
    """Return id and name of the salesperson a body asks for; nothing when it says nothing, empty ones to clear."""
    if sent.get("salesperson_id"):
        record = store.get(COLLECTION, str(sent["salesperson_id"]))
        if record is None:
            raise invalid_value("salesperson_id")
        return _both(record)
    if "salesperson_name" not in sent:
        return {}
    name = text(sent["salesperson_name"], "salesperson_name", 200)
    if not name:
        return {"salesperson_id": "", "salesperson_name": ""}
    if found := store.find(COLLECTION, "name", name):
        [record] = store.select(COLLECTION, Clause("id = ?", (found[0],)), order="id", limit=1)
        return _both(record)
    record = Record(id=int(new_id()), created=0, modified=0, name=name, document={}, status="active")
    store.insert(COLLECTION, record, {"name": name})
    return _both(record)


def listed(store: Store) -> list[dict[str, str]]:
    """Return all salespersons."""
    records = store.select(COLLECTION, Clause("1"), order="id", limit=200)
    return [{**_both(record), "status": record.status} for record in records]


class Salespersons:
    """The call on salespersons."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def listed(self, _call: Call) -> Reply:
        """Answer `GET /salespersons`."""
        return Reply(content={"code": 0, "message": "success", "data": listed(self._store)})


def _both(record: Record) -> dict[str, str]:
    return {"salesperson_id": str(record.id), "salesperson_name": record.name}
