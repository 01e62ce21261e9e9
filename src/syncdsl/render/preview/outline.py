"""The outline of a change set: its effects by rule, module, kind and reason, with what is alike folded.

It is made in one pass and refers to a few samples of each fold: besides the change set itself it takes no more memory
for a million effects than for some thousands.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Hold, Link, Skip, Update
from syncdsl.render.preview.facts import TITLES
from syncdsl.render.preview.folding import Fold, Folding
from syncdsl.render.totals import KINDS, Money, Totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.changes.effects import Change, Effect, RecordName

SAMPLES = 8
"""How many changes of a fold are kept to be shown."""

REASONS = 60
"""How many reasons of one kind are told apart. The rules have only so many lines, but a name may stand in a reason."""

OTHER_REASONS = "other reasons"


@dataclass(slots=True, kw_only=True)
class Group:
    """The changes of one kind that one rule makes in one module for one reason.

    `varied` tells that their own reasons differ, be it only in the record that they name.
    """

    kind: str
    reason: str
    varied: bool = False
    count: int = 0
    money: Money = field(default_factory=Money)
    folding: Folding = field(default_factory=Folding)
    folds: tuple[Fold, ...] = ()


@dataclass(slots=True, kw_only=True)
class ModuleGroup:
    """What one rule changes in one module, `books.customers`: groups in the order of kinds."""

    name: str
    count: int = 0
    money: Money = field(default_factory=Money)
    groups: list[Group] = field(default_factory=list)

    def kinds(self) -> list[tuple[str, int, list[str]]]:
        """Return each kind with how many changes there are of it and their money, whatever their reasons."""
        counts: Counter[str] = Counter()
        for group in self.groups:
            counts[group.kind] += group.count
        # Only creates make documents.
        return [(kind, count, self.money.texts if kind == "create" else []) for kind, count in counts.items()]


@dataclass(slots=True, kw_only=True)
class RuleGroup:
    """What one rule does; `location` is its first place in the rules."""

    rule: str
    location: str
    count: int = 0
    money: Money = field(default_factory=Money)
    modules: list[ModuleGroup] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class HoldGroup:
    """What is held for one reason: the first ones as samples."""

    rule: str
    location: str
    reason: str
    varied: bool = False
    number: int = 0
    count: int = 0
    samples: list[Hold] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Held:
    """What waits for the same kind of decision; the most frequent reason first."""

    why: str
    count: int
    groups: list[HoldGroup]


@dataclass(slots=True, kw_only=True)
class Outline:
    """All of it. Folds and groups of holds are numbered in their order, each by itself."""

    totals: Totals
    rules: list[RuleGroup]
    held: list[Held]
    index: Index

    @property
    def folds(self) -> list[Fold]:
        """Return every fold in order; its place in the list is its number."""
        return [
            fold for rule in self.rules for module in rule.modules for group in module.groups for fold in group.folds
        ]

    @property
    def hold_groups(self) -> list[HoldGroup]:
        """Return every group of holds in order."""
        return [group for held in self.held for group in held.groups]


class Index:
    """Where each effect stands in an outline: asked again, it answers as it did while the outline was made."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[str, ...], set[str]] = {}
        self.groups: dict[tuple[str, ...], Group] = {}
        self.holds: dict[tuple[str, ...], HoldGroup] = {}

    def group(self, effect: Change) -> Group:
        """Return the group of a change; a new one where there is none."""
        key = (effect.rule, target(effect), effect.kind)
        reason = self._reason(key, effect)
        group = self.groups.get((*key, reason))
        if group is None:
            group = self.groups[*key, reason] = Group(kind=effect.kind, reason=effect.reason)
        elif effect.reason != group.reason:
            group.varied, group.reason = True, reason
        return group

    def hold_group(self, hold: Hold) -> HoldGroup:
        """Return the group of a hold; a new one where there is none."""
        key = ("hold", hold.rule, hold.why)
        reason = self._reason(key, hold)
        group = self.holds.get((*key, reason))
        if group is None:
            group = HoldGroup(rule=hold.rule, location=hold.location, reason=hold.reason)
            self.holds[*key, reason] = group
        elif hold.reason != group.reason:
            group.varied, group.reason = True, reason
        return group

    def fold(self, effect: Change) -> Fold:
        """Return the fold of a change of the outline, when it is complete."""
        return self.group(effect).folding.fold_of(effect)

    def _reason(self, key: tuple[str, ...], effect: Effect) -> str:
        """Return a reason without the records that it names, or the one for those beyond the most."""
        reason = _without_records(effect)
        known = self._reasons.setdefault(key, set())
        if reason in known:
            return reason
        if len(known) == REASONS:
            return OTHER_REASONS
        known.add(reason)
        return reason


def outline(changes: ChangeSet, *, samples: int = SAMPLES) -> Outline:
    """Return the outline of a change set, with up to `samples` changes of each fold."""
    totals, index = Totals(), Index()
    rules: dict[str, RuleGroup] = {}
    modules: dict[tuple[str, str], ModuleGroup] = {}
    for effect in changes.effects:
        totals.add(effect)
        if isinstance(effect, Hold):
            held = index.hold_group(effect)
            held.count += 1
            if len(held.samples) < samples:
                held.samples.append(effect)
            continue
        name = target(effect)
        rule = rules.get(effect.rule)
        if rule is None:
            rule = rules[effect.rule] = RuleGroup(rule=effect.rule, location=effect.location)
        elif effect.location != rule.location:
            rule.location = min(rule.location, effect.location, key=place)
        module = modules.get((effect.rule, name))
        if module is None:
            module = modules[effect.rule, name] = ModuleGroup(name=name)
            rule.modules.append(module)
        group = index.group(effect)
        if not group.count:
            module.groups.append(group)
        for part in (rule, module, group):
            part.count += 1
            if isinstance(effect, Create) and effect.document:
                part.money.add(effect)
        group.folding.add(effect, samples)
    return _numbered(Outline(totals=totals, rules=list(rules.values()), held=_held(index), index=index))


def target(effect: Change) -> str:
    """Return the module that a change is made in, `books.customers`."""
    record = changed_record(effect)
    return f"{record.connection}.{record.module}"


def changed_record(effect: Change) -> RecordName:
    """Return the record that a change is made to."""
    match effect:
        case Link():
            return effect.left if effect.key_side == "left" else effect.right
        case Create() | Update() | Delete() | Deactivate() | Act() | Skip():
            return effect.record
        case _:
            assert_never(effect)


def place(location: str) -> tuple[str, int]:
    """Return the file and line of a place, to order places by."""
    file, _, line = location.rpartition(":")
    return file, int(line) if line.isascii() and line.isdigit() and len(line) < 10 else 0


def _held(index: Index) -> list[Held]:
    by_why: dict[str, list[HoldGroup]] = {why: [] for why in TITLES}
    for (_, _, why, _), group in index.holds.items():
        by_why[why].append(group)
    return [
        Held(
            why=why,
            count=sum(group.count for group in groups),
            groups=sorted(groups, key=lambda group: -group.count),
        )
        for why, groups in by_why.items()
        if groups
    ]


def _numbered(made: Outline) -> Outline:
    for rule in made.rules:
        rule.modules.sort(key=lambda module: module.name)
        for module in rule.modules:
            module.groups.sort(key=lambda group: (KINDS.index(group.kind), -group.count))
            for group in module.groups:
                group.folds = group.folding.folds()
    for number, fold in enumerate(made.folds):
        fold.number = number
    for number, held in enumerate(made.hold_groups):
        held.number = number
    return made


def _without_records(effect: Effect) -> str:
    """Return the reason of an effect with `…` in place of the records that it is about."""
    reason = effect.reason
    if "/" not in reason:
        return reason
    for record in _records(effect):
        if record.id and record.id in reason:
            reason = reason.replace(record.text, "…")
            if record.label:
                reason = reason.replace(f"`{record.label}`", "…")
    return reason


def _records(effect: Effect) -> Sequence[RecordName]:
    match effect:
        case Create() | Act():
            return effect.record, effect.source
        case Update() | Delete() | Deactivate():
            return effect.record, effect.partner
        case Link():
            return effect.left, effect.right
        case Skip() | Hold():
            return effect.record, *effect.candidates
        case _:
            assert_never(effect)
