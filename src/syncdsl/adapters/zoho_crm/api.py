"""Reading calls of the CRM API that every part of the adapter makes, with faults in the CRM's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho_crm.dialect import results

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from syncdsl.adapters.transport.answer import Answer
    from syncdsl.adapters.transport.client import Client
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot

PER_PAGE = 200
"""Rows of one page (Zoho CRM API v8, Get records)."""

WITHOUT_TOKEN = 2000
"""Rows that page numbers reach; further ones need a page token."""


class Api:
    """The CRM as one connection sees it. `schema` gives the types of values."""

    def __init__(self, client: Client, schema: SchemaSnapshot | None) -> None:
        self.client = client
        self._schema = schema
        self._views: dict[str, dict[str, str]] = {}

    def module(self, name: str) -> ModuleSchema:
        """Return the schema of a module.

        Raises Fault SD707 when the snapshot has none, ValueError when the connection was opened without a
        snapshot.
        """
        if self._schema is None:
            raise ValueError("a connection without a schema snapshot can only read the schema")
        try:
            return self._schema.modules[name]
        except KeyError:
            raise self.client.problems.not_offered(f"there is no module `{name}`") from None

    def get(self, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """Make a reading call; raises Fault for a refusal, SD707 when the CRM has no such module, field or view."""
        answer = self.client.read("GET", path, params=params, headers=headers or {})
        if answer.status < 400:
            return answer
        raise self.refused(answer, path)

    def refused(self, answer: Answer, what: str) -> Exception:
        """Return the fault for an answer of 4xx to a reading call."""
        words = self.client.words(answer)
        code = answer.data.get("code") if isinstance(answer.data, dict) else None
        if code in {"INVALID_MODULE", "INVALID_QUERY", "INVALID_DATA", "INVALID_URL_PATTERN"}:
            return self.client.problems.not_offered(f"`{what}` is not offered: {words}")
        return self.client.problems.unexpected(f"HTTP {answer.status} to `{what}`: {words}")

    def rows(self, answer: Answer, under: str = "data") -> list[dict[str, Any]]:
        """Return the rows of an answer; none for an empty one (HTTP 204 and 304)."""
        if answer.data is None:
            return []
        found = results(answer) if under == "data" else answer.data.get(under)
        if not isinstance(found, list):
            raise self.client.problems.unexpected(f"HTTP {answer.status} without a list `{under}`")
        return found

    def pages(
        self,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        *,
        under: str = "data",
    ) -> Iterator[tuple[list[dict[str, Any]], Answer]]:
        """Read a list page by page: by page token where the CRM gives one, else by number as far as that reaches."""
        page, position = 1, {"page": "1"}
        while True:
            answer = self.get(path, {**params, "per_page": str(PER_PAGE), **position}, headers)
            rows = self.rows(answer, under)
            yield rows, answer
            info = answer.data.get("info") or {} if answer.data is not None else {}
            if not info.get("more_records"):
                return
            page += 1
            token = info.get("next_page_token")
            if not rows or (token is None and page * PER_PAGE > WITHOUT_TOKEN and "fields" in params):
                raise self.client.problems.unexpected(f"the list `{path}` has more records but no way to reach them")
            position = {"page_token": str(token)} if token is not None else {"page": str(page)}

    def view_id(self, module: str, view: str) -> str:
        """Return the id of a custom view by its name; raises Fault SD707 when there is none."""
        if module not in self._views:
            self._views[module] = dict(reversed(self.views(module)))
        try:
            return self._views[module][view]
        except KeyError:
            raise self.client.problems.not_offered(f"module `{module}` has no view `{view}`") from None

    def views(self, module: str) -> list[tuple[str, str]]:
        """Return names and ids of a module's custom views, in the CRM's order."""
        pages = self.pages("/settings/custom_views", {"module": module}, under="custom_views")
        return [(str(row["name"]), str(row["id"])) for rows, _ in pages for row in rows]

    def now(self, answer: Answer) -> dt.datetime:
        """Return the server's time of an answer; raises Fault SD705 when it tells none."""
        if answer.server_time is None:
            raise self.client.problems.unexpected("an answer without a `Date` header")
        return answer.server_time
