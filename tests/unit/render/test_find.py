"""What a search found, as text and as JSON."""

from __future__ import annotations

import json

from jsonschema import validate

from syncdsl.changes.effects import RecordName
from syncdsl.engine.searching import Hit, Search
from syncdsl.engine.standing import Standing
from syncdsl.render.find_json import render_search_json, search_schema
from syncdsl.render.find_text import render_search

PARTNER = RecordName(connection="books", module="customers", id="2", label="Acme")
CHILD = Hit(
    record=RecordName(connection="crm", module="Contacts", id="3", label="Ada"),
    standings=(
        Standing(rule="people", location="main.sync:9", situation="create", why="a sync makes it in books.persons"),
    ),
)
FOUND = Search(
    text="ac\x1bme",
    places=(("crm", "Accounts"), ("crm", "Contacts")),
    hits=(
        Hit(
            record=RecordName(connection="crm", module="Accounts", id="1", label="Acme\x1b[2J"),
            standings=(
                Standing(
                    rule="customers", location="main.sync:3", situation="linked", why="linked", partners=(PARTNER,)
                ),
            ),
            children=(CHILD,),
        ),
    ),
    more=(("crm", "Contacts"),),
)


def test_hits_their_standing_and_their_children_are_shown() -> None:
    """Each record stands with its partner or what becomes of it, children below their parent."""
    assert render_search(FOUND).splitlines() == [
        "1 hit for `ac␛me` in crm.Accounts, crm.Contacts",
        "",
        "Acme␛[2J  crm.Accounts/1",
        "  customers: linked",
        "    = Acme  books.customers/2",
        "    Ada  crm.Contacts/3",
        "      people: create  a sync makes it in books.persons",
        "",
        "There may be more in crm.Contacts: search for a longer text.",
    ]


def test_records_are_numbered_to_be_chosen() -> None:
    """The numbers count the records in the order in which they are found by number."""
    text = render_search(FOUND, numbered=True)
    assert "[1] Acme" in text
    assert "    [2] Ada" in text
    assert [record.label for record in FOUND.records] == ["Acme\x1b[2J", "Ada"]


def test_nothing_found_says_where_it_was_looked() -> None:
    """An empty result names the modules that were searched."""
    empty = FOUND.model_copy(update={"hits": (), "more": ()})
    assert render_search(empty) == "Nothing found for `ac␛me` in crm.Accounts, crm.Contacts.\n"


def test_the_json_is_of_its_published_form() -> None:
    """The JSON validates against its schema and has no control characters."""
    text = render_search_json(FOUND)
    validate(json.loads(text), search_schema())
    assert "\x1b" not in text
