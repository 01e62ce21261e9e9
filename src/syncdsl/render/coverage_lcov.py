"""Coverage as lcov tracefile: what CI services and editors show beside the lines of a file.

A line counts as hit when anything came of it. What may come of it in two ways is two branches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.changes.covered import Coverage


def render_lcov(coverage: Coverage) -> str:
    """Return the tracefile."""
    return "".join(f"{line}\n" for file in coverage.files for line in _file(coverage.of(file), file))


def _file(coverage: Coverage, file: str) -> Iterator[str]:
    yield "TN:"
    yield f"SF:{neutral(file)}"
    lines: dict[int, bool] = {}
    branches: list[bool] = []
    blocks: dict[int, int] = {}
    for point in coverage.points:
        line = point.place.line
        lines[line] = lines.get(line, False) or bool(point.seen)
        if len(point.wanted) < 2:
            continue
        block = blocks[line] = blocks.get(line, -1) + 1
        for number, outcome in enumerate(point.wanted):
            hit = outcome in point.seen
            branches.append(hit)
            yield f"BRDA:{line},{block},{number},{int(hit) if point.seen else '-'}"
    yield f"BRF:{len(branches)}"
    yield f"BRH:{sum(branches)}"
    for line, hit in sorted(lines.items()):
        yield f"DA:{line},{int(hit)}"
    yield f"LF:{len(lines)}"
    yield f"LH:{sum(lines.values())}"
    yield "end_of_record"
