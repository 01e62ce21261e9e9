"""What map lines make of a record, worked out here once more, so that a mistake of the engine cannot hide itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from syncdsl.plan.evaluation import compile_expression
from syncdsl.schema.canonical import canonical
from syncdsl.schema.types import (
    ChoiceType,
    DecimalType,
    EmailType,
    FieldType,
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    TextType,
    UrlType,
)
from syncdsl.schema.values import PartnerOf, Ref, is_empty, show, to_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Assignment, Endpoint, Lookup, RowMap, TaxMatch
    from syncdsl.plan.plan import Plan
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.values import Row, Value
    from syncdsl.state.records import Side
    from syncdsl.trial.spool import Spool

_TEXTS = (TextType, EmailType, PhoneType, UrlType, IdType, ChoiceType)
_REFERRED = 10_000
"""How many records that others refer to are kept at hand."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that names no single record on the other side; it equals nothing that a record can hold."""

    value: Value


class Images:
    """Expressions over records as they were read, and values as the other side would hold them."""

    def __init__(
        self,
        *,
        plan: Plan,
        schemas: Mapping[str, SchemaSnapshot],
        steps: Mapping[str, ObserveStep],
        spool: Spool,
        today: dt.date,
    ) -> None:
        self._plan = plan
        self._schemas = schemas
        self._spool = spool
        self._compiled: dict[int, tuple[PlanExpression, Evaluator]] = {}
        self._indexed: set[str] = set()
        self._scopes = {name: _Scope(self, name, today) for name in plan.connections}
        # A reading of the whole module knows more records than one of a view.
        self._steps: dict[tuple[str, str], list[str]] = {}
        for step in sorted(steps.values(), key=lambda item: item.view or ""):
            self._steps.setdefault((step.connection, step.module), []).append(step.id)
        self.referred = lru_cache(_REFERRED)(self._referred)

    def evaluate(self, expression: PlanExpression, connection: str, fields: Mapping[str, Value]) -> Value:
        """Return the value of an expression over a record's fields."""
        known = self._compiled.get(id(expression))
        if known is None:
            # The expression is kept beside its closure, so that its id stays its own.
            known = (expression, compile_expression(expression, self._plan.tables))
            self._compiled[id(expression)] = known
        return known[1](fields, self._scopes[connection])

    def holds_where(self, endpoint: Endpoint, record: Record) -> bool:
        """Return whether a record satisfies its side's condition."""
        return endpoint.where is None or self.evaluate(endpoint.where, endpoint.connection, record.fields) is True

    def type_of(self, endpoint: Endpoint, field: str) -> FieldType:
        """Return the type of a side's field."""
        known = self._schemas[endpoint.connection].modules[endpoint.module].fields.get(field)
        return known.value if known is not None else IdType() if field == "id" else TextType()

    def image(
        self, assignment: Assignment, source: Endpoint, target: Endpoint, fields: Mapping[str, Value]
    ) -> Value | Unknown:
        """Return what the target's field should hold, in its canonical form."""
        value = self.evaluate(assignment.value, source.connection, fields)
        if is_empty(value):
            return None
        if assignment.rows is not None:
            return self._rows(assignment, assignment.rows, source, target, fields)
        if assignment.tax is not None:
            return self._tax(assignment.tax, source.connection, target.connection, fields, value)
        if assignment.lookup is not None:
            return self._looked_up(assignment.lookup, target.connection, value)
        if assignment.partner and isinstance(value, Ref):
            return self._partner(assignment, source.connection, target.connection, value)
        return canonical(_represented(value, assignment.type), assignment.type)

    def contribution(self, assignment: Assignment, connection: str, fields: Mapping[str, Value]) -> Value:
        """Return what a record's fields bring to a line, without regard to the other side."""
        value = self.evaluate(assignment.value, connection, fields)
        if isinstance(value, Ref):
            return value.id
        if assignment.rows is not None:
            parts = [
                tuple((cell.target, self.contribution(cell, connection, row)) for cell in assignment.rows.cells)
                for row in _as_rows(value)
            ]
            beside = ("", self._beside(assignment.rows, connection, fields, value))
            return tuple(sorted([*parts, (beside,)], key=repr))
        if assignment.tax is not None:
            return canonical(value, MoneyType())
        kind = assignment.type if assignment.lookup is None else TextType()
        return canonical(_represented(value, kind), kind)

    def _rows(
        self, assignment: Assignment, plan: RowMap, source: Endpoint, target: Endpoint, fields: Mapping[str, Value]
    ) -> Value | Unknown:
        """Return the rows of the target; no rows say what is in none of them."""
        value = self.evaluate(assignment.value, source.connection, fields)
        if self._beside(plan, source.connection, fields, value):
            return Unknown(value)
        rows: list[Row] = []
        for row in _as_rows(value):
            cells: list[tuple[str, Value]] = []
            for cell in plan.cells:
                found = self.image(cell, source, target, row)
                if isinstance(found, Unknown):
                    return Unknown(value)
                cells.append((cell.target, found))
            rows.append(tuple(sorted(cells)))
        return canonical(tuple(rows), assignment.type)

    def _beside(self, plan: RowMap, connection: str, fields: Mapping[str, Value], value: Value) -> Value:
        """Return what of a total no row makes, more than a cent for each; None for nothing."""
        rows = _as_rows(value)
        total = fields.get(plan.total or "")
        if not isinstance(total, Decimal | int):
            return None
        made = [self.evaluate(plan.amount, connection, row) for row in rows]
        beside = Decimal(total) - sum((Decimal(one) for one in made if isinstance(one, Decimal | int)), Decimal(0))
        return round(beside, 2) if abs(round(beside, 2)) * 100 > len(rows) else None

    def _tax(
        self, plan: TaxMatch, source: str, target: str, fields: Mapping[str, Value], value: Value
    ) -> Value | Unknown:
        """Return the only tax that makes an amount of what a row comes to."""
        net = self.evaluate(plan.net, source, fields)
        if not isinstance(value, Decimal | int) or not value:
            return None
        found = {
            record.id
            for step in self._steps.get((target, plan.module), ())
            for record in self._spool.all_records(step)
            if isinstance(rate := record.fields.get(plan.percentage), Decimal | int)
            and isinstance(net, Decimal | int)
            and abs(Decimal(net) * Decimal(rate) - Decimal(value) * 100) < 1
        }
        return Ref(plan.module, found.pop()) if len(found) == 1 else Unknown(value)

    def _partner(self, assignment: Assignment, source: str, target: str, reference: Ref) -> Value:
        modules = assignment.type.modules if isinstance(assignment.type, ReferenceType) else ()
        others = False
        for pair in self._plan.pairs.values():
            sides: tuple[tuple[Side, Endpoint, Endpoint], ...] = (
                ("left", pair.left, pair.right),
                ("right", pair.right, pair.left),
            )
            for side, here, there in sides:
                if (here.connection, here.module) != (source, reference.module):
                    continue
                found = self._spool.partner(pair.name, side, reference.id) if there.connection == target else None
                if found is not None and there.module in modules:
                    return Ref(there.module, found)
                others = others or found is not None
        if others and assignment.elsewhere:
            return None
        return PartnerOf(source, reference.module, reference.id, "")

    def _looked_up(self, lookup: Lookup, connection: str, value: Value) -> Value | Unknown:
        name = f"{connection}.{lookup.module}.{lookup.field}"
        schema = self._schemas[connection].modules[lookup.module].fields.get(lookup.field)
        kind = schema.value if schema is not None else TextType()
        if name not in self._indexed:
            self._indexed.add(name)
            for step in self._steps.get((connection, lookup.module), ()):
                forms = (
                    (_form(record.fields.get(lookup.field), kind), record.id)
                    for record in self._spool.all_records(step)
                    if not is_empty(record.fields.get(lookup.field))
                )
                self._spool.put_lookup(name, forms)
        found = self._spool.looked_up(name, _form(value, kind))
        return Ref(lookup.module, found[0]) if len(found) == 1 else Unknown(value)

    def _referred(self, connection: str, module: str, record_id: str) -> Record | None:
        for step in self._steps.get((connection, module), ()):
            record = self._spool.record(step, record_id)
            if record is not None:
                return record
        return None


class _Scope:
    """The date of the run, and stepping through references by what was read."""

    row: Mapping[str, Value] = MappingProxyType({})

    def __init__(self, images: Images, connection: str, today: dt.date) -> None:
        self._images = images
        self._connection = connection
        self._today = today

    @property
    def today(self) -> dt.date:
        """The date of the run."""
        return self._today

    def follow(self, reference: Value, name: str) -> Value:
        """Return a field of the record that a reference names; empty when it was not read."""
        if not isinstance(reference, Ref):
            return None
        record = self._images.referred(self._connection, reference.module, reference.id)
        return record.fields.get(name) if record is not None else None


def same(one: Value | Unknown, other: Value | Unknown) -> bool:
    """Return whether two canonical values are one and the same; `true` is no number."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _as_rows(value: Value) -> list[dict[str, Value]]:
    return [dict(row) for row in value if isinstance(row, tuple)] if isinstance(value, tuple) else []


def _form(value: Value, kind: FieldType) -> str:
    return json.dumps(to_json(canonical(_represented(value, kind), kind)), sort_keys=True)


def _represented(value: Value, kind: FieldType) -> Value:
    """Return a value as a field of a type writes it, where that loses nothing."""
    if isinstance(kind, MoneyType | DecimalType) and isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(kind, IntegerType) and isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(kind, _TEXTS) and not isinstance(value, str) and not is_empty(value):
        return value.id if isinstance(value, Ref) else show(value)
    return value
