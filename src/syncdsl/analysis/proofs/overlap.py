"""Two modules that write the same records: they must not both hold of one (SD404), nor write it differently (SD410)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.proofs.rules import endpoint, opposite, written_sides
from syncdsl.analysis.proofs.scopes import EVERYTHING
from syncdsl.analysis.satisfiability import Satisfied, example_text, witness
from syncdsl.analysis.satisfiability.realising import Realised
from syncdsl.analysis.satisfiability.wording import value_text
from syncdsl.diagnostics import Related
from syncdsl.diagnostics.codes.proofs import CONFLICTING_WRITES, SCOPES_OVERLAP
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.analysis.proofs.scopes import Values
    from syncdsl.plan.pairs import Assignment, Endpoint, MapLine, Pair, Side


def run(rules: Rules) -> None:
    """Report every module once, with the first before it whose records it shares.

    Modules share a target when they write records of the same module of the same connection. (Two modules that are
    views over one store, such as customers and vendors, hold different records.) When they also read the same module,
    one record has to be in both scopes on both sides; nested modules are in scope only under their parents, so that
    only those of one parent are compared.
    """
    written = [(number, pair, side) for number, pair in enumerate(rules.pairs) for side in written_sides(pair)]
    targets = {id(endpoint(pair, side)): (number, side) for number, pair, side in written}
    sources = {id(endpoint(pair, opposite(side))): (number, side) for number, pair, side in written}
    by_source: dict[tuple[str, str], set[int]] = {}
    for _, pair, side in written:
        by_source.setdefault(_place(endpoint(pair, opposite(side))), set()).add(id(endpoint(pair, side)))
    reported: set[int] = set()
    for number, pair, side in written:
        target, source = endpoint(pair, side), endpoint(pair, opposite(side))
        near, fellows = rules.scopes.near(target), rules.scopes.near(source)
        met = {targets[item] for item in near - by_source[_place(source)] if item in targets}
        if len(fellows) < len(near):
            same = (sources[item] for item in fellows if item in sources)
            met.update((place, way) for place, way in same if id(endpoint(rules.pairs[place], way)) in near)
        else:
            met.update(
                (place, way)
                for place, way in (targets[item] for item in near & by_source[_place(source)])
                if id(endpoint(rules.pairs[place], opposite(way))) in fellows
            )
        for place, way in sorted(item for item in met if item[0] < number):
            other = rules.pairs[place]
            if number not in reported and _kin(other) == _kin(pair) and _judge(rules, (other, way), (pair, side)):
                reported.add(number)


def _kin(pair: Pair) -> str | None:
    """Return what nested modules are nested in; None for all others."""
    return pair.parent.pair if pair.parent is not None else None


def _place(item: Endpoint) -> tuple[str, str]:
    return item.connection, item.module


def _judge(rules: Rules, one: tuple[Pair, Side], other: tuple[Pair, Side]) -> bool:
    """Report two modules when there is a record that both take; return whether there was."""
    (first, first_side), (second, second_side) = one, other
    target, same_target = endpoint(first, first_side), endpoint(second, second_side)
    if rules.scopes.apart(target, same_target):
        return False
    source, other_source = endpoint(first, opposite(first_side)), endpoint(second, opposite(second_side))
    one_source = _place(source) == _place(other_source)
    if one_source and rules.scopes.apart(source, other_source):
        return False
    written = rules.scopes.common(target, same_target)
    read = rules.scopes.common(source, other_source) if one_source else {}
    if written is None or read is None:
        return False
    if one_source and _differing_line(rules, one, other):
        return True
    decisive = (opposite(first_side), opposite(second_side)) if one_source else (first_side, second_side)
    place = f"{target.connection}.{target.module}"
    examples = [f"`{place}` with {example_text(written)}" if written else f"any record of `{place}`"]
    if read:
        examples.append(f"`{source.connection}.{source.module}` with {example_text(read)}")
    rules.report(
        SCOPES_OVERLAP,
        f"`{second.name}` and `{first.name}` both take records of `{place}`, and one record can be in both scopes",
        rules.scope_span(second, decisive[1]),
        help=f"for example {' and '.join(examples)}; {_advice(first, second, decisive[1])}",
        related=(Related(span=rules.scope_span(first, decisive[0]), message=f"the scope of `{first.name}`"),),
        owner=second,
    )
    return True


def _advice(first: Pair, second: Pair, side: Side) -> str:
    where = endpoint(second, side).connection
    return f"let a `where {where}: …` of `{second.name}` exclude what `{first.name}` takes"


def _differing_line(rules: Rules, one: tuple[Pair, Side], other: tuple[Pair, Side]) -> bool:
    """Report the first field that both modules write from one record with two values; return whether there is one."""
    (first, first_side), (second, second_side) = one, other
    sources = endpoint(first, opposite(first_side)), endpoint(second, opposite(second_side))
    record = rules.record_type(sources[0].connection, sources[0].module)
    earlier = {assignment.target: (line, assignment) for line, assignment in _writes(first, first_side)}
    for line, assignment in _writes(second, second_side):
        before = earlier.get(assignment.target)
        if before is None or before[1].value == assignment.value:
            continue
        differ = Comparison(op="!=", left=before[1].value, right=assignment.value, as_type=assignment.type)
        scope = [item.where or EVERYTHING for item in sources]
        answer = witness([*scope, differ], record, rules.checker.tables)
        if isinstance(answer, Satisfied):
            values = [_written(item, answer.values, rules) for item in (before[1], assignment)]
            _report_line(rules, (first, before[0], values[0]), (second, line, values[1]), assignment, answer.values)
            return True
    return False


def _report_line(
    rules: Rules,
    one: tuple[Pair, MapLine, str],
    other: tuple[Pair, MapLine, str],
    assignment: Assignment,
    values: Values,
) -> None:
    (first, first_line, before), (second, second_line, after) = one, other
    rules.report(
        CONFLICTING_WRITES,
        f"`{second.name}` and `{first.name}` write different values into `{assignment.target}` of one record",
        rules.span_at(second_line.location),
        help=(
            f"for example with {example_text(values)}: `{first.name}` writes {before}, `{second.name}` {after}; "
            "let their conditions exclude each other, or write the field in one of them"
        ),
        related=(Related(span=rules.span_at(first_line.location), message=f"`{first.name}` writes it here"),),
        owner=second,
    )


def _writes(pair: Pair, side: Side) -> Iterator[tuple[MapLine, Assignment]]:
    """Return the plain values that a module writes into one side: no partners, and no fields filled only once."""
    for line in pair.lines:
        assignment = line.to_right if side == "right" else line.to_left
        if assignment is not None and not (assignment.partner or assignment.lookup or line.when_empty):
            yield line, assignment


def _written(assignment: Assignment, values: Values, rules: Rules) -> str:
    return value_text(Realised(values).evaluate(compile_expression(assignment.value, rules.checker.tables)))
