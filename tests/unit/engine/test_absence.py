"""Records that are deleted, out of scope, or not in a reading."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.protocol import ObservationEnd, Page
from syncdsl.engine.run import preview

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

RULES = """
module customers: crm.Accounts <-> books.customers
    where crm: Region == "in"
    where books: kind == "business"
    dedupe: Name == name
    map:
        Name <-> name
        Phone <-> phone
        "business" -> kind
        Region <- "in"
"""
PEOPLE = """
module people: crm.Accounts <-> books.customers
    where crm: Region == "people"
    where books: kind == "individual"
    dedupe: Name == name
    map:
        Name <-> name
        "individual" -> kind
        Region <- "people"
"""


@pytest.fixture
def pair(world: World) -> tuple[str, str]:
    """Return the ids of a settled pair."""
    left = world.rules(RULES).account("Acme", Region="in", Phone="1")
    world.settle()
    ((_, right, _),) = world.links()
    return left, right


@pytest.mark.parametrize("side", [0, 1])
def test_the_partner_of_a_deleted_record_is_kept_and_the_record_not_made_again(
    world: World, pair: tuple[str, str], side: int
) -> None:
    """A delete is noted, said once, and answered by no write, not even when the partner changes (I16)."""
    world.delete(pair[side])
    changes = world.quiet()
    assert any("was deleted" in line for line in changes.reported)
    assert world.quiet().reported == ()
    world.edit(pair[1 - side], **({"Phone": "2"} if side else {"phone": "2"}))
    assert world.quiet().holds == ()
    assert {link[2] for link in world.links()} == {("left_gone", "right_gone")[side]}


def test_a_namesake_of_a_kept_partner_is_a_review_item(world: World, pair: tuple[str, str]) -> None:
    """A new record like one whose partner was deleted is neither linked nor created."""
    world.delete(pair[1])
    world.customer("Acme", kind="business")
    changes = world.settle()
    assert changes.holds
    assert len(world.all("Accounts")) == 1


def test_a_restored_record_takes_up_its_link(world: World, pair: tuple[str, str]) -> None:
    """A record that comes back under its id is linked as before."""
    stored = world.books.records[pair[1]]
    world.delete(pair[1])
    world.quiet()
    world.books.records[pair[1]] = stored
    world.edit(pair[1], phone="7")
    world.settle()
    assert world.links() == {(*pair, "active")}
    assert world.get(pair[0])["Phone"] == "7"


def test_both_deleted_is_the_end(world: World, pair: tuple[str, str]) -> None:
    """Both records of a link gone: nothing to write, nothing to say again."""
    for record in pair:
        world.delete(record)
    world.quiet()
    assert {link[2] for link in world.links()} == {"both_gone"}


def silent_about_deletions(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
    """Let a system tell changes but not deletions, as Books does."""
    if name != "observe" or arguments[0].cursor is None:
        return answer
    return [Page(records=item.records, unchanged=item.unchanged) if isinstance(item, Page) else item for item in answer]


def test_a_sweep_finds_what_a_system_does_not_tell(world: World, pair: tuple[str, str]) -> None:
    """Where changes are told and deletions are not, a deletion is noted at the next complete reading, not before."""
    world.answered = silent_about_deletions
    world.delete(pair[1])
    assert world.quiet().reported == ()
    world.sweep_after = dt.timedelta(days=1)
    assert any("was deleted" in line for line in world.quiet().reported)


def test_a_sweep_can_be_asked_for(world: World, pair: tuple[str, str]) -> None:
    """A run that is told to sweep reads everything, whenever that was done last."""
    world.answered = silent_about_deletions
    world.delete(pair[1])
    changes = preview(world.run(sweep=True))
    assert any("was deleted" in line for line in changes.reported)


def test_an_own_write_is_not_read_again_as_a_change(world: World, pair: tuple[str, str]) -> None:
    """What a write left behind is known, so the next reading brings no record of it."""
    read: list[str] = []

    def note(name: str, _arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe":
            read.extend(record.id for item in answer if isinstance(item, Page) for record in item.records)
        return answer

    world.edit(pair[0], Phone="2")
    world.apply()
    assert world.get(pair[1])["phone"] == "2"
    world.answered = note
    assert world.quiet().holds == ()
    assert read == []


def test_a_record_put_outside_its_view_stays_linked_and_is_reported(world: World) -> None:
    """A create whose record the view does not show is linked, said, and never made again."""
    rules = RULES.replace("    dedupe:", '    view: "Some"\n    dedupe:')
    world.crm.views["Accounts", "Some"] = lambda fields: str(fields.get("Name", "")).startswith("A")
    world.rules(rules).customer("Beta", kind="business")
    world.settle()
    ((left, _, status),) = world.links()
    assert status == "active"
    (line,) = world.quiet().reported
    assert left in line
    assert "outside the view" in line
    assert len(world.all("Accounts")) == 1


@pytest.mark.parametrize("complete", [True, False])
def test_a_partial_reading_deletes_nothing(world: World, pair: tuple[str, str], complete: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A reading without any record, said to be complete or not, changes nothing (I8)."""

    def empty(name: str, _arguments: tuple[Any, ...], answer: Any) -> Any:
        if name != "observe":
            return answer
        end = answer[-1]
        return [Page(), ObservationEnd(complete=complete, cursor=None, server_time=end.server_time)]

    world.answered = empty
    assert world.quiet().holds == ()
    world.answered = None
    assert world.links() == {(*pair, "active")}
    world.edit(pair[0], Phone="5")
    world.settle()
    assert world.get(pair[1])["phone"] == "5"


def test_a_deletion_that_fetch_does_not_confirm_is_none(world: World, pair: tuple[str, str]) -> None:
    """An id the feed says is deleted counts only when a direct read misses it too."""

    def liar(name: str, _arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "observe" and answer[-1].complete is False:
            return [Page(gone=(pair[0], pair[1])), answer[-1]]
        return answer

    world.answered = liar
    world.quiet()
    assert world.links() == {(*pair, "active")}


@pytest.mark.parametrize(
    ("side", "out", "back"),
    [(0, {"Region": "out"}, {"Region": "in"}), (1, {"kind": "individual"}, {"kind": "business"})],
)
def test_leaving_scope_stops_and_coming_back_resumes(
    world: World, pair: tuple[str, str], side: int, out: dict[str, str], back: dict[str, str]
) -> None:
    """Out of scope nothing travels and nothing is deleted; back in scope the link and its bases go on (I37)."""
    world.edit(pair[side], **out)
    world.edit(pair[0], Phone="2")
    assert world.quiet().holds == ()
    assert world.get(pair[1])["phone"] == "1"
    world.edit(pair[side], **back)
    world.settle()
    assert world.get(pair[1])["phone"] == "2"
    assert world.links() == {(*pair, "active")}


def test_a_lost_state_does_not_copy_what_left_scope(world: World, pair: tuple[str, str]) -> None:
    """A record that carries a key but is out of scope is still the partner: no copy, no overwriting (I15)."""
    world.edit(pair[1], kind="individual", name="Mine", phone="9")
    world.forget()
    before = world.contents()
    world.settle()
    assert world.contents() == before


def test_a_record_that_moves_to_another_modules_scope_is_a_review_item(world: World) -> None:
    """Linked by one module and in scope of another only: held, not linked and not created a second time."""
    world.rules(RULES + PEOPLE)
    left = world.account("Acme", Region="in")
    world.settle()
    ((_, right, _),) = world.links()
    world.edit(right, kind="individual")
    changes = world.settle()
    assert changes.holds
    assert len(world.all("Accounts")) == len(world.all("customers")) == 1
    assert world.links("people") == set()
    world.edit(left, Region="people")
    world.settle()
    assert len(world.all("Accounts")) == len(world.all("customers")) == 1
