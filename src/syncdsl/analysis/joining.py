"""Which lines of a map are the two directions of one."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.diagnostics.codes.types import BAD_MODIFIER
from syncdsl.plan.pairs import MapLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.diagnostics import Span


def join_two_way(lines: Sequence[tuple[MapLine, Span]], checker: Checker) -> tuple[MapLine, ...]:
    """Join `->` and `<-` lines over the same two fields into one two-way line, in the place of the first.

    A one-way line beside a `<->` line over the same two fields says more about its direction and takes its place.
    """
    lines, used = _refined(lines, checker)
    waiting = _waiting(lines, used)
    joined: list[MapLine] = []
    for index, (line, _) in enumerate(lines):
        if index in used:
            continue
        found = _counterpart(line, index, waiting, used)
        if found is None:
            joined.append(line)
            continue
        used.add(found)
        other, span = lines[found]
        _check_modifiers(line, other, span, checker)
        joined.append(_join(line, other))
    return tuple(joined)


_Meeting: TypeAlias = tuple[str | None, str, str]
"""What the two directions of one line share: the group, the left field and the right one."""


def _direction(line: MapLine) -> Literal["right", "left"] | None:
    """Return where a one-way line goes; None for a line that goes both ways."""
    if (line.to_right is None) is (line.to_left is None):
        return None
    return "right" if line.to_right is not None else "left"


def _meetings(line: MapLine) -> set[_Meeting]:
    """Return where the counterpart of a one-way line can be: it writes what this one reads, and reads its own."""
    if line.to_right is not None:
        return {(line.group, path[0], line.to_right.target) for path in line.to_right.reads}
    if line.to_left is not None:
        return {(line.group, line.to_left.target, path[0]) for path in line.to_left.reads}
    return set()


def _waiting(lines: Sequence[tuple[MapLine, Span]], used: set[int]) -> defaultdict[tuple[str, _Meeting], deque[int]]:
    """Return the one-way lines by direction and meeting, in their order: each is looked at a few times at most."""
    found: defaultdict[tuple[str, _Meeting], deque[int]] = defaultdict(deque)
    for index, (line, _) in enumerate(lines):
        direction = _direction(line)
        if direction is not None and index not in used:
            for meeting in _meetings(line):
                found[direction, meeting].append(index)
    return found


def _counterpart(
    line: MapLine, index: int, waiting: defaultdict[tuple[str, _Meeting], deque[int]], used: set[int]
) -> int | None:
    """Return the first line after this one that is its other direction."""
    direction = _direction(line)
    if direction is None:
        return None
    opposite = "left" if direction == "right" else "right"
    best: int | None = None
    for meeting in _meetings(line):
        later = waiting.get((opposite, meeting))
        while later and (later[0] <= index or later[0] in used):
            later.popleft()  # lines come in their order, so it is never wanted again
        if later and (best is None or later[0] < best):
            best = later[0]
    return best


def _refined(lines: Sequence[tuple[MapLine, Span]], checker: Checker) -> tuple[list[tuple[MapLine, Span]], set[int]]:
    """Return the lines with every one-way line that says more about a `<->` line put into it, and where those stood.

    Such a line writes what the `<->` line writes in its direction, and reads what that reads there.
    """
    refined = list(lines)
    used: set[int] = set()
    one_way: defaultdict[tuple[str | None, str, str, tuple[str, ...]], list[int]] = defaultdict(list)
    for index, (line, _) in enumerate(lines):
        direction = _direction(line)
        assignment = line.to_right if direction == "right" else line.to_left
        if direction is not None and assignment is not None:
            for path in assignment.reads:
                one_way[line.group, direction, assignment.target, path].append(index)
    for index, (both, span) in enumerate(lines):
        if both.to_right is None or both.to_left is None:
            continue
        own = (("right", both.to_right), ("left", both.to_left))
        places = [one_way.pop((both.group, side, item.target, item.reads[0]), []) for side, item in own]
        for other in sorted({place for found in places for place in found} - used):
            line, place = lines[other]
            used.add(other)
            first, second = (refined[index][0], line) if index < other else (line, refined[index][0])
            _check_modifiers(first, second, place if index < other else span, checker)
            merged = _join(line, refined[index][0])
            refined[index] = (
                merged.model_copy(
                    update={"text": f"{first.text}; {second.text}", "location": first.location, "group": both.group}
                ),
                span,
            )
    return refined, used


def _check_modifiers(line: MapLine, other: MapLine, span: Span, checker: Checker) -> None:
    told = [
        word
        for word, one, two in (
            ("when empty", line.when_empty, other.when_empty),
            ("enforce", line.enforce, other.enforce),
            ("else skip", line.else_skip, other.else_skip),
        )
        if one != two
    ]
    if told:
        what = f"only one of them says `{told[0]}`"
    elif line.prefer is not None and other.prefer is not None and line.prefer != other.prefer:
        what = "they prefer different sides"
    else:
        return
    checker.report(
        BAD_MODIFIER,
        f"this line and the one in line {line.location.rpartition(':')[2]} are the two directions of one, but {what}",
        span,
        help="write the same after the comma on both lines",
    )


def _join(line: MapLine, other: MapLine) -> MapLine:
    return MapLine(
        location=line.location,
        text=f"{line.text}; {other.text}",
        group=line.group,
        to_right=line.to_right or other.to_right,
        to_left=line.to_left or other.to_left,
        when_empty=line.when_empty,
        prefer=line.prefer or other.prefer,
        enforce=line.enforce,
        else_skip=line.else_skip,
    )
