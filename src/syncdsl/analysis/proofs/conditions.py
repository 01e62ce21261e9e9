"""Conditions that can never be true (SD405), are always true (SD406), or have parts that change nothing (SD407, SD417).

Judged are `where`, `when` and the conditions of `if`. Of a `when` the record's own `where` counts as given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.analysis.proofs.rules import endpoint, module_node, opposite
from syncdsl.analysis.satisfiability import Conditions, RecordType, Satisfied, example_text
from syncdsl.analysis.satisfiability.lifting import chain
from syncdsl.diagnostics.codes.proofs import ALWAYS_TRUE, IMPLIED_PART, NEVER_TRUE, PART_WITHOUT_EFFECT
from syncdsl.plan.expressions import Choose, Connective, Constant, Created, FieldRead, Negate, StageTest
from syncdsl.plan.reads import parts_of
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Pair, Side

_PLAIN = (FieldRead, Constant)
_MOST_PARTS = 12
"""Longer chains are not searched for parts that follow from the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A condition as written and as lowered; `given` holds of every record it is asked about."""

    node: ast.Expression
    condition: PlanExpression
    record: RecordType
    given: PlanExpression | None = None
    prefix: str | None = None
    owner: Pair | None = None


def run(rules: Rules) -> None:
    """Judge every condition; one that is written once and used twice is judged once."""
    seen: set[tuple[str, int]] = set()
    fine: set[tuple[str, ...]] = set()
    findings = rules.checker.findings
    for subject in _subjects(rules):
        place = (subject.node.span.file, subject.node.span.start)
        meaning = _meaning(subject)
        if place in seen or meaning in fine or _left_out(subject.condition):
            continue
        seen.add(place)
        before = len(findings)
        _judge(rules, subject)
        if len(findings) == before:
            fine.add(meaning)


def _meaning(subject: Subject) -> tuple[str, ...]:
    """Return what is the same for conditions that mean the same."""
    given = subject.given.model_dump_json() if subject.given is not None else ""
    return subject.record.module, str(id(subject.record.modules)), subject.condition.model_dump_json(), given


def _subjects(rules: Rules) -> Iterator[Subject]:
    sides: tuple[Side, Side] = ("left", "right")
    for pair in rules.pairs:
        for side in sides:
            clause, place = rules.where(pair, side), endpoint(pair, side)
            if clause is not None and place.where is not None:
                record = rules.record_type(place.connection, place.module)
                yield Subject(node=clause.condition, condition=place.where, record=record, owner=pair)
        yield from _choices(rules, pair)
    for name, plan in rules.records.items():
        record = rules.record_type(plan.endpoint.connection, plan.endpoint.module)
        statement = rules.checker.names.records.get(name)
        for item in statement.clauses if statement is not None else ():
            if isinstance(item, nodes.Where) and plan.endpoint.where is not None:
                yield Subject(node=item.condition, condition=plan.endpoint.where, record=record)
    for trigger in rules.triggers:
        plan = rules.records[trigger.record]
        record = rules.record_type(plan.endpoint.connection, plan.endpoint.module)
        written = rules.when(trigger)
        if written is None:
            continue
        asked = [(written.condition, trigger.condition)]
        requires = [clause.condition for clause in written.clauses if isinstance(clause, nodes.Require)]
        if trigger.require is not None:
            asked += [(clause, trigger.require) for clause in requires[:1]]
        for node, condition in asked:
            yield Subject(
                node=node, condition=condition, record=record, given=plan.endpoint.where, prefix=trigger.record
            )


def _choices(rules: Rules, pair: Pair) -> Iterator[Subject]:
    """Return the conditions of `if` in a map, where they can be told from their places."""
    values = (item.value for line in pair.lines for item in (line.to_right, line.to_left) if item is not None)
    if not any(
        isinstance(part, Choose) for value in values if not isinstance(value, _PLAIN) for part in parts_of(value)
    ):
        return
    module = module_node(rules.checker, pair)
    written = {item.span.location: item for item in (walk(module) if module else ()) if isinstance(item, nodes.MapLine)}
    for line in pair.lines:
        node = written.get(line.location)
        both: tuple[Side, Side] = ("right", "left")
        for side in both:
            assignment = line.to_right if side == "right" else line.to_left
            if assignment is None or node is None:
                continue
            source = endpoint(pair, opposite(side))
            asked = [part for part in parts_of(assignment.value) if isinstance(part, Choose)]
            value = node.left if side == "right" else node.right
            spoken = [item for item in walk(value) if isinstance(item, ast.Conditional)]
            if len(asked) == len(spoken):
                for part, item in zip(asked, spoken, strict=True):
                    record = rules.record_type(source.connection, source.module)
                    yield Subject(node=item.condition, condition=part.condition, record=record, owner=pair)


def _left_out(condition: PlanExpression) -> bool:
    """Return whether nothing can be said: `is created` is an edge, and a class without stages is reported itself."""
    return any(
        isinstance(part, Created) or (isinstance(part, StageTest) and not part.stages) for part in parts_of(condition)
    )


def _judge(rules: Rules, subject: Subject) -> None:
    given = [subject.given] if subject.given is not None else []
    parts = _parts(subject.node, subject.condition)
    expressions = [subject.condition, *(part for _, part in parts), *given]
    known = Conditions(expressions, subject.record, rules.checker.tables)
    premises = range(1 + len(parts), len(expressions))
    if known.impossible((0, *premises)):
        alone = bool(given) and not known.impossible((0,))
        _report_never(rules, subject, known, parts, outside=alone)
    elif known.impossible((), (0,)):
        _report_always(rules, subject, known, parts)
    else:
        _Parts(rules, subject).judge(subject.node, subject.condition)


def _report_never(
    rules: Rules,
    subject: Subject,
    known: Conditions,
    parts: Sequence[tuple[ast.Expression, PlanExpression]],
    *,
    outside: bool,
) -> None:
    text = rules.checker.text(subject.node.span)
    joined = _is(subject.condition, "and")
    clash = next(
        (
            (first, second)
            for second in range(len(parts))
            for first in range(second)
            if joined and known.disjoint(first + 1, second + 1)
        ),
        None,
    )
    reason = "no record meets it"
    if outside:
        found = known.decide((0,))
        example = example_text(found.values, subject.prefix) if isinstance(found, Satisfied) else "what it asks for"
        reason = f"the record's `where` leaves out all that meets it, such as {example}"
    elif clash is not None:
        one, other = (rules.checker.text(parts[number][0].span) for number in clash)
        met = known.decide((clash[0] + 1,))
        reason = f"`{one}` and `{other}` exclude each other"
        if isinstance(met, Satisfied):
            reason += f": for example {example_text(met.values, subject.prefix)} meets the first alone"
    rules.report(
        NEVER_TRUE,
        f"`{text}` can never be true",
        subject.node.span,
        help=f"{reason}; ask for what a record can have" + (", or join the parts with `or`" if clash else ""),
        owner=subject.owner,
    )


def _report_always(
    rules: Rules, subject: Subject, known: Conditions, parts: Sequence[tuple[ast.Expression, PlanExpression]]
) -> None:
    answer = known.decide((), (1,)) if _is(subject.condition, "or") and parts else known.decide((0,))
    example = (
        f"even with {example_text(answer.values, subject.prefix)}"
        if isinstance(answer, Satisfied) and (answer.values)
        else "for any record"
    )
    text = rules.checker.text(subject.node.span)
    way = "join the parts with `and`" if _is(subject.condition, "or") else "leave it out, or ask for something"
    rules.report(
        ALWAYS_TRUE,
        f"`{text}` is always true",
        subject.node.span,
        help=f"it holds {example}; {way}",
        owner=subject.owner,
    )


class _Parts:
    """Judges the parts of a condition that as a whole is neither always nor never true."""

    def __init__(self, rules: Rules, subject: Subject) -> None:
        self._rules = rules
        self._subject = subject

    def judge(self, node: ast.Expression, condition: PlanExpression) -> None:
        """Report parts of a chain that are never or always true, or follow from the others; then look inside."""
        if isinstance(node, ast.Unary) and isinstance(condition, Negate):
            self.judge(node.operand, condition.operand)
            return
        parts = _parts(node, condition)
        if not parts:
            return
        known = Conditions([part for _, part in parts], self._subject.record, self._rules.checker.tables)
        word = "and" if _is(condition, "and") else "or"
        dead: set[int] = set()
        for number, (place, _) in enumerate(parts):
            text = self._rules.checker.text(place.span)
            if known.impossible((number,)):
                dead.add(number)
                self._report(place, f"`{text}` is never true here, so this part of the `{word}` changes nothing")
            elif known.impossible((), (number,)):
                dead.add(number)
                self._report(place, f"`{text}` is always true, so this part of the `{word}` changes nothing")
        left = [number for number in range(len(parts)) if number not in dead]
        for number in left:
            self.judge(*parts[number])
        if len(parts) <= _MOST_PARTS:
            self._implied(known, parts, left, word)

    def _report(self, place: ast.Expression, message: str) -> None:
        self._rules.report(
            PART_WITHOUT_EFFECT,
            message,
            place.span,
            help="correct this part, or leave it out",
            owner=self._subject.owner,
        )

    def _implied(
        self,
        known: Conditions,
        parts: Sequence[tuple[ast.Expression, PlanExpression]],
        left: Sequence[int],
        word: str,
    ) -> None:
        """Note the parts that could be left out, one after the other."""
        needed = list(left)
        for number in reversed(left):
            others = [item for item in needed if item != number]
            if not others:
                return
            if known.impossible(*((others, (number,)) if word == "and" else ((number,), others))):
                needed = others
                place = parts[number][0]
                text = self._rules.checker.text(place.span)
                self._rules.report(
                    IMPLIED_PART,
                    f"`{text}` says nothing that the rest of the `{word}` does not say",
                    place.span,
                    help="it can be left out",
                    owner=self._subject.owner,
                )


def _is(condition: PlanExpression, op: str) -> bool:
    return isinstance(condition, Connective) and condition.op == op


def _parts(node: ast.Expression, condition: PlanExpression) -> list[tuple[ast.Expression, PlanExpression]]:
    """Return the parts of a chain of one connective, as written and as lowered; lowering keeps their order."""
    if not isinstance(condition, Connective):
        return []
    wanted = ast.BinaryOperator.AND if condition.op == "and" else ast.BinaryOperator.OR
    written: list[ast.Expression] = []
    waiting: list[ast.Expression] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Binary) and part.operator is wanted:
            waiting += [part.right, part.left]
        else:
            written.append(part)
    lowered = chain(condition)
    return list(zip(written, lowered, strict=True)) if len(written) == len(lowered) else []
