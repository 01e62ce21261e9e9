"""The CRM's own documents: Quotes, Sales Orders, Invoices and Purchase Orders of a standard organisation."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.crm.catalogue.field import (
    Field,
    address,
    day,
    money,
    picklist,
    reference,
    rows,
    text,
    textarea,
)
from syncdsl.sandbox.crm.catalogue.module import Derivation, Document, Module, View

CARRIERS = ("FedEX", "UPS", "USPS", "DHL", "BlueDart")


def _totals() -> tuple[Field, ...]:
    return (
        money("Sub_Total", "Sub Total", derived=True),
        money("Discount", "Discount"),
        money("Tax", "Tax"),
        money("Adjustment", "Adjustment"),
        money("Grand_Total", "Grand Total", derived=True),
    )


def _texts() -> tuple[Field, ...]:
    return (
        *address("Billing", "Billing"),
        *address("Shipping", "Shipping"),
        textarea("Terms_and_Conditions", "Terms and Conditions"),
        textarea("Description", "Description"),
    )


def _sums(lines: str) -> Derivation:
    """Return what computes the amounts of lines and of the whole document, to the cent."""

    def derive(document: Document, _sent: Mapping[str, Any]) -> None:
        for line in document.get(lines) or []:
            line["Total"] = round(line.get("Quantity", 1) * line.get("List_Price", 0), 2)
            line["Total_After_Discount"] = round(line["Total"] - line.get("Discount", 0), 2)
            line["Net_Total"] = round(line["Total_After_Discount"] + line.get("Tax", 0), 2)
        document["Sub_Total"] = round(sum(line["Net_Total"] for line in document.get(lines) or []), 2)
        extra = document.get("Tax", 0) + document.get("Adjustment", 0) - document.get("Discount", 0)
        document["Grand_Total"] = round(document["Sub_Total"] + extra, 2)

    return derive


def _view(name: str, *columns: str) -> tuple[View, ...]:
    return (View(name=name, system_name="ALLVIEWS", columns=("Subject", *columns, "Grand_Total", "Owner")),)


QUOTES = Module(
    api_name="Quotes",
    singular="Quote",
    plural="Quotes",
    number=8,
    name_field="Subject",
    duplicate_check_field="Subject",
    own_fields=(
        text("Subject", "Subject", mandatory=True, key=True),
        picklist(
            "Quote_Stage",
            "Quote Stage",
            "Draft",
            "Negotiation",
            "Delivered",
            "On Hold",
            "Confirmed",
            "Closed Won",
            "Closed Lost",
        ),
        reference("Deal_Name", "Deal Name", "Deals"),
        reference("Contact_Name", "Contact Name", "Contacts"),
        reference("Account_Name", "Account Name", "Accounts"),
        day("Valid_Till", "Valid Until"),
        text("Team", "Team"),
        picklist("Carrier", "Carrier", *CARRIERS),
        rows("Quoted_Items", "Quoted Items"),
        *_totals(),
        *_texts(),
    ),
    views=_view("All Quotes", "Quote_Stage", "Deal_Name", "Account_Name"),
    derivations=(_sums("Quoted_Items"),),
)

SALES_ORDERS = Module(
    api_name="Sales_Orders",
    singular="Sales Order",
    plural="Sales Orders",
    number=9,
    name_field="Subject",
    duplicate_check_field="Subject",
    own_fields=(
        text("Subject", "Subject", mandatory=True, key=True),
        picklist("Status", "Status", "Created", "Approved", "Delivered", "Cancelled"),
        reference("Deal_Name", "Deal Name", "Deals"),
        reference("Quote_Name", "Quote Name", "Quotes"),
        reference("Contact_Name", "Contact Name", "Contacts"),
        reference("Account_Name", "Account Name", "Accounts"),
        text("Purchase_Order", "Purchase Order"),
        text("Customer_No", "Customer No."),
        day("Due_Date", "Due Date"),
        text("Pending", "Pending"),
        picklist("Carrier", "Carrier", *CARRIERS),
        money("Excise_Duty", "Excise Duty"),
        money("Sales_Commission", "Sales Commission"),
        rows("Ordered_Items", "Ordered Items"),
        *_totals(),
        *_texts(),
    ),
    views=_view("All Sales Orders", "Status", "Deal_Name", "Account_Name"),
    derivations=(_sums("Ordered_Items"),),
)

PURCHASE_ORDERS = Module(
    api_name="Purchase_Orders",
    singular="Purchase Order",
    plural="Purchase Orders",
    number=10,
    name_field="Subject",
    duplicate_check_field="Subject",
    own_fields=(
        text("Subject", "Subject", mandatory=True, key=True),
        reference("Vendor_Name", "Vendor Name", "Vendors", mandatory=True),
        reference("Contact_Name", "Contact Name", "Contacts"),
        text("PO_Number", "PO Number"),
        text("Requisition_No", "Requisition Number"),
        text("Tracking_Number", "Tracking Number"),
        picklist("Status", "Status", "Created", "Approved", "Delivered", "Cancelled"),
        day("PO_Date", "PO Date"),
        day("Due_Date", "Due Date"),
        picklist("Carrier", "Carrier", *CARRIERS),
        money("Excise_Duty", "Excise Duty"),
        money("Sales_Commission", "Sales Commission"),
        rows("Purchased_Items", "Purchased Items"),
        *_totals(),
        *_texts(),
    ),
    views=_view("All Purchase Orders", "Status", "Vendor_Name"),
    derivations=(_sums("Purchased_Items"),),
)

INVOICES = Module(
    api_name="Invoices",
    singular="Invoice",
    plural="Invoices",
    number=11,
    name_field="Subject",
    duplicate_check_field="Subject",
    own_fields=(
        text("Subject", "Subject", mandatory=True, key=True),
        picklist("Status", "Status", "Created", "Approved", "Delivered", "Cancelled"),
        reference("Deal_Name__s", "Deal Name", "Deals"),
        reference("Sales_Order", "Sales Order", "Sales_Orders"),
        reference("Contact_Name", "Contact Name", "Contacts"),
        reference("Account_Name", "Account Name", "Accounts"),
        text("Purchase_Order", "Purchase Order"),
        day("Invoice_Date", "Invoice Date"),
        day("Due_Date", "Due Date"),
        money("Excise_Duty", "Excise Duty"),
        money("Sales_Commission", "Sales Commission"),
        rows("Invoiced_Items", "Invoiced Items"),
        *_totals(),
        *_texts(),
    ),
    views=_view("All Invoices", "Status", "Account_Name"),
    derivations=(_sums("Invoiced_Items"),),
)
