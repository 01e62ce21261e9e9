"""What people write who know another language: SQL, YAML, Python, a spreadsheet, a German keyboard.

A line that does not fit is rewritten by all habits that it shows. Only if the result fits are they believed, so that a
habit is never blamed for what it has nothing to do with; then one report shows the whole line in its right form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes import syntax as codes
from syncdsl.syntax.known_habits import HABITS, mask
from syncdsl.syntax.wording import shown

if TYPE_CHECKING:
    from syncdsl.diagnostics import Code
    from syncdsl.syntax.known_habits import Habit, Masked

_CONNECTION = re.compile(r"^connection[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A line in its right form, and the report of what it was; `start` and `end` count from the line's first sign."""

    text: str
    code: Code
    message: str
    help: str
    start: int
    end: int


class Habits:
    """Knows the habits; one for a file, whose connections it names in what it suggests."""

    def __init__(self, text: str) -> None:
        named = [*dict.fromkeys(_CONNECTION.findall(text)), "crm", "books"]
        self._left, self._right = named[0], named[1] if named[1] != named[0] else named[2]

    def rewritten(self, written: str) -> Rewriting | None:
        """Return a line as it is right, or None when it shows no habit."""
        if "\n" in written or len(written) > _LONGEST_LINE:
            return None
        masked = mask(written)
        if masked is None:
            return None
        text = masked.text.translate(_FULL_WIDTH)
        blamed: tuple[int, Habit | None, int] | None = None
        if text != masked.text:
            at = next(index for index, sign in enumerate(text) if sign != masked.text[index])
            blamed = (at, None, at + 1)
        for habit in HABITS:
            first = habit.pattern.search(text)
            if first is None:
                continue
            before = text
            text = habit.pattern.sub(lambda hit, habit=habit: self._becomes(hit, habit, masked), text)  # type: ignore[misc]  # bound at once
            if text != before and not habit.quiet and blamed is None:
                own = habit.pattern.search(masked.text)
                start, end = (own.start(), own.end()) if own is not None else (0, len(masked.text))
                blamed = (start, habit, end)
        if blamed is None:
            return None
        start, culprit, end = blamed
        start, end = masked.offset(start), masked.offset(end)
        right = masked.plain(text)
        what = shown(written[start:end].strip())
        if culprit is None:
            return Rewriting(
                right, codes.BAD_CHARACTER, f"{what} is a full-width sign", f"write {shown_whole(right)}", start, end
            )
        return Rewriting(
            right,
            culprit.code,
            culprit.message.replace("{}", what),
            culprit.advice.replace("{}", shown_whole(right)),
            start,
            end,
        )

    def _becomes(self, hit: re.Match[str], habit: Habit, line: Masked) -> str:
        if not isinstance(habit.becomes, str):
            return habit.becomes(hit, line)
        return hit.expand(habit.becomes.replace("{left}", self._left).replace("{right}", self._right))


def shown_whole(line: str) -> str:
    """Quote a line."""
    return f"`` {line} ``" if "`" in line else f"`{line}`"
