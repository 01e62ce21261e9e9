"""`transactions` and `access`: where their limits are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.schema.snapshot import SchemaSnapshot

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
ALL = "transactions books: quotes, sales_orders, invoices, purchase_orders\n\n"
ACCESS = 'access books "Integration User (Zoho CRM)":\n    users: {}\n'


def errors(analysed: Analyse, text: str, others: dict[str, SchemaSnapshot] | None = None) -> list[tuple[str, int]]:
    """Return code and line of what is found, the first line after the head being 1."""
    found = analysed(HEAD + text, others).diagnostics
    return [(item.code.id, item.span.line - HEAD.count("\n")) for item in found]


@pytest.mark.parametrize(
    "address", ["Jane <jane@example.com>", "a@example.com b@example.com", "jane@example", "@example.com"]
)
def test_an_address_is_nothing_but_an_address(address: str, analysed: Analyse) -> None:
    """A name around it, or a second one beside it, is reported."""
    assert errors(analysed, ALL + ACCESS.format(f'"{address}"')) == [("SD311", 4)]
    assert errors(analysed, ALL + ACCESS.format('"jane@example.com"')) == []


@pytest.mark.parametrize(("count", "found"), [(1000, []), (1001, [("SD332", 4)])])
def test_a_role_has_at_most_a_thousand_users(count: int, found: list[tuple[str, int]], analysed: Analyse) -> None:
    """The thousandth is accepted, the next one is reported."""
    users = ", ".join(f'"user{number}@example.com"' for number in range(count))
    assert errors(analysed, ALL + ACCESS.format(users)) == found


def test_a_user_who_is_named_twice_counts_once(analysed: Analyse) -> None:
    """The plan names each user once."""
    plan = analysed(HEAD + ALL + ACCESS.format('"a@example.com", "b@example.com", "a@example.com"')).plan
    assert plan is not None
    assert [item.users for item in plan.access] == [("a@example.com", "b@example.com")]


@pytest.mark.parametrize(("system", "module"), [("books", "sales_orders"), ("crm", "Sales_Orders")])
def test_both_systems_have_every_kind(
    system: str, module: str, analysed: Analyse, schemas: dict[str, SchemaSnapshot]
) -> None:
    """A kind of document whose module one of the systems lacks is reported where it is named."""
    modules = {name: schema for name, schema in schemas[system].modules.items() if name != module}
    assert len(modules) < len(schemas[system].modules)
    others = {**schemas, system: schemas[system].model_copy(update={"modules": modules})}
    assert errors(analysed, ALL) == []
    assert errors(analysed, ALL, others) == [("SD225", 1)]


@pytest.mark.parametrize(("system", "field"), [("crm", "profile"), ("books", "is_current_user")])
def test_access_needs_fields_that_older_schemas_lack(
    system: str, field: str, analysed: Analyse, schemas: dict[str, SchemaSnapshot]
) -> None:
    """A snapshot pulled by an earlier version is reported, with how to pull it again."""
    users = schemas[system].modules["users"]
    fields = {name: item for name, item in users.fields.items() if name != field}
    modules = {**schemas[system].modules, "users": users.model_copy(update={"fields": fields})}
    others = {**schemas, system: schemas[system].model_copy(update={"modules": modules})}
    found = analysed(HEAD + ALL + ACCESS.format('"a@example.com"'), others).diagnostics
    assert [(item.code.id, f"syncdsl schema pull {system}" in str(item.help)) for item in found] == [("SD203", True)]


def test_a_role_does_not_complain_of_a_statement_with_a_mistake(analysed: Analyse) -> None:
    """When a kind is misspelt, that all four are needed is not said as well."""
    text = ALL.replace("quotes", "quots") + ACCESS.format('"a@example.com"')
    assert errors(analysed, text) == [("SD225", 1)]


def test_names_may_move_on(analysed: Analyse) -> None:
    """A name that was moved twice is told step by step; one that is there, or was moved already, is reported."""
    table = 'table kinds:\n    "a" <-> "b"\n\n'
    chain = "moved table first to second\nmoved table second to kinds\n"
    assert [item for item in errors(analysed, table + chain) if item[0] != "SD501"] == []
    twice = "moved table first to kinds\nmoved table first to kinds\n"
    assert [item for item in errors(analysed, table + twice) if item[0] != "SD501"] == [("SD228", 5)]
    merged = "moved table first to kinds\nmoved table second to kinds\n"
    assert [item for item in errors(analysed, table + merged) if item[0] != "SD501"] == [("SD228", 5)]
    mixed = "moved table kind to kinds\nmoved record kind to deal\n\nrecord deal: crm.Deals\n"
    assert [item for item in errors(analysed, table + mixed) if item[0] != "SD501"] == []
