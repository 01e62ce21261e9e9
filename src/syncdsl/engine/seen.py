"""Which of very many ids were seen, in eight bytes for each."""

from __future__ import annotations

from array import array
from bisect import bisect_left


class Seen:
    """A set of ids that are added first and asked for afterwards.

    Kept are their hashes of 64 bits: of a million ids one is mistaken for another in one run of ten million, and then
    its absence is noticed by the next complete reading, whose process hashes differently.
    """

    def __init__(self) -> None:
        self._hashes = array("q")
        self._sorted = True

    def add(self, record_id: str) -> None:
        """Add an id."""
        self._hashes.append(hash(record_id))
        self._sorted = False

    def __contains__(self, record_id: str) -> bool:
        """Return whether an id was added."""
        if not self._sorted:
            self._hashes = array("q", sorted(self._hashes))
            self._sorted = True
        wanted = hash(record_id)
        place = bisect_left(self._hashes, wanted)
        return place < len(self._hashes) and self._hashes[place] == wanted
