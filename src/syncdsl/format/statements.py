"""Statements as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from syncdsl.format import spelling
from syncdsl.format.clauses import entity, put_clause, put_module
from syncdsl.format.layout import concat
from syncdsl.format.lines import identifier, identifiers, path, text
from syncdsl.format.trials import put_test
from syncdsl.syntax.accords import Access, Associate, May, Moved, Transactions, Use, Users
from syncdsl.syntax.expressions import TextLiteral
from syncdsl.syntax.nodes import (
    Action,
    Backfill,
    Connection,
    Document,
    Guard,
    Language,
    Limit,
    Module,
    Record,
    Require,
    Table,
    When,
)
from syncdsl.syntax.parts import Bad
from syncdsl.syntax.trials import Test

if TYPE_CHECKING:
    from syncdsl.format.layout import Doc
    from syncdsl.format.lines import Lines
    from syncdsl.syntax.accords import AccessClause
    from syncdsl.syntax.expressions import Expression
    from syncdsl.syntax.nodes import Program, Statement, TableRow


def put_program(lines: Lines, program: Program) -> None:
    """Put all statements."""
    for statement in program.statements:
        _put_statement(lines, statement)


def _put_statement(lines: Lines, statement: Statement) -> None:
    match statement:
        case Language():
            lines.simple(statement, 0, f"language {statement.version}", kind="language")
        case Connection():
            sides = f"{identifier(statement.name)}: {identifier(statement.adapter)}"
            lines.simple(statement, 0, f"connection {sides}", kind="connection")
        case Table():
            lines.header(statement, 0, f"table {identifier(statement.name)}:", kind="table")
            for row in statement.rows:
                _put_row(lines, row)
        case Module():
            put_module(lines, statement, "module", statement.span.start, 0)
        case Record():
            lines.begin(statement.span.start, statement.header.end)
            header = f"record {identifier(statement.name)}: {entity(statement.entity)}"
            lines.put(0, header, opens=True, kind="record")
            for record_clause in statement.clauses:
                put_clause(lines, record_clause, 1)
        case Document():
            lines.begin(statement.span.start, statement.header.end)
            made = f"{entity(statement.entity)} for {identifier(statement.record)}"
            lines.put(0, f"document {identifier(statement.name)}: {made}", opens=True, kind="document")
            for document_clause in statement.clauses:
                put_clause(lines, document_clause, 1)
        case When():
            _put_when(lines, statement)
        case Guard():
            limits = [item for item in statement.limits if isinstance(item, Limit)]
            lines.listed(statement, 0, "guard:", limits, _limit, kind="guard")
        case Transactions():
            _put_transactions(lines, statement)
        case Access():
            _put_access(lines, statement)
        case Test():
            put_test(lines, statement)
        case Moved():
            names = f"{identifier(statement.old)} to {identifier(statement.new)}"
            lines.simple(statement, 0, f"moved {statement.kind.value} {names}", kind="moved")
        case Use():
            what = statement.what
            used = text(what) if isinstance(what, TextLiteral) else path(what)
            lines.simple(statement, 0, f"use {used}", kind="use")
        case Bad():  # only in files with errors, which are refused
            raise AssertionError(statement)
        case _:
            assert_never(statement)


def _put_row(lines: Lines, row: TableRow) -> None:
    start, end = row.span.start, row.span.end
    lines.begin(start, end)

    def side(expression: Expression | None, first: int, last: int) -> Doc:
        return lines.expression(expression, first, last) if expression else "_"

    arrow = lines.boundary(row.left.span.end if row.left else start, row.arrow.value)
    left = side(row.left, start, arrow)
    right = side(row.right, arrow, end)
    lines.put(1, concat(left, f" {row.arrow.value} ", right))


def _put_when(lines: Lines, statement: When) -> None:
    """Put one action after the colon, several below it; one that stood after a clause or a comment stays there."""
    below = sorted((*statement.actions, *statement.clauses), key=lambda item: item.span.start)
    start = statement.span.start
    colon = lines.remarks.after(statement.condition.span.end, ":")
    single = isinstance(below[0], Action) and len(statement.actions) == 1
    action = below[0] if single and not lines.remarks.between(colon, below[0].span.start) else None
    lines.begin(start, action.span.end if action else colon)
    header = concat("when ", lines.expression(statement.condition, start, colon), ":")
    if isinstance(action, Action):
        below = below[1:]
        header = concat(header, " ", _action(action))
    lines.put(0, header, opens=True, kind="when")
    for item in below:
        lines.begin(item.span.start, item.span.end)
        match item:
            case Action():
                lines.put(1, _action(item))
            case Require():
                condition = lines.expression(item.condition, item.span.start, item.span.end)
                lines.put(1, concat("require: ", condition))
            case Backfill():
                lines.put(1, f"backfill: since {item.since}")
            case Bad():
                raise AssertionError(item)
            case _:
                assert_never(item)


def _action(action: Action) -> str:
    sent = ", even sent" if action.even_sent else ""
    return f"{action.verb.value} {identifier(action.document)}{sent}"


def _limit(limit: Limit) -> str:
    unit = f" {limit.unit}" if limit.unit else ""
    day = " per day" if limit.per_day else ""
    return f"{identifier(limit.subject)} <= {spelling.number(limit.value)}{unit}{day}"


def _put_transactions(lines: Lines, statement: Transactions) -> None:
    lines.begin(statement.span.start, statement.header.end)
    header = f"transactions {identifier(statement.connection)}: {identifiers(statement.kinds)}"
    lines.put(0, header, opens=True, kind="transactions")
    for clause in statement.clauses:
        if isinstance(clause, Associate):
            lines.simple(clause, 1, f"associate: {identifier(clause.record)}")


def _put_access(lines: Lines, statement: Access) -> None:
    lines.begin(statement.span.start, statement.header.end)
    header = f"access {identifier(statement.connection)} {text(statement.role)}:"
    lines.put(0, header, opens=True, kind="access")
    for clause in statement.clauses:
        lines.simple(clause, 1, _access_clause(clause))


def _access_clause(clause: AccessClause) -> str:
    match clause:
        case Users():
            if clause.profile is not None:
                return f"users: profile {text(clause.profile)}"
            return "users: " + ", ".join([text(address) for address in clause.addresses])
        case May():
            return f"may {identifier(clause.right)}: {identifiers(clause.kinds)}"
        case Bad():
            raise AssertionError(clause)
        case _:
            assert_never(clause)
