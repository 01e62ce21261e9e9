"""What differs between two versions of the rules, told effect by effect."""

from __future__ import annotations

import datetime as dt
from typing import Any

from syncdsl.changes.comparison import Comparison, Version, compare
from syncdsl.changes.effects import Create, Delete, Effect, FieldChange, Hold, RecordName, Update

TAKEN = dt.datetime(2026, 1, 5, 10, tzinfo=dt.UTC)


def name(module: str, record_id: str | None, label: str = "Acme") -> RecordName:
    """Return a record's name."""
    connection = "crm" if module[0].isupper() else "books"
    return RecordName(connection=connection, module=module, id=record_id, label=label)


def update(record_id: str, rule: str = "customers", place: str = "a.sync:1", **fields: Any) -> Update:
    """Return an update of a customer."""
    return Update(
        rule=rule,
        location=place,
        reason=f"because of {rule}",
        record=name("customers", record_id),
        side="right",
        partner=name("Accounts", f"a{record_id}"),
        fields=tuple(FieldChange(field=field, old="", new=new, location=place) for field, new in fields.items()),
    )


def create(source: str, module: str = "customers", rule: str = "customers", **facts: Any) -> Create:
    """Return a create for an account."""
    facts = {"fields": (), **facts}
    return Create(
        rule=rule,
        location="a.sync:1",
        reason="new",
        record=name(module, None),
        source=name("Accounts", source),
        source_side="left",
        key=f"sd-{source}",
        **facts,
    )


def hold(record_id: str, **facts: Any) -> Hold:
    """Return a conflict."""
    facts = {"left": "a", "right": "b", **facts}
    return Hold(
        rule="customers",
        location="a.sync:1",
        reason="both",
        why="conflict",
        record=name("Accounts", record_id),
        **facts,
    )


def delete(record_id: str) -> Delete:
    """Return a delete of a customer."""
    return Delete(
        rule="customers",
        location="a.sync:1",
        reason="gone",
        record=name("customers", record_id),
        side="right",
        partner=name("Accounts", "x"),
    )


def compared(before: list[Effect], after: list[Effect], **facts: Any) -> Comparison:
    """Compare two lists of effects."""
    versions = [
        Version(name=called, rules=f"b2:{called}", effects=tuple(effects), baseline=facts.get(called, {}))
        for called, effects in (("old", before), ("new", after))
    ]
    return compare(*versions, environment="test", taken=TAKEN)


def test_equal_effects_are_no_difference() -> None:
    """The same effects in another order, from other places and with other words, are the same."""
    before: list[Effect] = [update("1", name="x"), create("9"), hold("3")]
    moved = hold("3").model_copy(update={"reason": "in other words", "location": "b.sync:7"})
    after: list[Effect] = [create("9"), moved, update("1", rule="clients", place="b.sync:9", name="x")]
    found = compared(before, after)
    assert found.identical
    assert found.same == 3


def test_effects_of_one_version_alone_are_listed() -> None:
    """What only one version does is on its list, holds among them."""
    found = compared([update("1", name="x"), delete("5")], [update("1", name="x"), hold("3")])
    assert found.only_before == (delete("5"),)
    assert found.only_after == (hold("3"),)
    assert found.same == 1
    assert not found.identical


def test_another_value_for_the_same_record_is_a_change() -> None:
    """Per field: what both write differently, and what only one of them writes."""
    found = compared([update("1", name="x", city="A", fax="1")], [update("1", name="x", city="B", phone="2")])
    (changed,) = found.changed
    assert [(one.field, one.before, one.after, one.only) for one in changed.fields] == [
        ("city", "A", "B", None),
        ("phone", None, "2", "after"),
        ("fax", "1", None, "before"),
    ]
    assert found.only_before == found.only_after == ()


def test_creates_are_matched_by_what_they_are_made_for() -> None:
    """A new record has no id: module, source, document and number tell it; another amount is a change."""
    amount = {"document": True, "currency": "EUR"}
    before: list[Effect] = [create("1", "invoices", "invoice", amount="1.00", **amount), create("2")]
    after: list[Effect] = [create("1", "invoices", "invoice", amount="2.00", **amount), create("3")]
    found = compared(before, after)
    assert [(one.before, one.after) for one in found.changed] == [(before[0], after[0])]
    assert found.only_before == (before[1],)
    assert found.only_after == (after[1],)
    assert compared([before[0]], [create("1", "invoices", "invoice", instance=1, **amount)]).changed == ()


def test_several_effects_on_one_record_go_in_pairs() -> None:
    """Equal ones cancel each other one by one; what is left over is one version's alone."""
    found = compared([update("1", name="x"), update("1", name="x")], [update("1", name="x")])
    assert found.same == 1
    assert found.only_before == (update("1", name="x"),)


def test_another_baseline_is_a_difference() -> None:
    """What is only remembered counts: an edge that becomes baseline makes nothing."""
    assert not compared([], [], old={"conditions noted": 1}, new={"conditions noted": 2}).identical
    assert compared([], [], old={"conditions noted": 1}, new={"conditions noted": 1}).identical
