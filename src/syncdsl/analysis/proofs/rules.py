"""The lowered rules, as every proof looks at them, and where they stand in their files."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.analysis.proofs.scopes import ScopeIndex
from syncdsl.analysis.satisfiability import RecordType
from syncdsl.diagnostics import NO_SPAN
from syncdsl.plan.expressions import TableCall
from syncdsl.plan.pairs import DocumentPlan, Pair
from syncdsl.plan.reads import parts_of
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.diagnostics import Code, Related, Span
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Endpoint, RecordPlan, Side, TriggerPlan
    from syncdsl.syntax.expressions import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What was lowered. A statement with an error in it is left out: what it lacks would be taken for what it says."""

    checker: Checker
    pairs: tuple[Pair, ...]
    records: Mapping[str, RecordPlan]
    documents: Mapping[str, DocumentPlan]
    triggers: tuple[TriggerPlan, ...]
    scopes: ScopeIndex
    """The scopes of the sides of all modules and of all records."""
    whens: Mapping[tuple[str, str], nodes.When]
    """The statements of triggers, by place and condition as written."""
    complete: bool
    """Whether every statement was read and lowered."""

    def record_type(self, connection: str, module: str) -> RecordType:
        """Return what conditions on the records of a module may ask."""
        return RecordType(module=module, modules=self.checker.schemas[connection].modules)

    def report(
        self,
        code: Code,
        message: str,
        span: Span,
        *,
        help: str | None = None,  # noqa: A002 - the label users see
        related: tuple[Related, ...] = (),
        owner: Pair | DocumentPlan | None = None,
    ) -> None:
        """Add a finding; one in a line that `owner` takes from elsewhere is reported where it says so."""
        with ExitStack() as frames:
            for node in self._nodes(owner):
                frames.enter_context(self.checker.within(node))
            self.checker.report(code, message, span, help=help, related=related)

    def _nodes(self, owner: Pair | DocumentPlan | None) -> tuple[nodes.Module | nodes.Document, ...]:
        match owner:
            case Pair():
                return module_nodes(self.checker, owner.name)
            case DocumentPlan():
                node = self.checker.names.documents.get(owner.name)
                return (node,) if node is not None else ()
            case None:
                return ()

    def span_at(self, location: str) -> Span:
        """Return the line of a rule file that a plan names as `path:line`."""
        path, _, number = location.rpartition(":")
        source = self.checker.names.sources.get(path)
        if source is None or not number.isdigit():
            return NO_SPAN
        line = int(number)
        text = source.line(line)
        start = source.line_starts[line - 1] + len(text) - len(text.lstrip())
        return source.span(start, start + len(text.strip()))

    def where(self, pair: Pair, side: Side) -> nodes.Where | None:
        """Return the clause that restricts one side of a module, where it stands in the module's own statement."""
        node = module_node(self.checker, pair)
        if node is None:
            return None
        right_name = node.right.connection.text
        for clause in node.clauses:
            if isinstance(clause, nodes.Where) and clause.connection is not None:
                meant: Side = "right" if clause.connection.text == right_name else "left"
                if meant == side:
                    return clause
        return None

    def scope_span(self, pair: Pair, side: Side) -> Span:
        """Return the clause that restricts one side of a module, else its header."""
        clause = self.where(pair, side)
        if clause is not None:
            return clause.span
        node = module_node(self.checker, pair)
        return node.header if node is not None else self.span_at(pair.location)

    def condition_of(self, trigger: TriggerPlan) -> Expression | None:
        """Return a trigger's condition as it was written."""
        node = self.when(trigger)
        return node.condition if node is not None else None

    def when(self, trigger: TriggerPlan) -> nodes.When | None:
        """Return the statement of a trigger."""
        return self.whens.get((trigger.location, trigger.text))

    def trigger_span(self, trigger: TriggerPlan) -> Span:
        """Return where a trigger's condition stands."""
        condition = self.condition_of(trigger)
        return condition.span if condition is not None else self.span_at(trigger.location)


def module_nodes(checker: Checker, name: str) -> tuple[nodes.Module, ...]:
    """Return the statement of a module after those it is nested in; none when it has no statement."""
    outer, *inner = name.split(".")
    node = checker.names.modules.get(outer)
    if not inner:
        return (node,) if node is not None else ()
    found = [node] if node is not None else []
    for part in inner:
        clauses = found[-1].clauses if found else ()
        nested = (clause.module for clause in clauses if isinstance(clause, nodes.With))
        node = next((item for item in nested if item.name.text == part), None)
        if node is None:
            return ()
        found.append(node)
    return tuple(found)


def module_node(checker: Checker, pair: Pair) -> nodes.Module | None:
    """Return the statement of a module, with what it takes from others."""
    return next(reversed(module_nodes(checker, pair.name)), None)


def endpoint(pair: Pair, side: Side) -> Endpoint:
    """Return one side of a module."""
    return pair.right if side == "right" else pair.left


def opposite(side: Side) -> Side:
    """Return the other side."""
    return "left" if side == "right" else "right"


def written_sides(pair: Pair) -> tuple[Side, ...]:
    """Return the sides that a module writes to."""
    return ("right", "left") if pair.direction == "both" else (pair.direction,)


def sound_rules(
    checker: Checker,
    pairs: tuple[Pair, ...],
    records: Mapping[str, RecordPlan],
    documents: Mapping[str, DocumentPlan],
    triggers: tuple[TriggerPlan, ...],
) -> Rules:
    """Return the rules that have no error in them."""
    broken = _Broken(checker)
    names = checker.names
    tables = {name for name, node in names.tables.items() if broken(node)}
    kept_records = {
        name: plan
        for name, plan in records.items()
        if not (name in names.records and _wrong(broken, names.records[name], plan))
        and not (plan.endpoint.where is not None and _call(plan.endpoint.where, tables))
    }
    kept_documents = {
        name: plan
        for name, plan in documents.items()
        if plan.record in kept_records and not (name in names.documents and broken(names.documents[name]))
    }
    kept_pairs = tuple(
        pair
        for pair in pairs
        if not any(broken(node) for node in module_nodes(checker, pair.name)[:-1])
        and not any(broken(node) or _unread_module(node, pair) for node in module_nodes(checker, pair.name)[-1:])
        and not _calls(pair, tables)
    )
    whens = {(node.span.location, checker.text(node.condition.span)): node for node in names.triggers}
    wrong = {place for place, node in whens.items() if broken(node)}
    kept_triggers = tuple(
        trigger
        for trigger in triggers
        if (trigger.location, trigger.text) not in wrong
        and trigger.record in kept_records
        and trigger.document in kept_documents
        and not _call(trigger.condition, tables)
    )
    lowered = {(trigger.location, trigger.text) for trigger in kept_triggers}
    return Rules(
        checker=checker,
        pairs=kept_pairs,
        records=kept_records,
        documents=kept_documents,
        triggers=kept_triggers,
        scopes=ScopeIndex(
            checker,
            [
                *(item for pair in kept_pairs for item in (pair.left, pair.right)),
                *(plan.endpoint for plan in kept_records.values()),
            ],
        ),
        whens=whens,
        complete=not names.incomplete and not tables and whens.keys() <= lowered,
    )


def _wrong(broken: _Broken, node: nodes.Record, plan: RecordPlan) -> bool:
    return broken(node) or _unread(node, (plan.endpoint,))


def _unread(node: nodes.Module | nodes.Record, endpoints: Sequence[Endpoint]) -> bool:
    """Return whether a clause could not be read, or a condition not be lowered."""
    if any(isinstance(clause, nodes.Bad) for clause in node.clauses):
        return True
    asked = sum(isinstance(clause, nodes.Where) for clause in node.clauses)
    return asked != sum(item.where is not None for item in endpoints)


def _unread_module(node: nodes.Module, pair: Pair) -> bool:
    """Return whether something of a module is missing in what it was lowered to: of a map, one line takes all."""
    lines = any(isinstance(clause, nodes.Map) and clause.items for clause in node.clauses)
    return _unread(node, (pair.left, pair.right)) or (lines and not pair.lines)


def _calls(pair: Pair, tables: set[str]) -> bool:
    """Return whether a module uses one of some tables."""
    lines = (item.value for line in pair.lines for item in (line.to_right, line.to_left) if item is not None)
    return bool(tables) and any(
        item is not None and _call(item, tables) for item in (pair.left.where, pair.right.where, *lines)
    )


def _call(expression: PlanExpression, tables: set[str]) -> bool:
    return any(isinstance(part, TableCall) and part.table in tables for part in parts_of(expression))


class _Broken:
    """Tells whether there is an error inside a statement."""

    def __init__(self, checker: Checker) -> None:
        self._errors: dict[str, list[tuple[int, int]]] = {}
        for span in checker.places_of_errors():
            self._errors.setdefault(span.file, []).append((span.start, span.end))

    def __call__(self, node: nodes.Module | nodes.Record | nodes.Document | nodes.When | nodes.Table) -> bool:
        errors = self._errors.get(node.span.file, ())
        return any(start >= node.span.start and end <= node.span.end for start, end in errors)
