"""The API of GitHub or GitLab, as far as comments need it: JSON over HTTPS, lists page by page.

What the other side answers is a stranger's text, and the token stands in no message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from syncdsl.adapters.transport.hosts import host_of, is_loopback
from syncdsl.adapters.transport.redaction import Redactor
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.comments import COMMENT_REFUSED
from syncdsl.diagnostics.codes.project import FORBIDDEN_HOST
from syncdsl.render.neutral import cut, neutral

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx

SECONDS = 30.0
PER_PAGE = 100
MOST_PAGES = 200
"""More comments than this no pull request has."""

SHOWN = 200
"""Characters of a refusal that are shown."""


class ForgeApi:
    """Calls below one address with one token; `refused` is what to do where the token may not do something."""

    def __init__(self, url: str, token: str, headers: Mapping[str, str], *, refused: str) -> None:
        """Take an address. Raises Fault SD607 when a token may not go there: it would be sent in the open."""
        import httpx  # noqa: PLC0415 - slow to load, and only needed for a comment

        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            parts, host = urlsplit(""), ""
        if not host or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host))):
            raise Fault(
                FORBIDDEN_HOST,
                f"the CI names `{cut(neutral(url), SHOWN)}` as its API, and no token is sent there",
                help="it has to begin with `https://`",
            )
        self._host = neutral(host_of(url))
        self._refused = refused
        self._redactor = Redactor([token])
        # A proxy of the environment has no business between a process and its own machine.
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/",
            headers={**headers, "User-Agent": "syncdsl"},
            timeout=SECONDS,
            follow_redirects=False,
            trust_env=not is_loopback(host),
        )

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def ask(self, method: str, path: str, *, body: Any = None, query: Mapping[str, str | int] | None = None) -> Any:
        """Return the JSON of an answer. Raises Fault SD617 for one that is no success, or for none."""
        answer = self._answer(method, path, body, query)
        if not answer.is_success:
            said = cut(neutral(self._redactor.clean(answer.text)), SHOWN)
            denied = answer.status_code in {401, 403, 404}
            help_line = self._refused if denied else "run the job again when it is back"
            raise Fault(
                COMMENT_REFUSED, f"{self._host} answered {answer.status_code}: {said or 'nothing'}", help=help_line
            )
        return self._json(answer)

    def query(self, url: str, question: str) -> Any:
        """Return the data of a GraphQL query; None where it is not answered, or asked of another host."""
        if urlsplit(url)[:2] != urlsplit(str(self._client.base_url))[:2]:
            return None
        answer = self._answer("POST", url, {"query": question}, None)
        found = self._json(answer) if answer.is_success else None
        return found.get("data") if isinstance(found, dict) else None

    def rows(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """Yield the rows of a list, page by page. Raises Fault SD617 as `ask` does."""
        for page in range(1, MOST_PAGES + 1):
            found = self.ask("GET", path, query={**query, "per_page": PER_PAGE, "page": page})
            if not isinstance(found, list):
                raise self._unexpected()
            yield from (row for row in found if isinstance(row, dict))
            if len(found) < PER_PAGE:
                return

    def _answer(self, method: str, path: str, body: Any, query: Mapping[str, str | int] | None) -> httpx.Response:
        import httpx  # noqa: PLC0415 - as above

        try:
            return self._client.request(method, path, json=body, params=query)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            what = cut(neutral(self._redactor.clean(str(error) or type(error).__name__)), SHOWN)
            raise Fault(
                COMMENT_REFUSED, f"{self._host} did not answer: {what}", help="run the job again when it is back"
            ) from None

    def _json(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            raise self._unexpected() from None

    def _unexpected(self) -> Fault:
        return Fault(COMMENT_REFUSED, f"what {self._host} answered is not what its API does")
