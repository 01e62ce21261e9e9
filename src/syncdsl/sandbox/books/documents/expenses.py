"""Expenses, as far as associations with customers, vendors and deals need them (Zoho Books API v3, Expenses)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncdsl.sandbox.books.body import amount, choice, objects, text, texts
from syncdsl.sandbox.books.documents import showing
from syncdsl.sandbox.books.documents.accounts import EXPENSE_ACCOUNTS, MONEY_ACCOUNTS
from syncdsl.sandbox.books.documents.amounts import in_base_currency, number, rounded
from syncdsl.sandbox.books.documents.composing import (
    apply_currency,
    apply_custom_fields,
    apply_dates,
    currency_of,
    keys,
)
from syncdsl.sandbox.books.documents.emission import Emit, silent
from syncdsl.sandbox.books.documents.handling import Documents
from syncdsl.sandbox.books.documents.kind import Kind, Messages
from syncdsl.sandbox.books.documents.partners import partner_of
from syncdsl.sandbox.books.documents.values import truth
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.books.taxes import TAXES_BY_ID
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.organisation import BASE_CURRENCY
from syncdsl.sandbox.store import Record, Store

EXPENSE = Kind(
    entity="expense",
    resource="expenses",
    title="Expense",
    report="Expenses",
    partner="customer",
    prefix="",
    messages=Messages(
        status=200,
        created="The expense has been recorded.",
        updated="Expense information has been updated.",
        deleted="The expense has been deleted.",
    ),
    statuses=("unbilled", "invoiced", "reimbursed", "nonbillable", "non-billable", "billable"),
    groups={"non-billable": ("nonbillable",), "billable": ("unbilled", "invoiced", "reimbursed")},
    filters={"Status.NonBillable": ("nonbillable",)},
    amounts=("total", "amount"),
    sorts=("account_name", "description", "vendor_name"),
    references=("vendor_id", "account_id", "paid_through_account_id", "project_id"),
    locked=frozenset({"invoiced"}),
    kept=frozenset({"invoiced"}),
    transitions=(),
)
"""An invoiced expense is neither edited nor deleted (assumed)."""

TEXT_LENGTHS = {
    "reference_number": 100,
    "description": 100,
    "zcrm_potential_id": 50,
    "zcrm_potential_name": 200,
    "project_id": 50,
}


class Expenses(Documents):
    """The calls on expenses."""

    def __init__(self, store: Store, clock: Clock, emit: Emit = silent) -> None:
        super().__init__(EXPENSE, store, clock, emit)

    def compose(self, record: Record, sent: Mapping[str, Any]) -> None:
        """Put a body into an expense: account, date and amount are needed, customer and vendor are not."""
        document = record.document
        document.update(texts(sent, TEXT_LENGTHS))
        if not sent.get("date") and not document.get("date"):
            raise invalid_value("date")
        apply_dates(self.kind, document, sent, self.today())
        self._apply_partners(document, sent)
        _apply_accounts(document, sent)
        currency_holder = self._currency_holder(document)
        apply_currency(document, sent, currency_holder)
        _apply_amounts(document, sent, currency_of(document).precision)
        if "is_billable" in sent:
            document["is_billable"] = truth(sent["is_billable"], "is_billable")
        if document.setdefault("is_billable", False) and not document.get("partner_id"):
            raise invalid_value("customer_id")
        if record.status not in {"invoiced", "reimbursed"}:
            record.status = "unbilled" if document["is_billable"] else "nonbillable"
        apply_custom_fields(self.kind.entity, document, sent)

    def keys(self, record: Record) -> dict[str, str]:
        """Return the values an expense is found by."""
        return keys(self.kind, record) | {"vendor_id": record.document.get("vendor_id", "")}

    def row(self, record: Record) -> dict[str, Any]:
        """Return an expense as lists show it."""
        document = record.document
        total, tax = Decimal(document["total"]), Decimal(document["tax_amount"])
        return {
            **showing.row(self.store, self.kind, record, self.today()),
            **{name: document.get(name, "") for name in ("account_name", "description", "vendor_id")},
            "vendor_name": self._name(document["vendor_id"]),
            "paid_through_account_name": document["paid_through_account_name"],
            "is_billable": document["is_billable"],
            "is_personal": False,
            "total_without_tax": number(total - tax),
            "bcy_total_without_tax": number(
                rounded((total - tax) * Decimal(document["exchange_rate"]), BASE_CURRENCY.precision)
            ),
            "expense_receipt_name": "",
            "expense_type": "non_mileage",
        }

    def shown(self, record: Record) -> dict[str, Any]:
        """Return an expense with everything known about it."""
        document = record.document
        tax = TAXES_BY_ID.get(document["tax_id"])
        tax_amount = number(document["tax_amount"])
        invoice = (document.get("invoice_ids") or [""])[-1]
        return {
            **self.row(record),
            "transaction_id": str(record.id),
            "transaction_type": "expense",
            **{name: document[name] for name in ("account_id", "paid_through_account_id")},
            "tax_id": document["tax_id"],
            "tax_name": tax.name if tax else "",
            "tax_percentage": tax.percentage if tax else 0,
            "tax_amount": tax_amount,
            "taxes": [{"tax_id": tax.id, "tax_name": tax.name, "tax_amount": tax_amount}] if tax else [],
            "amount": number(document["amount"]),
            "sub_total": number(document["sub_total"]),
            "bcy_total": in_base_currency(document, "total", BASE_CURRENCY.precision),
            "is_inclusive_tax": document["is_inclusive_tax"],
            "is_itemized_expense": len(document["line_items"]) > 1,
            "line_items": document["line_items"],
            "project_id": document.get("project_id", ""),
            "project_name": "",
            "invoice_id": invoice,
            "invoice_number": self.store.names([invoice]).get(invoice, "") if invoice else "",
            "mileage_type": "non_mileage",
        }

    def _apply_partners(self, document: dict[str, Any], sent: Mapping[str, Any]) -> None:
        for role, key in (("customer", "partner_id"), ("vendor", "vendor_id")):
            given = sent.get(f"{role}_id", document.get(key, ""))
            if not given:
                document[key] = ""
                continue
            document[key] = str(partner_of(self.store, role, given, current=document.get(key, "")).id)
        document["vendor_name"] = self._name(document["vendor_id"])

    def _name(self, vendor_id: str) -> str:
        return self.store.names([vendor_id]).get(vendor_id, "") if vendor_id else ""

    def _currency_holder(self, document: Mapping[str, Any]) -> Record | None:
        """Return the vendor, else the customer: whose currency an expense has unless it says another one."""
        identity = document["vendor_id"] or document["partner_id"]
        return self.store.get("books.contacts", identity) if identity else None


def _apply_accounts(document: dict[str, Any], sent: Mapping[str, Any]) -> None:
    """Settle the expense account and the one it was paid from; both are needed."""
    for name, accounts in (("account", EXPENSE_ACCOUNTS), ("paid_through_account", MONEY_ACCOUNTS)):
        key = f"{name}_id"
        given = sent.get(key) or document.get(key, "")
        if not given and name == "account" and isinstance(sent.get("line_items"), list) and sent["line_items"]:
            given = objects(sent["line_items"], "line_items")[0].get("account_id", "")
        document[key] = choice(str(given), key, tuple(accounts))
        document[f"{name}_name"] = accounts[document[key]].name


def _apply_amounts(document: dict[str, Any], sent: Mapping[str, Any], precision: int) -> None:
    """Compute total and tax; an itemised expense has the amount of its lines."""
    if "tax_id" in sent:
        document["tax_id"] = choice(str(sent["tax_id"] or ""), "tax_id", ("", *TAXES_BY_ID))
    document.setdefault("tax_id", "")
    if sent.get("is_inclusive_tax") not in (None, ""):
        document["is_inclusive_tax"] = truth(sent["is_inclusive_tax"], "is_inclusive_tax")
    document.setdefault("is_inclusive_tax", False)
    if sent.get("line_items"):
        lines = objects(sent["line_items"], "line_items")
        amounts = [rounded(amount(line.get("amount"), "amount"), precision) for line in lines]
        document["amount"] = str(sum(amounts, Decimal(0)))
        document["line_items"] = [
            {
                "line_item_id": str(order),
                "account_id": str(line.get("account_id") or document["account_id"]),
                "description": text(line.get("description"), "description", 100),
                "amount": number(value),
                "item_order": order,
            }
            for order, (line, value) in enumerate(zip(lines, amounts, strict=True), 1)
        ]
    elif sent.get("amount") not in (None, ""):
        document["amount"] = str(rounded(amount(sent["amount"], "amount"), precision))
        document["line_items"] = []
    if Decimal(document.get("amount", "0")) <= 0:
        raise invalid_value("amount")
    tax = TAXES_BY_ID.get(document["tax_id"])
    percentage = Decimal(str(tax.percentage)) if tax else Decimal(0)
    value = Decimal(document["amount"])
    if document["is_inclusive_tax"]:
        base = rounded(value * 100 / (100 + percentage), precision)
        due = value - base
    else:
        base, due = value, rounded(value * percentage / 100, precision)
    document |= {"sub_total": str(base), "tax_amount": str(due), "total": str(base + due)}
