"""The effects of one run in the form in which tests ask for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Hold, Link, Skip, Update
from syncdsl.changes.rehearsed import Happening
from syncdsl.schema.values import PartnerOf, Ref, from_json, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from syncdsl.changes.effects import Effect, FieldChange, RecordName
    from syncdsl.engine.report import ApplyReport
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.values import Fields, Row, Value
    from syncdsl.trial.memory_pair import MemoryPair


_SKIPPED = re.compile(r"([^.\s]+)\.(\S+)/(\S+): skipped, (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One effect: the word that expectations use for it, and what it is about.

    `records` are the ids of the records that it is about, the affected one first. `fields` are the values written;
    references are to records that are there by now. `refused` is why the other system did not take it.
    """

    word: str
    rule: str
    connection: str
    module: str
    records: tuple[str, ...]
    name: str
    reason: str
    location: str
    fields: Fields = field(default_factory=dict)
    document: bool = False
    refused: str | None = None


def happened(
    report: ApplyReport,
    plan: Plan,
    pair: MemoryPair,
    known_holds: set[str],
    partner: Callable[[PartnerOf], Ref | None],
    beside: Callable[[str, str], str | None],
) -> list[Happened]:
    """Return the effects of a run, in their order: what was done, what was refused, and what began to wait.

    `known_holds` are the ids of holds, and the texts of what was skipped, that were there before; those of now are put
    in their place. `partner` gives records that were to come when the effect was decided, `beside` the id of the
    partner of a record in a module of the rules.
    """
    refused = {failure.effect.id: f"{failure.code}: {failure.message}" for failure in report.failed}
    refused.update({effect.id: "the record changed meanwhile" for effect in report.moved_on})
    refused.update({effect.id: "nobody knows whether it was done" for effect in report.unknown})
    seen: dict[str, Effect] = {}
    for effect in (*report.changes.effects, *report.done):
        seen.setdefault(effect.id, effect)
    found: list[Happened] = []
    holds: set[str] = set()
    for effect in seen.values():
        if isinstance(effect, Hold):
            holds.add(effect.id)
            if effect.id in known_holds:
                continue
        found.append(_of(effect, plan, pair, refused.get(effect.id), partner))
    for text in dict.fromkeys(report.changes.reported):
        skipped = _skipped(text, plan, pair, beside)
        if skipped is not None:
            holds.add(text)
            if text not in known_holds:
                found.append(skipped)
    known_holds.clear()
    known_holds.update(holds)
    return found


def is_skip(text: str) -> bool:
    """Return whether a remark of a run tells of a record that it skipped, which is an effect here."""
    return _SKIPPED.fullmatch(text) is not None


def _skipped(text: str, plan: Plan, pair: MemoryPair, beside: Callable[[str, str], str | None]) -> Happened | None:
    """Return the effect that a remark tells of where a line says `else skip`: the engine decides nothing then."""
    match = _SKIPPED.fullmatch(text)
    if match is None:
        return None
    connection, module, identifier, reason = match.groups()
    for one in plan.pairs.values():
        line = next((line for line in one.lines if line.else_skip), None)
        sides = {(side.connection, side.module) for side in (one.left, one.right)}
        if line is not None and (connection, module) in sides:
            records = [each for each in (identifier, beside(one.name, identifier)) if each is not None]
            label = next((label for each in records if (label := pair.label_of(each)) is not None), f'"{identifier}"')
            return Happened(
                word="skip",
                rule=one.name,
                connection=connection,
                module=module,
                records=tuple(records),
                name=f"for {label} in {connection}",
                reason=reason,
                location=line.location,
            )
    return None


def told(item: Happened, pair: MemoryPair, names: Mapping[str, str] | None = None) -> Happening:
    """Return an effect in words; `names` are the only fields shown, all of them without it."""
    rows = [(name, show_value(value, pair)) for name, value in item.fields.items() if names is None or name in names]
    return Happening(
        kind=item.word,
        subject=item.rule,
        record=item.name,
        fields=tuple(rows),
        reason=item.reason,
        location=item.location,
        refused=item.refused,
    )


def show_value(value: Value, pair: MemoryPair) -> str:
    """Return a value as a test would write it: text in quotation marks, a record by its label."""
    if value is None or value == "":
        return "empty"
    if isinstance(value, Ref):
        return pair.label_of(value.id) or _known_as(value, pair) or show(value)
    if isinstance(value, PartnerOf):
        return f"the partner of {pair.label_of(value.source_id) or value.source_id}"
    if rows_of(value):
        return " and ".join(
            "(" + ", ".join(f"{name} = {show_value(cell, pair)}" for name, cell in row) + ")" for row in rows_of(value)
        )
    return f'"{value}"' if isinstance(value, str) else show(value)


def rows_of(value: Value) -> tuple[Row, ...]:
    """Return the rows of a list field; none of any other value."""
    return tuple(row for row in value if isinstance(row, tuple)) if isinstance(value, tuple) else ()


def _known_as(reference: Ref, pair: MemoryPair) -> str | None:
    for store in pair.stores.values():
        record = store.get(reference.module, reference.id) if reference.id in store.records else None
        if record is not None:
            label = show(record.fields.get(store.module(reference.module).label_field))
            return f'"{label}" ({reference.module})' if label else None
    return None


def _of(
    effect: Effect, plan: Plan, pair: MemoryPair, refused: str | None, partner: Callable[[PartnerOf], Ref | None]
) -> Happened:
    document = effect.rule in plan.documents
    record, others, fields, word = _facts(effect)
    values = {change.field: _written(change, partner) for change in fields}
    names = [one for one in (record, *others) if one.id]
    return Happened(
        word=word,
        rule=effect.rule,
        connection=record.connection,
        module=record.module,
        records=tuple(one.id or "" for one in names),
        name=_name(record, others, pair, document=document),
        reason=effect.reason,
        location=effect.location,
        fields=values,
        document=document,
        refused=refused,
    )


def _facts(effect: Effect) -> tuple[RecordName, tuple[RecordName, ...], tuple[FieldChange, ...], str]:
    match effect:
        case Create():
            return effect.record, (effect.source,), effect.fields, "create"
        case Update():
            return effect.record, (effect.partner,), effect.fields, "update"
        case Link():
            return effect.right, (effect.left,), (), "link"
        case Delete():
            return effect.record, (effect.partner,), (), "delete"
        case Deactivate():
            return effect.record, (effect.partner,), (), "deactivate"
        case Act():
            return effect.record, (effect.source,), (), effect.kind
        case Skip():
            return effect.record, effect.candidates, (), "skip"
        case Hold():
            return effect.record, effect.candidates, (), "hold"
        case _:
            assert_never(effect)


def _name(record: RecordName, others: Iterable[RecordName], pair: MemoryPair, *, document: bool) -> str:
    """Return what a test calls a record, or what it is made from."""
    own = pair.label_of(record.id) if record.id else None
    if own is not None:
        return f"{own} in {record.connection}"
    source = next((label for one in others if one.id and (label := pair.label_of(one.id)) is not None), None)
    if source is None:
        return f'"{record.label}" in {record.connection}'
    return f"for {source}" if document else f"for {source} in {record.connection}"


def _written(change: FieldChange, partner: Callable[[PartnerOf], Ref | None]) -> Value:
    return _settled(from_json(change.new), partner)


def _settled(value: Value, partner: Callable[[PartnerOf], Ref | None]) -> Value:
    """Return a value in which partners that were to come are the records that they are by now."""
    if isinstance(value, PartnerOf):
        return partner(value) or value
    if rows_of(value):
        return tuple(tuple((name, _settled(cell, partner)) for name, cell in row) for row in rows_of(value))
    return value
