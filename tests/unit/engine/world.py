"""The rules' surroundings: the schemas of two small systems, and rule text compiled against them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot, StageClass, StageSchema
from syncdsl.schema.types import (
    BooleanType,
    ChoiceType,
    DateType,
    DecimalType,
    EmailType,
    FieldSchema,
    FieldType,
    IdType,
    MoneyType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
    UrlType,
)
from syncdsl.syntax.parser import parse

if TYPE_CHECKING:
    from syncdsl.plan.plan import Plan


def text(length: int | None = None, **facts: Any) -> FieldSchema:
    """Return a text field."""
    return of(TextType(length=length), **facts)


def of(kind: FieldType, **facts: Any) -> FieldSchema:
    """Return a field of a type."""
    return FieldSchema(label="", value=kind, **facts)


KEY = text(50, unique=True)
STAGES = (
    StageSchema(value="Open", stage_class=StageClass.OPEN),
    StageSchema(value="Won", stage_class=StageClass.WON),
    StageSchema(value="Lost", stage_class=StageClass.LOST),
)


def users_of_the_crm() -> ModuleSchema:
    """Return the schema of the people who work in the left system."""
    fields = {
        "id": of(IdType(), unique=True, read_only=True),
        "full_name": text(),
        "email": of(EmailType(), unique=True),
        "status": text(),
        "profile": text(),
    }
    return ModuleSchema(label="Users", store="users", label_field="full_name", fields=fields)


def users_of_the_books() -> ModuleSchema:
    """Return the schema of the people who work in the right system."""
    fields = {
        "id": of(IdType(), unique=True, read_only=True),
        "name": text(100, required=True),
        "email": of(EmailType(), unique=True, required=True),
        "user_role": text(),
        "status": text(),
        "is_current_user": of(BooleanType(), read_only=True),
    }
    return ModuleSchema(label="Users", store="users", label_field="name", fields=fields)


def crm_schema() -> SchemaSnapshot:
    """Return the schema of the left system."""
    accounts = ModuleSchema(
        label="Accounts",
        store="Accounts",
        label_field="Name",
        key_field="Key",
        views=("All", "Some"),
        fields={
            "id": of(IdType(), unique=True, read_only=True),
            "Key": KEY,
            "Name": text(100, required=True),
            "Phone": of(PhoneType()),
            "Website": of(UrlType()),
            "Notes": text(),
            "Tier": text(),
            "Secret": text(sensitive=True),
            "Street": text(),
            "City": text(),
            "Region": text(),
            "Parent": of(ReferenceType(modules=("Accounts",))),
        },
    )
    deals = ModuleSchema(
        label="Deals",
        store="Deals",
        label_field="Name",
        currency_field="Currency",
        stage_field="Stage",
        stages=STAGES,
        fields={
            "id": of(IdType(), unique=True, read_only=True),
            "Name": text(100, required=True),
            "Stage": of(ChoiceType(options=tuple(stage.value for stage in STAGES))),
            "Amount": of(MoneyType(scale=2)),
            "Currency": text(3),
            "Account": of(ReferenceType(modules=("Accounts",))),
            "Region": text(),
            "Month": text(),
            "Due": of(DateType()),
            "Number": text(),
            "Rows": of(RowsType(fields={"Product": text(), "Price": of(MoneyType(scale=2))})),
        },
    )
    contacts = ModuleSchema(
        label="Contacts",
        store="Contacts",
        label_field="Name",
        key_field="Key",
        fields={
            "id": of(IdType(), unique=True, read_only=True),
            "Key": KEY,
            "Name": text(100, required=True),
            "Mail": of(EmailType()),
            "Account": of(ReferenceType(modules=("Accounts",))),
        },
    )
    return SchemaSnapshot(
        adapter="memory",
        base_currency="EUR",
        modules={"Accounts": accounts, "Deals": deals, "Contacts": contacts, "users": users_of_the_crm()},
    )


def books_schema() -> SchemaSnapshot:
    """Return the schema of the right system: customers and vendors share one collection of names."""
    contact = {
        "id": of(IdType(), unique=True, read_only=True),
        "key": KEY,
        "name": text(40, required=True, unique=True),
        "company": text(),
        "phone": of(PhoneType()),
        "mail": of(EmailType()),
        "website": of(UrlType()),
        "notes": text(),
        "tier": text(5),
        "kind": of(ChoiceType(options=("business", "individual"))),
        "street": text(),
        "city": text(10),
        "account_id": text(),
        "parent": of(ReferenceType(modules=("customers",))),
    }
    customers = ModuleSchema(label="Customers", store="contacts", label_field="name", key_field="key", fields=contact)
    status = of(ChoiceType(options=("active", "inactive")))
    vendors = customers.model_copy(update={"fields": {**contact, "status": status}, "status_field": "status"})
    invoices = ModuleSchema(
        label="Invoices",
        store="invoices",
        label_field="reference",
        key_field="key",
        status_field="status",
        lines_field="lines",
        fields={
            "id": of(IdType(), unique=True, read_only=True),
            "key": KEY,
            "reference": text(),
            "customer": of(ReferenceType(modules=("customers",)), required=True),
            "date": of(DateType()),
            "status": of(ChoiceType(options=("draft", "sent", "paid", "void")), read_only=True),
            "lines": of(
                RowsType(
                    fields={
                        "name": text(),
                        "rate": of(MoneyType(scale=2), required=True),
                        "quantity": of(DecimalType(digits=10, scale=2)),
                    }
                ),
                required=True,
            ),
        },
    )
    states = ("draft", "sent", "accepted", "declined", "invoiced")
    quotes = invoices.model_copy(
        update={
            "label": "Quotes",
            "store": "quotes",
            "fields": {**invoices.fields, "status": of(ChoiceType(options=states), read_only=True)},
        }
    )
    persons = ModuleSchema(
        label="Persons",
        store="persons",
        label_field="name",
        parent_field="contact",
        fields={
            "id": of(IdType(), unique=True, read_only=True),
            "name": text(100, required=True),
            "mail": of(EmailType()),
            "contact": of(ReferenceType(modules=("customers", "vendors")), required=True, create_only=True),
        },
    )
    return SchemaSnapshot(
        adapter="memory",
        base_currency="EUR",
        modules={
            "customers": customers,
            "vendors": vendors,
            "invoices": invoices,
            "quotes": quotes,
            "persons": persons,
            "users": users_of_the_books(),
        },
    )


SCHEMAS = {"crm": crm_schema(), "books": books_schema()}


@functools.cache
def compiled(rules: str) -> Plan:
    """Return the plan of a rule file; every mistake in it fails the test."""
    source = SourceFile(path="main.sync", text=rules)
    parsed = parse(source)
    analysis = analyse([(source, parsed.program)], SCHEMAS)
    wrong = [item for item in (*parsed.diagnostics, *analysis.diagnostics) if item.level is Severity.ERROR]
    assert not wrong, "\n".join(f"{item.code}: {item.message}" for item in wrong)
    assert analysis.plan is not None
    return analysis.plan


HEAD = """language 1

connection crm: memory
connection books: memory

"""

CUSTOMERS = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    map:
        Name <-> name
        Phone <-> phone
"""
TWO_MODULES = """
module customers: crm.Accounts <-> books.customers
    where crm: Tier is empty
    where books: tier is empty
    adopt: Notes == notes
    dedupe: Name == name
    on duplicate: overwrite in books
    map:
        Name <-> name
        Phone <-> phone

module vendors: crm.Accounts <-> books.vendors
    where crm: Tier == "V"
    where books: tier == "V"
    dedupe: Name == name
    map:
        Name <-> name
        Tier <-> tier
        Parent -> parent
"""
INVOICES = """
record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account -> customer
        line:
            deal.Name -> name
            deal.Amount -> rate

when deal.stage == won: create invoice
"""
DELETES = """
module customers: crm.Accounts <-> books.customers
    where crm: Region == "in"
    where books: kind == "business"
    dedupe: Name == name
    on conflict: crm
    on delete in crm: delete
    on delete in books: delete
    map:
        Name <-> name
        Phone <-> phone
        Notes -> notes
        "business" -> kind
        Region <- "in"
guard: deletes <= 10
"""
NESTED_DELETES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on delete in crm: delete
    map:
        Name <-> name
    with contacts: crm.Contacts -> books.persons
        parent: Account
        dedupe: Mail == mail
        on delete in crm: delete
        map:
            Name -> name
            Mail -> mail
guard: deletes <= 10
"""
