"""The criteria of a search: `((Last_Name:equals:Smith)and(Email:starts_with:a))` (Zoho CRM API v8, Search Records).

Parentheses, commas and backslashes of a value are escaped with a backslash. `and` binds stronger than `or`.
"""

import re
from dataclasses import dataclass, field

from syncdsl.sandbox.crm.criteria import LISTS, Comparator, Comparison, Criteria, Group

COMPARATORS: dict[str, Comparator] = {
    "equals": "equal",
    "not_equal": "not_equal",
    "starts_with": "starts_with",
    "in": "in",
    "between": "between",
    "greater_than": "greater_than",
    "greater_equal": "greater_equal",
    "less_than": "less_than",
    "less_equal": "less_equal",
}
DEEPEST = 20
"""Parentheses that may stand inside each other."""
_JOIN = re.compile(r"\s*(and|or)\s*", re.IGNORECASE)
_COMMA = re.compile(r"(?<!\\)((?:\\\\)*),")


class MalformedCriteriaError(ValueError):
    """The text is no criteria; the message says what is wrong about it."""


def criteria_of(text: str) -> Criteria:
    """Return the condition that a text stands for. Raises MalformedCriteriaError."""
    reader = _Reader(text)
    found = reader.members(0)
    if reader.place < len(text):
        raise MalformedCriteriaError(f"unexpected text at {reader.place}")
    return found


@dataclass(slots=True)
class _Reader:
    """Reads from left to right; `place` is the next character."""

    text: str
    place: int = field(default=0, init=False)

    def members(self, depth: int) -> Criteria:
        """Read conditions joined by `and` and `or`."""
        either: list[Criteria] = []
        every = [self.condition(depth)]
        while joint := _JOIN.match(self.text, self.place):
            self.place = joint.end()
            if joint.group(1).lower() == "or":
                either.append(_group("and", every))
                every = []
            every.append(self.condition(depth))
        self._skip_blanks()
        either.append(_group("and", every))
        return _group("or", either)

    def condition(self, depth: int) -> Criteria:
        """Read what stands in one pair of parentheses."""
        if depth > DEEPEST:
            raise MalformedCriteriaError("the parentheses are nested too deeply")
        self._skip_blanks()
        self._take("(")
        self._skip_blanks()
        if self.text.startswith("(", self.place):
            found = self.members(depth + 1)
            self._take(")")
            return found
        start = self.place
        while self.place < len(self.text) and self.text[self.place] not in "()":
            self.place += 2 if self.text[self.place] == "\\" else 1
        found = _comparison(self.text[start : self.place])
        self._take(")")
        return found

    def _take(self, expected: str) -> None:
        if not self.text.startswith(expected, self.place):
            raise MalformedCriteriaError(f"`{expected}` is missing at {self.place}")
        self.place += 1

    def _skip_blanks(self) -> None:
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1


def _group(operator: str, members: list[Criteria]) -> Criteria:
    return members[0] if len(members) == 1 else Group("and" if operator == "and" else "or", tuple(members))


def _comparison(text: str) -> Comparison:
    name, first, rest = text.partition(":")
    operator, second, value = rest.partition(":")
    comparator = COMPARATORS.get(operator.strip())
    if not (first and second and name.strip()):
        raise MalformedCriteriaError("a condition is a field, an operator and a value")
    if comparator is None:
        raise MalformedCriteriaError(f"the operator {operator.strip()} is unknown")
    if comparator not in LISTS:
        return Comparison(field=name.strip(), comparator=comparator, value=_plain(value))
    values = tuple(_plain(item) for item in _COMMA.sub("\\1\0", value).split("\0"))
    if comparator == "between" and len(values) != 2:
        raise MalformedCriteriaError("between takes two values")
    return Comparison(field=name.strip(), comparator=comparator, value=values)


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value).strip()
