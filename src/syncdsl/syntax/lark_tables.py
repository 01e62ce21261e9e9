"""Builds the LR tables from the grammar. Every use of lark is in this file: its minor version is pinned.

lark builds the tables (conflicts and all) and is the reference that tests compare trees with. It does not parse the
files of users: its generic driver takes several times as long as `driver`, and as long to import as a file to lint.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lark import Lark, Token
from lark.lark import PostLex
from lark.lexer import BasicLexer, PatternStr
from lark.parsers.lalr_analysis import Shift

from syncdsl.syntax.tables import INDENT_WIDTH, MAX_PARENTHESES, RESERVED, START, NotPlain, RuleData, Tables, TooDeep

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAYOUT = frozenset({"_NL", "_INDENT", "_DEDENT"})


class _WordLexer(BasicLexer):
    """Lexes words whole and decides by the parser's state whether one is a statement word or a name.

    lark's contextual lexer tries only the terminals a state accepts, so that `a orc == b` becomes `a or c == b` and a
    reserved word becomes a name. Here both stay what they look like, and recovery's scanner can agree with it.
    """

    __future_interface__ = 2

    def lex(self, state: Any, parser_state: Any) -> Iterator[Token]:
        states = parser_state.parse_conf.states
        words = {t.name for t in self.terminals if _is_word(t)} - RESERVED
        with suppress(EOFError):
            while True:
                token = self.next_token(state, parser_state)
                if token.type in words and token.type not in states[parser_state.state_stack[-1]]:
                    token.type = "NAME"
                yield token


class _Indentation(PostLex):
    """Turns the indentation of plain files into tokens and refuses every other file, as `driver` does."""

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth = parentheses = 0
        first = True
        for token in stream:
            if first and token.type != "_NL" and token.column != 1:
                raise NotPlain
            first = False
            if token.type != "_NL":
                if token.type == "LPAR":
                    parentheses += 1
                    if parentheses > MAX_PARENTHESES:
                        raise TooDeep(token.start_pos or 0)
                elif token.type == "RPAR":
                    parentheses = max(0, parentheses - 1)
                yield token
                continue
            if parentheses:
                continue
            indentation = token[token.rindex("\n") + 1 :]
            steps, rest = divmod(len(indentation), INDENT_WIDTH)
            if rest or steps > depth + 1 or "\t" in indentation:
                raise NotPlain
            yield token
            if steps > depth:
                yield Token.new_borrow_pos("_INDENT", "", token)
            for _ in range(depth - steps):
                yield Token.new_borrow_pos("_DEDENT", "", token)
            depth = steps


def _is_word(terminal: Any) -> bool:
    return isinstance(terminal.pattern, PatternStr) and terminal.pattern.value.isalpha()


def _has_place(child: Any) -> bool:
    """Tell lark which tokens count for the place of a node: line ends and indentation do not."""
    return not (isinstance(child, Token) and child.type in _LAYOUT)


def build_lark(grammar: str, *, strict: bool = False) -> Lark:
    """Build lark's own parser from the grammar's text; `strict` refuses every conflict and collision. For tests too."""
    return Lark(
        grammar,
        parser="lalr",
        lexer=_WordLexer,
        postlex=_Indentation(),
        start=START,
        maybe_placeholders=False,
        propagate_positions=_has_place,
        strict=strict,
    )


def build_tables(grammar: str) -> Tables:
    """Build the tables, which takes some hundred times as long as parsing a file."""
    lark = build_lark(grammar)
    frontend: Any = lark.parser
    table = frontend.parser.parser.parse_table
    rules: dict[Any, int] = {}
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    numbers = {state: number for number, state in enumerate(table.states)}
    for entries in table.states.values():
        row: dict[str, int] = {}
        goto: dict[str, int] = {}
        for symbol, (action, argument) in entries.items():
            if action is not Shift:
                row[symbol] = -1 - rules.setdefault(argument, len(rules))
            elif symbol.isupper():
                row[symbol] = numbers[argument]
            else:
                goto[symbol] = numbers[argument]
        actions.append(row)
        gotos.append(goto)
    ordered = sorted(lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    return Tables(
        actions=actions,
        gotos=gotos,
        rules=[_rule(rule) for rule in rules],
        starts={name: numbers[state] for name, state in table.start_states.items()},
        ends={name: numbers[state] for name, state in table.end_states.items()},
        words={t.pattern.value: t.name for t in ordered if _is_word(t)},
        spelling={t.name: t.pattern.value for t in ordered if isinstance(t.pattern, PatternStr)},
        patterns=[
            (t.name, t.pattern.to_regexp())
            for t in ordered
            if not _is_word(t) and not t.name.startswith("_")  # layout, and what is ignored
        ],
        line_end=next(t.pattern.to_regexp() for t in ordered if t.name == "_NL"),
    )


def _rule(rule: Any) -> RuleData:
    """Say what lark's tree builder makes of a rule."""
    options = rule.options
    return RuleData(
        origin=rule.origin.name,
        length=len(rule.expansion),
        kept=[
            (place, "" if symbol.is_term else symbol.name, symbol.name if symbol.is_term else "")
            for place, symbol in enumerate(rule.expansion)
            if options.keep_all_tokens or not (symbol.is_term and symbol.filter_out)
        ],
        data=str(rule.alias or options.template_source or rule.origin.name),
        inlined=rule.origin.name.startswith("_"),
        single=bool(options.expand1 and not rule.alias),
    )
