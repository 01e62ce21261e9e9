"""Reading calls of the Books API that every part of the adapter makes, with faults in Books' own words."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from syncdsl.adapters.zoho_books.dialect import succeeded
from syncdsl.adapters.zoho_books.metadata import identity_of, read_organisation
from syncdsl.adapters.zoho_books.modules import MODULES, Module

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from syncdsl.adapters.protocol import Ambiguous, Identity, NotSent
    from syncdsl.adapters.transport.answer import Answer
    from syncdsl.adapters.transport.client import Client
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot

PER_PAGE = 200
"""Rows of one page (Zoho Books API v3, Pagination)."""

MODIFIED = "last_modified_time"
NEWEST_FIRST = {"sort_column": MODIFIED, "sort_order": "D"}

PAGE_ATTEMPTS = 3
"""How often a page is read that came back with rows missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One page of a list.

    `rows` are those of the module; `more`: another page follows; `cut`: rows are missing from it, so nothing may be
    concluded from what it does not show. `newest_first` is what the answer says about its order: None when it says
    nothing. `now` is the server's time.
    """

    rows: list[dict[str, Any]]
    more: bool
    cut: bool
    newest_first: bool | None
    now: dt.datetime


class Api:
    """Books as one connection sees it. Every call names the organisation, which is looked up once.

    `learned` is told the organisation's plan then, on which the calls of a day depend.
    """

    def __init__(
        self,
        client: Client,
        schema: SchemaSnapshot | None,
        *,
        organization: str | None,
        data_centre: str,
        learned: Callable[[str], None],
    ) -> None:
        self.client = client
        self._schema = schema
        self._organization = organization
        self._data_centre = data_centre
        self._learned = learned
        self._organisation: dict[str, Any] | None = None
        self._lock = threading.Lock()
        self._unsorted: set[str] = set()
        """Paths whose lists were refused, or answered in another order, when asked for the newest change first."""

    def identity(self) -> Identity:
        """Return the organisation (one call, remembered); raises Fault SD706 when it is not open to the token."""
        return identity_of(self._known_organisation(), data_centre=self._data_centre)

    def _known_organisation(self) -> dict[str, Any]:
        with self._lock:
            if self._organisation is None:
                self._organisation = read_organisation(self.client, wanted=self._organization)
                self._learned(str(self._organisation.get("plan_name") or ""))
            return self._organisation

    def module(self, name: str) -> tuple[Module, ModuleSchema]:
        """Return where a module lies and its schema.

        Raises Fault SD707 when there is none, ValueError when the connection was opened without a snapshot.
        """
        if self._schema is None:
            raise ValueError("a connection without a schema snapshot can only read the schema")
        if name not in MODULES or name not in self._schema.modules:
            raise self.client.problems.not_offered(f"there is no module `{name}`")
        return MODULES[name], self._schema.modules[name]

    def read(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        """Make a reading call; an answer of 4xx is returned as it is."""
        return self.client.read(method, path, params=self._scoped(params))

    def write(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer | NotSent | Ambiguous:
        """Make a writing call."""
        return self.client.write(method, path, params=self._scoped({}), headers=headers or {}, body=body)

    def record_path(self, module: Module, identifier: str) -> str:
        """Return the path of one record; an id cannot lead anywhere else."""
        return f"{module.path}/{quote(identifier, safe='')}"

    def everything(self, module: Module) -> dict[str, str]:
        """Return the parameters that list every record, inactive ones too, where possible the newest change first."""
        found = dict(module.restricted)
        if not module.unfiltered:
            found["filter_by"] = "Status.All"
        if self.sorts(module):
            found |= NEWEST_FIRST
        return found

    def sorts(self, module: Module) -> bool:
        """Return whether a list may be asked for by change: a few are short, and some were seen not to do it."""
        return not module.listed_only and module.path not in self._unsorted

    def sorts_not(self, module: Module) -> None:
        """Remember that a list does not come in the order of changes."""
        self._unsorted.add(module.path)

    def page(self, module: Module, params: Mapping[str, str], number: int, *, size: int | None = None) -> ListPage:
        """Return one page of a list; one with rows missing is read again before it is returned as it is."""
        attempts = 1
        size = size or PER_PAGE
        page = self._page(module, params, number, size)
        while page.cut and attempts < PAGE_ATTEMPTS:
            attempts += 1
            page = self._page(module, params, number, size)
        return page

    def oldest(self, module: Module) -> ListPage:
        """Return a page with only the record of a sorted list whose last change is the longest ago."""
        return self.page(module, {**self.everything(module), "sort_order": "A"}, 1, size=1)

    def pages(self, module: Module, params: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
        """Read a list page by page; raises Fault SD705 when a page cannot be had completely."""
        number, more = 1, True
        while more:
            page = self.page(module, params, number)
            if page.cut:
                raise self.client.problems.unexpected(f"page {number} of `{module.path}` lacks rows")
            yield page.rows
            more = page.more
            number += 1

    def _page(self, module: Module, params: Mapping[str, str], number: int, wanted: int) -> ListPage:
        answer = self.read("GET", module.path, {**params, "page": str(number), "per_page": str(wanted)})
        if not succeeded(answer) and "sort_column" in params:
            plain = {name: value for name, value in params.items() if name not in NEWEST_FIRST}
            page = self._page(module, plain, number, wanted)
            self.sorts_not(module)
            return page
        rows = answer.data.get(module.store) if isinstance(answer.data, dict) else None
        if not succeeded(answer) or not isinstance(rows, list):
            raise self.refused(answer, module.path)
        context = _context(answer.data)
        more = bool(context.get("has_more_page"))
        size = context.get("per_page")
        full = size if isinstance(size, int) and 0 < size <= PER_PAGE else wanted
        told = context.get("sort_column")
        return ListPage(
            rows=[row for row in rows if isinstance(row, dict) and fits(module, row)],
            more=more,
            cut=(more and len(rows) < full) or (not context and len(rows) >= PER_PAGE),
            newest_first=(told, context.get("sort_order")) == (MODIFIED, "D") if told else None,
            now=self.now(answer),
        )

    def refused(self, answer: Answer, what: str) -> Exception:
        """Return the fault for a refused reading call."""
        return self.client.problems.unexpected(f"HTTP {answer.status} to `{what}`: {self.client.words(answer)}")

    def now(self, answer: Answer) -> dt.datetime:
        """Return the server's time of an answer; raises Fault SD705 when it tells none."""
        if answer.server_time is None:
            raise self.client.problems.unexpected("an answer without a `Date` header")
        return answer.server_time

    def _scoped(self, params: Mapping[str, str]) -> dict[str, str]:
        return {**params, "organization_id": str(self._known_organisation().get("organization_id"))}


def fits(module: Module, row: Mapping[str, Any]) -> bool:
    """Return whether a record belongs to a module that shares its collection with another."""
    return all(row.get(name, value) == value for name, value in module.restricted.items())


def _context(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an answer says about its page; the description of some lists wraps it in a list."""
    context = data.get("page_context")
    if isinstance(context, list) and context:
        context = context[0]
    return context if isinstance(context, dict) else {}
