"""What could not be read, as people read it: which module, why, what is held because of it, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral
from syncdsl.render.style import PLAIN, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.change_set import Unreadable


def unreadable_lines(unreadable: Sequence[Unreadable], style: Style = PLAIN) -> list[str]:
    """Return what is said of the modules that could not be read; nothing of it is cut, for it says what to do."""
    lines: list[str] = []
    for item in unreadable:
        lines.append(unreadable_line(item, style))
        lines.append(f"      {neutral(item.code)}: {style.prose(neutral(item.message))}")
        if item.help:
            lines.append(f"      {style('help', 'help')}: {style.prose(neutral(item.help))}")
    return lines


def unreadable_line(item: Unreadable, style: Style = PLAIN) -> str:
    """Return in one line which module could not be read, and what is held because of it."""
    module = style("bold", neutral(f"{item.connection}.{item.module}"))
    held = ", ".join(f"`{neutral(name)}`" for name in item.holds)
    return f"  {module} {style('warning', 'could not be read')}; held until it is: {style.prose(held)}"
