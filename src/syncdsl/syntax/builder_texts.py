r"""Reads texts: escapes, `{{`, and placeholders, which are parsed with the grammar of all other expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.syntax import BAD_ESCAPE, BAD_PLACEHOLDER
from syncdsl.syntax.automaton import NotPlain, TooDeep
from syncdsl.syntax.expressions import BadExpression

if TYPE_CHECKING:
    from syncdsl.syntax.builder_expressions import ExpressionBuilder
    from syncdsl.syntax.expressions import Expression
    from syncdsl.syntax.findings import Findings
    from syncdsl.syntax.tree import Token

_ESCAPES = {'"': '"', "\\": "\\", "n": "\n"}


class TextBuilder:
    """Reads the texts of one file; `depth` is how deep the expression that holds the text stands."""

    def __init__(self, expressions: ExpressionBuilder, findings: Findings, depth: int) -> None:
        self._expressions = expressions
        self._findings = findings
        self._depth = depth

    def plain(self, token: Token) -> str:
        """Return a text that takes no placeholders, such as the name of a view."""
        parts = self.interpolated(token, placeholders=False)
        return "".join(part for part in parts if isinstance(part, str))

    def interpolated(self, token: Token, *, placeholders: bool = True) -> tuple[str | Expression, ...]:
        """Return the literal pieces and the expressions of a text in order; no two pieces are neighbours."""
        at = token.start_pos + 1
        body = str(token[1:-1])
        parts: list[str | Expression] = []
        piece = ""
        position = 0
        while position < len(body):
            character = body[position]
            if character == "\\":
                piece += self._escape(body[position + 1], at + position)
                position += 2
            elif body.startswith("{{", position):
                piece += "{"
                position += 2
            elif character != "{":
                piece += character
                position += 1
            elif not placeholders:
                self._report(at + position, at + len(body), "no placeholder can stand in this text", closed=False)
                piece += character
                position += 1
            else:
                expression, position = self._placeholder(body, position, at)
                if piece:
                    parts.append(piece)
                parts.append(expression)
                piece = ""
        if piece or not parts:
            parts.append(piece)
        return tuple(parts)

    def _escape(self, character: str, position: int) -> str:
        meaning = _ESCAPES.get(character)
        if meaning is None:
            self._findings.add(
                BAD_ESCAPE,
                f"`\\{character}` means nothing in a text",
                self._expressions.offset(position),
                self._expressions.offset(position + 2),
                help="a backslash is written `\\\\`",
            )
            return "\\" + character
        return meaning

    def _placeholder(self, body: str, opening: int, at: int) -> tuple[Expression, int]:
        """Return the expression after the brace at `opening` and the position after the closing brace."""
        characters: list[str] = []
        positions: list[int] = []
        position = opening + 1
        quoted = escaped = False
        # Only up to its own brace: a text with many placeholders is still read once.
        while position < len(body) and (quoted or body[position] != "}"):
            character, width = body[position], 1
            if character == "\\" and body[position + 1] in '"\\':
                character, width = body[position + 1], 2
            if escaped:
                escaped = False
            elif quoted and character == "\\":
                escaped = True
            elif character == '"':
                quoted = not quoted
            characters.append(character)
            positions.append(at + position)
            position += width
        if position >= len(body):
            self._report(at + opening, at + len(body), "this placeholder has no `}`", closed=False)
            return self._bad(at + opening, at + len(body)), len(body)
        positions.append(at + position)
        after = at + position + 1
        inner = "".join(characters)
        skipped = len(inner) - len(inner.lstrip(" \t"))
        offsets = [self._expressions.offset(place) for place in positions[skipped:]]
        offsets.append(offsets[-1])  # the line end that the parser is given
        try:
            expression = self._expressions.placeholder(inner.strip(" \t"), offsets, self._depth)
        except (NotPlain, TooDeep):
            shown = inner.strip() or "{}"
            self._report(at + opening, after, f"the placeholder `{shown}` cannot be read as an expression", closed=True)
            expression = self._bad(at + opening, after)
        return expression, after - at

    def _bad(self, start: int, end: int) -> BadExpression:
        return BadExpression(span=self._expressions.span_of(start, end))

    def _report(self, start: int, end: int, message: str, *, closed: bool) -> None:
        self._findings.add(
            BAD_PLACEHOLDER,
            message,
            self._expressions.offset(start),
            self._expressions.offset(end),
            help='for example `"{First_Name} {Last_Name}"`'
            if closed
            else "`{` begins a placeholder that `}` ends; a plain brace is written `{{`",
        )
