"""The rows of the CRM's document subforms: one module of rows for each kind of document."""

from syncdsl.sandbox.crm.catalogue.field import money, number, reference, text, textarea
from syncdsl.sandbox.crm.catalogue.module import Module


def _lines(api_name: str, singular: str, plural: str, code: int) -> Module:
    return Module(
        api_name=api_name,
        singular=singular,
        plural=plural,
        number=code,
        name_field="Product_Name",
        duplicate_check_field="Product_Name",
        own_fields=(
            reference("Product_Name", "Product Name", "Products", mandatory=True),
            number("Quantity", "Quantity"),
            money("List_Price", "List Price"),
            money("Discount", "Discount"),
            money("Tax", "Tax"),
            money("Total", "Amount", derived=True),
            money("Total_After_Discount", "Total After Discount", derived=True),
            money("Net_Total", "Total", derived=True),
            text("Product_Code", "Product Code", 40),
            textarea("Description", "Description"),
        ),
        views=(),
        rows_only=True,
    )


QUOTED_ITEMS = _lines("Quoted_Items", "Quoted Item", "Quoted Items", 12)
ORDERED_ITEMS = _lines("Ordered_Items", "Ordered Item", "Ordered Items", 13)
PURCHASED_ITEMS = _lines("Purchased_Items", "Purchased Item", "Purchased Items", 14)
INVOICED_ITEMS = _lines("Invoiced_Items", "Invoiced Item", "Invoiced Items", 15)
SUBFORMS = (QUOTED_ITEMS, ORDERED_ITEMS, PURCHASED_ITEMS, INVOICED_ITEMS)
