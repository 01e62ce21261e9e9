"""What the two systems hold: rows made on the fly from their numbers, with what was edited or written since."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

from syncdsl.engine.keys import syncdsl_key

SideName: TypeAlias = Literal["crm", "books"]

ROWS = 200
"""Rows on a page."""
MODULES: dict[SideName, str] = {"crm": "Accounts", "books": "customers"}
ORGANISATIONS: dict[SideName, str] = {"crm": "crm-1", "books": "books-1"}
PAIR = "customers"
CREATED = "2026-01-01T08:00:00+00:00"

_FIRST: dict[SideName, int] = {"crm": 4_876_876_000_000_000_000, "books": 4_600_000_000_000_000_000}
_CRM = (
    '{"id":"%d","Account_Name":"Company %d","Phone":"+49 30 1%07d","Website":"https://company-%d.example","Description"'
    ':"A customer since %d, revision %d","Billing_Street":"Long Street %d","Billing_City":"Town %d","Billing_Code":'
    '"%05d","Billing_Country":"Germany","Annual_Revenue":%d.5,"Created_Time":"%s","Modified_Time":"%s"}'
)
_BOOKS = (
    '{"id":"%d","contact_name":"Company %d","phone":"+49 30 1%07d","website":"https://company-%d.example","notes"'
    ':"A customer since %d, revision %d","street":"Long Street %d","city":"Town %d","zip":'
    '"%05d","country":"Germany","revenue":%d.5,"Created_Time":"%s","Modified_Time":"%s","cf_key":"%s"}'
)


def record_id(side: SideName, number: int) -> str:
    """Return the id of the record of a number; ids are in the order of numbers."""
    return str(_FIRST[side] + number)


def number_of(side: SideName, identifier: str) -> int:
    """Return the number of a record."""
    return int(identifier) - _FIRST[side]


def key_of(number: int) -> str:
    """Return the syncdsl key that a customer carries."""
    return syncdsl_key(
        left_organization=ORGANISATIONS["crm"],
        right_organization=ORGANISATIONS["books"],
        name=PAIR,
        source_connection="crm",
        source_id=record_id("crm", number),
    )


@dataclass
class World:
    """The rows of both systems: `number` on each side, every one with its partner.

    An edit changes the description of every n-th record of a side. `moment` counts edits and writes, and what it was
    at a record's last one is its version.
    """

    number: int
    moment: int = 0
    edits: dict[SideName, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    written: dict[SideName, dict[int, tuple[int, dict[str, Any]]]] = field(default_factory=lambda: defaultdict(dict))

    def answer(self, target: str, body: bytes = b"") -> bytes:
        """Answer one request, given by its path and query.

        `/crm/rows?from=0` is a page, `/crm/rows?since=3` what changed after a moment, `/crm/rows?ids=…` single rows,
        `/crm/edit?every=100` an edit, `/crm/write` a batch of updates, `/now` the moment.
        """
        split = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        if split.path == "/now":
            return b'{"moment":%d}' % self.moment
        name, action = split.path.strip("/").split("/")
        side: SideName = "crm" if name == "crm" else "books"
        match action:
            case "edit":
                self.moment += 1
                self.edits[side].append((self.moment, int(query["every"])))
                return b"{}"
            case "write":
                return self._write(side, json.loads(body))
            case _:
                return self._rows(side, query)

    def _write(self, side: SideName, rows: list[dict[str, Any]]) -> bytes:
        self.moment += 1
        numbers = [number_of(side, row.pop("id")) for row in rows]
        for number, row in zip(numbers, rows, strict=True):
            self.written[side][number] = (self.moment, {**self.written[side].get(number, (0, {}))[1], **row})
        return self._page(side, numbers, more=False)

    def _rows(self, side: SideName, query: dict[str, str]) -> bytes:
        if "ids" in query:
            return self._page(side, [number_of(side, one) for one in query["ids"].split(",")], more=False)
        begin = int(query.get("from", "0"))
        if "since" not in query:
            stop = min(begin + ROWS, self.number)
            return self._page(side, range(begin, stop), more=stop < self.number)
        numbers = self._changed(side, int(query["since"]))
        return self._page(side, numbers[begin : begin + ROWS], more=begin + ROWS < len(numbers))

    def _changed(self, side: SideName, since: int) -> list[int]:
        found = {number for number, (moment, _) in self.written[side].items() if moment > since}
        for moment, every in self.edits[side]:
            if moment > since:
                found.update(range(0, self.number, every))
        return sorted(found)

    def _page(self, side: SideName, numbers: list[int] | range, *, more: bool) -> bytes:
        rows = ",".join([self.row(side, number) for number in numbers])
        return f'{{"rows":[{rows}],"more":{"true" if more else "false"},"moment":{self.moment}}}'.encode()

    def row(self, side: SideName, number: int) -> str:
        """Return a record as JSON."""
        revision = max((moment for moment, every in self.edits[side] if number % every == 0), default=0)
        moment, written = self.written[side].get(number, (0, {}))
        hours, minutes = divmod(max(revision, moment), 60)
        stamp = (
            f"2026-06-{1 + hours // 24:02d}T{hours % 24:02d}:{minutes:02d}:00+00:00" if hours or minutes else CREATED
        )
        facts = (
            *(int(record_id(side, number)), number, number, number, 1980 + number % 40, revision, number % 999),
            *(number % 5_000, number % 99_999, number, CREATED, stamp),
        )
        text = _CRM % facts if side == "crm" else _BOOKS % (*facts, key_of(number))
        return json.dumps({**json.loads(text), **written}) if written else text
