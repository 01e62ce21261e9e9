"""The orders that stand, and which calls they strike."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.faults.coercion import is_written
from syncdsl.sandbox.faults.orders import Coerce, Order, PartialBatch, Status, TruncatedPage, Webhook, Workflow, shown
from syncdsl.sandbox.faults.partial import batch_size

OAUTH = "/oauth/"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOrder:
    """Hold the response of the next create in this system and module (None: any).

    With `path`, a regular expression that is found in the path of a call, it holds that of the next such write.
    """

    system: str | None = None
    module: str | None = None
    path: str | None = None

    def covers(self, system: str, reply: Reply, call: Call) -> bool:
        """Return whether this reply is to a write that the order waits for."""
        if self.path is not None:
            wanted = call.method != "GET" and reply.status < 400 and re.search(self.path, call.path) is not None
            return wanted and self.system in {None, system}
        return (
            bool(reply.created)
            and self.system in {None, system}
            and (self.module is None or self.module == reply.module)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An order that strikes a call, with the source of chance for what it does there."""

    order: Order
    random: Random


@dataclass(slots=True, kw_only=True)
class _Standing:
    id: int
    order: Order
    random: Random
    seen: int = 0
    struck: int = field(default=0)

    def strikes(self, system: str, method: str, path: str) -> bool:
        """Return whether a call is struck, and count it if it is one of those concerned."""
        order = self.order
        if order.system not in {None, system} or order.method not in {None, method}:
            return False
        if order.path is None and path.startswith(OAUTH):
            return False
        if order.path is not None and re.search(order.path, path) is None:
            return False
        self.seen += 1
        if self.seen <= order.after or self.random.random() >= order.probability:
            return False
        self.struck += 1
        return True

    @property
    def spent(self) -> bool:
        """Whether the order has struck as often as it should."""
        return self.order.count is not None and self.struck >= self.order.count


class Faults:
    """What the control endpoint ordered. Orders are consumed on the server's only thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._standing: list[_Standing] = []
        self._last_id = 0
        self._lag: float | None = None
        self._hold: HoldOrder | None = None
        self._gates: set[asyncio.Event] = set()

    def add(self, order: Order) -> int:
        """Let an order stand behind the earlier ones, and return its id."""
        self._last_id += 1
        self._standing.append(_Standing(id=self._last_id, order=order, random=Random(order.seed)))
        return self._last_id

    def take_back(self, identity: int | None) -> int:
        """Take one order back, or all of them (None), and return how many there were."""
        before = len(self._standing)
        self._standing = [item for item in self._standing if identity is not None and item.id != identity]
        return before - len(self._standing)

    def shown(self) -> list[dict[str, Any]]:
        """Return the standing orders with how many calls they concerned and struck."""
        return [
            {"id": item.id, **shown(item.order), "seen": item.seen, "struck": item.struck} for item in self._standing
        ]

    def strike(self, system: str, call: Call) -> list[Hit]:
        """Return the orders that strike a call, oldest first. Only one order refuses it: the oldest."""
        hits: list[Hit] = []
        refused = False
        for item in self._standing:
            order = item.order
            if (
                isinstance(order, Webhook)
                or not _possible(order, system, call)
                or (refused and isinstance(order, Status))
            ):
                continue
            if item.strikes(system, call.method, call.path):
                hits.append(Hit(order=order, random=item.random))
                refused = refused or isinstance(order, Status)
        self._forget_spent()
        return hits

    def strike_delivery(self, system: str, method: str, path: str) -> list[Webhook]:
        """Return the orders that strike an outgoing call."""
        hits = [
            item.order
            for item in self._standing
            if isinstance(item.order, Webhook) and item.strikes(system, method, path)
        ]
        self._forget_spent()
        return hits

    @contextmanager
    def lagging(self, seconds: float | None) -> Iterator[None]:
        """Let the search index lag inside the block."""
        self._lag = seconds
        try:
            yield
        finally:
            self._lag = None

    def index_horizon(self, system: str) -> int | None:  # noqa: ARG002 - the running call has one system
        """Return the second after which written records are unknown to the running call's search, or None.

        CRM's search and Books' list filters ask; lists, COQL and reads by id always see everything.
        """
        return None if self._lag is None else int(self._clock.now() - self._lag)

    def _forget_spent(self) -> None:
        self._standing = [item for item in self._standing if not item.spent]

    @property
    def armed(self) -> bool:
        """Whether a hold order waits for its create."""
        return self._hold is not None

    @property
    def held(self) -> int:
        """How many responses are held right now; one whose client is gone no longer counts."""
        return len(self._gates)

    def arm(self, order: HoldOrder) -> None:
        """Set the hold order; an earlier one that met no create is replaced."""
        self._hold = order

    def takes(self, system: str, reply: Reply, call: Call) -> asyncio.Event | None:
        """Return the gate this reply has to wait at, when the hold order was for it."""
        if self._hold is None or not self._hold.covers(system, reply, call):
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


def _possible(order: Order, system: str, call: Call) -> bool:
    """Return whether an order could do anything to a call; one that could not is not counted for it."""
    match order:
        case TruncatedPage():
            return call.method == "GET" or call.path.endswith("/coql")
        case PartialBatch():
            return system == "crm" and batch_size(call) > 1
        case Coerce():
            return is_written(call)
        case Workflow():
            return call.method in {"POST", "PUT", "PATCH"} and order.module in call.path.split("/")
        case _:
            return True
