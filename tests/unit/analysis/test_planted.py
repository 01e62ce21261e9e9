"""Mistakes planted into valid rules: each is found once, where it is, in words that show the way out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from syncdsl.analysis import Analysis
    from syncdsl.diagnostics import Diagnostic
    from syncdsl.schema.snapshot import SchemaSnapshot

    class Analyse(Protocol):
        """Checks rules against the shipped schemas, or others."""

        def __call__(self, text: str, others: Mapping[str, SchemaSnapshot] | None = None) -> Analysis:
            """Return what the rules come to."""

    class Golden(Protocol):
        """Compares a text with a golden file."""

        def __call__(self, path: Path, text: str) -> None:
            """Fail when they differ."""


GOLDEN = Path(__file__).parents[2] / "golden" / "diagnostics" / "semantic.txt"


@dataclass(frozen=True, slots=True)
class Planted:
    """One mistake: `old` becomes `new` in the rules `rules`; `code` is reported in the line that holds `line`.

    Without `line` it is the first line of `new`.
    """

    rules: str
    old: str
    new: str
    code: str
    line: str | None = None

    def plant(self, text: str) -> tuple[str, int]:
        """Return the rules with the mistake in them, and the line it has to be found in."""
        at = text.find(self.old)
        assert at >= 0, self.old
        changed = text[:at] + self.new + text[at + len(self.old) :]
        place = at + len(self.new) - len(self.new.lstrip()) if self.line is None else changed.find(self.line)
        assert place >= 0, self.line
        return changed, changed.count("\n", 0, place) + 1


T, E, R = "template", "every_clause", "reference"
"""The fixtures with the rules that are valid."""

MISTAKES: tuple[Planted, ...] = (
    # names
    Planted(T, "customers: crm.Accounts", "customers: crn.Accounts", "SD201", "module customers"),
    Planted(T, "invoice: books.invoices", "invoice: bocks.invoices", "SD201", "document invoice"),
    Planted(T, "connection crm: zoho_crm", "connection crn: zoho_crm", "SD201", "module customers"),
    Planted(T, "where books:", "where boks:", "SD201"),
    Planted(T, "overwrite in books", "overwrite in bocks", "SD201"),
    Planted(E, "on delete in books", "on delete in boks", "SD201"),
    Planted(T, "crm.Accounts <->", "crm.Acounts <->", "SD202"),
    Planted(T, "crm.Deals", "crm.Deal", "SD202"),
    Planted(T, "books.invoices for", "books.invoice for", "SD202"),
    Planted(T, "        Account_Name <-> contact_name", "        Acount_Name <-> contact_name", "SD203"),
    Planted(T, "<-> contact_name", "<-> contct_name", "SD203"),
    Planted(T, "billing_address.city", "billing_address.town", "SD203"),
    Planted(T, "deal.Owner.full_name", "deal.Owner.name", "SD203"),
    Planted(T, "deal.Owner.full_name", "deal.Amount.full_name", "SD203"),
    Planted(T, "deal.Deal_Name ->", "deal ->", "SD203"),
    Planted(T, "dedupe: Account_Name ==", "dedupe: Acount_Name ==", "SD203"),
    Planted(T, "books: customer_sub_type ==", "books: customer_type ==", "SD203"),
    Planted(T, "stage: Stage", "stage: Stege", "SD203"),
    Planted(T, "-> quantity", "-> quantty", "SD203"),
    Planted(T, "-> customer_id", "-> customr_id", "SD203"),
    Planted(T, '"All Accounts"', '"All Acounts"', "SD204"),
    Planted(E, '"Open Deals"', '"Won Deals"', "SD204"),
    Planted(E, '"Closed Lost",', '"Lost",', "SD205"),
    Planted(T, "deal.stage == won", 'deal.stage == "Close Won"', "SD205"),
    Planted(E, "upper(Ticker", "uper(Ticker", "SD206"),
    Planted(E, "kind(Account_Type)", "kinds(Account_Type)", "SD206"),
    Planted(T, "deal.Amount -> rate", "Amount -> rate", "SD207"),
    Planted(T, "deal.Amount -> rate", "deel.Amount -> rate", "SD207"),
    Planted(T, "when deal.stage == won", "when deel.stage == won", "SD207"),
    Planted(T, "when deal.stage == won", "when Stage == won", "SD207"),
    Planted(T, "when deal.stage == won", "when 1 == 1", "SD207"),
    Planted(T, "invoices for deal", "invoices for deals", "SD207"),
    Planted(E, "deal is created", "deel is created", "SD207"),
    Planted(T, "create invoice", "create invoce", "SD208"),
    Planted(T, "connection crm: zoho_crm", "connection crm: zoho_books", "SD209"),
    Planted(T, "on conflict: newest", "on conflict: oldest", "SD210"),
    Planted(T, "prefer crm", "prefer crn", "SD210"),
    Planted(T, "guard: creates", "guard: inserts", "SD211", "guard: inserts"),
    # types
    Planted(T, "deal.Deal_Name -> name", "deal.Amount -> name", "SD301"),
    Planted(T, "deal.Owner.full_name", "deal.Owner", "SD301"),
    Planted(T, "deal.Account_Name -> customer_id", "deal.Deal_Name -> customer_id", "SD301"),
    Planted(T, "deal.Amount -> rate", "deal.Deal_Name -> rate", "SD301"),
    Planted(T, "today() -> date", "deal.Amount -> date", "SD301"),
    Planted(T, "deal.Description ->", '"{deal.Owner}" ->', "SD301"),
    Planted(T, "Phone <-> phone", "Employees <-> phone", "SD301"),
    Planted(E, "kind(Account_Type) <->", "code(Currency) ->", "SD301"),
    Planted(T, "Description -> notes", "Description -> upper(notes)", "SD302"),
    Planted(T, "<-> currency_id.currency_code", "<-> currency_id.currency_name", "SD302"),
    Planted(T, "Phone <-> phone", "Phone ?? Fax <-> phone", "SD303"),
    Planted(T, "Phone <-> phone", "upper(Phone) <-> phone", "SD303"),
    Planted(E, '"Partner" ->', '"Partner" <->', "SD303"),
    Planted(E, "Employees <- 4", "SIC_Code <- code(customer_sub_type)", "SD303"),
    Planted(T, "Phone <-> phone", "Phone -> last_modified_time", "SD304"),
    Planted(T, "Phone <-> phone", "id <- phone", "SD304"),
    Planted(E, "deal.Owner.full_name -> salesperson_name", "deal.Deal_Name -> invoice_number", "SD304"),
    Planted(E, "        Full_Name -> contact_name\n", "", "SD306", "module individuals"),
    Planted(T, "        deal.Account_Name -> customer_id\n", "", "SD306", "document invoice"),
    Planted(T, "            deal.Amount -> rate\n", "", "SD306", "line:"),
    Planted(E, "truncate(Description, 100)", "truncate(Description)", "SD307"),
    Planted(E, "truncate(Description, 100)", "truncate(Description, 2.5)", "SD307"),
    Planted(E, "truncate(Description, 100)", 'truncate(Description, "100")', "SD307"),
    Planted(E, "max(1, 2)", "round(1, 2, 3, 4)", "SD307"),
    Planted(E, "max(1, 2)", 'round(1, 2, "half up")', "SD310"),
    Planted(E, "kind(Account_Type) <->", "kind(Account_Type, Rating) ->", "SD307"),
    Planted(E, "kind(Account_Type) <->", "kind(Employees) ->", "SD307"),
    Planted(E, "Employees > 3", 'Employees > "3"', "SD308"),
    Planted(E, "Employees > 3", 'Description > "x"', "SD308"),
    Planted(E, "deal.Amount * 2", "deal.Deal_Name * 2", "SD308"),
    Planted(E, "Phone ?? Fax", "Phone ?? Employees", "SD308"),
    Planted(E, 'then "large" else', "then 1 else", "SD308"),
    Planted(E, "then Phone == phone", "then Employees == phone", "SD308"),
    Planted(E, 'deal.Stage in ("Closed Lost"', 'deal.Stage in (1, "Closed Lost"', "SD308"),
    Planted(E, "deal.Type is empty or", "deal.Type or", "SD309"),
    Planted(E, "if Employees > 100", "if Employees", "SD309"),
    Planted(E, "where: Amount > 0", "where: Amount", "SD309"),
    Planted(T, '"business" -> customer_sub_type', '"busines" -> customer_sub_type', "SD310"),
    Planted(T, 'customer_sub_type == "business"', 'customer_sub_type == "company"', "SD310"),
    Planted(T, '"business" ->', 'if Phone is empty then "business" else "individul" ->', "SD310"),
    Planted(E, 'in ("Customer"', 'in ("Custmer"', "SD310"),
    Planted(E, "kind(Account_Type) <->", "code(Account_Type) ->", "SD307"),
    Planted(E, '"Customer" <->', '"Custmer" <->', "SD310"),
    Planted(E, '<-> "individual"', '<-> "individul"', "SD310"),
    # what does not belong where it stands
    Planted(T, "overwrite in books", "overwrite", "SD311"),
    Planted(E, "on duplicate: skip", "on duplicate: skip in books", "SD311"),
    Planted(E, "on duplicate: skip", "on duplicate: clone in crm", "SD311"),
    Planted(E, "where crm: Account_Type", "where: Account_Type", "SD311"),
    Planted(E, "where: Amount > 0", "where crm: Amount > 0", "SD311"),
    Planted(E, "    view: ", '    view: "All Accounts"\n    view: ', "SD311", '    view: "Customers"'),
    Planted(T, "    on conflict", "    where books: phone is empty\n    on conflict", "SD311"),
    Planted(T, "Phone <-> phone", "line:\n            Phone -> phone", "SD311"),
    Planted(T, "deal.Amount -> rate", "deal.Amount -> rate, when empty", "SD311"),
    Planted(T, "deal.Amount -> rate", "deal.Amount -> rate, prefer crm", "SD311"),
    Planted(E, "        Phone <- phone", "        Phone <- phone, when empty", "SD311"),
    Planted(E, '"USD" -> 2', "USD -> 2", "SD311"),
    Planted(E, '"USD" -> 2', '"USD" -> "2"', "SD311"),
    Planted(E, '"USD" ->', '"EUR" ->', "SD311"),
    Planted(E, "_ -> 9", "_ <-> 9", "SD311"),
    Planted(T, "deal.stage == won", "deal.Amount == won", "SD312"),
    Planted(T, "deal.stage == won", "deal.stage > won", "SD312"),
    Planted(T, "stage: Stage", "stage: Deal_Name", "SD312"),
    Planted(E, "crm.Accounts <- books.vendors", "crm.Accounts -> books.taxes", "SD313"),
    Planted(T, "document invoice: books.invoices", "document invoice: books.taxes", "SD313"),
    Planted(T, "deal.Account_Name ->", "deal.Contact_Name ->", "SD314"),
    # proofs
    Planted(
        E,
        '        "individual" -> customer_sub_type',
        '        "business" -> customer_sub_type',
        "SD401",
        "where books: customer_sub_type",
    ),
    Planted(E, 'books: customer_sub_type == "individual"', 'books: mobile == "1"', "SD401"),
    Planted(E, 'books: customer_sub_type == "individual"', "books: notes is not empty", "SD401"),
    Planted(E, "creates <= 500", "creates <= 50 %", "SD403"),
    Planted(E, "5_000.50 EUR", "5_000.50 USD", "SD403"),
    Planted(E, "5_000.50 EUR", "5_000.50", "SD403"),
    # statements that build on others
    Planted(R, "parent: Account_Name", "parent: Reporting_To", "SD330"),
    Planted(R, "parent: Account_Name", "parent: Account_Nam", "SD203"),
    Planted(R, "        parent: Account_Name\n", "", "SD330", "with contacts"),
    Planted(
        R,
        "    on conflict: review\n",
        "    on conflict: review\n    parent: Account_Name\n",
        "SD311",
        "parent: Account_Name\n    map",
    ),
    Planted(R, "with contacts: crm.Contacts", "with contacts: crm.Contact", "SD202"),
    Planted(
        R,
        "with contacts: crm.Contacts -> books.contact_persons",
        "with contacts: books.vendors -> crm.Contacts",
        "SD311",
    ),
    Planted(R, "like: invoice", "like: invoyce", "SD220"),
    Planted(R, "like: invoice", "like: customers", "SD220"),
    Planted(R, "like: invoice", "like: quote", "SD221"),
    Planted(R, "like: invoice", "like: zoho.invoce", "SD220"),
    Planted(R, "like: invoice", "like: invoice\n    without: dat", "SD229", "without"),
    Planted(R, "like: invoice", "like: zoho.quote\n    per: deal.Nme", "SD203", "per:"),
    Planted(R, "like: invoice", "like: invoice\n    per: empty", "SD301", "per:"),
    Planted(R, "on delete in books: keep", "on delete in boks: keep", "SD201"),
    Planted(R, "transactions books", "transactions book", "SD201"),
    Planted(R, "transactions books: quotes", "transactions books: bills", "SD225"),
    Planted(R, "associate: deal", "associate: deel", "SD207"),
    Planted(R, "access books", "access boks", "SD201"),
    Planted(R, "may create", "may make", "SD226"),
    Planted(R, "may create: quotes", "may create: quots", "SD225"),
    Planted(R, '"sales@example.com"', '"sales"', "SD311"),
    Planted(R, '"sales@example.com"', '"sales@example.com,"', "SD311"),
    Planted(R, '    users: "sales@example.com", "ops@example.com"\n', "", "SD311", "access books"),
    Planted(
        R,
        "sales_orders, invoices, purchase_orders\n    associate",
        "sales_orders, invoices\n    associate",
        "SD225",
        "access",
    ),
    Planted(R, "accept quote", "accept quot", "SD208"),
    Planted(R, "void invoice", "accept invoice", "SD331"),
    Planted(R, "create quote", "create quote\n    require: deal.Amunt > 0", "SD203", "require"),
    Planted(R, "create quote", "create quote\n    require: deal.Amount", "SD309", "require"),
    Planted(R, "given crm.Accounts", "given crm.Acounts", "SD202"),
    Planted(R, "change deal", "change deel", "SD207"),
    Planted(R, 'Stage = "Closed Won"', 'Stge = "Closed Won"', "SD203"),
    Planted(R, 'Stage = "Closed Won"', 'Stage = "Closed One"', "SD310"),
    Planted(R, "Amount = 1200.00", 'Amount = "much"', "SD301"),
    Planted(R, 'Account_Name = "Acme"\n    change', 'Account_Name = "Acne"\n    change', "SD227"),
    Planted(R, 'Stage = "Closed Won"', "Modified_Time = empty", "SD304"),
    Planted(R, "expect create invoice", "expect create invoyce", "SD208"),
    Planted(R, "line.rate ==", "line.rte ==", "SD203"),
    Planted(R, "line.rate ==", "total ==", "SD333"),
    Planted(R, "expect create invoice", 'expect create invoice "D7"', "SD227"),
    Planted(R, "expect create invoice: line.rate == 1200.00", "expect void customers", "SD311"),
    Planted(R, "record deal", "moved record opportunity to deel\n\nrecord deal", "SD228"),
    Planted(R, "record deal", "moved module items to customers\n\nrecord deal", "SD228"),
    Planted(R, "record deal", "use zoho.item\n\nrecord deal", "SD222"),
    Planted(R, "record deal", 'use "nowhere.sync"\n\nrecord deal', "SD222"),
    Planted(R, "record deal", 'use "../../secret.sync"\n\nrecord deal', "SD223"),
    Planted(R, "record deal", 'use "/etc/passwd"\n\nrecord deal', "SD223"),
    # actions and modifiers
    Planted(T, "when empty\n", "enforce\n", "SD311"),
    Planted(T, "when empty\n", "when empty, enforce\n", "SD311"),
    Planted(T, "void invoice", "accept invoice", "SD331"),
    Planted(T, "create invoice", "create invoice, even sent", "SD311"),
    Planted(T, "deal.Amount -> rate", "deal.Amount <- rate", "SD311"),
    Planted(T, "today() -> date", "deal.Closing_Date <-> date", "SD311"),
)


def _errors(findings: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [finding for finding in findings if finding.level is not Severity.NOTE]


@pytest.mark.parametrize("rules", [T, E, R])
def test_rules_are_valid(rules: str, analysed: Analyse, request: pytest.FixtureRequest) -> None:
    """The rules that mistakes are planted into have none."""
    found = analysed(request.getfixturevalue(rules))
    assert not _errors(found.diagnostics)
    assert found.plan is not None


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.code}: {mistake.new.strip()}")
def test_planted(mistake: Planted, analysed: Analyse, request: pytest.FixtureRequest) -> None:
    """A mistake is reported once, with its code and in its line, with help, and there is no plan."""
    text, line = mistake.plant(request.getfixturevalue(mistake.rules))
    found = analysed(text)
    assert [(error.code.id, error.span.line) for error in _errors(found.diagnostics)] == [(mistake.code, line)]
    assert found.plan is None


def test_messages(analysed: Analyse, golden: Golden, request: pytest.FixtureRequest) -> None:
    """Messages begin in lower case, end without a point, quote in backticks and come with help; all can be read."""
    shown: list[str] = []
    for mistake in MISTAKES:
        text, _ = mistake.plant(request.getfixturevalue(mistake.rules))
        (error,) = _errors(analysed(text).diagnostics)
        assert error.help is not None, error.message
        for words in (error.message, error.help):
            assert re.match(r"[a-z`\"\d…-]", words), words
            assert not words.endswith("."), words
            assert words.count("`") % 2 == 0, words
            assert "None" not in words
        written = text.splitlines()[error.span.line - 1].strip()
        shown.append(f"{written}\n    {error.code.id} {error.message}\n    help: {error.help}\n")
    golden(GOLDEN, "\n".join(shown))
