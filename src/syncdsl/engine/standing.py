"""How one record stands with a `module` statement: linked, in scope or not and why, and what a sync makes of it."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncdsl.changes.effects import RecordName
from syncdsl.engine.observation import observation_name
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import FieldRead
from syncdsl.plan.reads import reads_of
from syncdsl.plan.steps import ObserveStep
from syncdsl.schema.model import Model
from syncdsl.schema.values import Ref, is_empty, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.run import Run
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Endpoint, KeyPart, Pair
    from syncdsl.schema.values import Value
    from syncdsl.state import Link

Situation: TypeAlias = Literal[
    "linked", "deleted", "set aside", "out of scope", "waits", "match", "create", "left alone"
]
"""Where a record stands: it has a partner; its partner was deleted and is not made again; it was left out on purpose;
it is not in scope; it waits for its parent; a record of the other side has the same key; a partner will be made; or
the rules make nothing of it."""


class Standing(Model):
    """A record's standing with one `module` statement; `why` says it in words, `partners` are who it is about."""

    rule: str
    location: str
    situation: Situation
    why: str
    partners: tuple[RecordName, ...] = ()


class Standings:
    """Tells standings of records of left sides, as they were read just now."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._scopes: dict[str, _Scope] = {}

    def of(self, pair: Pair, record: Record) -> Standing:
        """Return how a record of the pair's left side stands."""
        link = self._run.state.link(pair.name, left_id=record.id)
        if link is not None:
            return self._linked(pair, record, link)
        if ("left", record.id) in self._run.state.set_asides(pair.name):
            return _standing(pair, "set aside", "left out on purpose: `on duplicate` said so")
        outside = self._outside(pair, record)
        if outside is not None:
            return _standing(pair, "out of scope", outside)
        waits = self._waits(pair, record)
        if waits is not None:
            return _standing(pair, "waits", waits)
        return self._unlinked(pair, record)

    # -- linked -------------------------------------------------------------------------------------------------

    def _linked(self, pair: Pair, record: Record, link: Link) -> Standing:
        partner = self._partner(pair, link.right_id)
        if link.status == "active":
            outside = self._outside(pair, record)
            why = f"linked, but {outside}: nothing of it is synced" if outside else "linked"
            return _standing(pair, "linked", why, partner)
        gone = "its partner" if link.status == "right_gone" else "it" if link.status == "left_gone" else "both"
        return _standing(pair, "deleted", f"{gone} was deleted; the link is kept and nothing is made again", partner)

    def _partner(self, pair: Pair, record_id: str) -> RecordName:
        right = pair.right
        label_field = self._run.schemas[right.connection].modules[right.module].label_field
        found = self._run.connections[right.connection].fetch(right.module, [record_id], (label_field,))
        label = show(found[record_id].fields.get(label_field)) if record_id in found else ""
        return RecordName(connection=right.connection, module=right.module, id=record_id, label=label or record_id)

    # -- scope --------------------------------------------------------------------------------------------------

    def _outside(self, pair: Pair, record: Record) -> str | None:
        """Return why a record is out of scope, None when it is in it."""
        left = pair.left
        if left.where is not None and self._evaluate(left, left.where, record) is not True:
            reads = ", ".join(
                f"{'.'.join(path)} = {_shown(record.fields.get(path[0]))}" for path in reads_of(left.where)
            )
            return f"`where {left.connection}` does not hold ({reads})" if reads else "`where` does not hold"
        if left.view is not None:
            step = next(
                item for item in self._run.plan.steps if isinstance(item, ObserveStep) and item.id == left.observe
            )
            name = observation_name(step)
            if self._run.state.observation(name) is not None and not self._run.state.stored(name, [record.id]):
                return f'it was not in the view "{left.view}" at the last reading'
        return None

    def _waits(self, pair: Pair, record: Record) -> str | None:
        """Return why a nested record waits for its parent, None when nothing is in the way."""
        if pair.parent is None:
            return None
        above = self._run.plan.pairs[pair.parent.pair]
        field = pair.parent.field_of("left")
        reference = record.fields.get(field)
        if not isinstance(reference, Ref):
            return f"it has no parent: {field} is empty"
        link = self._run.state.link(above.name, left_id=reference.id)
        if link is None:
            return f"its parent {above.left.connection}.{above.left.module}/{reference.id} has no partner yet"
        return None if link.status == "active" else "its parent's partner was deleted"

    def _evaluate(self, endpoint: Endpoint, expression: PlanExpression, record: Record) -> Value:
        scope = self._scopes.setdefault(endpoint.connection, _Scope(self._run, endpoint.connection))
        compiled = compile_expression(expression, self._run.plan.tables)
        return compiled({**record.fields, "id": record.id}, scope)

    # -- without a partner --------------------------------------------------------------------------------------

    def _unlinked(self, pair: Pair, record: Record) -> Standing:
        """Return what a sync would make of a record that has no partner."""
        there = f"{pair.right.connection}.{pair.right.module}"
        for key in pair.keys:
            candidates = self._candidates(pair, key.parts[0], record) if len(key.parts) == 1 else []
            if candidates:
                return _standing(pair, "match", self._match(pair, key.text, candidates), *candidates)
        if pair.direction == "left":
            return _standing(pair, "left alone", f"`<-`: nothing is made in {there}")
        return _standing(pair, "create", f"a sync makes it in {there}")

    def _match(self, pair: Pair, key: str, candidates: list[RecordName]) -> str:
        """Return in words what becomes of a record when records of the other side have its key."""
        if len(candidates) > 1:
            return f"{len(candidates)} records have the same `{key}`: a person is asked"
        if self._run.state.link(pair.name, right_id=candidates[0].id) is not None:
            return f"the record with the same `{key}` is linked to another one already: a person is asked"
        rule = pair.on_duplicate
        into = {"left": pair.left.connection, "right": pair.right.connection, None: ""}[rule.into]
        return f"a record has the same `{key}`; `on duplicate: {rule.action}{' in ' + into if into else ''}`"

    def _candidates(self, pair: Pair, part: KeyPart, record: Record) -> list[RecordName]:
        """Return the records of the other side with the same single-field key."""
        right = pair.right
        if not isinstance(part.right, FieldRead) or len(part.right.path) != 1:
            return []
        value = self._evaluate(pair.left, part.left, record)
        if is_empty(value):
            return []
        schema = self._run.schemas[right.connection].modules[right.module]
        found = self._run.connections[right.connection].find(
            right.module, part.right.path[0], [value], (schema.label_field,)
        )
        return [
            RecordName(
                connection=right.connection,
                module=right.module,
                id=one.id,
                label=show(one.fields.get(schema.label_field)) or one.id,
            )
            for records in found.values()
            for one in records
        ]


class _Scope:
    """The date, and stepping through references by reading the record they name."""

    row: Mapping[str, Value] = MappingProxyType({})

    def __init__(self, run: Run, connection: str) -> None:
        self._run = run
        self._connection = connection

    @property
    def today(self) -> dt.date:
        """The date in the organisation's zone; it decides nothing here, it only tells what a run would see."""
        try:
            zone: dt.tzinfo = ZoneInfo(self._run.connections[self._connection].identity().time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = dt.UTC
        return self._run.clock().astimezone(zone).date()

    def follow(self, reference: Value, name: str) -> Value:
        """Return a field of the record that a reference names; empty when there is none."""
        if not isinstance(reference, Ref):
            return None
        found = self._run.connections[self._connection].fetch(reference.module, [reference.id], (name,))
        record = found.get(reference.id)
        return record.fields.get(name) if record is not None else None


def _standing(pair: Pair, situation: Situation, why: str, *partners: RecordName) -> Standing:
    return Standing(rule=pair.name, location=pair.location, situation=situation, why=why, partners=partners)


def _shown(value: Value) -> str:
    return "empty" if is_empty(value) else f"`{show(value)}`"
