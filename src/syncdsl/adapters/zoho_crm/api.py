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


_NOT_THERE = {"INVALID_MODULE", "INVALID_QUERY", "INVALID_DATA", "INVALID_URL_PATTERN", "NOT_SUPPORTED"}
"""Codes that say that a module, field or view is not there."""

TOKEN_ROWS = 100_000
"""Rows that page tokens reach."""

ROWS_PER_QUERY = 2000
"""Rows of one COQL query."""


TRIES = 3
"""How often an answer may come cut short."""


class Api:
    """The CRM as one connection sees it. `schema` gives the types of values."""

    def __init__(self, client: Client, schema: SchemaSnapshot | None) -> None:
        self.client = client
        self._schema = schema

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

    def read(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """Make a reading call, again when the answer has fewer rows than it says; a 4xx is the caller's to read.

        A list cut short would make records look absent. Raises Fault SD705 when it stays so, and as `Client.read` does.
        """
        for _ in range(TRIES):
            answer = self.client.read(method, path, params=params or {}, headers=headers or {}, body=body)
            if not _cut_short(answer):
                return answer
        raise self.client.problems.unexpected(f"HTTP {answer.status} to `{path}` with fewer rows than it says")

    def get(self, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """Make a reading call; raises Fault for a refusal, SD707 when the CRM has no such module, field or view."""
        answer = self.read("GET", path, params=params, headers=headers)
        if answer.status < 400:
            return answer
        raise self.refused(answer, path)

    def refused(self, answer: Answer, what: str) -> Exception:
        """Return the fault for an answer of 4xx to a reading call."""
        words = self.client.words(answer)
        code = answer.data.get("code") if isinstance(answer.data, dict) else None
        if code in _NOT_THERE:
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
        most: int | None = None,
    ) -> Iterator[tuple[list[dict[str, Any]], Answer]]:
        """Read a list page by page: by page token where the CRM gives one, else by number as far as that reaches.

        After `most` rows no further page is asked for.
        """
        page, read, position = 1, 0, {"page": "1"}
        while True:
            answer = self.get(path, {**params, "per_page": str(PER_PAGE), **position}, headers)
            rows = self.rows(answer, under)
            yield rows, answer
            info = answer.data.get("info") or {} if answer.data is not None else {}
            read += len(rows)
            if not info.get("more_records") or (most is not None and read >= most):
                return
            page += 1
            token = info.get("next_page_token")
            if not rows or (token is None and page * PER_PAGE > WITHOUT_TOKEN and "fields" in params):
                raise self.client.problems.unexpected(f"the list `{path}` has more records but no way to reach them")
            position = {"page_token": str(token)} if token is not None else {"page": str(page)}

    def views(self, module: str) -> list[tuple[str, str]]:
        """Return names and ids of a module's custom views, in the CRM's order."""
        pages = self.pages("/settings/custom_views", {"module": module}, under="custom_views")
        return [(str(row["name"]), str(row["id"])) for rows, _ in pages for row in rows]

    def query(self, select: str, module: str, where: str) -> Iterator[Answer]:
        """Read what meets a condition in COQL, in the order of ids, which must be among the columns.

        Each further query begins behind the last id, so that no row is skipped when others go away meanwhile.
        """
        behind = ""
        while True:
            text = f"select {select} from {module} where ({where}){behind} order by id asc limit 0, {ROWS_PER_QUERY}"  # noqa: S608 - COQL; names are from the schema, values are quoted
            answer = self.read("POST", "/coql", body={"select_query": text})
            if answer.status >= 400:
                raise self.refused(answer, f"COQL over `{module}`")
            rows = self.rows(answer)
            yield answer
            info = answer.data.get("info") or {} if answer.data is not None else {}
            if not rows or not info.get("more_records"):
                return
            behind = f" and id > '{rows[-1]['id']}'"

    def now(self, answer: Answer) -> dt.datetime:
        """Return the server's time of an answer; raises Fault SD705 when it tells none."""
        if answer.server_time is None:
            raise self.client.problems.unexpected("an answer without a `Date` header")
        return answer.server_time


def _cut_short(answer: Answer) -> bool:
    """Return whether rows are missing: fewer than `info` counts, or none where one record was asked for.

    Nothing to tell is HTTP 204 or 304, never an empty list of records.
    """
    if answer.status >= 400 or not isinstance(answer.data, dict):
        return False
    info = answer.data.get("info")
    listed = next((value for name, value in answer.data.items() if name != "info" and isinstance(value, list)), None)
    if listed is None:
        return False
    count = info.get("count") if isinstance(info, dict) else None
    if isinstance(count, int) and not isinstance(count, bool):
        return len(listed) < count
    return not listed and "data" in answer.data
