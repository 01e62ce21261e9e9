"""Tests of the rules over the shipped sets and schemas: what every set is for happens."""

from __future__ import annotations

import pytest
from tests.unit.trial.rehearsed import results_of, shipped_schemas

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
CUSTOMERS = "module customers: crm.Accounts <-> books.customers\n    like: zoho.accounts\n\n"
DEALS = """record deal: crm.Deals
    stage: Stage

document quote: books.quotes for deal
    like: zoho.quote

document invoice: books.invoices for deal
    like: zoho.invoice

document sales_order: books.sales_orders for deal
    like: zoho.sales_order

"""

ORDERS = """when deal.stage == won: create sales_order
when deal.stage == lost: void sales_order
"""
ACCOUNT = """    given crm.Accounts "Acme":
    given deal "D": Stage = "Qualification", Amount = 5, Account_Name = "Acme"
"""


def outcome(rules: str, steps: str) -> tuple[str, tuple[str, ...]]:
    """Return what a test comes to, and the messages of what is wrong."""
    result = results_of(f'{HEAD}{rules}\ntest "it":\n{steps}', shipped_schemas()).one
    return result.outcome, tuple(failure.message for failure in result.failures)


@pytest.mark.parametrize(
    ("rules", "steps"),
    [
        (
            "module accounts: crm.Accounts <-> books.customers\n    like: zoho.accounts\n",
            """    change crm.Accounts "Acme": Billing_City = "Ulm", Currency = "USD"
    expect create accounts: contact_name == "Acme", billing_address.city == "Ulm", customer_sub_type == "business"
    expect nothing else
    change books.customers "Beta": company_name = "Beta", customer_sub_type = "business", notes = "new"
    expect create crm.Accounts: Account_Name == "Beta", Description == "new"
    expect nothing else
    expect nothing again
""",
        ),
        (
            "module contacts: crm.Contacts <-> books.customers\n    like: zoho.contacts\n",
            """    given crm.Contacts "Ann Lee": Email = "ann@example.com"
    change crm.Contacts "Ann Lee": Mobile = "1"
    expect update contacts "Ann Lee": mobile == "1"
    expect nothing else
    expect nothing again
""",
        ),
        (
            "module customers: crm.Accounts <-> books.customers\n    like: zoho.customers\n",
            """    change crm.Accounts "Acme": Phone = "1"
    change crm.Contacts "Lee": Last_Name = "Lee", Email = "lee@example.com", Account_Name = "Acme"
    expect create customers "Acme"
    expect create contacts "Lee": last_name == "Lee", email == "lee@example.com"
    expect nothing else
    expect nothing again
""",
        ),
        (
            "use zoho.items\n",
            """    given crm.Products "Pump": Product_Code = "P1", Product_Kind = "Goods", Unit_Price = 5
    change crm.Products "Pump": Unit_Price = 6.50
    change crm.Products "Help": Product_Code = "H1", Product_Kind = "Services"
    expect update items "Pump": rate == 6.50
    expect create items "Help": product_type == "service", rate == 0
    expect nothing else
    expect nothing again
""",
        ),
        (
            "use zoho.vendors\n",
            """    given crm.Vendors "V": Phone = "1"
    change books.vendors "W": company_name = "W", phone = "2"
    change crm.Vendors "V": Phone = "3"
    expect create crm.Vendors: Vendor_Name == "W", Phone == "2"
    expect update vendors "V": phone == "3"
    expect nothing else
    expect nothing again
""",
        ),
        (
            CUSTOMERS + "use zoho.deals\n",
            """    given crm.users "Eve": full_name = "Eve Ray"
    given crm.Accounts "Acme":
    given deal "D": Stage = "Qualification", Amount = 5, Account_Name = "Acme", Owner = "Eve"
    change deal "E": Stage = "Qualification", Amount = 7, Account_Name = "Acme"
    expect create quote "E": line.rate == 7
    expect nothing else
    change deal "E": Stage = "Closed Won"
    change deal "D": Stage = "Closed Won"
    expect accept quote "E"
    expect create invoice "E"
    expect create invoice "D": salesperson_name == "Eve Ray"
    expect nothing else
    change deal "E": Stage = "Closed Lost"
    expect decline quote "E"
    expect void invoice "E"
    expect nothing else
    expect nothing again
""",
        ),
        (
            CUSTOMERS + DEALS + ORDERS,
            f"""{ACCOUNT}    change deal "D": Stage = "Closed Won"
    expect create sales_order: line.rate == 5
    change deal "D": Stage = "Closed Lost"
    expect void sales_order "D"
    expect nothing else
    expect nothing again
""",
        ),
    ],
    ids=["accounts", "contacts", "customers", "items", "vendors", "deals", "sales_order"],
)
def test_what_a_set_is_for_happens(rules: str, steps: str) -> None:
    """A test over a shipped set passes, and finds nothing besides."""
    assert outcome(rules, steps) == ("passed", ())


def test_an_amount_in_another_currency_waits() -> None:
    """A customer is kept in the currency of its account: a deal in another one waits, as in the books."""
    steps = """    given crm.Accounts "Acme": Currency = "USD"
    change deal "D": Stage = "Qualification", Amount = 5, Account_Name = "Acme", Currency = "EUR"
    expect hold deal "D"
    expect nothing else
    change deal "D": Currency = "USD"
    expect create quote "D"
    expect nothing else
    expect nothing again
"""
    assert outcome(CUSTOMERS + "use zoho.deals\n", steps) == ("passed", ())
