"""Reading calls of the Books API that every part of the adapter makes, with faults in Books' own words."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from syncdsl.adapters.zoho_books.dialect import succeeded
from syncdsl.adapters.zoho_books.metadata import read_identity
from syncdsl.adapters.zoho_books.modules import MODULES, Module

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from syncdsl.adapters.protocol import Ambiguous, Identity, NotSent
    from syncdsl.adapters.transport.answer import Answer
    from syncdsl.adapters.transport.client import Client
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot

PER_PAGE = 200
"""Rows of one page (Zoho Books API v3, Pagination)."""

NEWEST_FIRST = {"sort_column": "last_modified_time", "sort_order": "D"}


class Api:
    """Books as one connection sees it. Every call names the organisation, which is looked up once."""

    def __init__(
        self, client: Client, schema: SchemaSnapshot | None, *, organization: str | None, data_centre: str
    ) -> None:
        self.client = client
        self._schema = schema
        self._organization = organization
        self._data_centre = data_centre
        self._identity: Identity | None = None
        self._lock = threading.Lock()

    def identity(self) -> Identity:
        """Return the organisation (one call, remembered); raises Fault SD706 when it is not open to the token."""
        with self._lock:
            if self._identity is None:
                self._identity = read_identity(self.client, wanted=self._organization, data_centre=self._data_centre)
            return self._identity

    def module(self, name: str) -> tuple[Module, ModuleSchema]:
        """Return where a module lies and its schema.

        Raises Fault SD707 when there is none, SD708 when its records are not read yet, ValueError when the connection
        was opened without a snapshot.
        """
        if self._schema is None:
            raise ValueError("a connection without a schema snapshot can only read the schema")
        if name not in MODULES or name not in self._schema.modules:
            raise self.client.problems.not_offered(f"there is no module `{name}`")
        if not MODULES[name].covered:
            raise self.client.problems.not_covered(f"module `{name}` is not read by this adapter yet")
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

    def page(self, module: Module, params: Mapping[str, str], number: int) -> tuple[list[dict[str, Any]], bool, Answer]:
        """Return one page of a list, whether another follows, and the answer itself."""
        answer = self.read("GET", module.path, {**params, "page": str(number), "per_page": str(PER_PAGE)})
        rows = answer.data.get(module.store) if isinstance(answer.data, dict) else None
        if not succeeded(answer) or not isinstance(rows, list):
            raise self.refused(answer, module.path)
        context = answer.data.get("page_context")
        more = bool(context.get("has_more_page")) if isinstance(context, dict) else False
        fitting = [row for row in rows if fits(module, row)]
        return fitting, more and bool(rows), answer

    def pages(self, module: Module, params: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
        """Read a list page by page."""
        number, more = 1, True
        while more:
            rows, more, _ = self.page(module, params, number)
            yield rows
            number += 1

    def refused(self, answer: Answer, what: str) -> Exception:
        """Return the fault for a refused reading call."""
        return self.client.problems.unexpected(f"HTTP {answer.status} to `{what}`: {self.client.words(answer)}")

    def now(self, answer: Answer) -> dt.datetime:
        """Return the server's time of an answer; raises Fault SD705 when it tells none."""
        if answer.server_time is None:
            raise self.client.problems.unexpected("an answer without a `Date` header")
        return answer.server_time

    def _scoped(self, params: Mapping[str, str]) -> dict[str, str]:
        return {**params, "organization_id": self.identity().organization}


def fits(module: Module, row: Mapping[str, Any]) -> bool:
    """Return whether a record belongs to a module that shares its collection with another."""
    return all(row.get(name, value) == value for name, value in module.restricted.items())


def all_of(module: Module) -> dict[str, str]:
    """Return the parameters that list every record of a module, inactive ones too, the newest change first."""
    if module.listed_only:
        return {}
    return {**module.restricted, "filter_by": "Status.All", **NEWEST_FIRST}
