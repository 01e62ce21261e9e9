"""Who has access, as text and as JSON."""

from __future__ import annotations

import datetime as dt
import json

from jsonschema import validate

from syncdsl.engine.access.listing import Right, RoleAccess, UserStanding
from syncdsl.render.access_json import access_schema, render_access_json
from syncdsl.render.access_text import render_access

SINCE = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
ADA = UserStanding(
    address="ada@example.com",
    name="Ada\x1b[2J",
    state="has it",
    why="",
    role="Sales",
    since=SINCE,
    person="1",
    member="2",
)
BOB = UserStanding(
    address="bob@example.com",
    name="",
    state="waits",
    why="`crm` has no user with this address: correct it, or take it out of the rule",
    role="",
    since=None,
    person=None,
    member=None,
)
ACCESS = (
    RoleAccess(
        connection="books",
        role="Sales\x1b",
        locations=("main.sync:3", "main.sync:9"),
        users=(ADA, BOB),
        rights=(Right(right="create", kinds=("quotes", "invoices")), Right(right="view", kinds=("invoices",))),
    ),
    RoleAccess(
        connection="uk",
        role="Emperor",
        locations=(),
        users=(),
        rights=(),
        trouble="give one user this role in `uk` by hand: nobody has it, so its id cannot be found",
    ),
)


def test_a_table_for_each_role() -> None:
    """Users with state, role and since; reasons in full, however narrow; rights as a list to tick off."""
    assert render_access(ACCESS, width=60).splitlines() == [
        'access books "Sales␛"  main.sync:3, main.sync:9',
        "  address          name     state   role now  since",
        "  ada@example.com  Ada␛[2J  has it  Sales     2026-07-01",
        "  bob@example.com           waits   none",
        "      `crm` has no user with this address: correct it, or",
        "      take it out of the rule",
        "  2 users: has it 1, waits 1",
        "  to be checked by hand, for no API tells what a role allows:",
        "    [ ] create quotes, invoices",
        "    [ ] view invoices",
        "",
        'access uk "Emperor"  no rule gives it any more',
        "  nothing is done: give one user this role in `uk` by hand:",
        "  nobody has it, so its id cannot be found",
        "  nobody",
    ]


def test_without_rules() -> None:
    """It is said that there is nothing."""
    assert render_access(()) == "No rule gives anybody access.\n"


def test_the_json_has_a_published_form() -> None:
    """It validates against its schema, and holds no control character."""
    text = render_access_json("test", ACCESS)
    assert "\x1b" not in text
    data = json.loads(text)
    validate(data, access_schema())
    assert [user["state"] for user in data["access"][0]["users"]] == ["has it", "waits"]
