"""A name that nothing has is reported with the one that was meant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from syncdsl.analysis import analyse
from syncdsl.diagnostics import SourceFile
from syncdsl.project.uses import library_for, resolve_uses
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.syntax import parse

ROOT = Path(__file__).parents[3]
REFERENCE = (ROOT / "tests" / "golden" / "parse" / "reference.sync").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A piece of the reference program, the same misspelt, and the name to suggest; `kind` is what is misspelt."""

    kind: str
    piece: str
    misspelt: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.misspelt}"


CASES = (
    # words of the language
    Misspelt("statement", "module customers", "modul customers", "module"),
    Misspelt("statement", "record deal", "recrod deal", "record"),
    Misspelt("statement", "when deal is created", "wehn deal is created", "when"),
    Misspelt("statement", "guard: deletes", "gaurd: deletes", "guard"),
    Misspelt("statement", "transactions books", "transaction books", "transactions"),
    Misspelt("statement of another tool", "table product_kind", "lookup product_kind", "table"),
    Misspelt("clause", '    view: "All Accounts"', '    veiw: "All Accounts"', "view"),
    Misspelt("clause", "    dedupe: Account", "    dedup: Account", "dedupe"),
    Misspelt("clause", "    map:", "    mpa:", "map"),
    Misspelt("clause of another tool", "    map:", "    fields:", "map"),
    Misspelt("clause", "    parent: Account", "    parnet: Account", "parent"),
    Misspelt("second word", "on duplicate: overwrite", "on duplicat: overwrite", "duplicate"),
    Misspelt("choice", "overwrite in books", "overwite in books", "overwrite"),
    Misspelt("action", ": accept quote", ": acept quote", "accept"),
    Misspelt("modifier", ", prefer crm", ", prefr crm", "prefer"),
    Misspelt("word of a condition", "Account_Name is empty", "Account_Name is emtpy", "empty"),
    Misspelt("step of a test", "    expect nothing else", "    expct nothing else", "expect"),
    # names
    Misspelt("connection in a header", "customers: crm.Accounts", "customers: crn.Accounts", "crm"),
    Misspelt("connection in a condition", "where books: customer", "where bocks: customer", "books"),
    Misspelt("connection in a clause", "overwrite in books", "overwrite in boks", "books"),
    Misspelt("module on the left", "crm.Accounts <->", "crm.Acounts <->", "Accounts"),
    Misspelt("module on the right", "<-> books.vendors", "<-> books.vendor", "vendors"),
    Misspelt("module of a document", "books.invoices for", "books.invoce for", "invoices"),
    Misspelt("field on the left", "Phone <-> phone", "Phonee <-> phone", "Phone"),
    Misspelt("field on the right", "Website <-> website", "Website <-> web_site", "website"),
    Misspelt("part of a field", "billing_address.city", "billing_address.ctiy", "city"),
    Misspelt("field with a hyphen", "Account_Name -> company_name", "Account-Name -> company_name", "Account_Name"),
    Misspelt("field of a record", "deal.Deal_Name ->", "deal.DealName ->", "Deal_Name"),
    Misspelt("field of a reference", "Owner.full_name", "Owner.fullname", "full_name"),
    Misspelt("field of a row", "-> quantity", "-> quantitty", "quantity"),
    Misspelt("field in a key", "dedupe: Email ==", "dedupe: Emial ==", "Email"),
    Misspelt("field in a condition", "customer_sub_type == ", "customer_subtype == ", "customer_sub_type"),
    Misspelt("stage", '"Negotiation/Review"', '"Negotiation"', "Negotiation/Review"),
    Misspelt("view", '"All Accounts"', '"All Acounts"', "All Accounts"),
    Misspelt("choice of a field", '"business" -> customer', '"buisness" -> customer', "business"),
    Misspelt("function", "today() ->", "todays() ->", "today"),
    Misspelt("table", "product_kind(Product_Kind)", "product_knd(Product_Kind)", "product_kind"),
    Misspelt("record", "deal.Amount -> rate", "deel.Amount -> rate", "deal"),
    Misspelt("document", "accept quote", "accept quot", "quote"),
    Misspelt("base", "like: invoice", "like: invoce", "invoice"),
    Misspelt("shipped base", "like: invoice", "like: zoho.invoce", "zoho.invoice"),
    Misspelt("shipped set", "record deal: crm", "use zoho.customrs\n\nrecord deal: crm", "zoho.customers"),
    Misspelt("winner", "on conflict: newest", "on conflict: newst", "newest"),
    Misspelt("winner of a line", "prefer crm", "prefer cmr", "crm"),
    Misspelt("kind of document", "books: quotes", "books: qoutes", "quotes"),
    Misspelt("right", "may create", "may crate", "create"),
    Misspelt("limit", "guard: deletes", "guard: delets", "deletes"),
    Misspelt("label", 'Account_Name = "Acme"\n    change', 'Account_Name = "Acne"\n    change', "Acme"),
    Misspelt("new name of a rename", "record deal: crm", "moved record offer to deel\n\nrecord deal: crm", "deal"),
    Misspelt("left out", "like: invoice", "like: invoice\n    without: dat", "date"),
)


@cache
def said(text: str) -> list[str]:
    """Return message and help of every finding that is no note."""
    folder = ROOT / "rules" / "zoho" / "schema"
    schemas = {name: read_snapshot(folder / f"{name}.json") for name in ("crm", "books")}
    source = SourceFile("rules.sync", text)
    parsed = parse(source)
    programs = [(source, parsed.program)]
    uses = resolve_uses(programs, Path(__file__).parent)
    analysis = analyse(
        programs, schemas, used=uses.files, library=library_for([parsed.program]), unread_uses=uses.unread
    )
    return [
        f"{item.message}: {item.help}"
        for item in (*parsed.diagnostics, *uses.findings, *analysis.diagnostics)
        if item.level.value != "note"
    ]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_right_name_is_suggested(case: Misspelt) -> None:
    """The only finding quotes the name that was meant."""
    assert REFERENCE.count(case.piece) >= 1
    (found,) = said(REFERENCE.replace(case.piece, case.misspelt, 1))
    assert f"`{case.name}`" in found


def test_nothing_is_suggested_for_what_is_near_to_nothing() -> None:
    """A name that resembles none is reported with all there are, when they are few."""
    (found,) = said(REFERENCE.replace("accept quote", "accept zzzz"))
    assert "did you mean" not in found
    assert "`invoice`" in found
    assert "`quote`" in found
