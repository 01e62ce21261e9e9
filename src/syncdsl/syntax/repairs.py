"""Finds the cheapest edits that make the tokens of one line fit where the line stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes import syntax as codes
from syncdsl.syntax import scanner as scan
from syncdsl.syntax.automaton import RESERVED, Lexeme
from syncdsl.syntax.edits import Edit, EditFinder
from syncdsl.syntax.habits import Habits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.syntax.automaton import Automaton, Stack
    from syncdsl.syntax.scanner import LogicalLine, Scanner

MAX_COST = 5.0
MAX_EDITS = 4
_BEAM = 16
_WINDOW = 8
_LATER_WINDOW = 2
_MAX_TOKENS = 300
_MAX_QUOTE_PLACES = 120
_HABIT = 0.3
_HEADER_WITHOUT_LINES = 0.4
_LINES_WITHOUT_HEADER = 3.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """Tokens that fit, as what they are there, and the stack after the end of their line."""

    lexemes: tuple[Lexeme, ...]
    stack: Stack
    cost: float = 0.0
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Tokens read so far, edits among them; the first `index` of the line are used up."""

    index: int
    stack: Stack
    lexemes: tuple[Lexeme, ...]
    cost: float
    edits: tuple[Edit, ...]


class Repairer:
    """Fits lines; one for a file."""

    def __init__(self, automaton: Automaton, scanner: Scanner, text: str) -> None:
        self._automaton = automaton
        self._scanner = scanner
        self._text = text
        self._habits = Habits(text)

    def fit(self, line: LogicalLine, stack: Stack) -> Fitted | None:
        """Return the line as it stands, or None where it does not fit."""
        index, kinds, stacks = self._run(line.lexemes, 0, stack)
        if index < len(line.lexemes):
            return None
        ended = self._automaton.step(stacks[-1], "_NL")
        return None if ended is None else Fitted(kinds, ended)

    def failure(self, line: LogicalLine, stack: Stack) -> int:
        """Return the index of the first token that does not fit; the number of tokens if only the end does not."""
        return self._run(line.lexemes, 0, stack)[0]

    def repair(self, line: LogicalLine, stack: Stack, *, deeper: bool) -> Fitted | None:
        """Return the line with the cheapest edits that make it fit; `deeper` when a deeper line follows."""
        if len(line.lexemes) > _MAX_TOKENS:
            return None
        best = _better(self._habitual(line, stack, deeper=deeper), self._requoted(line, stack))
        frontier = [_Attempt(0, stack, (), 0.0, ())]
        for _ in range(MAX_EDITS + 1):
            extended: list[tuple[float, _Attempt]] = []
            for attempt in frontier:
                index, kinds, stacks = self._run(line.lexemes, attempt.index, attempt.stack)
                if index == len(line.lexemes):
                    best = _better(best, self._ended(attempt, kinds, stacks[-1], deeper=deeper))
                limit = min(MAX_COST, best.cost if best else MAX_COST)
                extended += self._extend(line, attempt, index, kinds, stacks, limit)
            limit = min(MAX_COST, best.cost if best else MAX_COST)
            extended.sort(key=lambda item: item[0])
            frontier = [attempt for _, attempt in extended if attempt.cost < limit][:_BEAM]
            if not frontier:
                break
        return best

    def _extend(
        self,
        line: LogicalLine,
        attempt: _Attempt,
        failed: int,
        kinds: tuple[Lexeme, ...],
        stacks: list[Stack],
        limit: float,
    ) -> list[tuple[float, _Attempt]]:
        """Return the attempts with one edit more, near the token that does not fit, with how good they look."""
        if len(attempt.edits) >= MAX_EDITS:
            return []
        finder = EditFinder(self._automaton, line.lexemes, line.end, self._text)
        found: list[tuple[float, _Attempt]] = []
        window = _LATER_WINDOW if attempt.edits else _WINDOW
        for index in range(max(attempt.index, failed - window), failed + 1):
            stack = stacks[index - attempt.index]
            for edit in finder.at(index, stack):
                cost = attempt.cost + edit.cost + 0.01 * (failed - index)
                if cost >= limit:
                    continue
                after = self._steps(stack, edit.lexemes)
                if after is None:
                    continue
                reached, _, _ = self._run(line.lexemes, edit.next, after)
                further = _Attempt(
                    edit.next,
                    after,
                    attempt.lexemes + kinds[: index - attempt.index] + edit.lexemes,
                    cost,
                    (*attempt.edits, edit),
                )
                found.append((cost + 0.3 * (len(line.lexemes) - reached), further))
        return found

    def _ended(self, attempt: _Attempt, kinds: tuple[Lexeme, ...], stack: Stack, *, deeper: bool) -> Fitted | None:
        ended = self._automaton.step(stack, "_NL")
        lexemes = attempt.lexemes + kinds
        if ended is None or not lexemes:
            return None
        cost = attempt.cost
        header = self._automaton.step(ended, "_INDENT") is not None
        if deeper and not header:
            cost += _LINES_WITHOUT_HEADER
        elif header and not deeper and lexemes[-1].type == "COLON":
            cost += _HEADER_WITHOUT_LINES
        return Fitted(lexemes, ended, cost, attempt.edits) if cost < MAX_COST else None

    def _habitual(self, line: LogicalLine, stack: Stack, *, deeper: bool) -> Fitted | None:
        """Read a line as somebody meant it who thinks of another language."""
        written = self._text[line.start : line.end]
        found = self._habits.rewritten(written)
        if found is None:
            return None
        lexemes = self._scanner.tokens(found.text, 0, len(found.text))
        reached, kinds, stacks = self._run(_moved(lexemes, found.text, written, line.start), 0, stack)
        if reached < len(lexemes):
            return None
        start, end = line.start + found.start, line.start + found.end
        edit = Edit(_HABIT, (), 0, found.code, found.message, start, end, found.help)
        return self._ended(_Attempt(0, stack, (), _HABIT, (edit,)), kinds, stacks[-1], deeper=deeper)

    def _requoted(self, line: LogicalLine, stack: Stack) -> Fitted | None:
        """Try a quotation mark at every edge of a word, where a line has an odd number of them."""
        if not any(lexeme.type == scan.OPEN_TEXT for lexeme in line.lexemes) or line.number != line.last:
            return None
        written = self._text[line.start : line.end]
        places = [
            place
            for place in range(len(written) + 1)
            if (place == len(written) or written[place].isspace()) != (place == 0 or written[place - 1].isspace())
            or written[place : place + 1] in {":", ",", ")"}
            or (place and written[place - 1] in "(:,")
        ]
        best: Fitted | None = None
        for place in places[:_MAX_QUOTE_PLACES]:
            with_quote = written[:place] + '"' + written[place:]
            lexemes = self._scanner.tokens(with_quote, 0, len(with_quote))
            moved = [
                Lexeme(
                    lexeme.type,
                    lexeme.text,
                    line.start + lexeme.start - (lexeme.start > place),
                    line.start + lexeme.end - (lexeme.end > place),
                )
                for lexeme in lexemes
            ]
            reached, kinds, stacks = self._run(moved, 0, stack)
            ended = self._automaton.step(stacks[-1], "_NL") if reached == len(moved) else None
            if ended is None:
                continue
            rest = written[place:].lstrip()
            natural = not rest or rest.startswith(("->", "<-", ",", ":", ")", "==", "!=", "#"))
            opening = any(lexeme.type == "STRING" and lexeme.start == line.start + place for lexeme in moved)
            at = line.start + place
            # A mark before a space would make the space part of the text.
            loose = 0.05 if opening and written[place : place + 1].isspace() else 0.0
            edit = Edit(
                loose + (0.5 if natural and rest else 0.6 if natural or opening else 1.2), (), 0, codes.UNCLOSED_TEXT,
                "the quotation mark that begins this text is missing" if opening
                else "the quotation mark that ends this text is missing",
                at, at, 'texts stand between two `"` on one line', '"',
            )  # fmt: skip
            best = _better(best, Fitted(kinds, ended, edit.cost, (edit,)))
        return best

    def _run(self, lexemes: Sequence[Lexeme], start: int, stack: Stack) -> tuple[int, tuple[Lexeme, ...], list[Stack]]:
        """Read tokens as far as they fit: the index reached, the tokens as what they are, the stack before each."""
        automaton = self._automaton
        stacks = [stack]
        kinds: list[Lexeme] = []
        index = start
        for index in range(start, len(lexemes)):
            lexeme = lexemes[index]
            kind = automaton.kind(stack, lexeme)
            after = automaton.step(stack, kind)
            if after is None and kind in automaton.spelling and _may_be_a_name(lexeme):
                # The table lists words for a state that several places share: here it may be a name all the same.
                kind, after = "NAME", automaton.step(stack, "NAME")
            if after is None:
                return index, tuple(kinds), stacks
            stack = after
            stacks.append(stack)
            kinds.append(lexeme if kind == lexeme.type else lexeme._replace(type=kind))
        return len(lexemes), tuple(kinds), stacks

    def _steps(self, stack: Stack, lexemes: Sequence[Lexeme]) -> Stack | None:
        after: Stack | None = stack
        for lexeme in lexemes:
            if after is None:
                return None
            after = self._automaton.step(after, lexeme.type)
        return after


def _may_be_a_name(lexeme: Lexeme) -> bool:
    return lexeme.type not in RESERVED and lexeme.text.isalpha()


def _moved(lexemes: Sequence[Lexeme], right: str, written: str, start: int) -> list[Lexeme]:
    """Place the tokens of a rewritten line on the line as it was: what differs stands on all that differs there."""
    most = min(len(right), len(written))
    head = next((at for at in range(most) if right[at] != written[at]), most)
    tail = next((at for at in range(most - head) if right[-1 - at] != written[-1 - at]), most - head)
    shift = len(written) - len(right)

    def place(at: int) -> int:
        if at <= head:
            return start + at
        return start + (at + shift if at >= len(right) - tail else len(written) - tail)

    return [item._replace(start=place(item.start), end=place(item.end)) for item in lexemes]


def _better(one: Fitted | None, other: Fitted | None) -> Fitted | None:
    """Return the cheaper of two; the first if they cost the same."""
    if one is None or other is None:
        return one or other
    return other if other.cost < one.cost else one
