"""What two versions of the rules would do with the same records: only what differs. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from syncdsl.changes.change_set import GuardVerdict, Privacy
from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Effect, Hold, Link, Skip, Update
from syncdsl.changes.identity import substance
from syncdsl.schema.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.changes.change_set import ChangeSet

Subject: TypeAlias = tuple[str | int | None, ...]


class Beginning(Model):
    """A trigger that is switched on by a version of the rules: what holds already becomes its baseline."""

    text: str
    location: str


class Version(Model):
    """One version of the rules and all that it would do.

    `name` is how people call it, `rules` the digest of its plan. `limits` are the verdicts of its guards, `baseline`
    counts what it would remember without changing a record, `begins` are the triggers that it switches on.
    """

    name: str
    rules: str
    effects: tuple[Effect, ...]
    limits: tuple[GuardVerdict, ...] = ()
    baseline: dict[str, int]
    begins: tuple[Beginning, ...] = ()
    reported: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


class FieldDifference(Model):
    """A field that two versions write differently; `old` is what it holds. `before` and `after` are what they write.

    A version that leaves it alone is named in `only`: the other one writes it.
    """

    field: str
    old: Any = None
    before: Any = None
    after: Any = None
    only: Literal["before", "after"] | None = None


class ChangedEffect(Model):
    """An effect of the same kind on the same record with other contents; `fields` are those written differently."""

    before: Effect
    after: Effect
    fields: tuple[FieldDifference, ...] = ()


class Comparison(Model):
    """How two versions of the rules differ in what they would do; `same` counts the effects that do not differ.

    The lists hold changes and holds alike. `taken` is when the records were read.
    """

    environment: str
    taken: dt.datetime
    privacy: Privacy
    before: Version
    after: Version
    only_before: tuple[Effect, ...] = ()
    only_after: tuple[Effect, ...] = ()
    changed: tuple[ChangedEffect, ...] = ()
    same: int = 0
    reported_before: tuple[str, ...] = ()
    reported_after: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether both versions would do, hold and remember the same."""
        parts = (self.only_before, self.only_after, self.changed, self.reported_before, self.reported_after)
        return not any(parts) and self.before.baseline == self.after.baseline


def version_of(name: str, changes: ChangeSet, begins: Iterable[Beginning] = ()) -> Version:
    """Return a version of the rules with what its preview came to."""
    return Version(
        name=name,
        rules=changes.plan,
        effects=changes.effects,
        limits=changes.guards,
        baseline=changes.baseline,
        begins=tuple(begins),
        reported=changes.reported,
        unreadable=tuple(f"{one.connection}.{one.module}" for one in changes.unreadable),
    )


def compare(
    before: Version, after: Version, *, environment: str, taken: dt.datetime, privacy: Privacy = "sensitive"
) -> Comparison:
    """Return how two versions of the rules differ, in the order in which they would do it."""
    left, right = _without_common(before.effects, after.effects)
    waiting: defaultdict[Subject, deque[Effect]] = defaultdict(deque)
    for effect in left:
        waiting[about(effect)].append(effect)
    changed: list[ChangedEffect] = []
    only_after: list[Effect] = []
    matched: set[int] = set()
    for effect in right:
        mates = waiting.get(about(effect))
        if mates:
            mate = mates.popleft()
            matched.add(id(mate))
            changed.append(ChangedEffect(before=mate, after=effect, fields=_fields(mate, effect)))
        else:
            only_after.append(effect)
    reported_before, reported_after = _without_equal(before.reported, after.reported)
    return Comparison(
        environment=environment,
        taken=taken,
        privacy=privacy,
        before=before,
        after=after,
        only_before=tuple(effect for effect in left if id(effect) not in matched),
        only_after=tuple(only_after),
        changed=tuple(changed),
        same=len(before.effects) - len(left),
        reported_before=reported_before,
        reported_after=reported_after,
    )


def about(effect: Effect) -> Subject:
    """Return what two effects have in common that are about the same: their kind, and the record or records."""
    match effect:
        case Create():
            # The record is not there yet: whom it is made for tells which one it is.
            document = effect.rule if effect.document else ""
            module = (effect.record.connection, effect.record.module)
            return (effect.kind, *module, effect.source.text, document, effect.instance)
        case Update() | Delete() | Deactivate() | Skip():
            return (effect.kind, effect.record.text)
        case Link():
            return (effect.kind, effect.left.text, effect.right.text)
        case Act():
            return (effect.kind, effect.record.text, effect.source.text)
        case Hold():
            return (effect.kind, effect.why, effect.record.text, effect.record.id or effect.record.label, effect.field)


def _without_common(before: Sequence[Effect], after: Sequence[Effect]) -> tuple[list[Effect], list[Effect]]:
    """Return the effects of each side that the other one does not have; equal ones go in pairs."""
    counts: defaultdict[str, int] = defaultdict(int)
    forms = [substance(effect) for effect in after]
    for form in forms:
        counts[form] += 1
    left: list[Effect] = []
    common: defaultdict[str, int] = defaultdict(int)
    for effect in before:
        form = substance(effect)
        if counts[form]:
            counts[form] -= 1
            common[form] += 1
        else:
            left.append(effect)
    right: list[Effect] = []
    for effect, form in zip(after, forms, strict=True):
        if common[form]:
            common[form] -= 1
        else:
            right.append(effect)
    return left, right


def _without_equal(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    there, here = set(after), set(before)
    return tuple(text for text in before if text not in there), tuple(text for text in after if text not in here)


def _fields(before: Effect, after: Effect) -> tuple[FieldDifference, ...]:
    """Return the fields that two effects write differently, in the order of the later one."""
    if not isinstance(before, Create | Update) or not isinstance(after, Create | Update):
        return ()
    was = {change.field: change for change in before.fields}
    found: list[FieldDifference] = []
    for change in after.fields:
        other = was.pop(change.field, None)
        if other is None:
            found.append(FieldDifference(field=change.field, old=change.old, after=change.new, only="after"))
        elif other.new != change.new:
            found.append(FieldDifference(field=change.field, old=change.old, before=other.new, after=change.new))
    found += [
        FieldDifference(field=change.field, old=change.old, before=change.new, only="before") for change in was.values()
    ]
    return tuple(found)
