"""From pairs and documents to the plan's steps, in an order that respects what each needs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from syncdsl.analysis.modules import observe_id
from syncdsl.plan.reads import reads_of
from syncdsl.plan.steps import GuardStep, MatchStep, MergeStep, ObserveStep, TriggerStep, WriteStep
from syncdsl.schema.types import ReferenceType, RowsType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Assignment, DocumentPlan, Endpoint, LimitPlan, Pair, RecordPlan, RowMap, TriggerPlan
    from syncdsl.plan.steps import Step
    from syncdsl.schema.snapshot import SchemaSnapshot


class Needs:
    """The fields that each observation has to bring, by connection, module and view."""

    def __init__(self, schemas: Mapping[str, SchemaSnapshot]) -> None:
        self._schemas = schemas
        self.fields: defaultdict[tuple[str, str, str | None], set[str]] = defaultdict(set)

    def add(self, connection: str, module: str, view: str | None, names: Iterable[str | None]) -> None:
        """Need fields of a module; names that are None or the record's own id need nothing."""
        schema = self._schemas[connection].modules[module]
        known = {name for name in names if name is not None and name in schema.fields}
        self.fields[connection, module, view] |= known

    def read(self, connection: str, module: str, view: str | None, expression: PlanExpression) -> None:
        """Need what an expression reads, through references as far as it steps."""
        for path in reads_of(expression):
            self.path(connection, module, view, path)

    def path(self, connection: str, module: str, view: str | None, path: tuple[str, ...]) -> None:
        """Need a path: its first field here, the others in the modules that are referred to."""
        self.add(connection, module, view, path[:1])
        if len(path) < 2:
            return
        field = self._schemas[connection].modules[module].fields.get(path[0])
        if field is None or not isinstance(field.value, ReferenceType):
            return
        for target in field.value.modules:
            schema = self._schemas[connection].modules.get(target)
            if schema is not None and path[1] in schema.fields:
                self.add(connection, target, None, (schema.label_field,))
                self.path(connection, target, None, path[1:])

    def endpoint(self, endpoint: Endpoint) -> None:
        """Need what identifies and scopes the records of an endpoint."""
        schema = self._schemas[endpoint.connection].modules[endpoint.module]
        names = (endpoint.key_field, endpoint.label_field, schema.currency_field)
        self.add(endpoint.connection, endpoint.module, endpoint.view, names)
        if endpoint.where is not None:
            self.read(endpoint.connection, endpoint.module, endpoint.view, endpoint.where)

    def assignment(self, assignment: Assignment, source: Endpoint, target_connection: str) -> None:
        """Need what an assignment reads on one side, and what its lookup searches on the other."""
        self.read(source.connection, source.module, source.view, assignment.value)
        if assignment.lookup is not None:
            self.add(target_connection, assignment.lookup.module, None, (assignment.lookup.field,))
        if assignment.rows is not None:
            self._rows(assignment.rows, assignment.value, source, target_connection)

    def _rows(self, plan: RowMap, value: PlanExpression, source: Endpoint, target_connection: str) -> None:
        """Need the record's total, what the fields of rows step into, and the taxes that amounts are told by."""
        module = self._schemas[source.connection].modules[source.module]
        self.add(source.connection, source.module, source.view, (plan.total,))
        rows = next((module.fields[path[0]].value for path in reads_of(value) if path[0] in module.fields), None)
        fields = rows.fields if isinstance(rows, RowsType) else {}
        for expression in (plan.amount, *(cell.value for cell in plan.cells)):
            for path in reads_of(expression):
                field = fields.get(path[0])
                if len(path) > 1 and field is not None and isinstance(field.value, ReferenceType):
                    self.add(source.connection, field.value.modules[0], None, path[1:2])
        for cell in plan.cells:
            if cell.tax is not None:
                self.add(target_connection, cell.tax.module, None, (cell.tax.percentage,))

    def steps(self) -> list[ObserveStep]:
        """Return the observations, referenced modules first, then by name."""
        return [
            ObserveStep(
                id=observe_id(connection, module, view),
                connection=connection,
                module=module,
                view=view,
                fields=tuple(sorted(names)),
            )
            for (connection, module, view), names in sorted(
                self.fields.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or "")
            )
        ]


def order_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs so that what others refer to comes first; cycles keep the order of the rules."""
    ordered: list[Pair] = []
    rest = [(pair, _wanted(pair)) for pair in pairs]
    while rest:
        names = {pair.name for pair, _ in rest}
        modules = {module for pair, _ in rest for module in _modules(pair)}
        # What a pair itself links is not among what it wants, so that it never waits for itself.
        free = [
            not (pair.parent is not None and pair.parent.pair in names) and wanted.isdisjoint(modules)
            for pair, wanted in rest
        ]
        if not any(free):
            free[0] = True
        ordered += [pair for (pair, _), chosen in zip(rest, free, strict=True) if chosen]
        rest = [item for item, chosen in zip(rest, free, strict=True) if not chosen]
    return ordered


def _modules(pair: Pair) -> set[tuple[str, str]]:
    """Return the modules that a pair links, each with its connection."""
    return {(pair.left.connection, pair.left.module), (pair.right.connection, pair.right.module)}


def _wanted(pair: Pair) -> set[tuple[str, str]]:
    """Return the other modules whose links a pair needs, because it writes references to their records."""
    wanted = {
        (endpoint.connection, module)
        for line in pair.lines
        for assignment, endpoint in ((line.to_right, pair.right), (line.to_left, pair.left))
        for cell in (assignment.cells if assignment is not None else ())
        if cell.partner and isinstance(cell.type, ReferenceType)
        for module in cell.type.modules
    }
    return wanted - _modules(pair)


def build_steps(
    schemas: Mapping[str, SchemaSnapshot],
    pairs: Sequence[Pair],
    records: Mapping[str, RecordPlan],
    documents: Mapping[str, DocumentPlan],
    triggers: Sequence[TriggerPlan],
    limits: tuple[LimitPlan, ...],
) -> tuple[Step, ...]:
    """Return every step of the plan, each after those it needs."""
    fired = list(dict.fromkeys(trigger.record for trigger in triggers))
    needs = _collect(schemas, pairs, records, documents, triggers, fired)
    observes = needs.steps()
    seen = tuple(step.id for step in observes)
    steps: list[Step] = list(observes)
    done: list[str] = []
    for pair in pairs:
        match = MatchStep(id=f"match {pair.name}", after=seen, pair=pair.name)
        merge = MergeStep(id=f"merge {pair.name}", after=(match.id, *done[-1:]), pair=pair.name)
        steps += [match, merge]
        done.append(merge.id)
    merged = tuple(done)
    for record in fired:
        step = TriggerStep(id=f"trigger {record}", after=merged or seen, record=record)
        steps.append(step)
        done.append(step.id)
    guard = GuardStep(id="guard", after=tuple(done) or seen, limits=limits)
    steps.append(guard)
    before = guard.id
    for connection, module in _written(pairs, records, documents, triggers):
        write = WriteStep(id=f"write {connection}.{module}", after=(before,), connection=connection, module=module)
        steps.append(write)
        before = write.id
    return tuple(steps)


def _collect(
    schemas: Mapping[str, SchemaSnapshot],
    pairs: Sequence[Pair],
    records: Mapping[str, RecordPlan],
    documents: Mapping[str, DocumentPlan],
    triggers: Sequence[TriggerPlan],
    fired: Sequence[str],
) -> Needs:
    needs = Needs(schemas)
    for pair in pairs:
        _collect_pair(needs, pair)
    for name in fired:
        endpoint = records[name].endpoint
        needs.endpoint(endpoint)
        for trigger in triggers:
            if trigger.record == name:
                needs.read(endpoint.connection, endpoint.module, endpoint.view, trigger.condition)
                if trigger.require is not None:
                    needs.read(endpoint.connection, endpoint.module, endpoint.view, trigger.require)
        for document in documents.values():
            if document.record == name:
                names = (
                    document.key_field,
                    document.status_field,
                    schemas[document.connection].modules[document.module].label_field,
                )
                needs.add(document.connection, document.module, None, names)
                for assignment in (
                    *document.assignments,
                    *(item for line in document.lines for item in line.assignments),
                ):
                    needs.assignment(assignment, endpoint, document.connection)
                _collect_rows(needs, document, endpoint)
    return needs


def _collect_rows(needs: Needs, document: DocumentPlan, endpoint: Endpoint) -> None:
    """Need what tells documents of one record apart, the lists they have lines for, and what is written back."""
    if document.per is not None:
        needs.read(endpoint.connection, endpoint.module, endpoint.view, document.per)
    for line in document.lines:
        if line.rows is not None:
            needs.path(endpoint.connection, endpoint.module, endpoint.view, line.rows)
    for assignment in document.write_backs:
        needs.read(document.connection, document.module, None, assignment.value)
        needs.add(endpoint.connection, endpoint.module, endpoint.view, (assignment.target,))


def _collect_pair(needs: Needs, pair: Pair) -> None:
    needs.endpoint(pair.left)
    needs.endpoint(pair.right)
    if pair.exchange is not None:
        needs.add(pair.right.connection, pair.right.module, pair.right.view, (pair.exchange.status_field,))
    if pair.parent is not None:
        needs.add(pair.left.connection, pair.left.module, pair.left.view, (pair.parent.field_of("left"),))
        needs.add(pair.right.connection, pair.right.module, pair.right.view, (pair.parent.field_of("right"),))
    for key in (*pair.keys, *((pair.adopt,) if pair.adopt is not None else ())):
        for part in key.parts:
            needs.read(pair.left.connection, pair.left.module, pair.left.view, part.left)
            needs.read(pair.right.connection, pair.right.module, pair.right.view, part.right)
    for line in pair.lines:
        if line.to_right is not None:
            needs.assignment(line.to_right, pair.left, pair.right.connection)
            needs.add(pair.right.connection, pair.right.module, pair.right.view, (line.to_right.target,))
        if line.to_left is not None:
            needs.assignment(line.to_left, pair.right, pair.left.connection)
            needs.add(pair.left.connection, pair.left.module, pair.left.view, (line.to_left.target,))


def _written(
    pairs: Sequence[Pair],
    records: Mapping[str, RecordPlan],
    documents: Mapping[str, DocumentPlan],
    triggers: Sequence[TriggerPlan],
) -> list[tuple[str, str]]:
    """Return the modules that may be written: by maps and creates, by keys of links, by documents; in that order."""
    modules: dict[tuple[str, str], None] = {}
    for pair in pairs:
        for endpoint in (pair.right, pair.left):
            modules[endpoint.connection, endpoint.module] = None
    used = {trigger.document for trigger in triggers}
    for document in documents.values():
        if document.name in used:
            modules[document.connection, document.module] = None
            if document.write_backs:
                endpoint = records[document.record].endpoint
                modules[endpoint.connection, endpoint.module] = None
    return list(modules)
