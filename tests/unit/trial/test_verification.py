"""What a verification says of two systems, and of how they came to differ."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert
from tests.unit.trial.conftest import only, verified

from syncdsl.adapters.priority import Priority, current_priority
from syncdsl.diagnostics import Fault
from syncdsl.schema.values import Ref
from syncdsl.state.tables import REVIEW

if TYPE_CHECKING:
    from typing import Any

    from tests.unit.engine.conftest import World

MAP = """
module customers: crm.Accounts <-> books.customers
    where books: kind == "business"
    dedupe: Name == name
    on conflict: review
    map:
        Name <-> name
        Name -> company
        "business" -> kind
        Phone <-> phone
        Website <-> website, prefer crm
        Notes -> notes, when empty
        Tier -> tier
        group address:
            Street <-> street
            City <-> city
"""


def settled(world: World, **fields: str) -> tuple[str, str]:
    """Return the ids of two linked records after a quiet sync."""
    left = world.rules(MAP).account("Acme", **fields)
    world.settle()
    ((_, right, _),) = world.links()
    return left, right


def kinds(world: World) -> list[tuple[str, str, str]]:
    """Return (line's field, kind, who changed) of every difference."""
    return [(item.field, item.kind, item.changed) for item in verified(world).differences]


def test_after_a_quiet_sync_everything_agrees(world: World) -> None:
    """Two systems that were just synced agree in every compared field."""
    settled(world, Phone="+49 30 1", Website="https://acme.example", Notes="n", Tier="A", Street="S", City="C")
    found = verified(world)
    module = only(found)
    assert (found.in_sync, module.percent, module.linked, module.compared) == (True, "100", 1, 9)
    assert module.oldest_lag_seconds is None


def test_an_edit_since_the_last_sync_is_pending_with_its_age(world: World) -> None:
    """A change that has not travelled is a difference with both values, its line, who changed it, and how old it is."""
    left, right = settled(world, Phone="1")
    world.edit(left, Phone="2")
    world.crm.now += dt.timedelta(hours=3)
    found = verified(world)
    (difference,) = found.differences
    assert (difference.kind, difference.changed, difference.field) == ("pending", "left", "phone")
    assert (difference.left_value, difference.right_value) == ("2", "1")
    assert (difference.left.id, difference.right.id) == (left, right)
    assert difference.line == "Phone <-> phone"
    assert difference.location.startswith("main.sync:")
    module = only(found)
    assert (module.pending, module.percent, found.as_ruled) == (1, "88.88", False)
    assert module.oldest_lag_seconds == difference.lag_seconds
    assert difference.lag_seconds == 3 * 3600


def test_a_far_side_edit_of_a_one_way_line_is_left_alone(world: World) -> None:
    """What the rules do not carry back is told apart, before and after the run that reports it."""
    _, right = settled(world, Tier="A")
    world.edit(right, tier="B")
    assert kinds(world) == [("tier", "left alone", "right")]
    world.apply()
    assert kinds(world) == [("tier", "left alone", "neither")]
    found = verified(world)
    assert (found.as_ruled, found.in_sync, only(found).percent) == (True, False, "88.88")


def test_two_way_fields_that_differ_although_nothing_changed_are_drift(world: World) -> None:
    """When the bases say that both sides are as they were left, and they differ, something went wrong."""
    _, right = settled(world, Website="https://a.example")
    state = world.state()
    (link,) = state.links("customers")
    world.books.edit("customers", right, {"website": "https://b.example"})
    state.put_link(replace(link, right_base={**link.right_base, "website": "https://b.example"}))
    assert kinds(world) == [("website", "drift", "neither")]


def test_weak_lines_say_something_only_about_empty_fields(world: World) -> None:
    """A `when empty` line over two values and a constant over another value do not count; over nothing they do."""
    left, right = settled(world, Notes="mine")
    world.edit(right, notes="theirs")
    assert kinds(world) == []
    world.edit(right, notes=None)
    assert kinds(world) == [("notes", "left alone", "right")]
    world.edit(left, Notes="new")
    assert kinds(world) == [("notes", "pending", "both")]


def test_a_group_travels_together(world: World) -> None:
    """A field of a group whose sibling changed is pending, though it did not change itself."""
    left, _ = settled(world, Street="S", City="C")
    world.edit(left, Street="T", City="D")
    assert [(field, kind) for field, kind, _ in kinds(world)] == [("street", "pending"), ("city", "pending")]


def test_records_without_a_partner_are_missing(world: World) -> None:
    """Records in scope on either side that should have a partner are missing on the other; others are not."""
    settled(world)
    world.account("New")
    world.customer("Newer", kind="business")
    world.customer("Person", kind="individual")
    found = verified(world)
    module = only(found)
    assert (module.missing_right, module.missing_left, module.linked) == (1, 1, 1)
    assert [(item.record.label, item.record.connection) for item in found.missing] == [
        ("New", "crm"),
        ("Newer", "books"),
    ]


def test_a_one_way_module_misses_partners_on_one_side_only(world: World) -> None:
    """Nothing has to be made of a record on the far side of a one-way module."""
    world.rules(MAP.replace("Accounts <->", "Accounts ->").replace("<->", "->").replace(", prefer crm", ""))
    world.account("Acme")
    world.settle()
    world.customer("Other", kind="business")
    assert verified(world).in_sync
    world.account("New")
    assert only(verified(world)).missing_right == 1


def test_a_deleted_record_is_told_until_it_is_known(world: World) -> None:
    """An active link whose record is gone is a finding; once the deletion is known the kept partner is none."""
    left, right = settled(world)
    world.delete(left)
    found = verified(world)
    (gone,) = found.gone
    assert (gone.left.id, gone.right.id, gone.sides, found.as_ruled) == (left, right, ("left",), False)
    world.apply()
    found = verified(world)
    assert (found.in_sync, only(found).deleted) == (True, 1)


def test_records_out_of_scope_are_neither_compared_nor_missing(world: World) -> None:
    """Leaving scope stops syncing: what differs then is not a difference."""
    _, right = settled(world)
    world.edit(right, kind="individual", phone="9")
    found = verified(world)
    assert (found.in_sync, only(found).outside, only(found).linked) == (True, 1, 0)


def test_a_record_outside_the_view_is_not_gone(world: World) -> None:
    """A linked record that a view no longer shows is outside, after a direct read confirmed that it exists."""
    viewed = MAP.replace('    where books: kind == "business"', '    view: "Some"')
    world.rules(viewed.replace('        "business" -> kind\n', ""))
    left = world.account("Acme")
    world.settle()
    world.crm.views["Accounts", "Some"] = lambda fields: fields.get("Name") != "Acme"
    assert only(verified(world)).outside == 1
    world.delete(left)
    assert only(verified(world)).gone == 1


def test_one_key_on_two_records_is_a_finding(world: World) -> None:
    """Two living records that carry one syncdsl key are told, in scope or not."""
    _, right = settled(world)
    twin = world.customer("Twin", key=world.get(right)["key"], kind="individual")
    found = verified(world)
    (shared,) = found.shared_keys
    assert {record.id for record in shared.records} == {right, twin}
    assert (only(found).shared_keys, found.as_ruled) == (1, False)


def test_a_clone_agrees_with_its_suffix(world: World) -> None:
    """The suffix of a clone is part of the map: the copy's name is no difference, another name is."""
    world.rules(MAP.replace("dedupe: Name == name", "dedupe: Name == name\n    on duplicate: clone in books"))
    world.account("Acme")
    world.customer("Acme", kind="business")
    world.settle()
    ((_, right, _),) = world.links()
    assert world.get(right)["name"] == "Acme 2"
    assert [item.field for item in verified(world).differences] == []
    world.edit(right, name="Acme 3")
    assert ("name", "pending", "right") in kinds(world)


def test_references_agree_when_they_name_partners(world: World) -> None:
    """A reference is compared with the partner of what the other side refers to."""
    world.rules(MAP.replace("        Name -> company", "        Name -> company\n        Parent <-> parent"))
    parent, other = world.account("Parent"), world.account("Other")
    child = world.account("Child", Parent=Ref("Accounts", parent))
    world.settle()
    assert verified(world).in_sync
    world.edit(child, Parent=Ref("Accounts", other))
    assert kinds(world) == [("parent", "pending", "left")]


def test_what_waits_for_a_person_is_held(world: World) -> None:
    """A difference with an open review item, and a record that one is about, count as held."""
    left, right = settled(world, Phone="1")
    world.edit(left, Phone="2")
    world.edit(right, phone="3")
    waiting, candidate = world.account("Waiting"), world.customer("Candidate", kind="business")
    state = world.state()
    with state.transaction() as connection:
        for record_id, kind, field in ((left, "conflict", "Phone <-> phone"), (waiting, "match", None)):
            connection.execute(insert(REVIEW).values(item(record_id, kind, field, candidate)))
    found = verified(world)
    module = only(found)
    assert (module.held, module.pending, module.held_records) == (1, 0, 2)
    assert (module.missing_right, module.missing_left) == (0, 0)
    assert module.oldest_lag_seconds is not None
    assert not found.as_ruled


def item(record_id: str, kind: str, field: str | None, candidate: str) -> dict[str, Any]:
    """Return an open review item."""
    return {
        "id": f"{kind}-{record_id}",
        "kind": kind,
        "rule": "customers",
        "location": "main.sync:1",
        "reason": "",
        "connection": "crm",
        "module": "Accounts",
        "record_id": record_id,
        "label": "",
        "field": field,
        "candidates": [{"connection": "books", "module": "customers", "id": candidate, "label": ""}],
        "state": "open",
        "opened": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        "opened_run": "r",
    }


def test_a_new_line_is_pending_until_it_was_merged(world: World) -> None:
    """Two records that have not met under a line differ because of the rule, whatever their bases say."""
    left, right = settled(world)
    world.edit(left, Region="north")
    world.edit(right, mail="n@example.com")
    world.rules(MAP + "        Region -> mail\n")
    assert kinds(world) == [("mail", "pending", "rule")]


def test_the_first_findings_are_told_and_all_are_counted(world: World) -> None:
    """With a limit the counts stay complete; what needs a look comes before what is left alone."""
    world.rules(MAP)
    for number in range(5):
        world.account(f"Account {number}", Tier="A")
    world.settle()
    for left, right, _ in sorted(world.links()):
        world.edit(right, tier="B")
        world.edit(left, Phone="5")
    found = verified(world, limit=3)
    assert [item.kind for item in found.differences] == ["pending"] * 3
    assert (only(found).pending, only(found).left_alone) == (5, 5)


def test_what_the_other_system_made_of_a_value_is_told(world: World) -> None:
    """A value that the other system stored otherwise than it was written is a difference, though no run has work."""
    left = world.rules(MAP).account("Acme", Website="https://a.example")
    world.apply()
    ((_, right, _),) = world.links()
    state = world.state()
    (link,) = state.links("customers")
    world.books.edit("customers", right, {"website": "HTTPS://A.EXAMPLE"})
    state.put_link(replace(link, right_base={**link.right_base, "website": "HTTPS://A.EXAMPLE"}))
    world.quiet()
    assert [(item.left.id, item.kind) for item in verified(world).differences] == [(left, "drift")]


def test_its_calls_give_way_to_more_urgent_ones(world: World) -> None:
    """Everything is read in the class of work for verification, by one reading a module without cursor."""
    left, _ = settled(world, Phone="1")
    world.edit(left, Phone="2")
    seen: list[tuple[str, Priority]] = []

    def note(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name != "identity":
            seen.append((name, current_priority()))
            assert name != "observe" or arguments[0].cursor is None
        return answer

    world.answered = note
    verified(world)
    assert seen == [(name, Priority.VERIFY) for name in ("observe", "observe", "fetch", "fetch")]


def test_an_edit_between_the_two_readings_is_no_difference(world: World) -> None:
    """Where one record was read before an edit travelled and its partner after it, a second look at both settles it."""
    left, right = settled(world, Phone="1")

    def synced_meanwhile(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe" and arguments[0].module == "customers":
            world.edit(left, Phone="2")
            world.edit(right, phone="2")
        return answer

    world.answered = synced_meanwhile
    assert verified(world).in_sync


def test_a_record_deleted_between_the_two_readings_is_gone(world: World) -> None:
    """What is gone at the second look is told as gone."""
    left, right = settled(world, Phone="1")
    world.edit(left, Phone="2")

    def deleted_meanwhile(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe" and arguments[0].module == "Accounts":
            world.delete(right)
        return answer

    world.answered = deleted_meanwhile
    found = verified(world)
    assert (only(found).gone, only(found).linked, found.gone[0].sides) == (1, 0, ("right",))


def test_an_incomplete_reading_says_nothing(world: World) -> None:
    """When a system does not show everything there is no verdict at all."""
    settled(world)

    def cut(name: str, _arguments: object, answer: Any) -> Any:
        return answer[:-1] if name == "observe" else answer

    world.answered = cut
    with pytest.raises(Fault) as caught:
        verified(world)
    assert caught.value.code.id == "SD840"


def test_an_unknown_module_is_refused_with_the_names_there_are(world: World) -> None:
    """`--module` names a statement of the rules."""
    settled(world)
    with pytest.raises(Fault) as caught:
        verified(world, module="crm.Accounts")
    assert caught.value.code.id == "SD841"
    assert "`customers`" in (caught.value.help or "")


def test_another_organisation_is_refused(world: World) -> None:
    """A state of other organisations is not compared: everything would look gone."""
    settled(world)
    world.crm.organization = "crm-2"
    with pytest.raises(Fault) as caught:
        verified(world)
    assert caught.value.code.id == "SD807"


def test_nothing_of_the_state_changes(world: World) -> None:
    """A verification leaves the state byte for byte as it was."""
    left, _ = settled(world)
    world.edit(left, Phone="7")
    world.close()
    before = (world.folder / world.state_name).read_bytes()
    verified(world)
    world.close()
    assert (world.folder / world.state_name).read_bytes() == before
