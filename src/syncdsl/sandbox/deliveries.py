"""Calls that the emulated systems make themselves: notifications and webhooks to addresses on this machine.

They leave in the order they were queued, one after the other, each once: neither system's retries are documented.
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.faults import Faults
from syncdsl.sandbox.faults.forging import forged
from syncdsl.sandbox.outgoing import Delivery, is_loopback
from syncdsl.sandbox.store import Store

if TYPE_CHECKING:
    import httpx

__all__ = ["Deliveries", "Delivery", "is_loopback"]

TIMEOUT = 5.0
"""Real seconds a receiver may take; then the delivery counts as failed."""

TABLE = """
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    system TEXT NOT NULL,
    time REAL NOT NULL,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    faults TEXT NOT NULL
)
"""


class Deliveries:
    """What waits to be sent, and what became of it."""

    def __init__(self, store: Store, clock: Clock, faults: Faults) -> None:
        self._store = store
        self._clock = clock
        self._faults = faults
        self._queued: list[Delivery] = []
        self._waiting: deque[Delivery] = deque()
        self._held_back: list[tuple[Delivery, list[str]]] = []
        self._sender: asyncio.Task[None] | None = None
        store.rows(TABLE)

    def queue(self, delivery: Delivery) -> None:
        """Add a call behind those queued before. Raises ValueError for an address off this machine.

        Handlers run without interleaving, so the transaction that causes the call has ended before the event loop
        turns and the call leaves; where the transaction is undone, `discard` has been called by then.
        """
        if not is_loopback(delivery.url):
            raise ValueError(f"`{delivery.url}` is not on this machine")
        if not self._queued:
            asyncio.get_running_loop().call_soon(self._leave)
        self._queued.append(delivery)

    @property
    def queued(self) -> int:
        """How many calls were queued in this turn of the event loop."""
        return len(self._queued)

    def discard(self, behind: int) -> None:
        """Forget what was queued by the handler that just failed: all behind those that were queued when it began."""
        del self._queued[behind:]

    async def flush(self) -> int:
        """Wait until nothing waits any more, and return how many deliveries were tried since the start."""
        self._leave(last=True)
        while self._sender is not None:
            await asyncio.wait([self._sender])
            self._leave(last=True)
        [(tried,)] = self._store.rows("SELECT coalesce(max(seq), 0) FROM delivery")
        return int(tried)

    def after(self, seq: int) -> list[dict[str, Any]]:
        """Return the deliveries tried with a greater `seq`, oldest first: status, or the error that came instead."""
        names = ("seq", "system", "time", "method", "url", "bytes", "status", "error", "faults")
        rows = self._store.rows(
            "SELECT seq, system, time, method, url, bytes, status, error, faults FROM delivery WHERE seq > ?"
            " ORDER BY seq",
            (seq,),
        )
        return [{**dict(zip(names, row, strict=True)), "faults": json.loads(row[-1])} for row in rows]

    @property
    def waiting(self) -> int:
        """How many calls have not been tried yet."""
        return len(self._queued) + len(self._waiting) + len(self._held_back)

    def stop(self) -> None:
        """Send nothing more: the server ends."""
        self._waiting.clear()
        if self._sender is not None:
            self._sender.cancel()

    def _leave(self, *, last: bool = False) -> None:
        self._waiting.extend(self._queued)
        self._queued.clear()
        if (self._waiting or (last and self._held_back)) and self._sender is None:
            self._sender = asyncio.create_task(self._send(last=last))
            self._sender.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._sender = None
        # What was queued while the client closed found a sender that looked no more.
        if self._waiting and not task.cancelled() and task.exception() is None:
            self._leave()

    async def _send(self, *, last: bool) -> None:
        import httpx  # noqa: PLC0415 - a sandbox that calls nobody starts without it

        # The environment's proxies are not asked: nothing leaves this machine.
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
            while self._waiting:
                delivery = self._waiting[0]
                overtaken, self._held_back = self._held_back, []
                for sent, faults in [*self._struck(delivery), *overtaken]:
                    await self._try(client, sent, faults)
                self._waiting.popleft()
            while last and self._held_back:
                await self._try(client, *self._held_back.pop(0))

    def _struck(self, delivery: Delivery) -> Iterator[tuple[Delivery, list[str]]]:
        """Yield what is really sent for a delivery, with the names of the faults that made it so."""
        orders = self._faults.strike_delivery(delivery.system, delivery.method, urlsplit(delivery.url).path)
        faults = [f"webhook {order.how}" for order in orders]
        ways = {order.how for order in orders}
        for order in orders:
            if order.how == "forge":
                delivery = forged(delivery, order)
        if "lose" in ways:
            self._record(delivery, None, "lost", faults)
        elif "reorder" in ways:
            self._held_back.append((delivery, faults))
        else:
            yield delivery, faults
            if "duplicate" in ways:
                yield delivery, faults

    async def _try(self, client: "httpx.AsyncClient", delivery: Delivery, faults: list[str]) -> None:
        status, error = await _sent(client, delivery)
        self._record(delivery, status, error, faults)

    def _record(self, delivery: Delivery, status: int | None, error: str | None, faults: list[str]) -> None:
        self._store.rows(
            "INSERT INTO delivery (system, time, method, url, bytes, status, error, faults)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                delivery.system,
                self._clock.moment(),
                delivery.method,
                delivery.url,
                len(delivery.body),
                status,
                error,
                json.dumps(faults),
            ),
        )


async def _sent(client: "httpx.AsyncClient", delivery: Delivery) -> tuple[int | None, str | None]:
    import httpx  # noqa: PLC0415 - loaded by the sender

    try:
        answer = await client.request(
            delivery.method, delivery.url, headers=dict(delivery.headers), content=delivery.body
        )
    except httpx.HTTPError as error:
        return None, str(error) or type(error).__name__
    return answer.status_code, None
