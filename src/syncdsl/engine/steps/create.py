"""Create: the partner of a record that has none, and the copy that `on duplicate: clone` makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.changes.effects import Create, FieldChange, Hold, RecordName
from syncdsl.engine.amounts import total_of
from syncdsl.engine.lines import apply_line
from syncdsl.engine.mapped import Mapped, Misfit, Parked
from syncdsl.engine.operations import CreateRecord
from syncdsl.schema.canonical import match_form
from syncdsl.schema.types import TextType
from syncdsl.schema.values import is_empty, partners_in, show, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.reviewing import Decided
    from syncdsl.plan.pairs import Pair
    from syncdsl.schema.values import Fields, Value

SideName = Literal["left", "right"]


@dataclass(slots=True)
class NewFields:
    """What a record to be created gets, and what keeps it from being created.

    `text` is the line that has the problem, `offered` the value that does not fit, as it stands in a hold.
    """

    values: Fields = field(default_factory=dict)
    changes: list[FieldChange] = field(default_factory=list)
    waits_for: list[tuple[str, str, str]] = field(default_factory=list)
    problem: str | None = None
    parked: bool = False
    skipped: bool = False
    location: str = ""
    text: str | None = None
    offered: Any = None

    def put(
        self, name: str, outcome: Mapped | Misfit | Parked, *, text: str, location: str, else_skip: bool = False
    ) -> None:
        """Add one mapped field; the first problem stays, but for one that says to skip the record."""
        match outcome:
            case Mapped(value):
                if is_empty(value):
                    return
                self.values[name] = value
                self.changes.append(FieldChange(field=name, old=None, new=to_json(value), location=location))
                for partner in partners_in(value):
                    self.waits_for.append((partner.connection, partner.source_module, partner.source_id))
            case Misfit(reason, _):
                self._stop(text, reason, location, outcome.value, skips=else_skip)
            case Parked(reference):
                self._stop(text, f"waits for the partner of {reference.module}/{reference.id}", location, reference)
                self.parked = True

    def require(self, name: str, *, text: str, location: str, else_skip: bool = False) -> None:
        """Say so when a required field got no value."""
        if name not in self.values:
            self._stop(text, f"it is empty, and the other system requires `{name}`", location, skips=else_skip)

    def _stop(self, text: str, problem: str, location: str, offered: Value = None, *, skips: bool = False) -> None:
        if self.problem is None or (skips and not self.skipped):
            self.problem, self.location = f"`{text}`: {problem}", location
            self.text, self.offered = text, to_json(offered)
        self.skipped = self.skipped or skips


def draft_partners(
    pair: Pair, context: Context, records: Sequence[tuple[Record, SideName]]
) -> list[tuple[Record, SideName, NewFields]]:
    """Return what each record's partner would get.

    A partner that cannot be made is no partner to refer to: records that refer to it wait too, in the preview already.
    """
    drafts = [(record, side, _draft(pair, context, record, side, {})) for record, side in records]
    while True:
        failed = {
            (endpoint.connection, endpoint.module, record.id)
            for record, side, found in drafts
            if found.problem is not None
            for endpoint in (pair.left if side == "left" else pair.right,)
            if _unplan(pair, context, record, side)
        }
        if not failed:
            return drafts
        drafts = [
            (record, side, _draft(pair, context, record, side, {}) if failed.intersection(found.waits_for) else found)
            for record, side, found in drafts
        ]


def _unplan(pair: Pair, context: Context, source: Record, source_side: SideName) -> bool:
    """Take back that a record gets a partner; return whether that was planned."""
    here, there = (pair.right, pair.left) if source_side == "left" else (pair.left, pair.right)
    planned = context.planned.get((there.connection, there.module, source.id), set())
    if (here.connection, here.module) not in planned:
        return False
    planned.discard((here.connection, here.module))
    return True


def _draft(pair: Pair, context: Context, source: Record, source_side: SideName, suffix: Mapping[str, str]) -> NewFields:
    side: SideName = "right" if source_side == "left" else "left"
    found = NewFields()
    for line in pair.lines:
        assignment = line.to_right if side == "right" else line.to_left
        if assignment is None:
            continue
        found.put(
            assignment.target,
            apply_line(pair, context, line, side, source, suffix),
            text=line.text,
            location=line.location,
            else_skip=line.else_skip,
        )
        if assignment.required:
            found.require(assignment.target, text=line.text, location=line.location, else_skip=line.else_skip)
    return found


def create_partner(
    pair: Pair,
    context: Context,
    source: Record,
    source_side: SideName,
    *,
    found: NewFields | None = None,
    suffix: Mapping[str, str] | None = None,
    reason: str = "",
    aside: tuple[str, str] | None = None,
    decided: Decided | None = None,
) -> None:
    """Decide on making the partner of a record; one that does not fit waits as a whole."""
    here, there = (pair.right, pair.left) if source_side == "left" else (pair.left, pair.right)
    found = found or _draft(pair, context, source, source_side, suffix or {})
    name = context.name(there.connection, source)
    if found.problem is not None:
        if found.skipped:
            context.reported.append(f"{name.text}: skipped, {found.problem}")
        else:
            hold_new(context, pair.name, found, name, source_side)
        _unplan(pair, context, source, source_side)
        return
    decided = decided or context.reviews.cause((there.connection, there.module, source.id))
    label = show(found.values.get(context.schema(here.connection, here.module).label_field)) or name.label
    effect = Create(
        rule=pair.name,
        location=pair.location,
        reason=decided.reason
        if decided
        else reason or f"{there.connection}.{there.module} has it, {here.connection} does not",
        record=RecordName(connection=here.connection, module=here.module, id=None, label=label),
        source=name,
        source_side=source_side,
        key=context.pair_key(pair, source_side, source.id),
        fields=tuple(found.changes),
        waits_for=tuple(found.waits_for),
        suffix=dict(suffix or {}),
    )
    if pair.exchange is not None and source_side == "left":
        effect = effect.model_copy(update=total_of(pair, context, source))
    by_person = (decided,) if decided else ()
    context.add(
        CreateRecord(effect=effect, pair=pair, source=source, values=found.values, aside=aside, decided=by_person)
    )
    context.expect(there.connection, source)


def hold_new(context: Context, rule: str, found: NewFields, source: RecordName, source_side: SideName = "left") -> None:
    """Hold a record that cannot be created yet."""
    context.hold(
        Hold(
            rule=rule,
            location=found.location,
            reason=found.problem or "",
            why="parked" if found.parked else "value",
            record=source,
            field=found.text,
            left=found.offered if source_side == "left" else None,
            right=found.offered if source_side == "right" else None,
        )
    )


def clone_partner(
    pair: Pair, context: Context, left: Record, right: Record, into: SideName, *, decided: Decided | None = None
) -> None:
    """`on duplicate: clone in C`: make a copy in C beside the duplicate, its name with the shortest free suffix.

    The duplicate itself is set aside when the copy is made: it is neither matched nor created again.
    """
    source_side: SideName = "left" if into == "right" else "right"
    source, duplicate = (left, right) if into == "right" else (right, left)
    endpoint = pair.right if into == "right" else pair.left
    label = context.schema(endpoint.connection, endpoint.module).label_field
    suffix = {f"{into}:{label}": free_suffix(context, endpoint.connection, endpoint.module, label, duplicate)}
    context.plan_partner(
        (pair.left if into == "right" else pair.right).connection,
        source.module,
        source.id,
        endpoint.connection,
        endpoint.module,
    )
    create_partner(
        pair,
        context,
        source,
        source_side,
        suffix=suffix,
        reason=f"`{show(duplicate.fields.get(label))}` is a duplicate, and the rule says clone",
        aside=(into, duplicate.id),
        decided=decided,
    )


def free_suffix(context: Context, connection: str, module: str, label: str, duplicate: Record) -> str:
    """Return the shortest of ` 2`, ` 3`, … that makes the duplicate's name free in its module's whole collection."""
    store = context.schema(connection, module).store
    used = {
        match_form(record.fields.get(label), TextType())
        for observation in context.observations.values()
        if observation.step.connection == connection
        and context.schema(connection, observation.step.module).store == store
        for record in observation.records.values()
    }
    name = show(duplicate.fields.get(label))
    number = 2
    while match_form(f"{name} {number}", TextType()) in used:
        number += 1
    return f" {number}"
