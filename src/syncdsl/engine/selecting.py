"""Performing a saved change set: of what is decided now, exactly what it says and nothing else.

The decision is made anew, so a saved change set is never believed for more than what was agreed on. What came out
differently, or rests on a record that moved on, is *stale* and left alone; what came up since is *fresh* and left for
the next run. Whatever is left out stays on the agenda: no edge of it is committed, no link of it is made.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Create, Update
from syncdsl.changes.identity import identity
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import FOREIGN_CHANGE_SET, STALE_CHANGE_SET
from syncdsl.diagnostics.codes.snapshots import RECORDED_ONLY
from syncdsl.engine.agenda import records_of
from syncdsl.engine.dependents import dependents, makes
from syncdsl.engine.estimating import estimates
from syncdsl.engine.operations import LinkRecords, UpdateDocument, UpdateRecord
from syncdsl.engine.steps.guard import verdicts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.changes.effects import Change, Effect
    from syncdsl.engine.context import Context
    from syncdsl.engine.operations import Operation

NAMED = 5
"""How many records a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A change of a saved change set that is not made, with the reason."""

    effect: Change
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of a saved change set can be performed.

    `kept` are its operations as they were decided now, `fresh` those that it does not have.
    """

    kept: tuple[Operation, ...]
    stale: tuple[Stale, ...]
    fresh: tuple[Operation, ...]


def refuse_recorded(expected: ChangeSet) -> None:
    """Refuse a change set of what a snapshot recorded: what its records hold by now was never looked at.

    Raises Fault SD897.
    """
    if expected.observed == "snapshot":
        raise Fault(
            RECORDED_ONLY,
            "this change set was previewed on a snapshot, not on the systems; nothing was applied",
            help="make one of the systems as they are with `syncdsl plan --out FILE`, without `--offline`",
        )


def refuse_foreign(expected: ChangeSet, now: ChangeSet) -> None:
    """Refuse a change set that is of a snapshot, of another environment, of other organisations or of other rules.

    Raises Fault: SD843 for the former, SD802 when the rules or the schema snapshots changed since.
    """
    refuse_recorded(expected)
    if (expected.environment, expected.organizations) != (now.environment, now.organizations):
        raise Fault(
            FOREIGN_CHANGE_SET,
            "this change set was made for another environment or for other organisations; nothing was applied",
            help="apply it where it was made, or make one here with `syncdsl plan --out FILE`",
        )
    if expected.seal != now.seal:
        raise Fault(
            FOREIGN_CHANGE_SET,
            "the hidden values of this change set were made with the key of another state; nothing was applied",
            help="apply it with the state it was made with, or make a new one with `syncdsl plan --out FILE`",
        )
    changed = sorted(name for name in now.schemas if expected.schemas.get(name) != now.schemas[name])
    if expected.plan != now.plan or changed:
        what = f"the schema snapshot of `{changed[0]}`" if changed and expected.plan == now.plan else "the rules"
        raise _stale(f"{what} changed since it was made")


def select(expected: ChangeSet, context: Context) -> Selection:
    """Compare a saved change set with what is decided now."""
    now = context.change_set
    moved = {name for name, was in expected.expects.items() if now.expects.get(name, was) != was}
    # What the change set shows of an effect may leave values out; the operation has them.
    shown = {id(effect): one for effect, one in zip(context.effects, now.effects, strict=True)}
    decided: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in context.operations:
        decided[identity(shown[id(operation.effect)])].append(operation)
    held = {name for effect in now.holds for name in _names(effect)}
    kept: dict[int, tuple[Operation, Change]] = {}
    stale: list[Stale] = []
    for effect in expected.changes:
        waiting = decided.get(identity(effect))
        gone = sorted(_names(effect) & moved)
        if gone:
            stale.append(Stale(effect=effect, reason=f"`{gone[0]}` moved on"))
        elif not waiting:
            stale.append(Stale(effect=effect, reason=_why_not(effect, expected, context, held)))
        else:
            operation = waiting.pop(0)
            kept[id(operation)] = (operation, effect)
    incomplete = [kept.pop(id(operation))[1] for operation in list(_incomplete(context.operations, kept))]
    stale += [Stale(effect=effect, reason="it needs another change that is stale") for effect in incomplete]
    # Whatever is decided about them now is what became of them, and nothing new.
    about = {name for item in stale for name in _names(item.effect)}
    return Selection(
        kept=tuple(operation for operation in context.operations if id(operation) in kept),
        stale=tuple(stale),
        fresh=tuple(
            operation
            for operation in context.operations
            if id(operation) not in kept and about.isdisjoint(_names(operation.effect))
        ),
    )


def refuse_stale(selection: Selection, expected: ChangeSet, *, skip: bool) -> None:
    """Refuse a change set of which something is stale; with `skip` only one of which nothing is left.

    Raises Fault SD802.
    """
    count, total = len(selection.stale), len(expected.changes)
    if not count or (skip and selection.kept):
        return
    reasons = sorted({item.reason for item in selection.stale})
    shown = "; ".join(reasons[:NAMED]) + ("; …" if len(reasons) > NAMED else "")
    left = "" if skip or count == total else "; `--skip-stale` applies the rest of this one"
    raise _stale(f"stale: {count:,} of {total:,}: {shown}", left)


def narrow(selection: Selection, expected: ChangeSet, context: Context) -> None:
    """Leave only what was selected in a context, and everything else for the next run."""
    kept = {id(operation) for operation in selection.kept}
    left_out = [operation for operation in context.operations if id(operation) not in kept]
    effects = {id(operation.effect) for operation in left_out}
    context.operations = list(selection.kept)
    context.effects = [effect for effect in context.effects if id(effect) not in effects]
    for operation in left_out:
        # A decision that it would have carried out still stands.
        context.reviews.standing.update(decided.review for decided in getattr(operation, "decided", ()))
        for name in records_of(operation.effect):
            context.look_again(name.connection, name.module, name.id or "")
    skipped = {id(item.effect) for item in selection.stale}
    context.change_set = expected.model_copy(
        update={
            "effects": tuple(effect for effect in expected.effects if id(effect) not in skipped),
            "unreadable": context.change_set.unreadable,
            # What other runs did since counts towards the guards of a day.
            "guards": verdicts(context, estimates(context)),
        }
    )


def _names(effect: Effect) -> set[str]:
    """Return the records that an effect rests on, as preconditions name them."""
    waits = effect.waits_for if isinstance(effect, Create | Update) else ()
    return {
        *(record.text for record in records_of(effect) if record.id is not None),
        *(f"{connection}.{module}/{record_id}" for connection, module, record_id in waits),
    }


def _why_not(effect: Change, expected: ChangeSet, context: Context, held: Collection[str]) -> str:
    """Return why a change is not decided any more."""
    for item in context.change_set.unreadable:
        if effect.rule in item.holds:
            return f"`{item.connection}.{item.module}` cannot be read now: {item.code}: {item.message}"
    names = _names(effect)
    for name in sorted(names & expected.expects.keys()):
        connection, _, rest = name.partition(".")
        module, _, record_id = rest.partition("/")
        record = context.observed_record(connection, module, record_id)
        if record is None or context.expectation(record) != expected.expects[name]:
            return f"`{name}` " + ("is gone" if record is None else "moved on")
    waiting = names.intersection(held)
    if waiting:
        return f"`{min(waiting)}` is held now"
    return f"`{min(names, default=effect.rule)}` would not be changed like this now"


def _incomplete(operations: Sequence[Operation], kept: Mapping[int, tuple[Operation, Change]]) -> Iterator[Operation]:
    """Yield the kept operations that need one that is not: what they refer to is not made, or not linked."""
    out = [operation for operation in operations if id(operation) not in kept]
    gone = {id(operation) for operation in out}
    while True:
        more = [item for item in (*dependents(operations, out), *_bound(operations, out)) if id(item) not in gone]
        if not more:
            return
        for operation in more:
            if id(operation) not in gone:
                gone.add(id(operation))
                out.append(operation)
                yield operation


def _bound(operations: Sequence[Operation], out: Collection[Operation]) -> Iterator[Operation]:
    """Yield what is decided together with something left out: a first link and the values that go with it."""
    missing = {source for operation in out if (source := makes(operation)) is not None}
    links = {operation.link.uid for operation in out if isinstance(operation, LinkRecords)}
    values = {operation.link_uid for operation in out if isinstance(operation, UpdateRecord)}
    for operation in operations:
        match operation:
            case LinkRecords() if operation.link.uid in values:
                yield operation
            case UpdateRecord() if operation.link_uid in links:
                yield operation
            case UpdateRecord() | UpdateDocument() if missing.intersection(operation.effect.waits_for):
                yield operation
            case _:
                pass


def _stale(reason: str, left: str = "") -> Fault:
    return Fault(
        STALE_CHANGE_SET,
        f"this change set is stale, nothing was applied: {reason}",
        help=f"make and review a new one with `syncdsl plan --out FILE`{left}",
    )
