from __future__ import annotations

import tracemalloc
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from tests.unit.render.change_sets import CASES, account, change_set, customer, field, folded, phone
from tests.unit.render.hostile_changes import hostile_changes

from syncdsl.changes.effects import Hold, Update
from syncdsl.render.preview.folding import SHAPES, VALUES
from syncdsl.render.preview.outline import OTHER_REASONS, REASONS, outline, place
from syncdsl.render.totals import total

if TYPE_CHECKING:
    from syncdsl.changes.change_set import ChangeSet


@pytest.fixture(params=[*CASES, "hostile"])
def changes(request: pytest.FixtureRequest) -> ChangeSet:
    """Return each change set."""
    name = str(request.param)
    return hostile_changes() if name == "hostile" else CASES[name]()[0]


def test_every_effect_is_counted_once_on_every_level(changes: ChangeSet) -> None:
    """Rules, modules, groups and folds each add up to all changes, holds to all holds, money to all money."""
    whole = outline(changes)
    assert whole.totals == total(changes.effects)
    count = len(changes.changes)
    assert sum(rule.count for rule in whole.rules) == count
    assert sum(module.count for rule in whole.rules for module in rule.modules) == count
    assert sum(group.count for rule in whole.rules for module in rule.modules for group in module.groups) == count
    assert sum(fold.count for fold in whole.folds) == count
    assert sum(group.count for group in whole.hold_groups) == sum(held.count for held in whole.held)
    assert sum(held.count for held in whole.held) == len(changes.holds)
    for rule in whole.rules:
        expected = whole.totals.money.get(rule.rule)
        assert rule.money.amounts == (expected.amounts if expected else {})


def test_asked_again_every_effect_is_where_it_was_counted(changes: ChangeSet) -> None:
    """A second pass finds for each effect its fold or group of holds, as many for each as were counted."""
    whole = outline(changes)
    found = Counter(whole.index.fold(effect).number for effect in changes.changes)
    assert found == Counter({number: fold.count for number, fold in enumerate(whole.folds)})
    held = Counter(whole.index.hold_group(hold).number for hold in changes.holds)
    assert held == Counter({number: group.count for number, group in enumerate(whole.hold_groups)})


def test_samples_are_of_their_fold(changes: ChangeSet) -> None:
    """Samples are the first changes of their fold, as many as asked for."""
    whole = outline(changes, samples=3)
    for fold in whole.folds:
        assert len(fold.samples) == min(3, fold.count)
        assert all(whole.index.fold(effect) is fold for effect in fold.samples)
        if fold.same and fold.count > 1:
            values = {str([(one.old, one.new) for one in effect.fields]) for effect in fold.samples}  # type: ignore[union-attr]
            assert len(values) == 1


def test_values_beyond_the_most_are_told_together() -> None:
    """However many values there are, a fold of the others takes them, and frequent first ones stay apart."""
    alike = [phone(number, "old", "new") for number in range(50)]
    other = [phone(number, "old", f"new {number}") for number in range(3 * VALUES)]
    whole = outline(change_set(*alike, *other))
    assert [(fold.same, fold.count) for fold in whole.folds] == [(False, 3 * VALUES), (True, 50)]


def test_sets_of_fields_beyond_the_most_are_told_together() -> None:
    """However many sets of fields there are, one fold takes those that are not told apart."""
    effects = [
        phone(number, 1, 2).model_copy(update={"fields": (field(f"f{number}", 1, 2),)}) for number in range(SHAPES + 9)
    ]
    whole = outline(change_set(*effects))
    assert len(whole.folds) == SHAPES + 1
    assert (whole.folds[0].fields, whole.folds[0].count) == (None, 9)


def test_a_record_in_a_reason_makes_no_group_of_its_own() -> None:
    """Reasons that differ in the record that they name are one, and are said to differ."""
    effects = [
        phone(number, "a", str(number)).model_copy(
            update={"reason": f"a draft follows {account(number, f'Company {number} GmbH').text}"}
        )
        for number in range(5)
    ]
    (group,) = outline(change_set(*effects)).rules[0].modules[0].groups
    assert (group.reason, group.varied, group.count) == ("a draft follows …", True, 5)


def test_reasons_beyond_the_most_are_told_together() -> None:
    """However many reasons there are, one group takes those that are not told apart."""
    effects = [
        phone(number, "a", "b").model_copy(update={"reason": f"reason {number}"}) for number in range(REASONS + 7)
    ]
    groups = outline(change_set(*effects)).rules[0].modules[0].groups
    assert len(groups) == REASONS + 1
    assert (groups[0].reason, groups[0].count, groups[0].varied) == (OTHER_REASONS, 7, True)


def test_it_takes_no_more_memory_for_more_effects() -> None:
    """Ten times the effects take less than twice the memory beside them."""
    sizes = []
    for number in (1_000, 10_000):
        changes = folded()
        effects = tuple(
            Update(
                rule="customers",
                location="rules/customers.sync:20",
                reason="changed in crm",
                record=customer(index, "Same"),
                side="right",
                partner=account(index, "Same"),
                fields=(field("phone", "a", index),),
            )
            for index in range(number)
        )
        changes = changes.model_copy(update={"effects": effects})
        tracemalloc.start()
        outline(changes)
        sizes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert sizes[1] < 2 * sizes[0]


def test_holds_are_told_by_what_is_to_be_decided() -> None:
    """Conflicts come first; of a kind the most frequent reason does."""
    changes = CASES["everything"]()[0]
    assert [(held.why, held.count) for held in outline(changes).held] == [("conflict", 1), ("match", 2), ("parked", 7)]
    assert all(isinstance(hold, Hold) for group in outline(changes).hold_groups for hold in group.samples)


@pytest.mark.parametrize(
    ("location", "expected"),
    [("a.sync:12", ("a.sync", 12)), ("a.sync:x", ("a.sync", 0)), ("", ("", 0)), (f"a:{'9' * 5000}", ("a", 0))],
)
def test_places_are_ordered_by_file_and_line(location: str, expected: tuple[str, int]) -> None:
    """What is no line counts as the first: a saved change set may hold any text."""
    assert place(location) == expected
