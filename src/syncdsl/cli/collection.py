"""Python's search for garbage, and when it is only in the way."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def paused_collection() -> Iterator[None]:
    """Search for no cycles meanwhile.

    A tree of rules is all kept and has hardly any cycles; looking through it over and over as it grows takes as long as
    reading it. Files are limited in size, so memory is not at stake.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()  # else what was read is looked through at once
            gc.enable()
