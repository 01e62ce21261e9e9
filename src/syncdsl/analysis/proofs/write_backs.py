"""What documents write back: not into what feeds them (SD412), and one field from one document alone (SD410)."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from syncdsl.analysis.proofs.rules import endpoint, written_sides
from syncdsl.analysis.proofs.scopes import EVERYTHING
from syncdsl.analysis.satisfiability import Satisfied, example_text, witness
from syncdsl.analysis.satisfiability.realising import Realised
from syncdsl.analysis.satisfiability.wording import value_text
from syncdsl.diagnostics import Related
from syncdsl.diagnostics.codes.proofs import CONFLICTING_WRITES, WRITE_BACK_FEEDS_ITSELF
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import Comparison, Constant, Emptiness
from syncdsl.plan.reads import reads_of
from syncdsl.schema.values import to_json
from syncdsl.syntax import nodes, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.analysis.proofs.scopes import Values
    from syncdsl.diagnostics import Span
    from syncdsl.plan.pairs import Assignment, DocumentPlan
    from syncdsl.schema.values import Value


def feeds(rules: Rules) -> None:
    """Report a field that a document writes back although the document, or a trigger of it, reads it."""
    for document in (item for item in rules.documents.values() if item.write_backs):
        readers = dict(_readers(rules, document))
        for back in document.write_backs:
            reader = readers.get(back.target)
            if reader is None:
                continue
            what, span = reader
            rules.report(
                WRITE_BACK_FEEDS_ITSELF,
                f"`{document.name}` writes `{back.target}` back, and {what}",
                _span_of(rules, document, back),
                help=(
                    f"a change goes round: `{document.record}.{back.target}` changes the document, and the document "
                    "the field; write back into a field that nothing of this document reads"
                ),
                related=(Related(span=span, message="it is read here"),),
                owner=document,
            )


def _readers(rules: Rules, document: DocumentPlan) -> Iterator[tuple[str, tuple[str, Span]]]:
    """Return the fields of the record that a document or its triggers read, the first reader last."""
    for trigger in reversed(rules.triggers):
        if trigger.document == document.name:
            asked = (trigger.condition, *([trigger.require] if trigger.require is not None else []))
            for path in (path for expression in asked for path in reads_of(expression)):
                yield path[0], ("a `when` of it asks for that field", rules.trigger_span(trigger))
    if document.per is not None:
        for path in reads_of(document.per):
            yield path[0], ("its `per` is made from that field", rules.span_at(document.location))
    assignments = [*document.assignments, *(item for line in document.lines for item in line.assignments)]
    node = rules.checker.names.documents.get(document.name)
    lines = [item for item in walk(node) if isinstance(item, nodes.MapLine)] if node is not None else []
    for assignment in reversed(assignments):
        for path in assignment.reads:
            names = {path[0], ".".join(path)}
            texts = ((item, rules.checker.text(item.left.span)) for item in lines)
            line = next((item for item, text in texts if any(name in text for name in names)), None)
            span = line.span if line is not None else rules.span_at(document.location)
            yield path[0], (f"its `{assignment.target}` is made from that field", span)


def conflicts(rules: Rules) -> None:
    """Report two documents of one record, or a document and a module, that write one field with two values."""
    writing = [item for item in rules.documents.values() if item.write_backs]
    for first, second in combinations(writing, 2):
        if rules.records[first.record].endpoint.module != rules.records[second.record].endpoint.module:
            continue
        if rules.records[first.record].endpoint.connection != rules.records[second.record].endpoint.connection:
            continue
        for one in first.write_backs:
            for other in second.write_backs:
                if one.target == other.target and _together(rules, first.record, second.record) is not None:
                    _judge(rules, _source(rules, first, one), _source(rules, second, other))
    for document in rules.documents.values():
        for back in document.write_backs:
            for source in _module_writes(rules, document, back.target):
                _judge(rules, source, _source(rules, document, back))


class _Source:
    """Something that writes a field of a record from another system's record."""

    def __init__(
        self, name: str, assignment: Assignment, place: tuple[str, str], span: Span, target: tuple[str, str]
    ) -> None:
        self.name, self.assignment, self.place, self.span, self.target = name, assignment, place, span, target


def _source(rules: Rules, document: DocumentPlan, back: Assignment) -> _Source:
    record = rules.records[document.record].endpoint
    place = (document.connection, document.module)
    span = _span_of(rules, document, back)
    return _Source(document.name, back, place, span, (record.connection, record.module))


def _module_writes(rules: Rules, document: DocumentPlan, field: str) -> Iterator[_Source]:
    record = rules.records[document.record].endpoint
    for pair in rules.pairs:
        for side in written_sides(pair):
            target, source = endpoint(pair, side), pair.left if side == "right" else pair.right
            if (target.connection, target.module) != (record.connection, record.module) or target.view != record.view:
                continue
            kind = rules.record_type(record.connection, record.module)
            scopes = [target.where or EVERYTHING, record.where or EVERYTHING]
            if not isinstance(witness(scopes, kind, rules.checker.tables), Satisfied):
                continue
            for line in pair.lines:
                found = line.to_right if side == "right" else line.to_left
                if found is not None and found.target == field and not line.when_empty:
                    place = (source.connection, source.module)
                    span = rules.span_at(line.location)
                    yield _Source(pair.name, found, place, span, (record.connection, record.module))


def _together(rules: Rules, one: str, other: str) -> Values | None:
    """Return a record that is in the scopes of both `record` statements."""
    first, second = rules.records[one].endpoint, rules.records[other].endpoint
    if one != other and first.view != second.view:
        return None
    scopes = [first.where or EVERYTHING, second.where or EVERYTHING]
    answer = witness(scopes, rules.record_type(first.connection, first.module), rules.checker.tables)
    return answer.values if isinstance(answer, Satisfied) else None


def _judge(rules: Rules, one: _Source, other: _Source) -> None:
    """Report two sources of one field, with a record of each that shows two values."""
    first = _filled(rules, one, None)
    second = _filled(rules, other, first[1]) if first is not None else None
    if first is None or second is None:
        return
    place = ".".join(one.target)
    shown = [
        f"`{source.name}` with {example_text(values)} writes {value_text(value)}"
        for source, (values, value) in ((one, first), (other, second))
    ]
    rules.report(
        CONFLICTING_WRITES,
        f"`{other.name}` and `{one.name}` write different values into `{other.assignment.target}` of one `{place}`",
        other.span,
        help=f"for example {' and '.join(shown)}; let each write a field of its own",
        related=(Related(span=one.span, message=f"`{one.name}` writes it here"),),
    )


def _filled(rules: Rules, source: _Source, not_this: Value) -> tuple[Values, Value] | None:
    """Return a record from which something is written, and what; another value than `not_this`."""
    assignment = source.assignment
    wanted = (
        Emptiness(operand=assignment.value, negated=True)
        if not_this is None
        else Comparison(
            op="!=", left=assignment.value, right=Constant(value=to_json(not_this)), as_type=assignment.type
        )
    )
    answer = witness([wanted], rules.record_type(*source.place), rules.checker.tables)
    if not isinstance(answer, Satisfied):
        return None
    return answer.values, Realised(answer.values).evaluate(compile_expression(assignment.value, rules.checker.tables))


def _span_of(rules: Rules, document: DocumentPlan, back: Assignment) -> Span:
    """Return the line that writes a field back."""
    node = rules.checker.names.documents.get(document.name)
    for item in walk(node) if node is not None else ():
        if isinstance(item, nodes.MapLine) and item.arrow is nodes.Arrow.LEFT:
            written = rules.checker.text(item.left.span)
            if written in {back.target, f"{document.record}.{back.target}"}:
                return item.span
    return node.header if node is not None else rules.span_at(document.location)
