"""Modules: policies that are not stated, what may be missing, and modules nested in others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity
from syncdsl.schema.types import FieldSchema, ReferenceType

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.pairs import Pair
    from syncdsl.schema.snapshot import SchemaSnapshot

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
VENDORS = "module suppliers: crm.Vendors <-> books.vendors\n"
MAP = "    map:\n        Vendor_Name <-> contact_name\n"
NESTED = """module customers: crm.Accounts -> books.customers
    map:
        Account_Name -> contact_name
    with people: crm.Contacts -> {}
        parent: Account_Name
        map:
            Last_Name -> {}
"""


def said(analysed: Analyse, text: str, others: dict[str, SchemaSnapshot] | None = None) -> list[tuple[str, int]]:
    """Return code and line of errors and warnings, the first line after the head being 1."""
    found = analysed(HEAD + text, others).diagnostics
    return [(item.code.id, item.span.line - HEAD.count("\n")) for item in found if item.level is not Severity.NOTE]


def pair(analysed: Analyse, text: str) -> Pair:
    """Return the only pair of clean rules."""
    assert said(analysed, text) == []
    plan = analysed(HEAD + text).plan
    assert plan is not None
    (found,) = plan.pairs.values()
    return found


def with_field(
    schemas: dict[str, SchemaSnapshot], system: str, module: str, name: str, field: FieldSchema
) -> dict[str, SchemaSnapshot]:
    """Return the schemas with one more field in a module."""
    schema = schemas[system]
    wider = schema.modules[module].model_copy(update={"fields": {**schema.modules[module].fields, name: field}})
    return {**schemas, system: schema.model_copy(update={"modules": {**schema.modules, module: wider}})}


def test_what_is_not_stated_is_the_careful_choice(analysed: Analyse) -> None:
    """Without policies a conflict is reviewed, a duplicate is reviewed, and nothing is deleted."""
    found = pair(analysed, VENDORS + MAP)
    assert found.on_conflict == "review"
    assert found.on_duplicate.into is None
    assert dict(found.on_delete) == {}


@pytest.mark.parametrize(("arrow", "into"), [("->", "right"), ("<-", "left")])
def test_a_duplicate_is_overwritten_where_the_arrow_points(arrow: str, into: str, analysed: Analyse) -> None:
    """A module that goes one way needs not say where."""
    text = (VENDORS + "    on duplicate: overwrite\n" + MAP).replace("<->", arrow)
    assert pair(analysed, text).on_duplicate.into == into


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ("on delete in books: deactivate", "SD311"),  # vendors in the CRM have no status
        ("on delete in crm: deactivate", None),
        ("on delete in books: review", None),
    ],
)
def test_what_has_no_status_is_not_deactivated(clause: str, code: str | None, analysed: Analyse) -> None:
    """The partner of what was deleted needs a status."""
    assert said(analysed, f"{VENDORS}    {clause}\n{MAP}") == ([(code, 2)] if code else [])


@pytest.mark.parametrize(
    ("arrow", "clause", "code"),
    [
        ("->", "on delete in books: delete", "SD311"),
        ("->", "on delete in books: keep", None),
        ("->", "on delete in crm: delete", None),
        ("<-", "on delete in crm: delete", "SD311"),
    ],
)
def test_what_is_not_written_is_not_deleted(arrow: str, clause: str, code: str | None, analysed: Analyse) -> None:
    """A record that was deleted where a module writes cannot take its partner with it."""
    assert said(analysed, f"{VENDORS}    {clause}\n{MAP}".replace("<->", arrow)) == ([(code, 2)] if code else [])


def test_the_first_line_into_a_field_counts(analysed: Analyse) -> None:
    """Of two lines into one field the plan has the first; lint reports the second."""
    text = (VENDORS + MAP).replace("<->", "->") + '        Phone -> phone\n        "1" -> phone\n'
    targets = [(line.to_right.target, line.text) for line in pair(analysed, text).lines if line.to_right]
    assert targets[1:] == [("phone", "Phone -> phone")]


def test_a_required_reference_is_missed(analysed: Analyse, schemas: dict[str, SchemaSnapshot]) -> None:
    """A reference that a create needs has to be written, except the parent of a nested module."""
    assert said(analysed, "module bills: crm.Deals -> books.expenses\n    map:\n        Amount -> amount\n")
    people = FieldSchema(label="Contact", value=ReferenceType(modules=("customers",)), required=True)
    others = with_field(schemas, "books", "contact_persons", "contact_id", people)
    assert said(analysed, NESTED.format("books.contact_persons", "first_name"), others) == []
    alone = "module people: crm.Contacts -> books.contact_persons\n    map:\n        Last_Name -> first_name\n"
    assert said(analysed, alone, others) == [("SD306", 1)]


def test_a_nested_module_connects_the_same_systems(analysed: Analyse) -> None:
    """Both of its sides are of the systems of what it is nested in."""
    assert said(analysed, NESTED.format("books.contact_persons", "first_name")) == []
    assert said(analysed, NESTED.format("crm.Vendors", "Vendor_Name")) == [("SD311", 4)]


@pytest.mark.parametrize(
    ("policy", "line", "found"),
    [
        ("on conflict: crm", "Phone <-> phone, enforce", []),
        ("on conflict: books", "Phone <-> phone, enforce", []),
        ("on conflict: newest", "Phone <-> phone, enforce", [("SD311", 5)]),
        ("on conflict: newest", "Phone <-> phone, enforce, prefer crm", []),
        ("on conflict: newest", "Phone -> phone, enforce", []),
        ("on conflict: newest", "group a:\n            Phone <-> phone, enforce", [("SD311", 6)]),
    ],
)
def test_enforced_both_ways_says_whose_value_counts(
    policy: str, line: str, found: list[tuple[str, int]], analysed: Analyse
) -> None:
    """The module or the line names a side; a line that goes one way, or is in a group, is no different."""
    assert said(analysed, f"{VENDORS}    {policy}\n{MAP}        {line}\n") == found
