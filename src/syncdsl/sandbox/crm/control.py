"""What only the control endpoint can change in the emulated CRM."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncdsl.sandbox.control.answers import answering_bad_input, given_object
from syncdsl.sandbox.crm.staff import Staff
from syncdsl.sandbox.crm.stage_history import StageHistory
from syncdsl.sandbox.organisation import User


class CrmControl:
    """Switches that an administrator has in the CRM's own pages, and the API has not."""

    def __init__(self, history: StageHistory, staff: Staff) -> None:
        self._history = history
        self._staff = staff

    def routes(self) -> list[Route]:
        """Return the routes, all under `/_sandbox/crm`."""
        return [
            Route("/_sandbox/crm/stage-history", self._stage_history, methods=["GET", "PUT"]),
            Route("/_sandbox/crm/users", answering_bad_input(self._users), methods=["POST"]),
        ]

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

    async def _users(self, request: Request) -> Response:
        """Add users, or change those of the same names: their profile, and whether they are active."""
        given = (await given_object(request)).get("users")
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            raise ValueError("`users` is a list of objects")
        users = [self._put(item) for item in given]
        return JSONResponse({"users": [{"id": user.id, "email": user.email} for user in users]})

    def _put(self, given: dict[str, Any]) -> User:
        first, last = given.get("first_name"), given.get("last_name")
        profile, active = given.get("profile"), given.get("active")
        if not isinstance(first, str) or not isinstance(last, str) or not first or not last:
            raise ValueError("`first_name` and `last_name` are texts")
        if not isinstance(profile, str | None) or not isinstance(active, bool | None):
            raise ValueError("`profile` is a text, `active` is true or false")  # noqa: TRY004 - answered as bad input
        return self._staff.put(first_name=first, last_name=last, profile=profile, active=active)
