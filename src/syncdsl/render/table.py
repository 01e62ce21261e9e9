"""A table of plain text: as wide as it has to be, numbers to the right, colour by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import cells

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from syncdsl.render.style import Style


def table_lines(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    style: Style,
    *,
    right: Collection[str] = (),
    meanings: Sequence[str] = (),
    keep: Collection[str] = (),
) -> list[str]:
    """Return the lines of a table, its heads first; columns in which no row has anything go, but for those of `keep`.

    The cells are neutral text. `right` names the columns of numbers, `meanings` gives the colour of each row, or none.
    """
    shown = [
        number for number, head in enumerate(heads) if head in keep or any(row[number] not in {"", "-"} for row in rows)
    ]
    widths = [max(cells(row[number]) for row in (heads, *rows)) for number in shown]

    def line(row: Sequence[str]) -> str:
        parts = [
            " " * (width - cells(row[number])) + row[number]
            if heads[number] in right
            else row[number] + " " * (width - cells(row[number]))
            for number, width in zip(shown, widths, strict=True)
        ]
        return "  ".join(parts).rstrip()

    lines = [style("dim", line(heads))]
    for number, row in enumerate(rows):
        meaning = meanings[number] if number < len(meanings) else ""
        lines.append(style(meaning, line(row)) if meaning else line(row))
    return lines
