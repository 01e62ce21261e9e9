"""What documents write back into their record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Module, Prove

SECOND = """document second: books.sales_orders for deal
    map:
        deal.Account_Name -> customer_id
        {line}
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate
            1 -> quantity

"""
WON = "when deal.stage == won: create invoice\n"
BACK = "deal.Next_Step <- invoice_number"


def with_lines(deal: str, *lines: str) -> str:
    """Return the record and its invoice with more lines in its map."""
    customer = "        deal.Account_Name -> customer_id\n"
    return deal.replace(customer, customer + "".join(f"        {line}\n" for line in lines), 1)


def test_into_what_it_is_made_from(prove: Prove, deal: str) -> None:
    """A document may not write a field back that it is made from, on its own lines or on its rows."""
    (found,) = prove(with_lines(deal, "deal.Next_Step -> reference_number", BACK) + WON)
    assert (found.code, found.text) == ("SD412", BACK)
    assert "`deal.Next_Step` changes the document" in found.help
    (found,) = prove(with_lines(deal, "deal.Deal_Name <- invoice_number") + WON)
    assert found.code == "SD412"
    assert prove(with_lines(deal, "deal.Lead_Source -> reference_number", BACK) + WON) == []


@pytest.mark.parametrize(
    ("trigger", "code"),
    [
        ('when deal.Next_Step == "x": create invoice\n', "SD412"),
        ("when deal.stage == won:\n    create invoice\n    require: deal.Next_Step is empty\n", "SD412"),
        ('when deal.Lead_Source == "Chat": create invoice\n', None),
        (WON + 'when deal.Next_Step == "x": create second\n', None),  # another document's
    ],
)
def test_into_what_its_triggers_ask(trigger: str, code: str | None, prove: Prove, deal: str) -> None:
    """A document may not write a field back that its own triggers ask for."""
    found = prove(with_lines(deal, BACK) + SECOND.format(line="deal.Type -> notes") + trigger)
    assert [item.code for item in found] == ([code] if code else [])


def test_two_documents_one_field(prove: Prove, deal: str) -> None:
    """Two documents that write one field back from fields of their own differ; both values are shown."""
    second = SECOND.format(line="deal.Next_Step <- salesorder_number")
    (found,) = prove(with_lines(deal, BACK) + second + WON)
    assert (found.code, found.text) == ("SD410", "deal.Next_Step <- salesorder_number")
    assert "`invoice` with invoice_number = " in found.help
    assert "`second` with salesorder_number = " in found.help
    other = SECOND.format(line="deal.Description <- salesorder_number")
    assert prove(with_lines(deal, BACK) + other + WON) == []


def test_the_same_constant(prove: Prove, deal: str) -> None:
    """Two documents that write the same constant agree; with two constants they do not."""
    first = with_lines(deal, 'deal.Next_Step <- "billed"')
    assert prove(first + SECOND.format(line='deal.Next_Step <- "billed"') + WON) == []
    (found,) = prove(first + SECOND.format(line='deal.Next_Step <- "ordered"') + WON)
    assert found.code == "SD410"
    assert '"billed"' in found.help


def test_a_module_and_a_document(prove: Prove, deal: str, module: Module) -> None:
    """A module that writes the field which a document writes back is the same mistake."""
    header = "crm.Deals <- books.projects"
    lines = ("Deal_Name <- contact_name", 'Stage <- "Qualification"', "Next_Step <- notes")
    pulled = module("pulled", header.replace("projects", "customers"), lines=lines)
    found = prove(with_lines(deal, BACK) + pulled + WON)
    assert [item.code for item in found] == ["SD410"]
    narrow = pulled.replace("    map:", "    where crm: Next_Step is empty and Amount is empty\n    map:")
    scoped = deal.replace("    stage: Stage\n", "    stage: Stage\n    where: Amount > 5\n")
    assert [item.code for item in prove(with_lines(scoped, BACK) + narrow + WON)] == ["SD401"]


def test_round_two_documents(prove: Prove, deal: str) -> None:
    """Two documents that hand one field's value to each other are a loop; the way round is shown."""
    first = with_lines(deal, "deal.Next_Step -> reference_number", "deal.Description <- reference_number")
    second = SECOND.format(line="deal.Description -> reference_number\n        deal.Next_Step <- reference_number")
    (found,) = prove(first + second + WON)
    assert found.code == "SD411"
    assert "crm.Deals.Next_Step -> books.invoices.reference_number (`document invoice`)" in found.message
    assert prove(first + SECOND.format(line="deal.Description -> reference_number") + WON) == []
