"""Lists of links, and what people decide in them."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import validate
from tests.unit.engine.world import CUSTOMERS

from syncdsl.diagnostics import Fault
from syncdsl.engine.link_list import edit_links, edited_links, link_rows
from syncdsl.render.links_csv import csv_lines, read_edits
from syncdsl.render.links_json import json_lines, links_schema
from syncdsl.render.links_text import text_lines
from syncdsl.state import listing

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


@pytest.fixture
def linked(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return a world with a created, a matched and a deleted link; lists are read two links at a time."""
    monkeypatch.setattr(listing, "PAGE", 2)
    world.rules(CUSTOMERS)
    world.account("=1+2")
    world.account("Both")
    world.customer("both")
    world.customer("Back")
    gone = world.account("Gone")
    world.settle()
    world.delete(gone)
    world.settle()
    return world


def listed(world: World, **conditions: object) -> list[str]:
    """Return the left names in a list."""
    plan = world.run().plan
    return [row.left.label for row in link_rows(world.state(), plan, **conditions)]  # type: ignore[arg-type]


def test_conditions_narrow_a_list(linked: World) -> None:
    """By module, origin, state and text, without regard to case; each alone and together."""
    assert len(listed(linked)) == 4
    assert listed(linked, pairs=["customers"]) == listed(linked)
    assert listed(linked, pairs=["custom"]) == []
    assert listed(linked, origins=["matched"]) == ["Both"]
    assert len(listed(linked, statuses=["left_gone"])) == 1
    assert listed(linked, search="BACK") == ["Back"]
    assert listed(linked, search="back", origins=["matched"]) == []
    assert listed(linked, search=linked.state().links("customers")[0].key) != []


def test_texts_name_both_records(linked: World) -> None:
    """A line has both names with their ids, how the link came about, since when, and what was deleted."""
    text = "".join(text_lines(link_rows(linked.state(), linked.run().plan)))
    assert text.splitlines()[0] == "customers"
    both = next(line for line in text.splitlines() if "Both" in line)
    assert "matched, 2026-01-" in both
    assert "created in books" in text
    assert "created in crm" in text
    assert "deleted in crm" in text


def test_json_is_one_document(linked: World) -> None:
    """Every link with its records, written as it is read, in the published form."""
    data = json.loads("".join(json_lines(link_rows(linked.state(), linked.run().plan))))
    validate(data, links_schema())
    assert data["format"] == "syncdsl/links/1"
    assert {item["origin"] for item in data["links"]} == {"created_left", "created_right", "matched"}
    assert json.loads("".join(json_lines(iter(())))) == {"format": "syncdsl/links/1", "links": []}


def table(world: World) -> list[str]:
    """Return the list of links in CSV."""
    return list(csv_lines(link_rows(world.state(), world.run().plan)))


def decided(lines: list[str], **actions: str) -> list[str]:
    """Write actions into the rows that contain a name."""
    return [
        next((line.rstrip("\r\n") + action + "\r\n" for name, action in actions.items() if name in line), line)
        for line in lines
    ]


def test_a_table_that_nobody_edited_changes_nothing(linked: World) -> None:
    """Without an action no row says anything; a cell that looks like a formula is none."""
    lines = table(linked)
    assert read_edits(lines) == []
    assert any("'=1+2" in line for line in lines)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_spreadsheets_may_separate_cells_their_way(linked: World, separator: str) -> None:
    """Commas, semicolons and tabs are told apart by the first line."""
    lines = [line.replace(",", separator) for line in decided(table(linked), Both="Set_Aside")]
    (edit,) = read_edits(["\ufeff" + lines[0], *lines[1:]])
    assert (edit.action, edit.module) == ("set aside", "customers")


def test_what_is_set_aside_stays_out(linked: World) -> None:
    """Neither record is matched or created again, nothing is written, and the history says who did it."""
    edits = read_edits(decided(table(linked), Both="set aside"))
    state = linked.state()
    edit_links(state, linked.run(state).plan, edits, user="me", now=NOW)
    linked.edit(str(linked.all("Accounts")[1]["id"]), Phone="+49 30 111")
    linked.settle()
    assert "+49 30 111" not in {record.get("phone") for record in linked.all("customers")}
    assert listed(linked, search="both") == []
    entry = state.history()[-1].entry
    assert (entry.kind, entry.new, entry.by) == ("link", None, "me")
    assert set(state.lineage()) == {link.uid for link in state.links("customers")}


def test_what_is_unlinked_is_decided_anew(linked: World) -> None:
    """A record that still carries the key of its partner is linked again: nothing is created twice."""
    edits = read_edits(decided(table(linked), Both="unlink", Back="unlink"))
    state = linked.state()
    links, before = linked.links(), linked.contents()
    edit_links(state, linked.run(state).plan, edits, user="me", now=NOW)
    assert len(linked.links()) == len(links) - 2
    linked.settle()
    assert (linked.links(), linked.contents()) == (links, before)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("action", "what", "no column `action`"),
        ("Both", "Both", "`unlnk` is no action"),
    ],
)
def test_another_table_is_refused(linked: World, old: str, new: str, said: str) -> None:
    """A missing column and a misspelt action are named; nothing is changed."""
    lines = [line.replace(old, new) for line in decided(table(linked), Both="unlnk")]
    with pytest.raises(Fault, match="SD835") as fault:
        read_edits(lines)
    assert said in fault.value.message


def test_a_link_twice_is_refused(linked: World) -> None:
    """Two decisions about one link are none."""
    lines = decided(table(linked), Both="unlink")
    with pytest.raises(Fault, match="stands in it twice"):
        read_edits([*lines, *(line for line in lines if "Both" in line)])


def test_an_old_list_is_refused(linked: World) -> None:
    """When a link ended since, or links other records, nothing of the list is carried out."""
    edits = read_edits(decided(table(linked), Both="unlink", Back="set aside"))
    state = linked.state()
    plan = linked.run(state).plan
    edit_links(state, plan, edits[:1], user="me", now=NOW)
    left = linked.links()
    with pytest.raises(Fault, match="SD836"):
        edited_links(state, edits)
    with pytest.raises(Fault, match="SD836"):
        edit_links(state, plan, edits, user="me", now=NOW)
    assert linked.links() == left
