"""The Products module of a standard organisation, with a pick list of its own for goods and services."""

from syncdsl.sandbox.crm.catalogue.field import (
    day,
    money,
    number,
    picklist,
    reference,
    several,
    text,
    textarea,
    yes_or_no,
)
from syncdsl.sandbox.crm.catalogue.module import Module, View
from syncdsl.sandbox.crm.criteria import Comparison

COLUMNS = ("Product_Name", "Product_Code", "Product_Active", "Unit_Price", "Owner")
TAXES = ("VAT 19", "VAT 7", "VAT 0")
UNITS = (
    "Box",
    "Carton",
    "Dozen",
    "Each",
    "Hours",
    "Lot",
    "Pack",
    "Pieces",
    "Piece",
    "Quantity",
    "Sheet",
    "Spiral Binder",
)

PRODUCTS = Module(
    api_name="Products",
    singular="Product",
    plural="Products",
    number=6,
    name_field="Product_Name",
    duplicate_check_field="Product_Name",
    own_fields=(
        text("Product_Name", "Product Name", 200, mandatory=True, key=True),
        text("Product_Code", "Product Code", 40, key=True),
        picklist("Product_Kind", "Product Kind", "Goods", "Services", custom=True),
        yes_or_no("Product_Active", "Product Active"),
        picklist("Product_Category", "Product Category", "Hardware", "Software", "CRM Applications"),
        reference("Vendor_Name", "Vendor Name", "Vendors"),
        money("Unit_Price", "Unit Price"),
        money("Commission_Rate", "Commission Rate"),
        picklist("Usage_Unit", "Usage Unit", *UNITS),
        yes_or_no("Taxable", "Taxable"),
        several("Tax", "Tax", *TAXES),
        day("Sales_Start_Date", "Sales Start Date"),
        day("Sales_End_Date", "Sales End Date"),
        day("Support_Start_Date", "Support Start Date"),
        day("Support_Expiry_Date", "Support End Date"),
        number("Qty_in_Stock", "Quantity in Stock"),
        number("Qty_Ordered", "Qty Ordered"),
        number("Qty_in_Demand", "Quantity in Demand"),
        number("Reorder_Level", "Reorder Level"),
        textarea("Description", "Description"),
    ),
    views=(
        View(name="All Products", system_name="ALLVIEWS", columns=COLUMNS),
        View(
            name="Active Products",
            criteria=Comparison(field="Product_Active", comparator="equal", value="true"),
            columns=COLUMNS,
        ),
    ),
)
