"""`like`: clause by clause what is taken, what is replaced, and what becomes of it in a module that goes one way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.plan.wording import expression_text
from syncdsl.schema.types import FieldSchema, ReferenceType
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot

HEAD = """language 1

connection crm: zoho_crm
connection books: zoho_books

table kind:
    "Customer" <-> "business"
    "Other" <-> "individual"

"""
BASE = """module base: crm.Accounts <-> books.customers
    where crm: Account_Type == "Customer"
    where books: customer_sub_type == "business"
    dedupe: Account_Name == contact_name
    on delete in crm: review
    on delete in books: keep
    map:
        Account_Name <-> contact_name
        kind(Account_Type) <-> customer_sub_type
        Phone <-> phone, prefer crm

"""
OTHER = """module other: crm.Accounts {arrow} books.customers
    like: base
    where crm: Account_Type == "Other"
    where books: customer_sub_type == "individual"
{clauses}
"""


def plan_of(analysed: Analyse, text: str) -> Plan:
    """Compile rules without an error."""
    found = analysed(HEAD + text)
    assert [item.message for item in found.diagnostics if item.level is Severity.ERROR] == []
    assert found.plan is not None
    return found.plan


def test_each_side_has_its_own_policy(analysed: Analyse) -> None:
    """What is stated for one side leaves what is taken for the other."""
    text = BASE + OTHER.format(arrow="<->", clauses="    on delete in crm: keep\n")
    assert dict(plan_of(analysed, text).pairs["other"].on_delete) == {"left": "keep", "right": "keep"}
    assert dict(plan_of(analysed, text).pairs["base"].on_delete) == {"left": "review", "right": "keep"}


def test_a_line_with_a_table_is_replaced_by_its_field(analysed: Analyse) -> None:
    """The field inside a table's call is what the line writes to the left."""
    text = BASE + OTHER.format(arrow="<-", clauses='    map:\n        Account_Type <- "Other"\n')
    lines = plan_of(analysed, text).pairs["other"].lines
    assert [(line.to_left.target, line.text) for line in lines if line.to_left] == [
        ("Account_Name", "Account_Name <-> contact_name"),
        ("Phone", "Phone <-> phone"),
        ("Account_Type", 'Account_Type <- "Other"'),
    ]
    text = BASE + OTHER.format(arrow="<->", clauses='    map:\n        Account_Type <- "Other"\n')
    assert "kind(Account_Type) <-> customer_sub_type" not in [
        line.text for line in plan_of(analysed, text).pairs["other"].lines
    ]


def test_one_way_there_is_nothing_to_prefer(analysed: Analyse) -> None:
    """A line that is taken into a module that goes one way has no conflicts, so nobody wins them."""
    text = BASE + OTHER.format(arrow="->", clauses="")
    plan = plan_of(analysed, text)
    assert [line.prefer for line in plan.pairs["base"].lines] == [None, None, "left"]
    assert [line.prefer for line in plan.pairs["other"].lines] == [None, None, None]


DOCUMENTS = """module accounts: crm.Accounts -> books.customers
    map:
        Account_Name -> contact_name

record deal: crm.Deals

document first: books.invoices for deal
    per: deal.Lead_Source
    map:
        deal.Account_Name -> customer_id
        deal.Next_Step -> notes
        line:
            deal.Deal_Name -> name
            1 -> rate

document third: books.invoices for deal
    like: second
    map:
        deal.Description -> notes

document second: books.invoices for deal
    like: first
    per: deal.Type

"""


def test_documents_take_from_one_another(analysed: Analyse) -> None:
    """What a document states counts once, and what it takes itself is taken with it."""
    documents = plan_of(analysed, DOCUMENTS).documents
    asked = {name: expression_text(item.per) for name, item in documents.items() if item.per is not None}
    assert asked == {"first": "Lead_Source", "second": "Type", "third": "Type"}
    assert {name: len(item.lines) for name, item in documents.items()} == {"first": 1, "second": 1, "third": 1}
    notes = {document.name: document.assignments[-1].reads for document in documents.values()}
    assert notes == {"first": (("Next_Step",),), "second": (("Next_Step",),), "third": (("Description",),)}


NESTED = """module holders: crm.Accounts -> books.customers
    where crm: Account_Type == "Customer"
    map:
        Account_Name -> contact_name
    with people: crm.Contacts -> books.contact_persons
        parent: Account_Name
        map:
            Last_Name -> first_name

module others: crm.Accounts -> books.customers
    where crm: Account_Type == "Other"
    map:
        Account_Name -> contact_name
    with people: crm.Contacts -> books.contact_persons
        like: holders.people

"""


def test_a_nested_module_is_like_another(analysed: Analyse) -> None:
    """A path names a nested module, which takes what that one states."""
    pairs = plan_of(analysed, NESTED).pairs
    assert list(pairs) == ["holders", "others", "holders.people", "others.people"]
    texts = [line.text for line in pairs["others.people"].lines]
    assert texts == ["parent: Account_Name", "Last_Name -> first_name"]
    assert pairs["others.people"].parent is not None


def test_what_is_nested_twice_has_the_whole_name(schemas: dict[str, SchemaSnapshot]) -> None:
    """A module is known by all that it is nested in."""
    text = NESTED.partition("module others")[0]
    text += "        with notes: crm.Contacts -> books.contact_persons\n            parent: Reporting_To\n"
    text += "            map:\n                Last_Name -> first_name\n"
    source = SourceFile("rules.sync", HEAD + text)
    found = analyse([(source, parse(source).program)], {**schemas, "books": with_superiors(schemas["books"])})
    assert [item.code.id for item in found.diagnostics if item.level is Severity.ERROR] == []
    assert found.plan is not None
    assert list(found.plan.pairs) == ["holders", "holders.people", "holders.people.notes"]


def test_both_sides_have_a_field_for_the_parent(schemas: dict[str, SchemaSnapshot]) -> None:
    """A module whose records know no parent on one of the sides cannot be nested there."""
    text = NESTED.partition("module others")[0]
    text += "        with notes: crm.Contacts -> books.contact_persons\n            parent: Reporting_To\n"
    text += "            map:\n                Last_Name -> first_name\n"
    source = SourceFile("rules.sync", HEAD + text)
    found = analyse([(source, parse(source).program)], schemas)
    assert [item.message for item in found.diagnostics if item.level is Severity.ERROR] == [
        "`books.contact_persons` has no field that refers to `books.contact_persons`"
    ]


def with_superiors(schema: SchemaSnapshot) -> SchemaSnapshot:
    """Return a schema of Books in which contact persons have contact persons above them."""
    persons = schema.modules["contact_persons"]
    above = FieldSchema(label="Above", value=ReferenceType(modules=("contact_persons",)))
    changed = persons.model_copy(update={"fields": {**persons.fields, "above": above}})
    return schema.model_copy(update={"modules": {**schema.modules, "contact_persons": changed}})


def test_other_names_of_connections(schemas: dict[str, SchemaSnapshot]) -> None:
    """A shipped or local module is taken over with the connections of the one that is like it, side by side."""
    text = """language 1

connection crm: zoho_crm
connection books: zoho_books
connection archive: zoho_books

"""
    text += BASE.replace("<->", "->").replace("kind(Account_Type) ->", '"business" ->').replace(", prefer crm", "")
    text += "module other: crm.Accounts -> archive.customers\n    like: base\n"
    source = SourceFile("rules.sync", text)
    found = analyse([(source, parse(source).program)], {**schemas, "archive": schemas["books"]})
    assert [item.message for item in found.diagnostics if item.level is Severity.ERROR] == []
    assert found.plan is not None
    other = found.plan.pairs["other"]
    assert (other.left.connection, other.right.connection) == ("crm", "archive")
    assert other.right.where is not None
    assert dict(other.on_delete) == {"left": "review", "right": "keep"}


def test_a_base_may_stand_in_what_was_not_read(schemas: dict[str, SchemaSnapshot]) -> None:
    """Nobody misses a module whose statement could not be read."""
    text = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\nmodule base 12 34\n\n"
    text += "module other: crm.Accounts -> books.customers\n    like: base\n"
    for rules, codes in ((text, []), (text.replace("like: base", "like: bose"), ["SD220"])):
        source = SourceFile("rules.sync", rules)
        found = analyse([(source, parse(source).program)], schemas).diagnostics
        assert [item.code.id for item in found if item.level is Severity.ERROR] == codes
