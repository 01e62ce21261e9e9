"""Where secrets come from, and whether they are set: never what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSource:
    """A secret of `owner` (a connection, or a table of syncdsl.toml), and where it comes from.

    `present` is None when nobody could look, with `problem` saying why. One that is `optional` may be missing.
    """

    owner: str
    name: str
    source: str
    present: bool | None
    optional: bool = False
    problem: str | None = None


def render_secrets(sources: Sequence[SecretSource], style: Style = PLAIN) -> str:
    """Return a table of secrets, and how many are missing."""
    if not sources:
        return "Nothing here needs a secret.\n"
    owners = max(len(neutral(item.owner)) for item in sources)
    names = max(len(neutral(item.name)) for item in sources)
    places = max(len(neutral(item.source)) for item in sources)
    lines = []
    for item in sources:
        text = f"{neutral(item.owner).ljust(owners)}  {neutral(item.name).ljust(names)}"
        lines.append(f"{text}  {neutral(item.source).ljust(places)}  {_mark(item, style)}")
    missing = sum(1 for item in sources if not item.present and not item.optional)
    end = f"{counted(missing, 'secret is', 'secrets are')} missing" if missing else "everything that is needed is set"
    return "\n".join([*lines, "", end]) + "\n"


def _mark(item: SecretSource, style: Style) -> str:
    if item.present:
        return style("good", "set")
    if item.present is None:
        return style("warning", f"unknown: {neutral(item.problem or 'nobody could look')}")
    return style("dim", "not set, not needed") if item.optional else style("error", "missing")
