"""The body of a comment: a hidden marker by which it is found again, then as many previews as there is room for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.render.changes_markdown import LIMIT, marker
from syncdsl.render.markdown_text import inert_code

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKER = re.compile(r"\A<!-- syncdsl preview [A-Za-z0-9_.-]{1,100} -->\n")
_CONTROL = re.compile(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]|[\ud800-\udfff]")


def comment_markdown(texts: Sequence[tuple[str, str]], name: str | None) -> str | None:
    """Return the comment of some Markdown files, given with their names; None where the first has no room.

    It begins with the marker of `name`, else with the first that stands in a file. Its files have 60,000 bytes in all;
    of those behind the first, what has no room is named. Control characters are left out.
    """
    cleaned = [(file, _CONTROL.sub("", text.replace("\r\n", "\n"))) for file, text in texts]
    found = [match[0] for _, text in cleaned if (match := _MARKER.match(text))]
    head = found[0] if name is None and found else marker(name or "preview") + "\n"
    blocks: list[str] = []
    left: list[str] = []
    room = LIMIT
    for file, text in cleaned:
        body = _MARKER.sub("", text, count=1).strip("\n") + "\n"
        size = len(body.encode()) + 1
        if size > room:
            if not blocks:
                return None
            left.append(inert_code(file, 60))
            continue
        room -= size
        blocks.append(body)
    if left:
        blocks.append(f"There was no room for {', '.join(left[:5])}; the job has it whole.\n")
    return head + "\n".join(blocks)


def marker_line(comment: str) -> str:
    """Return the first line of a comment, which is its marker."""
    return comment.partition("\n")[0]
