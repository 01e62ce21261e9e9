"""When membership of a view follows from the records alone; where a cursor stands; what automation is asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from syncdsl.adapters.zoho_crm.automation import automation
from syncdsl.adapters.zoho_crm.cursors import Cursor, cursor_after, read_cursor
from syncdsl.adapters.zoho_crm.views import View
from syncdsl.diagnostics import Fault
from syncdsl.schema.snapshot import ModuleSchema
from syncdsl.schema.types import (
    ChoiceType,
    DateType,
    FieldSchema,
    FieldType,
    MoneyType,
    ReferenceType,
    RowsType,
    TextType,
)

KINDS: dict[str, FieldType] = {
    "Deal_Name": TextType(),
    "Amount": MoneyType(),
    "Closing_Date": DateType(),
    "Stage": ChoiceType(options=("Won", "Lost")),
    "Account_Name": ReferenceType(modules=("Accounts",)),
    "Owner": ReferenceType(modules=("users",)),
    "Lines": RowsType(fields={}),
}
SCHEMA = ModuleSchema(
    label="Deals",
    store="Deals",
    label_field="Deal_Name",
    fields={name: FieldSchema(label=name, value=kind) for name, kind in KINDS.items()},
)


def where(field: str, comparator: str, value: Any) -> dict[str, Any]:
    return {"field": {"api_name": field, "id": "1"}, "comparator": comparator, "value": value}


def view(criteria: Any, system_name: str | None = None, *, identifier: str = "7") -> View:
    return View(id=identifier, name="A view", system_name=system_name, criteria=criteria)


OPEN = where("Stage", "not_equal", "Lost")


@pytest.mark.parametrize(
    ("shown", "steady"),
    [
        (view(None), True),
        (view(None, "ALLVIEWS"), True),
        (view(None, "RECENTLYMODIFIED"), False),
        (view(OPEN), True),
        (view(where("Amount", "between", ["1", "99"])), True),
        (view(where("Closing_Date", "equal", "${EMPTY}")), True),
        (view(where("Closing_Date", "greater_than", "2026-01-01")), True),
        (view(where("Closing_Date", "greater_than", "${TODAY}")), False),
        (view(where("Closing_Date", "last_n_days", 3)), False),
        (view(where("Owner", "equal", {"id": "4", "name": "P"})), True),
        (view(where("Owner", "equal", "${CURRENTUSER}")), False),
        (view(where("Owner", "in", [{"id": "4"}, {"name": "P"}])), False),
        (view(where("Account_Name", "contains", "Zylker")), False),
        (view(where("Account_Name", "equal", "${EMPTY}")), True),
        (view(where("A_Formula", "equal", "1")), False),
        (view(where("Lines", "equal", "1")), False),
        (view({"group_operator": "and", "group": [OPEN, {"group_operator": "or", "group": [OPEN, OPEN]}]}), True),
        (view({"group_operator": "and", "group": [OPEN, where("Owner", "equal", "${CURRENTUSER}")]}), False),
        (view(["something else"]), False),
        (view({"something": "else"}), False),
    ],
)
def test_whether_a_view_follows_from_its_records(shown: View, steady: bool) -> None:  # noqa: FBT001 - a row of the table
    """What looks at the date, the user or another record can change without the record."""
    assert shown.steady(SCHEMA) is steady


def test_a_definition_is_what_the_view_selects_and_which_it_is() -> None:
    """Another comparator, value, view or kind is another definition; the name is none of it."""
    others = [view(where("Stage", "equal", "Lost")), view(OPEN, identifier="8"), view(OPEN, "X"), view(None)]
    assert len({item.definition for item in [view(OPEN), *others]}) == 5
    assert view(OPEN).definition == View(id="7", name="Renamed", system_name=None, criteria=OPEN).definition


NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(since=NOON),
        Cursor(since=NOON, settled=True),
        Cursor(since=NOON, settled=True, view="7", definition="b2:ab"),
    ],
)
def test_a_cursor_reads_back(cursor: Cursor) -> None:
    """Its text is for nobody else."""
    assert read_cursor(cursor.write()) == cursor


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "2026-01-05T12:00:00", f"{NOON.isoformat()} open 7", "1 2 3 4"]
)
def test_what_is_no_cursor_starts_nothing(text: str | None) -> None:
    """A text of another form means reading everything."""
    assert read_cursor(text) is None


def test_a_plain_instant_still_is_a_cursor() -> None:
    """The form that earlier versions wrote is read with the overlap."""
    assert read_cursor("2026-01-05T12:00:00+00:00") == Cursor(since=NOON)


@pytest.mark.parametrize(
    ("latest", "since", "settled"),
    [
        (None, NOON - 2 * MINUTE, False),
        (NOON, NOON - 2 * MINUTE, False),
        (NOON - MINUTE, NOON - 2 * MINUTE, False),
        (NOON - 2 * MINUTE, NOON - 2 * MINUTE, True),
        (NOON - 60 * MINUTE, NOON - 60 * MINUTE, True),
    ],
)
def test_a_cursor_is_beyond_neither_stamps_nor_overlap(
    latest: dt.datetime | None,
    since: dt.datetime,
    settled: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """Only what lies further back than the overlap needs no reaching back."""
    found = cursor_after(NOON, latest, 2 * MINUTE, view=None, definition=None)
    assert (found.since, found.settled) == (since, settled)


@pytest.mark.parametrize(
    ("option", "body", "params"),
    [
        ({}, {}, {}),
        ({"automation": True}, {}, {}),
        ({"automation": False}, {"trigger": []}, {"wf_trigger": "false"}),
        ({"automation": []}, {"trigger": []}, {"wf_trigger": "false"}),
        ({"automation": ["blueprint", "workflow"]}, {"trigger": ["workflow", "blueprint"]}, {}),
        ({"automation": ["approval"]}, {"trigger": ["approval"]}, {"wf_trigger": "false"}),
    ],
)
def test_what_calls_say_about_automation(option: dict[str, object], body: object, params: object) -> None:
    """Nothing by default, which is what editing by hand does."""
    found = automation(option, "crm")
    assert (found.body, found.params) == (body, params)


@pytest.mark.parametrize("value", ["workflow", ["workflows"], [True], 1.5, {"workflow": True}, None])
def test_another_automation_is_refused(value: object) -> None:
    """A word that the CRM does not know would be run or left out without anyone seeing it."""
    with pytest.raises(Fault) as caught:
        automation({"automation": value}, "crm")
    assert caught.value.code.id == "SD602"
    assert "`crm`" in caught.value.message
