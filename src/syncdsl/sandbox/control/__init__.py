"""The control endpoints under `/_sandbox`, the same on both ports and without authorisation."""

from starlette.routing import Route

from syncdsl.sandbox.control.faulting import Faulting
from syncdsl.sandbox.control.orders import Orders
from syncdsl.sandbox.control.overview import Overview
from syncdsl.sandbox.control.permitting import Permitting
from syncdsl.sandbox.control.recording import Recording
from syncdsl.sandbox.control.timing import Timing
from syncdsl.sandbox.platform import Platform


def control_routes(platform: Platform) -> list[Route]:
    """Return the routes of all control endpoints."""
    kinds = (Overview, Orders, Timing, Faulting, Permitting, Recording)
    return [route for kind in kinds for route in kind(platform).routes()]
