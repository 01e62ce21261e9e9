"""`GET /_sandbox`: a page to look at instead of many answers to read."""

from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from syncdsl.sandbox.ledger import Filter
from syncdsl.sandbox.platform import Platform

TAIL = 50
"""Entries of the ledger that are shown."""

COMMON = frozenset({"id", "kind", "system", "method", "path", "count", "after", "seen", "struck"})
"""What has a column of its own in the table of faults."""


class Overview:
    """Shows where both systems are, what is ordered, and what was asked last."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._pages = Environment(
            loader=PackageLoader("syncdsl.sandbox.control", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self) -> list[Route]:
        """Return the route of the page."""
        return [Route("/_sandbox", self._page, methods=["GET"])]

    async def _page(self, _request: Request) -> Response:
        platform = self._platform
        moment = datetime.fromtimestamp(platform.clock.moment(), UTC)
        page = self._pages.get_template("overview.html").render(
            crm_url=platform.addresses["crm"],
            books_url=platform.addresses["books"],
            options=platform.options,
            time=moment.strftime("%A %d %B %Y, %H:%M:%S UTC"),
            frozen=platform.clock.frozen,
            faults=[_with_what(item) for item in platform.faults.shown()],
            held=platform.faults.held,
            landing=platform.clock.scheduled,
            waiting=platform.deliveries.waiting,
            **platform.gate.shown(),
            summary=platform.ledger.summary(Filter()),
            tail=platform.ledger.tail(TAIL),
        )
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def _with_what(fault: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in fault.items() if key not in COMMON and value is not None}
    return {**fault, "what": " ".join(f"{key}={value}" for key, value in own.items())}
