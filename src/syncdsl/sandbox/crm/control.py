"""What only the control endpoint can change in the emulated CRM."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncdsl.sandbox.crm.stage_history import StageHistory


class CrmControl:
    """Switches that an administrator has in the CRM's own pages, and the API has not."""

    def __init__(self, history: StageHistory) -> None:
        self._history = history

    def routes(self) -> list[Route]:
        """Return the routes, all under `/_sandbox/crm`."""
        return [Route("/_sandbox/crm/stage-history", self._stage_history, methods=["GET", "PUT"])]

    async def _stage_history(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                given = json.loads(await request.body())
                wanted = given["on"]
            except (KeyError, TypeError, ValueError):
                wanted = None
            if not isinstance(wanted, bool):
                return JSONResponse({"error": "`on` is true or false"}, status_code=400)
            self._history.on = wanted
        return JSONResponse({"on": self._history.on})
