"""Which lines of a map are the two directions of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

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
    joined: list[MapLine] = []
    lines, used = _refined(lines, checker)
    for index, (line, _) in enumerate(lines):
        if index in used:
            continue
        found = next(
            (later for later in range(index + 1, len(lines)) if later not in used and _opposite(line, lines[later][0])),
            None,
        )
        if found is None:
            joined.append(line)
            continue
        used.add(found)
        other, span = lines[found]
        _check_modifiers(line, other, span, checker)
        joined.append(_join(line, other))
    return tuple(joined)


def _refined(lines: Sequence[tuple[MapLine, Span]], checker: Checker) -> tuple[list[tuple[MapLine, Span]], set[int]]:
    """Return the lines with every one-way line that says more about a `<->` line put into it, and where those stood."""
    refined = list(lines)
    used: set[int] = set()
    for index, (both, span) in enumerate(lines):
        for other, (line, place) in enumerate(lines):
            side = _says_more(both, line) if other not in used else None
            if side is None or both.to_right is None or both.to_left is None:
                continue
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


def _says_more(both: MapLine, line: MapLine) -> Literal["right", "left"] | None:
    """Return the direction of a `<->` line that a one-way line over the same two fields computes otherwise."""
    if both.group != line.group or both.to_right is None or both.to_left is None:
        return None
    for side, own, other, opposite in (
        ("right", both.to_right, line.to_right, line.to_left),
        ("left", both.to_left, line.to_left, line.to_right),
    ):
        if other is not None and opposite is None and other.target == own.target and own.reads[0] in other.reads:
            return "right" if side == "right" else "left"
    return None


def _opposite(line: MapLine, other: MapLine) -> bool:
    """Return whether two one-way lines write into the fields that the other reads."""
    if line.group != other.group:
        return False
    first, second = (line, other) if line.to_right is not None else (other, line)
    right, left = first.to_right, second.to_left
    if right is None or left is None or first.to_left is not None or second.to_right is not None:
        return False
    return left.target in {path[0] for path in right.reads} and right.target in {path[0] for path in left.reads}


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
