"""Which of very many ids were seen, in eight bytes for each."""

from __future__ import annotations

from array import array
from bisect import bisect_left

PARTS = 256
"""In how many parts ids are kept: only one of them is sorted at a time, which needs five times its memory."""


class Seen:
    """A set of ids that are added first and asked for afterwards.

    Kept are their hashes of 64 bits: of a million ids one is mistaken for another in one run of ten million, and then
    its absence is noticed by the next complete reading, whose process hashes differently.
    """

    def __init__(self) -> None:
        self._parts = [array("q") for _ in range(PARTS)]
        self._sorted = True

    def add(self, record_id: str) -> None:
        """Add an id."""
        number = hash(record_id)
        self._parts[number % PARTS].append(number)
        self._sorted = False

    def __contains__(self, record_id: str) -> bool:
        """Return whether an id was added."""
        if not self._sorted:
            self._parts = [array("q", sorted(part)) for part in self._parts]
            self._sorted = True
        wanted = hash(record_id)
        part = self._parts[wanted % PARTS]
        place = bisect_left(part, wanted)
        return place < len(part) and part[place] == wanted
