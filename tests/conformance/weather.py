"""A sandbox where anything can go wrong, on a clock that stands still, and both systems as tests of faults see them."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import httpx

from syncdsl.adapters.protocol import (
    Change,
    Connection,
    NewRecord,
    ObservationEnd,
    ObserveRequest,
    Outcome,
    Page,
    Record,
    Written,
)
from syncdsl.adapters.registry import load_adapter
from syncdsl.adapters.remote_clock import RemoteClock
from syncdsl.adapters.services import OwnMemory, Services

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.conformance.conftest import Sandbox

    from syncdsl.schema.snapshot import SchemaSnapshot

OLD_SECONDS = 600
"""Seconds after which every stamp is certain and far behind what readings overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One system, its module under test and how that is named.

    `text` is a field that only the full record of Books has; `lists` and `creates` find the paths of lists and of
    creates by key, which are made with the method `by_key`.
    """

    system: str
    module: str
    name: str
    text: str
    phone: str
    key: str
    lists: str
    creates: str
    by_key: str


CRM = Side(
    system="crm",
    module="Accounts",
    name="Account_Name",
    text="Description",
    phone="Phone",
    key="Syncdsl_Key",
    lists=r"/Accounts$|/coql$|/Accounts/deleted$",
    creates=r"/Accounts(/upsert)?$",
    by_key="POST",
)
BOOKS = Side(
    system="books",
    module="customers",
    name="contact_name",
    text="notes",
    phone="phone",
    key="cf_syncdsl_key",
    lists=r"/contacts$",
    creates=r"/contacts$",
    by_key="PUT",
)
SIDES = (CRM, BOOKS)


def word() -> str:
    """Return a word that nothing else has."""
    return secrets.token_hex(8)


def new(side: Side, key: str | None = None, **fields: Any) -> NewRecord:
    """Return a record to create, under a name of its own."""
    return NewRecord(fields={side.name: word(), **fields}, key=key)


def made(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the ids of what was written, all of it."""
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.id for outcome in outcomes if isinstance(outcome, Written)]


class Weather:
    """The sandbox, its clock, its faults, and the adapters on that clock."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clock = RemoteClock(sandbox.crm_url)
        self._schemas: dict[str, SchemaSnapshot] = {}
        self._open: list[Connection] = []
        self._http = httpx.Client(base_url=f"{sandbox.crm_url}/_sandbox", trust_env=False)
        self._access, self._good_until = "", 0.0
        self._freeze(frozen=True)

    def connect(self, side: Side, *, shared: OwnMemory | None = None) -> Connection:
        """Return a connection that has signed in; it ends with the test. `shared` is what it shares with others."""
        adapter = load_adapter({"crm": "zoho_crm", "books": "zoho_books"}[side.system])
        services = Services(clock=self.clock, shared=shared or OwnMemory())
        settings = self.sandbox.settings(side.system, services=services)
        if side.system not in self._schemas:
            opening = adapter.connect(settings, None)
            self._schemas[side.system] = opening.schema()
            opening.close()
        connection = adapter.connect(settings, self._schemas[side.system])
        self._open.append(connection)
        connection.identity()
        return connection

    def schema(self, side: Side) -> SchemaSnapshot:
        """Return the schema of a side that was connected to."""
        return self._schemas[side.system]

    def close(self) -> None:
        """Take the faults back, let everything land and close the connections."""
        self.calm()
        self.passes(OLD_SECONDS)
        while self._open:
            self._open.pop().close()

    def end(self) -> None:
        """Release the line to the control endpoint."""
        self._http.close()

    def order(self, side: Side, kind: str, **given: Any) -> None:
        """Order a fault for calls of a side."""
        self.control("POST", "/faults", {"kind": kind, "system": side.system, **given})

    def calm(self) -> None:
        """Take all faults back."""
        self.control("DELETE", "/faults")

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.control("POST", "/clock/advance", {"seconds": seconds})

    @contextmanager
    def running_clock(self) -> Iterator[None]:
        """Let the clock run inside the block."""
        self._freeze(frozen=False)
        try:
            yield
        finally:
            self._freeze(frozen=True)

    def delivered(self) -> None:
        """Wait until every outgoing call was tried."""
        self.control("POST", "/deliveries/flush", {})

    def last(self) -> int:
        """Return the number of the latest call."""
        return int(self.control("GET", "/ledger/summary")["last"])

    def calls(self, side: Side, after: int, *, method: str | None = None) -> list[dict[str, Any]]:
        """Return the calls of a side behind a number of the ledger, requests for tokens left out."""
        entries = self.control("GET", f"/ledger?after={after}&system={side.system}")["entries"]
        return [
            entry for entry in entries if not entry["path"].startswith("/oauth") and method in {None, entry["method"]}
        ]

    def held(self, side: Side, key: str) -> list[dict[str, Any]]:
        """Return the records that carry a key as the system itself holds them; faults are taken back before."""
        self.calm()
        if side is CRM:
            query = f"select id, {CRM.name}, {CRM.text}, {CRM.phone} from Accounts where {CRM.key} = '{key}' limit 9"  # noqa: S608 - COQL of a test
            return _rows(self.direct(side, "POST", "/coql", json={"select_query": query}))
        found, page, more = [], 1, True
        while more:
            answer = self.direct(side, "GET", "/contacts", params={"page": str(page)}).json()
            found += [row["contact_id"] for row in answer["contacts"] if row.get(side.key) == key]
            page, more = page + 1, answer["page_context"]["has_more_page"]
        return [self.direct(side, "GET", f"/contacts/{one}").json()["contact"] for one in found]

    def edit(self, side: Side, identifier: str, **fields: Any) -> None:
        """Change a record as a person does."""
        body: Any = {"data": [fields]} if side is CRM else fields
        self.direct(side, "PUT", f"/{'Accounts' if side is CRM else 'contacts'}/{identifier}", json=body)

    def add(self, side: Side) -> str:
        """Create a record as a person does, and return its id."""
        if side is CRM:
            answer = self.direct(side, "POST", "/Accounts", json={"data": [{CRM.name: word()}]}).json()
            return str(answer["data"][0]["details"]["id"])
        return str(self.direct(side, "POST", "/contacts", json={BOOKS.name: word()}).json()["contact"]["contact_id"])

    def direct(self, side: Side, method: str, path: str, **more: Any) -> httpx.Response:
        """Make a call as another program does."""
        root = f"{self.sandbox.crm_url}/crm/v8" if side is CRM else f"{self.sandbox.books_url}/books/v3"
        scope = {"organization_id": self.sandbox.books_organization} if side is BOOKS else {}
        more["params"] = {**scope, **more.get("params", {})}
        headers = {"Authorization": f"Zoho-oauthtoken {self._token()}"}
        return self._http.request(method, root + path, headers=headers, **more).raise_for_status()

    def _token(self) -> str:
        """Return an access token of the other program; none of its calls may use up what the faults are ordered for."""
        if self.clock.now() > self._good_until:
            form = {"grant_type": "refresh_token", **self.sandbox.settings("crm").secrets}
            answer = self._http.post(f"{self.sandbox.crm_url}/oauth/v2/token", data=form).json()
            self._access, self._good_until = answer["access_token"], self.clock.now() + 3000
        return self._access

    def _freeze(self, *, frozen: bool) -> None:
        self.control("PUT", "/clock", {"frozen": frozen})

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Use a control endpoint."""
        return self._http.request(method, path, json=body).raise_for_status().json()


class File:
    """What the engine keeps of one module: records, versions and the cursor, as observations left them."""

    def __init__(self, connection: Connection, side: Side, *fields: str) -> None:
        self._connection = connection
        self._side = side
        self._fields = fields or (side.name, side.text, side.phone)
        self.records: dict[str, Record] = {}
        self.cursor: str | None = None
        self.read: set[str] = set()

    def observe(self, *, sweep: bool = False) -> ObservationEnd:
        """Observe from the cursor, or everything, and absorb it."""
        request = ObserveRequest(
            module=self._side.module,
            fields=self._fields,
            cursor=None if sweep else self.cursor,
            known=lambda one: self.records[one].version if one in self.records else None,
        )
        seen: dict[str, Record] = {}
        gone: set[str] = set()
        *pages, end = self._connection.observe(request)
        for page in cast("list[Page]", pages):
            seen |= {record.id: record for record in page.records}
            seen |= {one: self.records[one] for one in page.unchanged if one in self.records}
            gone |= set(page.gone)
        assert isinstance(end, ObservationEnd)
        self.read = {one for page in cast("list[Page]", pages) for one in (record.id for record in page.records)}
        kept = {} if end.complete else {one: record for one, record in self.records.items() if one not in gone}
        self.records, self.cursor = {**kept, **seen}, end.cursor
        return end

    def text(self, identifier: str) -> Any:
        """Return the text of a record on file."""
        return self.records[identifier].fields.get(self._side.text)


def change(side: Side, record: Record, **fields: Any) -> Change:
    """Return a change of a record that was decided on as the record was."""
    return Change(id=record.id, fields=fields or {side.text: word()}, based_on=record)


def _rows(answer: httpx.Response) -> list[dict[str, Any]]:
    return list(answer.json()["data"]) if answer.content else []
