"""How items are listed: filters, searches, sorting (Zoho Books API v3, List items)."""

from syncdsl.sandbox.books import item
from syncdsl.sandbox.books.body import amount
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.books.listing import Listing, containing, document_text
from syncdsl.sandbox.books.taxes import TAXES_BY_ID
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Clause, Store, fold

DEFAULT_FILTER = "Status.Active"
_TYPE = "json_extract(document, '$.item_type')"
FILTERS = {
    "Status.All": Clause("1"),
    "Status.Active": Clause("status = 'active'"),
    "Status.Inactive": Clause("status = 'inactive'"),
    "Status.Sales": Clause(f"{_TYPE} IN ('sales', 'sales_and_purchases')"),
    "Status.Purchases": Clause(f"{_TYPE} IN ('purchases', 'sales_and_purchases')"),
    "Status.Services": Clause("json_extract(document, '$.product_type') = 'service'"),
    "ItemType.inventory": Clause(f"{_TYPE} = 'inventory'"),
    "ItemType.goods": Clause("json_extract(document, '$.product_type') = 'goods'"),
    "ItemType.service": Clause("json_extract(document, '$.product_type') = 'service'"),
}
"""The last three are not documented; clients in use send them."""

_RATE = "CAST(json_extract(document, '$.rate') AS REAL)"
RATES = {
    "rate": "=",
    "rate_less_than": "<",
    "rate_less_equals": "<=",
    "rate_greater_than": ">",
    "rate_greater_equals": ">=",
}
_TAX_NAME = (
    "(SELECT fold(tax.name) FROM record AS tax"
    " WHERE tax.id = CAST(json_extract(record.document, '$.tax_id') AS INTEGER))"
)

LISTING = Listing(
    resource="items",
    report="Items",
    collection=item.COLLECTION,
    sorts={
        "name": "fold(name)",
        "rate": _RATE,
        "tax_name": _TAX_NAME,
        "sku": document_text("sku"),
        "created_time": "created",
        "last_modified_time": "modified",
    },
    texts={
        "name": "fold(name)",
        "description": document_text("description"),
        "sku": document_text("sku"),
        "unit": document_text("unit"),
    },
    keys=frozenset({"sku", "tax_id", "account_id", "zcrm_product_id"}),
    row=item.row,
)


def listed(store: Store, call: Call) -> Reply:
    """Answer a list call; inactive items show only where `filter_by` asks for them."""
    filter_by = call.query.get("filter_by", DEFAULT_FILTER)
    if filter_by not in FILTERS:
        raise invalid_value("filter_by")
    where = [FILTERS[filter_by]]
    if searched := call.query.get("search_text"):
        texts = ["fold(name)", document_text("description"), document_text("sku")]
        where.append(containing(texts, searched))
    for name, operator in RATES.items():
        if value := call.query.get(name):
            where.append(Clause(f"{_RATE} {operator} ?", (float(amount(value, name)),)))
    if taxable := call.query.get("is_taxable"):
        if taxable not in {"true", "false"}:
            raise invalid_value("is_taxable")
        where.append(Clause("json_extract(document, '$.is_taxable') = ?", (int(taxable == "true"),)))
    if tax_name := call.query.get("tax_name"):
        identities = [tax.id for tax in TAXES_BY_ID.values() if fold(tax.name) == fold(tax_name)]
        where.append(LISTING.holding("tax_id", identities[0] if identities else ""))
    return LISTING.answer(store, call, where, filter_by)
