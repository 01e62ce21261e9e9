"""Did-you-mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CUTOFF = 0.6


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate nearest to `name` ignoring case, or None when none is near (ratio below 0.6)."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - only mistakes need it, and `lint` answers in milliseconds

    wanted = name.casefold()
    best: tuple[float, str] | None = None
    matcher = SequenceMatcher(None, "", wanted)  # what it knows of the second text is worked out once
    for candidate in sorted(set(candidates)):
        folded = candidate.casefold()
        if folded == wanted:
            return candidate
        if 2 * min(len(wanted), len(folded)) < _CUTOFF * (len(wanted) + len(folded)):
            continue
        matcher.set_seq1(folded)
        if matcher.real_quick_ratio() < _CUTOFF or matcher.quick_ratio() < _CUTOFF:
            continue
        ratio = matcher.ratio()
        if ratio >= _CUTOFF and (best is None or ratio > best[0]):
            best = (ratio, candidate)
    return best[1] if best else None
