"""Triggers: what they make, and what their clauses come to in the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

HEAD = """language 1

connection crm: zoho_crm
connection books: zoho_books

record deal: crm.Deals
record quotation: crm.Quotes

document invoice: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate

document copy: books.quotes for quotation
    map:
        quotation.Account_Name -> customer_id
        line:
            quotation.Subject -> name
            1 -> rate

module accounts: crm.Accounts -> books.customers
    map:
        Account_Name -> contact_name

guard: creates <= 9

"""


def said(analysed: Analyse, text: str) -> list[tuple[str, int]]:
    """Return code and line of errors, the first line after the head being 1."""
    found = analysed(HEAD + text).diagnostics
    return [(item.code.id, item.span.line - HEAD.count("\n")) for item in found if item.level is Severity.ERROR]


def test_a_trigger_makes_documents_of_its_own_record(analysed: Analyse) -> None:
    """A condition on a deal makes no copy of a quotation."""
    assert said(analysed, "when deal.stage == won: create invoice\n") == []
    assert said(analysed, "when deal.stage == won: create copy\n") == [("SD208", 1)]


@pytest.mark.parametrize(
    ("clauses", "found"),
    [
        ("    require: deal.Amount > 0\n", []),
        ("    require: deal.Amount > 0\n    require: deal.Amount < 9\n", [("SD311", 3)]),
        (
            "    backfill: since 2026-01-31\n    require: deal.Amount > 0\n    backfill: since 2026-01-31\n",
            [("SD311", 4)],
        ),
    ],
)
def test_each_clause_stands_once(clauses: str, found: list[tuple[str, int]], analysed: Analyse) -> None:
    """A second `require` or `backfill` is reported, wherever it stands."""
    assert said(analysed, "when deal.stage == won: create invoice\n" + clauses) == found


def test_clauses_reach_the_plan(analysed: Analyse) -> None:
    """`even sent`, `require` and the day of a `backfill` are what the plan says."""
    text = (
        "when deal.stage == won: create invoice\n    require: deal.Amount > 0\n    backfill: since 2026-01-31\n"
        "when deal.stage == lost: void invoice, even sent\n"
    )
    assert said(analysed, text) == []
    plan = analysed(HEAD + text).plan
    assert plan is not None
    create, void = plan.triggers
    assert (create.verb, create.even_sent, create.backfill) == ("create", False, "2026-01-31")
    assert create.require is not None
    assert (void.verb, void.even_sent, void.backfill, void.require) == ("void", True, None, None)
