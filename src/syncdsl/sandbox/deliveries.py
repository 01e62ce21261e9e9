"""Calls that the emulated systems make themselves: notifications and webhooks to addresses on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One call to make: `system` is the sender, `body` is sent as it is."""

    system: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Deliveries:
    """What waits to be sent. Handlers queue; nothing leaves before the reply that caused it is committed."""

    def __init__(self) -> None:
        self._waiting: list[Delivery] = []

    def queue(self, delivery: Delivery) -> None:
        """Add a call behind those queued before."""
        self._waiting.append(delivery)
