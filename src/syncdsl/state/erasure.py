"""Erasure: personal values become keyed digests wherever the state remembers what was.

Equal values keep equal digests, so history still folds to the links, and a base that was erased can still be compared.
"""

from __future__ import annotations

import secrets
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, insert, or_, select, update

from syncdsl.schema.digest import digest
from syncdsl.state.columns import encode
from syncdsl.state.history import subject_conditions
from syncdsl.state.lineage import ENGINE_FIELDS
from syncdsl.state.lookup import named_by, reviews_about, writes_about
from syncdsl.state.part import CHUNK, Part, chunks
from syncdsl.state.records import OPEN_STATES, Subject
from syncdsl.state.reviews import REFUSED
from syncdsl.state.tables import (
    ACCESS_GRANT,
    ARCHIVE,
    HISTORY,
    INSTANCE,
    INTENT,
    JOURNAL_EVENT,
    LINK,
    MATCH_FORM,
    OBSERVATION,
    OBSERVED_RECORD,
    REVIEW,
    SWITCH,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy import Column, ColumnElement, Connection

KEY = "erasure key"
"""The switch that holds the key of this state's digests: without the state nobody can try what a digest stands for."""

ERASED_ADDRESS = "erased:"
"""What the digest of a user's address begins with."""

_GONE = "(erased)"
_BASES = ("left_base", "right_base")


class Erasure(Part):
    """What is replaced by digests, and how."""

    def erasure_key(self) -> str | None:
        """Return the key of the digests; None when nothing was ever erased."""
        with self.reading() as connection:
            return _key(connection)

    def unfinished(self, subject: Subject) -> int:
        """Return how many writes of these records have not ended, and how many of their decisions wait for a run."""
        with self.reading() as connection:
            writes = [
                row
                for condition in writes_about(subject)
                for row in connection.execute(
                    select(INTENT.c.iid).where(condition, INTENT.c.state.in_(OPEN_STATES))
                ).scalars()
            ]
            # That a refused write is dismissed is carried out by doing nothing, now and in every run to come.
            decided = [
                row
                for row in reviews_about(connection, subject.records)
                if row.state == "decided" and row.field != REFUSED
            ]
        return len(set(writes)) + len(decided)

    def erasable(self, subject: Subject) -> Counter[str]:
        """Return how much `erase` would replace, by kind."""
        with self.reading() as connection:
            return _Work(connection, subject, "", write=False).done()

    def erase(self, subject: Subject, at: dt.datetime, by: str) -> Counter[str]:
        """Replace what is remembered of these records by digests, and return how much that was, by kind.

        What was read of them last is forgotten; their modules are read completely next time. See `scrub`.
        """
        with self.transaction() as connection:
            key = _key(connection)
            if key is None:
                key = secrets.token_hex(32)
                connection.execute(insert(SWITCH).values(name=KEY, value=key, by=by, at=at))
            return _Work(connection, subject, key, write=True).done()


def erased_digest(key: str, data: Any) -> str:
    """Return what stays of an erased value, in its form as JSON."""
    return blake2b(encode(data).encode(), key=bytes.fromhex(key), digest_size=16).hexdigest()


def _key(connection: Connection) -> str | None:
    found = connection.execute(select(SWITCH.c.value).where(SWITCH.c.name == KEY)).scalar()
    return str(found) if found is not None else None


class _Work:
    """One erasure: counts what there is to replace, and with `write` replaces it."""

    def __init__(self, connection: Connection, subject: Subject, key: str, *, write: bool) -> None:
        self._connection = connection
        self._subject = subject
        self._key = key
        self._write = write
        self._counts: Counter[str] = Counter()
        self._seen: set[tuple[str, Any]] = set()

    def done(self) -> Counter[str]:
        """Do everything."""
        self._history()
        self._links()
        self._journal()
        self._documents()
        self._grants()
        self._review_items()
        self._observations()
        self._archive()
        return self._counts

    def _value(self, data: Any) -> Any:
        """Return what stands for a value: itself where there is nothing to know."""
        if data is None or data == "" or (isinstance(data, dict) and data.keys() == {"erased"}):
            return data
        return {"erased": erased_digest(self._key, data) if self._write else ""}

    def _values(self, data: Any) -> Any:
        return {name: self._value(value) for name, value in data.items()} if isinstance(data, dict) else data

    def _replace(self, what: str, key: Column[Any], row: Any, after: dict[str, Any]) -> bool:
        """Replace columns of the row with this key, where that makes a difference and was not done already."""
        named = getattr(row, str(key.key))
        if (what, named) in self._seen or all(getattr(row, name) == value for name, value in after.items()):
            return False
        self._seen.add((what, named))
        self._counts[what] += 1
        if self._write:
            self._connection.execute(update(key.table).where(key == named).values(after))
        return True

    def _history(self) -> None:
        for condition in subject_conditions(self._subject.uids, self._subject.records):
            for row in self._connection.execute(select(HISTORY).where(condition)).all():
                if row.field in ENGINE_FIELDS:
                    continue
                match row.kind:
                    case "field":
                        change: Callable[[Any], Any] = self._value
                    case "base":
                        change = self._values
                    case _:
                        change = self._link_facts
                after = {"old": change(row.old), "new": change(row.new)}
                if row.kind != "status" and after != {"old": row.old, "new": row.new}:
                    self._replace("history", HISTORY.c.seq, row, {**after, "erased": True})

    def _link_facts(self, facts: Any) -> Any:
        """Return what a row tells of a link, without the values of its bases."""
        if not isinstance(facts, dict):
            return facts
        return {name: self._values(value) if name in _BASES else value for name, value in facts.items()}

    def _links(self) -> None:
        from syncdsl.schema.values import fields_from_json, fields_to_json  # noqa: PLC0415

        for uids in chunks(sorted(self._subject.uids)):
            for row in self._connection.execute(select(LINK).where(LINK.c.uid.in_(uids))).all():
                after = {name: fields_from_json(self._values(fields_to_json(getattr(row, name)))) for name in _BASES}
                self._replace("bases", LINK.c.uid, row, after)

    def _journal(self) -> None:
        for condition in writes_about(self._subject):
            rows = self._connection.execute(select(INTENT).where(condition, INTENT.c.state.not_in(OPEN_STATES))).all()
            for row in rows:
                payload = self._payload(row.payload)
                after: dict[str, Any] = {"payload": payload, "detail": _GONE if row.detail else ""}
                if self._replace("writes", INTENT.c.iid, row, after) and self._write:
                    self._connection.execute(
                        update(INTENT).where(INTENT.c.iid == row.iid).values(payload_hash=digest(payload))
                    )
                    # What the other system answered may quote a value.
                    quoting = and_(JOURNAL_EVENT.c.iid == row.iid, JOURNAL_EVENT.c.detail != "")
                    self._connection.execute(update(JOURNAL_EVENT).where(quoting).values(detail=_GONE))

    def _payload(self, payload: Any) -> Any:
        """Return a payload without values; amounts stay, they count towards guards of the day."""
        if not isinstance(payload, dict):
            return payload
        return {
            name: self._values(value) if name in {"fields", "source_base", "old", "base"} else value
            for name, value in payload.items()
        }

    def _documents(self) -> None:
        names = sorted(self._subject.uids)
        conditions: list[ColumnElement[bool]] = [INSTANCE.c.key.in_(some) for some in chunks(names)]
        conditions += [
            and_(INSTANCE.c.connection == connection, INSTANCE.c.module == module, INSTANCE.c.record_id == record_id)
            for connection, module, record_id in sorted(self._subject.records)
        ]
        for condition in conditions:
            for row in self._connection.execute(select(INSTANCE).where(condition)).all():
                self._replace(
                    "documents",
                    INSTANCE.c.key,
                    row,
                    {"inputs": self._values(row.inputs), "base": self._values(row.base)},
                )

    def _grants(self) -> None:
        """Replace the addresses of users who have a role; by their ids they are still told from others."""
        for connection, module, record_id in sorted(self._subject.records):
            here = and_(
                ACCESS_GRANT.c.connection == connection,
                ACCESS_GRANT.c.module == module,
                ACCESS_GRANT.c.record_id == record_id,
            )
            address = self._connection.execute(select(ACCESS_GRANT.c.address).where(here)).scalar()
            if address is None or address.startswith(ERASED_ADDRESS):
                continue
            self._counts["access"] += 1
            if self._write:
                after = ERASED_ADDRESS + erased_digest(self._key, address)
                self._connection.execute(update(ACCESS_GRANT).where(here).values(address=after))

    def _review_items(self) -> None:
        for row in reviews_about(self._connection, self._subject.records):
            dismissed = row.field == REFUSED
            if row.state == "decided" and not dismissed:
                continue
            about = (row.connection, row.module, row.record_id) in self._subject.records
            after: dict[str, Any] = {"candidates": [self._candidate(item) for item in row.candidates]}
            if about:
                after |= {
                    "label": row.record_id,
                    "reason": _GONE,
                    "left": self._value(row.left),
                    # What is kept of refused writes are digests already.
                    "right": row.right if dismissed else self._value(row.right),
                    "decision": row.decision if dismissed else self._values(row.decision),
                }
            self._replace("reviews", REVIEW.c.id, row, after)

    def _candidate(self, item: Any) -> Any:
        if not isinstance(item, dict) or named_by(item) not in self._subject.records:
            return item
        return {**item, "label": item.get("id") or ""}

    def _observations(self) -> None:
        """Forget what was read last: where the record still is, the next run reads it, and its module completely."""
        steps: set[str] = set()
        for connection, module, record_id in sorted(self._subject.records):
            name = f"{connection}.{module}"
            here = and_(
                or_(OBSERVED_RECORD.c.step == name, OBSERVED_RECORD.c.step.startswith(f"{name}|", autoescape=True)),
                OBSERVED_RECORD.c.record_id == record_id,
            )
            found = self._connection.execute(select(OBSERVED_RECORD.c.step).where(here)).scalars().all()
            steps.update(found)
            self._counts["readings"] += len(found)
            if self._write and found:
                self._connection.execute(delete(OBSERVED_RECORD).where(here))
        if not self._write:
            return
        for step in sorted(steps):
            self._connection.execute(
                update(OBSERVATION).where(OBSERVATION.c.step == step).values(cursor=None, swept=None)
            )
        for pair, side, record_id in sorted(self._subject.sides):
            self._connection.execute(
                delete(MATCH_FORM).where(
                    MATCH_FORM.c.pair == pair, MATCH_FORM.c.side == side, MATCH_FORM.c.record_id == record_id
                )
            )

    def _archive(self) -> None:
        """Erase what was put away: rows as they stood in their tables."""
        for row in self._connection.execute(select(ARCHIVE), execution_options={"yield_per": CHUNK}).all():
            if self._is_about(row.content):
                content = {**self._link_facts(row.content)}
                for name, change in (
                    ("inputs", self._values),
                    ("payload", self._payload),
                    ("address", self._value),
                ):
                    if name in content:
                        content[name] = change(content[name])
                self._replace("archive", ARCHIVE.c.seq, row, {"content": content})

    def _is_about(self, content: Any) -> bool:
        if not isinstance(content, dict):
            return False
        names = {content.get("uid"), content.get("key")}
        source = (content.get("source_connection"), content.get("source_module"), content.get("source_id"))
        return bool(names & self._subject.uids) or bool({named_by(content), source} & self._subject.records)
