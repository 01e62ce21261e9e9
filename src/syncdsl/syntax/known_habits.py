"""The habits of `syntax.habits`: what each looks like, what it becomes and what is said about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.diagnostics.codes import syntax as codes
from syncdsl.syntax.scanner import OTHER_QUOTES_PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.diagnostics import Code

    Becomes: TypeAlias = "str | Callable[[re.Match[str], Masked], str]"

_LITERAL = re.compile(rf'"(?:[^"\\\n]|\\.)*"|`[^`\n]+`|{OTHER_QUOTES_PATTERN}')
_FIRST_MARK = 0xE000  # of the code points that no text has a use for
_CLOSING = "\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00bb"
_MOST_LITERALS = 1000
_VALUE = r"[\ue000-\uf8ff]"
_PATH = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_NOTHING = r"(?:null|NULL|Null|None|nil|NIL)\b"


@dataclass(frozen=True, slots=True)
class Masked:
    """A line in which each literal is one sign, so that no pattern looks into it."""

    text: str
    literals: tuple[str, ...]

    def literal(self, mark: str) -> str:
        """Return what stands in a literal, without its quotation marks."""
        return self.literals[ord(mark) - _FIRST_MARK][1:].rstrip(_CLOSING)

    def plain(self, text: str) -> str:
        """Put the literals back, each in the quotation marks of the language."""
        return re.sub(_VALUE, lambda hit: self._spelled(hit.group()), text)

    def offset(self, at: int) -> int:
        """Return where a place in the text stands in the line."""
        return at + sum(
            len(self.literals[ord(sign) - _FIRST_MARK]) - 1 for sign in self.text[:at] if re.match(_VALUE, sign)
        )

    def _spelled(self, mark: str) -> str:
        literal = self.literals[ord(mark) - _FIRST_MARK]
        return literal if literal[0] in '"`' else f'"{self.literal(mark)}"'


@dataclass(frozen=True, slots=True)
class Habit:
    """What is written, what it becomes, and how the report begins; `{}` in it is what was written.

    One that is `quiet` has reports of its own elsewhere, and only goes along with another.
    """

    pattern: re.Pattern[str]
    becomes: Becomes
    code: Code
    message: str
    advice: str = "write {}"
    quiet: bool = field(default=False, kw_only=True)


def _habit(
    pattern: str, becomes: Becomes, code: Code, message: str = "", advice: str = "write {}", *, quiet: bool = False
) -> Habit:
    return Habit(re.compile(pattern), becomes, code, message, advice, quiet=quiet)


def _small(hit: re.Match[str], _: Masked) -> str:
    return hit.group().lower()


def _joined(hit: re.Match[str], _: Masked | None = None) -> str:
    return "_".join(hit.group().split())


def _pattern_test(hit: re.Match[str], line: Masked) -> str:
    """Say with a builtin what `like "A%"` says in SQL."""
    wanted = line.literal(hit["value"])
    inner = wanted.strip("%")
    ends = (wanted.startswith("%"), wanted.endswith("%"))
    function = {(True, True): "contains", (True, False): "ends_with", (False, True): "starts_with"}.get(ends)
    test = f'{hit["path"]} == "{inner}"' if function is None else f'{function}({hit["path"]}, "{inner}")'
    return f"not {test}" if hit["no"] else test


def _day(hit: re.Match[str], _: Masked) -> str:
    year, month, day = hit["year"], int(hit["month"]), int(hit["day"])
    return f"{year}-{month:02}-{day:02}"


def _number(hit: re.Match[str], _: Masked) -> str:
    return hit.group().replace(".", "_").replace(",", ".")


def _in_words(hit: re.Match[str], line: Masked) -> str:
    return f"{hit['head']}{line.literal(hit['value']).lower()}"


def _together(hit: re.Match[str], _: Masked) -> str:
    parts = re.split(r"\s*(?<!&)&(?!&)\s*", hit["parts"])
    return f'{hit["head"]}"{"".join(f"{{{part}}}" for part in parts)}"{hit["rest"]}'


_TURNS = (
    r"(?:becomes|turns(?:\s+(?:to|into))?|changes\s+to|changed\s+to|moves\s+to|is\s+set\s+to|equals"
    r"|is(?!\s+(?:not\s+)?empty|\s+created))"
)
_ACTIONS = "(?:create|void|send|accept|decline)"
_EDGE = "`when` acts at the moment its condition turns true; the condition is written as a comparison"
_SIDES = "the condition of a `where` stands after the name of the side it is about"
_KEYS = "each dedupe key is an equality, left the field of the left side; several keys follow with `, then`"
_LIMIT = "a limit is written `creates <= 500`"

HABITS: tuple[Habit, ...] = (
    _habit(r"\b(?:AND|OR|NOT|IN|IS|THEN|ELSE|IF)\b", _small, codes.UNEXPECTED, "{} is written in small letters"),
    _habit(r"\b(?:[Tt]rue|TRUE|[Ff]alse|FALSE|EMPTY)\b", _small, codes.UNEXPECTED, quiet=True),
    # Conditions
    _habit(r"^WHERE\b", "where", codes.UNKNOWN_STATEMENT, quiet=True),
    _habit(r"^where\s+(?!\w+\s*:)(?=\S)", "where {left}: ", codes.MISSING_WORD, _SIDES),
    _habit(
        rf"(?:(?<![!<>=])==?|\bis)\s*{_NOTHING}",
        "is empty",
        codes.UNEXPECTED,
        "there is no {}: a field is empty or not",
    ),
    _habit(
        rf"(?:!=|<>|\bis\s+not)\s*{_NOTHING}",
        "is not empty",
        codes.UNEXPECTED,
        "there is no {}: a field is empty or not",
    ),
    _habit(
        rf"(?P<path>{_PATH})\s+(?P<no>not\s+)?(?:like|LIKE)\s+(?P<value>{_VALUE})",
        _pattern_test,
        codes.UNEXPECTED,
        "patterns are tested by `starts_with`, `ends_with`, `contains` or `matches`, not by {}",
    ),
    _habit(
        rf"(?P<path>{_PATH})\s+(?:between|BETWEEN)\s+(?P<low>\S+)\s+(?:and|AND)\s+(?P<high>\S+)",
        r"\g<path> >= \g<low> and \g<path> <= \g<high>",
        codes.UNEXPECTED,
        "a range is two comparisons, not {}",
    ),
    _habit(
        r"\bin\s*\[(?P<list>[^\]]*)\]", r"in (\g<list>)", codes.BAD_CHARACTER, "a list stands in parentheses, not {}"
    ),
    _habit(
        r"(?<=\w)\[(?P<inner>[^\]]*)\]",
        r"(\g<inner>)",
        codes.BAD_CHARACTER,
        "what a table reads stands in parentheses, not {}",
    ),
    _habit(r"(?<=\s)<>(?=\s)", "!=", codes.WRONG_OPERATOR, quiet=True),
    _habit(r"(?<=\s)&&(?=\s)", "and", codes.WRONG_OPERATOR, quiet=True),
    _habit(r"(?<=\s)\|\|(?=\s)", "or", codes.WRONG_OPERATOR, quiet=True),
    _habit(r"!(?=[A-Za-z_(])", "not ", codes.WRONG_OPERATOR, quiet=True),
    # Choices
    _habit(
        r"\bcase\s+when\s+(?P<if>.+?)\s+then\s+(?P<then>.+?)\s+else\s+(?P<else>.+?)\s+end\b",
        r"if \g<if> then \g<then> else \g<else>",
        codes.UNEXPECTED,
        "a choice is written with `if`, not with {}",
    ),
    _habit(
        r"(?P<if>[^?,:]+?)\s*(?<!\?)\?(?!\?)\s*(?P<then>[^?:]+?)\s*:\s*(?P<else>[^?:]+?)(?=\s*->|\s*,|$)",
        r"if \g<if> then \g<then> else \g<else>",
        codes.WRONG_OPERATOR,
        "a choice is written with `if`, not with `?` and `:`",
    ),
    # Dedupe keys and the rest of a header
    _habit(
        rf"^dedupe(?:\s*:)?(?:\s+(?:by|on|with))?\s+(?P<field>{_PATH})$",
        r"dedupe: \g<field> == \g<field>",
        codes.WRONG_OPERATOR,
        _KEYS,
        "for example `dedupe: Email == email, then Account_Name == contact_name`",
    ),
    _habit(
        r"^(?P<head>dedupe:.*?[\w)])(?:\s+or\s+|,\s*(?!then\b))(?=\S)",
        r"\g<head>, then ",
        codes.MISSING_SEPARATOR,
        _KEYS,
    ),
    _habit(
        r"^(?P<head>dedupe:.*, then .*?[\w)])(?:\s+or\s+|,\s*(?!then\b))(?=\S)",
        r"\g<head>, then ",
        codes.MISSING_SEPARATOR,
        quiet=True,
    ),
    _habit(
        rf"^(?P<head>(?:on\s+duplicate|on\s+conflict|on\s+delete\s+in\s+\w+)\s*:?\s*)(?P<value>{_VALUE})$",
        _in_words,
        codes.UNEXPECTED,
        "the words of the language stand without quotation marks, not as {}",
    ),
    _habit(
        r"^(?P<head>on\s+conflict\s*:?\s*)(?P<who>\w+)\s+wins$",
        r"\g<head>\g<who>",
        codes.UNEXPECTED,
        "who wins a conflict is named alone",
    ),
    _habit(
        r"^on\s+delete\s*:",
        "on delete in {left}:",
        codes.MISSING_WORD,
        "a deletion is named with the side where it happens",
    ),
    # Headers
    _habit(
        r"^(?P<head>(?:module|with)\s+\w+\s*:)\s*(?P<left>\w+)\s*(?P<arrow><->|->|<-)\s*(?P<right>\w+)\s*$",
        r"\g<head> {left}.\g<left> \g<arrow> {right}.\g<right>",
        codes.MISSING_WORD,
        "each module stands after the name of its connection",
    ),
    _habit(
        r"^(?P<head>connection\s+\w+\s*:)\s*[Zz]oho[\s-]+(?P<what>CRM|Crm|crm|Books|BOOKS|books)$",
        lambda hit, _: f"{hit['head']} zoho_{hit['what'].lower()}",
        codes.UNEXPECTED,
        "an adapter's name is one word, not {}",
    ),
    _habit(
        r"^use\s*:?\s+(?P<set>\w+(?:[./]\w+)*)$",
        lambda hit, _: f"use {hit['set'].replace('/', '.')}",
        codes.UNEXPECTED,
        "a shipped set is named like `zoho.accounts`, without colon and slash",
    ),
    _habit(
        r"^language\s*[:=]?\s*v?(?P<number>\d+)(?:\.0)?$",
        r"language \g<number>",
        codes.UNEXPECTED,
        "the version stands behind `language` and is a whole number",
    ),
    _habit(
        r"^(?P<head>module\s.+?\S)\s*\{$",
        r"\g<head>",
        codes.BAD_CHARACTER,
        "blocks are indented by four spaces, without `{`",
    ),
    _habit(
        r"^(?P<head>map|table\s+\w+|document\s.+?\S|record\s.+?\S|line|group\s+\w+)\s*:?\s*\{$",
        r"\g<head>:",
        codes.BAD_CHARACTER,
        "blocks are indented by four spaces, without `{`",
    ),
    # Triggers
    _habit(
        rf"^(?:if|on|once|whenever)\s+(?=.*:\s*{_ACTIONS}\b)",
        "when ",
        codes.UNKNOWN_STATEMENT,
        "a trigger begins with `when`, not with {}",
    ),
    _habit(rf"^(?P<head>when\s+{_PATH})\s+{_TURNS}\s+(?=\S)", r"\g<head> == ", codes.UNEXPECTED, _EDGE),
    _habit(
        r"^when\s+(?P<record>\w+)\s+(?:is\s+)?(?P<stage>won|lost|open)\b",
        r"when \g<record>.stage == \g<stage>",
        codes.UNEXPECTED,
        _EDGE,
    ),
    _habit(
        rf"(?<=\S)\s+then\s+(?P<do>{_ACTIONS})\b",
        r": \g<do>",
        codes.MISSING_COLON,
        "an action stands after a colon, not after `then`",
    ),
    _habit(rf"(?P<do>\b{_ACTIONS})\s+(?:an?|the)\s+(?=\w)", r"\g<do> ", codes.UNEXPECTED, "{} is one word too many"),
    # Limits
    _habit(
        r"(?P<head>^guard\s*:?\s*|,\s*)(?:at\s+most\s+|max(?:imum)?\.?\s+|no\s+more\s+than\s+)?"
        r"(?P<most>[\d_]+)\s+(?P<what>creates|updates|deletes)(?=\s*(?:,|$|per\b))",
        r"\g<head>\g<what> <= \g<most>",
        codes.UNEXPECTED,
        _LIMIT,
    ),
    _habit(
        r"\s*€|(?<=\d)\s+[Ee]uro?s?\b",
        " EUR",
        codes.BAD_CHARACTER,
        "a currency is named by its three letters, not by {}",
    ),
    # Map lines and table rows
    _habit(
        rf"^(?P<from>{_PATH})\s+(?:to|into|goes\s+to)\s+(?P<to>{_PATH})$",
        r"\g<from> -> \g<to>",
        codes.MISSING_ARROW,
        "a line of a map has an arrow",
        "write {}; `<->` for both ways",
    ),
    _habit(
        r"^(?:default|else|otherwise|\*)(?=\s*(?:->|<-|:|=))",
        "_",
        codes.UNEXPECTED,
        "the rest of a table is written `_`, not {}",
    ),
    _habit(
        rf"^(?P<from>_|{_VALUE}|{_PATH})\s*(?::|=|:=)\s*(?P<to>{_VALUE})$",
        r"\g<from> -> \g<to>",
        codes.MISSING_ARROW,
        quiet=True,
    ),
    _habit(
        rf"^(?P<head>)(?P<parts>{_PATH}(?:\s*(?<!&)&(?!&)\s*{_PATH})+)(?P<rest>\s*->.*)$",
        _together,
        codes.WRONG_OPERATOR,
        "texts are joined inside quotation marks, not by `&`",
    ),
    # Spellings
    _habit(
        r"(?<![\w.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})(?![\w.])",
        _day,
        codes.UNEXPECTED,
        "a day is written year first, not {}",
    ),
    _habit(
        r"(?<![\w.])(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\w.])",
        _day,
        codes.UNEXPECTED,
        "a day is written with hyphens, not {}",
    ),
    _habit(
        r"(?<![\w.,(])(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?![\w.,])",
        _number,
        codes.UNEXPECTED,
        "decimals stand after a point, and thousands may be grouped by `_`: not {}",
    ),
    _habit(
        r"(?<![\w.])(?<!==\s)(?<!!=\s)[A-Z][a-z]\w*(?:[ ]+[A-Z]\w*)+",
        _joined,
        codes.UNEXPECTED,
        "fields are named as the system's API names them, without spaces: not {}",
    ),
    _habit(
        r"^dedupe:.*",
        lambda hit, _: re.sub(r"\b[A-Z]\w*(?:[ ]+[A-Z]\w*)+", _joined, hit.group()),
        codes.UNEXPECTED,
        "fields are named as the system's API names them, without spaces",
    ),
    _habit(r"(?<=[\w)\ue000-\uf8ff])\s*;+$", "", codes.BAD_CHARACTER, "a line ends without `;`"),
    _habit(r"(?<![=<>!:])=(?![=>])", "==", codes.WRONG_OPERATOR, quiet=True),
)


def mask(written: str) -> Masked | None:
    """Put one sign in place of each literal; None where too many stand, or signs of that kind."""
    literals: list[str] = []

    def taken(hit: re.Match[str]) -> str:
        literals.append(hit.group())
        return chr(_FIRST_MARK + len(literals) - 1)

    text = _LITERAL.sub(taken, written)
    if len(literals) > _MOST_LITERALS or any("\ue000" <= sign <= "\uf8ff" for sign in written):
        return None
    return Masked(text, tuple(literals))
