"""Reads a file that does not parse as it stands: line by line, so that one mistake makes one report.

Every logical line is placed in a block and made to fit there, by the cheapest edits if need be; what cannot be made to
fit becomes a `bad` line with the deeper lines below it. The tokens that result go to the parser of all other files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fix
from syncdsl.diagnostics.codes import syntax as codes
from syncdsl.syntax import scanner as scan
from syncdsl.syntax.automaton import INDENT_WIDTH, MAX_PARENTHESES, Lexeme
from syncdsl.syntax.findings import MAX_FINDINGS
from syncdsl.syntax.foreign import after_comment, report_comment, report_odd_spaces, report_tabs
from syncdsl.syntax.repairs import Fitted, Repairer
from syncdsl.syntax.wording import OTHER_COMMENTS, after, right_form, shown

if TYPE_CHECKING:
    from syncdsl.syntax.automaton import Automaton, Node, Stack
    from syncdsl.syntax.findings import Findings
    from syncdsl.syntax.scanner import LogicalLine, Scanner

MAX_BLOCKS = 100
_SETTLED_ELSEWHERE = frozenset({"CONNECTION", "LANGUAGE", "USE"})
_SETTINGS = "addresses, organisations and credentials stand in `syncdsl.toml`, for each environment"
_MARK = re.compile(r"(?:---|\.\.\.)(?=\s*$)", re.MULTILINE)
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7})(?=[ \n]|$)")
_BRACES = re.compile(r"[{}]+[;,]?")
_BLOCK_OF_IF = re.compile(r"(?:if|else if|elif|else|unless)\b.*:$")
_FIRST_IS_WRONG = 0.5


@dataclass(slots=True)
class _Block:
    """An open block: the column of its lines, others that were read as it, and its first line."""

    column: int
    first: LogicalLine | None
    also: set[int] = field(default_factory=set)
    blamed: bool = False

    def distance(self, column: int) -> float:
        """Return how far a column is from this block's."""
        return 0 if column in self.also else abs(column - self.column)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line may stand: in a new block, or in an open one after closing `closing` blocks."""

    opening: bool
    closing: int
    distance: float
    stack: Stack


class Recovery:
    """Reads one file."""

    def __init__(self, automaton: Automaton, scanner: Scanner, findings: Findings) -> None:
        self._automaton = automaton
        self._findings = findings
        self._text = findings.source.text
        self._lines = scanner.lines(self._text)
        self._repairer = Repairer(automaton, scanner, self._text)
        self._stack: Stack = automaton.initial()
        self._blocks = [_Block(0, None)]
        self._tokens: list[Lexeme] = []
        self._column = 0
        self._header = ""
        self._widths: list[_Block] = []
        self._conflicts = False

    def tree(self) -> Node:
        """Return the tree of the whole file."""
        index = 0
        while index < len(self._lines):
            index = self._line(index)
        self._close(len(self._blocks) - 1, len(self._text))
        report_tabs(self._findings, self._lines)
        report_odd_spaces(self._findings, self._lines)
        self._report_widths()
        return self._automaton.tree(self._tokens)

    def _line(self, index: int) -> int:
        """Read a line; return the index of the next."""
        line = self._lines[index]
        places = self._places(line)
        if line.too_deep is not None:
            self._findings.add(
                codes.TOO_DEEP, f"more than {MAX_PARENTHESES} parentheses are open", line.too_deep, line.too_deep + 1
            )
            return self._give_up(index, places[0])
        if len(self._findings) >= MAX_FINDINGS:
            return self._pass_over(index, places)
        exact = [place for place in places if not place.distance]
        for place in (*exact, *self._among(index, [place for place in places if place.distance])):
            fitted = self._repairer.fit(line, place.stack)
            if fitted is not None:
                self._settle(line, place, fitted)
                return index + 1
        if _MARK.match(self._text, line.start):
            mark = self._text[line.start : line.end]
            message = f"`{mark}` means nothing in this language"
            self._findings.add(codes.BAD_CHARACTER, message, line.start, line.end, help="remove this line")
            return index + 1
        if self._text.startswith(OTHER_COMMENTS, line.start):
            report_comment(self._findings, line)
            return after_comment(self._lines, index, self._text)
        if _CONFLICT.match(self._text, line.start) and not line.column:
            return self._conflict(index)
        if self._without_map(line, places[0]):
            return index + 1
        best = self._repaired(index, places)
        if best is None:
            self._report_bad(line, places[0])
            return self._give_up(index, places[0])
        place, fitted = best
        self._report_edit(fitted)
        self._settle(line, place, fitted, quiet=True)
        return index + 1

    def _conflict(self, index: int) -> int:
        """Pass over a line that git writes between two versions, reporting the first; return the index of the next."""
        line = self._lines[index]
        if not self._conflicts:
            self._conflicts = True
            self._findings.add(
                codes.UNEXPECTED,
                "two versions of these lines were not merged",
                line.start,
                line.end,
                help="keep the right lines, and remove those that begin with `<<<<<<<`, `=======` and `>>>>>>>`",
            )
        return index + 1

    def _without_map(self, line: LogicalLine, place: _Place) -> bool:
        """Take a line with an arrow that stands where `map:` could as the first line below one."""
        if place.opening or place.distance or line.lexemes[0].type not in {"NAME", "STRING", "QUOTED"}:
            return False
        if not any(lexeme.type in {"RIGHT", "LEFT", "BOTH"} for lexeme in line.lexemes):
            return False
        stack: Stack | None = place.stack
        for terminal in ("MAP", "COLON", "_NL", "_INDENT"):
            stack = self._automaton.step(stack, terminal) if stack is not None else None
        fitted = self._repairer.fit(line, stack) if stack is not None else None
        if fitted is None:
            return False
        self._findings.add(
            codes.UNKNOWN_STATEMENT,
            "this line belongs into a map",
            line.start,
            line.end,
            help="write `map:` above it, and indent the lines of the map by four spaces more",
        )
        self._enter(line, place)
        at = line.start
        self._tokens += [Lexeme("MAP", "map", at, at), Lexeme("COLON", ":", at, at), Lexeme("_NL", "\n", at, at)]
        self._tokens.append(Lexeme("_INDENT", "", at, at))
        self._blocks.append(_Block(line.column, line, blamed=True))
        self._tokens += [*fitted.lexemes, Lexeme("_NL", "\n", line.end, line.end)]
        self._stack = fitted.stack
        self._column = line.column
        return True

    def _places(self, line: LogicalLine) -> list[_Place]:
        """Return where a line may stand, the most likely place first."""
        places: list[_Place] = []
        opened = self._automaton.step(self._stack, "_INDENT")
        if opened is not None and len(self._blocks) <= MAX_BLOCKS:
            deeper = line.column > min(self._column, self._blocks[-1].column)
            distance = 0.0 if deeper else abs(self._column + INDENT_WIDTH - line.column)
            places.append(_Place(opening=True, closing=0, distance=distance, stack=opened))
        stack: Stack | None = self._stack
        for closing, block in enumerate(reversed(self._blocks)):
            if closing and stack is not None:
                stack = self._automaton.step(stack, "_DEDENT")
            if stack is None:
                break
            distance = block.distance(line.column)
            if distance and line.column == self._outer(closing) + INDENT_WIDTH:
                distance = _FIRST_IS_WRONG
            places.append(_Place(opening=False, closing=closing, distance=distance, stack=stack))
        return sorted(places, key=lambda place: place.distance)

    def _outer(self, closing: int) -> int:
        """Return the column of the block around the one that is innermost after closing some."""
        return self._blocks[-2 - closing].column if len(self._blocks) > 1 + closing else -INDENT_WIDTH

    def _among(self, index: int, places: list[_Place]) -> list[_Place]:
        """Prefer, for a line with a wrong column, the block of the line that follows."""
        if index + 1 == len(self._lines) or not places or places[0].distance < 1:
            return places
        following = self._lines[index + 1].column
        opened = self._column + INDENT_WIDTH
        return sorted(places, key=lambda at: following != (opened if at.opening else self._block(at).column))

    def _block(self, place: _Place) -> _Block:
        return self._blocks[-1 - place.closing]

    def _repaired(self, index: int, places: list[_Place]) -> tuple[_Place, Fitted] | None:
        """Return the cheapest repair at the likeliest places: what is misspelt is not misplaced besides."""
        line = self._lines[index]
        deeper = index + 1 < len(self._lines) and self._lines[index + 1].column > line.column
        best: tuple[_Place, Fitted] | None = None
        nearest = places[0].distance
        for place in [place for place in places if place.distance == nearest]:
            fitted = self._repairer.repair(line, place.stack, deeper=deeper)
            if fitted is None:
                continue
            if best is None or fitted.cost < best[1].cost:
                best = (place, fitted)
        return best

    def _settle(self, line: LogicalLine, place: _Place, fitted: Fitted, *, quiet: bool = False) -> None:
        """Take a line where it was found to fit."""
        if place.distance and not quiet and not line.tabs:
            self._report_place(line, place)
        self._enter(line, place)
        self._header = fitted.lexemes[0].type
        self._tokens += fitted.lexemes
        self._tokens.append(Lexeme("_NL", "\n", line.end, line.end))
        self._stack = fitted.stack
        self._column = line.column

    def _enter(self, line: LogicalLine, place: _Place) -> None:
        if place.opening:
            self._tokens.append(Lexeme("_INDENT", "", line.start, line.start))
            block = _Block(line.column, line)
            if place.distance:
                block.column, block.blamed = self._column + INDENT_WIDTH, True
                block.also.add(line.column)
            elif line.column != self._blocks[-1].column + INDENT_WIDTH and line.column != self._column + INDENT_WIDTH:
                self._widths.append(block)
            self._blocks.append(block)
        else:
            self._close(place.closing, line.start)
            if place.distance:
                self._blocks[-1].also.add(line.column)
        self._stack = place.stack

    def _close(self, count: int, at: int) -> None:
        for _ in range(count):
            self._tokens.append(Lexeme("_DEDENT", "", at, at))
            self._blocks.pop()

    def _give_up(self, index: int, place: _Place) -> int:
        """Make a line and the deeper ones below it one `bad` line; return the index of the next."""
        line = self._lines[index]
        block = self._block(place)
        column = line.column if place.opening else min(line.column, block.column)
        following = index + 1
        blocks = self._is_block_of_if(line)
        deep = line.column > block.column and not place.opening and place.distance > 0
        while following < len(self._lines):
            further = self._lines[following].column
            otherwise = blocks and further == column and self._is_block_of_if(self._lines[following])
            if otherwise or (further > column and (further > line.column or (deep and further == line.column))):
                following += 1
            else:
                break
        self._enter(line, place)
        end = self._lines[following - 1].end
        self._tokens += [Lexeme("BAD", self._text[line.start : end], line.start, end), Lexeme("_NL", "\n", end, end)]
        stack = self._automaton.step(place.stack, "BAD")
        ended = stack and self._automaton.step(stack, "_NL")
        if ended is None:  # every block takes a bad line
            raise AssertionError
        self._stack = ended
        self._column = line.column
        return following

    def _pass_over(self, index: int, places: list[_Place]) -> int:
        """Read on without searching, once there are too many reports to be of use."""
        line = self._lines[index]
        for place in places:
            fitted = self._repairer.fit(line, place.stack)
            if fitted is not None:
                self._settle(line, place, fitted, quiet=True)
                return index + 1
        self._findings.add_last(
            codes.TOO_MANY, f"more than {MAX_FINDINGS} syntax errors; the rest is not reported", line.start, line.end
        )
        return self._give_up(index, places[0])

    def _report_edit(self, fitted: Fitted) -> None:
        edit = fitted.edits[0]
        fixes = []
        if edit.replacement is not None and len(fitted.edits) == 1:
            start, end = (edit.lexemes[0].start,) * 2 if edit.inserts else (edit.start, edit.end)
            text = edit.replacement
            if edit.inserts and text.isalnum():
                text = f" {text}"
            title = f"write `{text.strip()}`"
            fixes.append(Fix(title=title, span=self._findings.source.span(start, end), replacement=text))
        advice = edit.help
        if advice is None and (form := right_form(self._text, fitted.lexemes)) is not None:
            advice = f"write {form}"
        self._findings.add(edit.code, edit.message, edit.start, edit.end, help=advice, fixes=fixes)

    def _is_block_of_if(self, line: LogicalLine) -> bool:
        return _BLOCK_OF_IF.fullmatch(self._text, line.start, line.end) is not None

    def _report_bad(self, line: LogicalLine, place: _Place) -> None:
        failed = self._repairer.failure(line, place.stack)
        lexeme = line.lexemes[min(failed, len(line.lexemes) - 1)]
        before = line.lexemes[failed - 1] if failed else None
        if failed == 0 and place.distance and line.column > self._block(place).column:
            self._findings.add(
                codes.BAD_INDENTATION,
                "this line is deeper than the one above, which takes no lines below it",
                line.start,
                line.end,
                help=_SETTINGS if self._header in _SETTLED_ELSEWHERE else "is a line such as `map:` missing above it?",
            )
        elif self._is_block_of_if(line):
            self._findings.add(
                codes.UNEXPECTED,
                "there are no `if` blocks",
                line.start,
                line.end,
                help='a choice is a value: `if Employees > 100 then "large" else "small" -> notes`; '
                "which records take part is said by `where`",
            )
        elif _BRACES.fullmatch(self._text, line.start, line.end):
            self._findings.add(
                codes.BAD_CHARACTER,
                "blocks have no braces",
                line.start,
                line.end,
                help="remove it: lines are in a block because they are indented by four spaces",
            )
        elif lexeme.type == scan.ODD_CHARACTER:
            message = f"{shown(lexeme.text)} means nothing in this language"
            self._findings.add(codes.BAD_CHARACTER, message, lexeme.start, lexeme.end)
        elif failed == 0:
            self._findings.add(
                codes.UNKNOWN_STATEMENT,
                f"nothing begins with {shown(lexeme.text)} here",
                lexeme.start,
                lexeme.end,
                help=self._beginnings(place),
            )
        elif failed == len(line.lexemes):
            message = f"this line breaks off {after(before)}"
            self._findings.add(codes.MISSING_WORD, message, lexeme.start, lexeme.end)
        else:
            message = f"{shown(lexeme.text)} does not belong {after(before)}"
            self._findings.add(codes.UNEXPECTED, message, lexeme.start, lexeme.end)

    def _beginnings(self, place: _Place) -> str:
        spelling = self._automaton.spelling
        if "GROUP" in self._automaton.expected(place.stack):
            return "here stand lines such as `Account_Name -> contact_name`, `group NAME:` or `line:`"
        fits = sorted(spelling[t] for t in self._automaton.expected(place.stack) if t in spelling)
        words = [f"`{word}`" for word in fits if word.isalpha()]
        return f"what can stand here begins with {', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else ""

    def _report_place(self, line: LogicalLine, place: _Place) -> None:
        """Report a wrong column, at the line that has it: the first of the block if this one is right."""
        if place.opening:
            message, right = "this line stands below a header and is not indented", self._column + INDENT_WIDTH
        else:
            block = self._block(place)
            message = f"this line is indented by {line.column} spaces, its neighbours by {block.column}"
            right = block.column
            first = block.first
            if first is not None and place.distance == _FIRST_IS_WRONG and not block.blamed:
                block.blamed = True
                block.also.add(block.column)
                self._add_place(
                    first, f"this line is indented by {block.column} spaces, not {line.column}", line.column
                )
                block.column = line.column
                return
        self._add_place(line, message, right)

    def _add_place(self, line: LogicalLine, message: str, right: int) -> None:
        start = self._findings.source.line_starts[line.number - 1]
        span = self._findings.source.span(start, line.start)
        self._findings.add(
            codes.BAD_INDENTATION,
            message,
            start,
            line.start,
            help=f"it was read as if it were indented by {right}",
            fixes=[Fix(title=f"indent by {right} spaces", span=span, replacement=" " * right)],
        )

    def _report_widths(self) -> None:
        if self._findings.misplaced() or len(self._findings) >= MAX_FINDINGS:
            return
        for block in self._widths:
            if not block.blamed and block.first is not None:
                start = self._findings.source.line_starts[block.first.number - 1]
                self._findings.add(
                    codes.INDENTATION_WIDTH,
                    "indentation is by four spaces; `syncdsl fmt` writes it so",
                    start,
                    block.first.start,
                )
                return
