"""Independent calls side by side."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(call: Callable[[Item], Result], items: Sequence[Item], *, at_once: int) -> list[Result]:
    """Return the results of one call per item, in order.

    Each call has the context of this one, and so its class of work. An error of a call is raised when all earlier ones
    are done; calls not begun by then are not made.
    """
    if len(items) < 2 or at_once < 2:
        return [call(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(at_once, len(items)), thread_name_prefix="syncdsl-call") as pool:
        futures = [pool.submit(contextvars.copy_context().run, call, item) for item in items]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()
