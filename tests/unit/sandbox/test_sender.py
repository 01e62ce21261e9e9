"""Outgoing calls: none is forgotten, whenever it is queued."""

import asyncio
from pathlib import Path

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.deliveries import Deliveries, Delivery
from syncdsl.sandbox.faults import Faults
from syncdsl.sandbox.store import Store

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def test_a_call_queued_while_the_sender_ends_is_sent(tmp_path: Path) -> None:
    """The sender that has just looked for the last time does not leave a later call behind."""
    received: list[bytes] = []
    writers: list[asyncio.StreamWriter] = []

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The connection stays open, so that closing it takes the sender a turn of the loop.
        received.append((await reader.readuntil(b"\r\n")).split()[1])
        writers.append(writer)
        writer.write(OK)
        await writer.drain()

    async def running() -> None:
        store, clock = Store(tmp_path / "data.db"), Clock()
        deliveries = Deliveries(store, clock, Faults(clock))
        async with await asyncio.start_server(receive, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            deliveries.queue(Delivery(system="books", method="POST", url=f"http://127.0.0.1:{port}/first"))
            async with asyncio.timeout(10):
                while not (received and deliveries._sender is not None and not deliveries._waiting):  # noqa: ASYNC110 - every turn counts
                    await asyncio.sleep(0)
                deliveries.queue(Delivery(system="books", method="POST", url=f"http://127.0.0.1:{port}/second"))
                deliveries._leave()
                while len(received) < 2 or deliveries.waiting:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0)
            for writer in writers:
                writer.close()
                await writer.wait_closed()
        store.close()

    asyncio.run(running())
    assert received == [b"/first", b"/second"]
