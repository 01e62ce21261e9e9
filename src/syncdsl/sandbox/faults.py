"""Faults on demand: responses held back after the commit, and answers that fail without touching anything."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from syncdsl.sandbox.exchange import Call, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOrder:
    """Hold the response of the next create in this system and module (None: any)."""

    system: str | None = None
    module: str | None = None

    def covers(self, system: str, reply: Reply) -> bool:
        """Return whether this reply is a create that the order waits for."""
        return (
            bool(reply.created)
            and self.system in {None, system}
            and (self.module is None or self.module == reply.module)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FailOrder:
    """Answer the next `count` API calls of this system and method (None: any) with an HTTP status."""

    system: str | None
    method: str | None
    status: int
    retry_after: int | None
    count: int

    def covers(self, system: str, call: Call) -> bool:
        """Return whether this call is one that has to fail."""
        return self.system in {None, system} and self.method in {None, call.method}


class Faults:
    """What the control endpoint ordered. Orders are consumed on the server's only thread."""

    def __init__(self) -> None:
        self._hold: HoldOrder | None = None
        self._failures: list[FailOrder] = []
        self._gates: set[asyncio.Event] = set()

    @property
    def armed(self) -> bool:
        """Whether a hold order waits for its create."""
        return self._hold is not None

    @property
    def held(self) -> int:
        """How many responses are held right now; one whose client is gone no longer counts."""
        return len(self._gates)

    def index_horizon(self, system: str) -> int | None:  # noqa: ARG002 - no order concerns it yet
        """Return the second after which written records are still unknown to searches and filters, or None.

        CRM's search and Books' list filters ask; lists, COQL and reads by id always see everything.
        """
        return None

    def arm(self, order: HoldOrder) -> None:
        """Set the hold order; an earlier one that met no create is replaced."""
        self._hold = order

    def fail(self, order: FailOrder) -> None:
        """Queue a failure behind those ordered before."""
        self._failures.append(order)

    def failure(self, system: str, call: Call) -> FailOrder | None:
        """Return the order that this call has to fail by, and count it as done."""
        for index, order in enumerate(self._failures):
            if order.covers(system, call):
                if order.count > 1:
                    self._failures[index] = replace(order, count=order.count - 1)
                else:
                    del self._failures[index]
                return order
        return None

    def takes(self, system: str, reply: Reply) -> asyncio.Event | None:
        """Return the gate this reply has to wait at, when the hold order was for it."""
        if self._hold is None or not self._hold.covers(system, reply):
            return None
        self._hold = None
        gate = asyncio.Event()
        self._gates.add(gate)
        return gate

    async def wait(self, gate: asyncio.Event, disconnected: Callable[[], Awaitable[object]]) -> None:
        """Wait until the gate is opened or the client is gone."""
        waits = [asyncio.ensure_future(gate.wait()), asyncio.ensure_future(disconnected())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._gates.discard(gate)
            for wait in waits:
                wait.cancel()

    def release(self) -> int:
        """Disarm, let all held responses go, and return how many there were."""
        self._hold = None
        released = len(self._gates)
        for gate in self._gates:
            gate.set()
        self._gates.clear()
        return released
