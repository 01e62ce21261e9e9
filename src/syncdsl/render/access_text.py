"""Who has access by the rules, as people read it: a table for each role, and what is to be checked by hand."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

from syncdsl.plan.accords import access_name
from syncdsl.render.neutral import cut, neutral
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.engine.access.listing import RoleAccess, Situation, UserStanding

MEANINGS: dict[Situation, str] = {
    "has it": "good",
    "will get it": "create",
    "waits": "hold",
    "will lose it": "void",
    "not ours": "dim",
}
_HEADS = ("address", "name", "state", "role now", "since")
_WIDEST = (40, 24, 12, 28, 10)


def render_access(access: Sequence[RoleAccess], style: Style = PLAIN, width: int = 100) -> str:
    """Return a table for each role."""
    if not access:
        return "No rule gives anybody access.\n"
    blocks = ["\n".join(_role(item, style, width)) for item in access]
    return "\n\n".join(blocks) + "\n"


def _role(item: RoleAccess, style: Style, width: int) -> Iterator[str]:
    places = neutral(", ".join(item.locations)) or "no rule gives it any more"
    yield f"{style('bold', neutral(access_name(item.connection, item.role)))}  {style('dim', places)}"
    if item.trouble:
        yield from (style("hold", line) for line in _wrapped(f"nothing is done: {item.trouble}", width, "  "))
    yield from _table(item, style, width)
    if item.rights:
        yield "  to be checked by hand, for no API tells what a role allows:"
        yield from (f"    [ ] {neutral(right.right)} {neutral(', '.join(right.kinds))}" for right in item.rights)


def _table(item: RoleAccess, style: Style, width: int) -> Iterator[str]:
    if not item.users:
        yield "  nobody"
        return
    rows = [_cells(user) for user in item.users]
    sizes = [min(max(len(cells[number]) for cells in (_HEADS, *rows)), most) for number, most in enumerate(_WIDEST)]
    yield "  " + style("dim", "  ".join(head.ljust(size) for head, size in zip(_HEADS, sizes, strict=True)).rstrip())
    for user, cells in zip(item.users, rows, strict=True):
        shown = [cut(cell, size).ljust(size) for cell, size in zip(cells, sizes, strict=True)]
        shown[2] = style(MEANINGS[user.state], shown[2])
        yield "  " + "  ".join(shown).rstrip()
        if user.why and user.why != item.trouble:
            yield from (style("dim", line) for line in _wrapped(user.why, width, "      "))
    counts = Counter(user.state for user in item.users)
    told = ", ".join(f"{state} {counts[state]:,}" for state in MEANINGS if counts[state])
    yield "  " + style("dim", f"{counted(len(item.users), 'user')}: {told}")


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """Return a reason in full: what is to be done stands at its end."""
    return wrap(neutral(text), max(width, 40), initial_indent=indent, subsequent_indent=indent)


def _cells(user: UserStanding) -> tuple[str, str, str, str, str]:
    since = f"{user.since:%Y-%m-%d}" if user.since is not None else ""
    return neutral(user.address), neutral(user.name), user.state, neutral(user.role) or "none", since
