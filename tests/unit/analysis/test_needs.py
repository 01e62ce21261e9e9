"""What each statement needs: the fields that are observed for it, what comes before it, and what may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity
from syncdsl.schema.types import FieldSchema, ReferenceType

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
ACCOUNTS = "module accounts: crm.Accounts -> books.customers\n    map:\n        Account_Name -> contact_name\n\n"
CONTACTS = "module contacts: crm.Contacts -> books.vendors\n    map:\n        Full_Name -> contact_name\n\n"
INVOICE = """record deal: crm.Deals

document invoice: books.invoices for deal
{per}    map:
        deal.Account_Name -> customer_id
{back}        line:
            deal.Deal_Name -> name
            1 -> rate

"""
WON = "when deal.stage == won: create invoice\n"
MODULE = "module {name}: crm.{left} <- books.{right}\n    map:\n        {label} <- {other}\n"
VENDORS = "module suppliers: crm.Vendors {arrow} books.vendors\n{clause}    map:\n        {line}\n"


def with_references(
    schemas: dict[str, SchemaSnapshot], *fields: tuple[str, str, str, str]
) -> dict[str, SchemaSnapshot]:
    """Return the schemas with more references: system, module, name, and the module referred to."""
    found = dict(schemas)
    for system, module, name, target in fields:
        field = FieldSchema(label=name, value=ReferenceType(modules=(target,)))
        schema = found[system].modules[module]
        wider = schema.model_copy(update={"fields": {**schema.fields, name: field}})
        found[system] = found[system].model_copy(update={"modules": {**found[system].modules, module: wider}})
    return found


def plan_of(analysed: Analyse, text: str, others: dict[str, SchemaSnapshot] | None = None) -> Plan:
    """Compile rules without an error."""
    found = analysed(HEAD + text, others)
    assert [item.message for item in found.diagnostics if item.level is Severity.ERROR] == []
    assert found.plan is not None
    return found.plan


def observed(analysed: Analyse, text: str) -> dict[str, tuple[str, ...]]:
    """Return the fields that are observed, by module."""
    steps = plan_of(analysed, text).steps
    return {step.id.removeprefix("observe "): step.fields for step in steps if step.step == "observe"}


def document(per: str = "", back: str = "", when: str = WON) -> str:
    """Return rules with a document."""
    return ACCOUNTS + CONTACTS + INVOICE.format(per=per, back=back) + when


@pytest.mark.parametrize(
    ("text", "module", "field"),
    [
        (VENDORS.format(arrow="->", clause="", line="Vendor_Name -> contact_name"), "books.vendors", "contact_name"),
        (VENDORS.format(arrow="<-", clause="", line="Vendor_Name <- company_name"), "books.vendors", "company_name"),
        (VENDORS.format(arrow="<-", clause="", line="Vendor_Name <- company_name"), "crm.Vendors", "Vendor_Name"),
        (
            VENDORS.format(arrow="->", clause='    where crm: City == "Ulm"\n', line="Vendor_Name -> contact_name"),
            "crm.Vendors",
            "City",
        ),
        (
            VENDORS.format(arrow="->", clause="    adopt: Email == email\n", line="Vendor_Name -> contact_name"),
            "crm.Vendors",
            "Email",
        ),
        (
            VENDORS.format(arrow="->", clause="    dedupe: Phone == phone\n", line="Vendor_Name -> contact_name"),
            "books.vendors",
            "phone",
        ),
        (
            VENDORS.format(arrow="->", clause="", line="Owner.full_name ?? Vendor_Name -> contact_name"),
            "crm.users",
            "full_name",
        ),
        (
            VENDORS.format(
                arrow="->", clause='    where crm: Owner.email != "a@b.c"\n', line="Vendor_Name -> contact_name"
            ),
            "crm.users",
            "email",
        ),
        (document(), "crm.Deals", "Stage"),
        (document(when=WON + "    require: deal.Amount > 0\n"), "crm.Deals", "Amount"),
        (document(per="    per: deal.Lead_Source\n"), "crm.Deals", "Lead_Source"),
        (document(back="        deal.Next_Step <- invoice_number\n"), "crm.Deals", "Next_Step"),
        (document(back="        deal.Next_Step <- invoice_number\n"), "books.invoices", "invoice_number"),
        (document(), "books.invoices", "status"),
    ],
)
def test_what_is_asked_for_is_observed(text: str, module: str, field: str, analysed: Analyse) -> None:
    """Lines, keys, conditions and clauses find every field that they read, on either side and behind references."""
    assert field in observed(analysed, text)[module]


def test_what_waits_for_a_circle_comes_after_it(analysed: Analyse, schemas: dict[str, SchemaSnapshot]) -> None:
    """Of modules that refer to each other the first begins; what refers to one of them still waits for it."""
    others = with_references(
        schemas,
        ("crm", "Accounts", "Main_Contact", "Contacts"),
        ("books", "customers", "cf_contact", "vendors"),
        ("books", "vendors", "cf_company", "customers"),
    )
    text = MODULE.format(name="contacts", left="Contacts", right="vendors", label="Last_Name", other="contact_name")
    text += "        Account_Name <- cf_company\n\n"
    text += MODULE.format(name="deals", left="Deals", right="invoices", label="Deal_Name", other="invoice_number")
    text += '        Account_Name <- customer_id\n        Stage <- "Qualification"\n\n'
    text += MODULE.format(
        name="accounts", left="Accounts", right="customers", label="Account_Name", other="contact_name"
    )
    text += "        Main_Contact <- cf_contact\n"
    assert list(plan_of(analysed, text, others).pairs) == ["contacts", "accounts", "deals"]


def test_a_module_does_not_wait_for_itself(analysed: Analyse, schemas: dict[str, SchemaSnapshot]) -> None:
    """A module whose records refer to each other keeps its place among others."""
    others = with_references(schemas, ("books", "customers", "cf_parent", "customers"))
    text = MODULE.format(
        name="accounts", left="Accounts", right="customers", label="Account_Name", other="contact_name"
    )
    text += "        Parent_Account <- cf_parent\n\n"
    text += MODULE.format(name="suppliers", left="Vendors", right="vendors", label="Vendor_Name", other="contact_name")
    assert list(plan_of(analysed, text, others).pairs) == ["accounts", "suppliers"]


def test_steps_wait_for_one_another(analysed: Analyse) -> None:
    """Modules are merged one after the other, and nothing is written before the guard or beside another write."""
    steps = {step.id: step for step in plan_of(analysed, document()).steps}
    assert "merge accounts" in steps["merge contacts"].after
    assert {"match contacts", "merge accounts"} == set(steps["merge contacts"].after)
    writes = [step for step in steps.values() if step.step == "write"]
    assert len(writes) > 1
    before = "guard"
    for step in writes:
        assert step.after == (before,)
        before = step.id


def test_what_nothing_makes_is_not_written(analysed: Analyse) -> None:
    """A document without a trigger is not among what is written; a record that one writes back into is."""
    assert "write books.invoices" not in {step.id for step in plan_of(analysed, document(when="")).steps}
    plain = {step.id for step in plan_of(analysed, document()).steps}
    back = {step.id for step in plan_of(analysed, document(back="        deal.Next_Step <- invoice_number\n")).steps}
    assert back - plain == {"write crm.Deals"}
