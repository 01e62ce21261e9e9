"""How contacts are listed: filters, searches, sorting (Zoho Books API v3, List contacts)."""

from collections.abc import Mapping
from datetime import date

from syncdsl.sandbox.books import contact
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.books.listing import Listing, containing, document_text, literal
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Clause, Store, fold

INVOICES = "books.invoices"
DEFAULT_FILTER = "Status.Active"

_CRM_LINKS = " OR ".join(
    f"coalesce(json_extract(document, '$.{name}'), '') != ''"
    for name in ("zcrm_account_id", "zcrm_contact_id", "zcrm_vendor_id")
)
_OWING = (
    "id IN (SELECT CAST(json_extract(document, '$.customer_id') AS INTEGER) FROM record"
    " WHERE collection = ? AND status IN ('sent', 'viewed', 'overdue', 'unpaid', 'partially_paid')"
    " AND json_extract(document, '$.due_date') < ?)"
)
FILTERS = {
    "Status.All": Clause("1"),
    "Status.Active": Clause("status = 'active'"),
    "Status.Inactive": Clause("status = 'inactive'"),
    "Status.Crm": Clause(_CRM_LINKS),
    "Status.Customers": Clause("kind = 'customer'"),
    "Status.Vendors": Clause("kind = 'vendor'"),
    "Status.Duplicate": Clause("0"),
    "Status.PortalEnabled": Clause("document LIKE '%\"enable_portal\":true%'"),
    "Status.PortalDisabled": Clause("document NOT LIKE '%\"enable_portal\":true%'"),
    "Status.CreditLimitExceed": Clause("0"),
}
"""Names are unique, so there are no duplicates; credit limits are not kept, so none is exceeded."""

INVOICE_FILTERS = ("Invoice.OverDue", "Invoice.Unpaid")
EVER = "9999-12-31"

ADDRESS_TEXTS = [
    document_text(f"{address}.{name}") for address in contact.ADDRESSES for name in contact.ADDRESS_LENGTHS
]

LISTING = Listing(
    resource="contacts",
    report="Contacts",
    collection=contact.COLLECTION,
    sorts={
        "contact_name": "fold(name)",
        "first_name": document_text("shown.first_name"),
        "last_name": document_text("shown.last_name"),
        "email": document_text("shown.email"),
        "company_name": document_text("company_name"),
        "outstanding_receivable_amount": "0",
        "created_time": "created",
        "last_modified_time": "modified",
    },
    texts={
        "contact_name": "fold(name)",
        "company_name": document_text("company_name"),
        "first_name": document_text("shown.first_name"),
        "last_name": document_text("shown.last_name"),
        "email": document_text("shown.email"),
        "phone": document_text("shown.phone"),
    },
    keys=frozenset(contact.KEYS),
    row=contact.row,
)


def listed(store: Store, call: Call, kind: str | None, today: date) -> Reply:
    """Answer a list call; inactive contacts show only where `filter_by` asks for them."""
    filter_by = call.query.get("filter_by", DEFAULT_FILTER)
    where = [_filter(filter_by, today)]
    if kind is not None:
        where.append(Clause("kind = ?", (kind,)))
    if searched := call.query.get("search_text"):
        where.append(containing(["fold(name)", document_text("company_name"), document_text("notes")], searched))
    where += _in_address(call.query)
    return LISTING.answer(store, call, where, filter_by)


def _filter(filter_by: str, today: date) -> Clause:
    if filter_by in INVOICE_FILTERS:
        return Clause(_OWING, (INVOICES, today.isoformat() if filter_by == "Invoice.OverDue" else EVER))
    if filter_by not in FILTERS:
        raise invalid_value("filter_by")
    return FILTERS[filter_by]


def _in_address(query: Mapping[str, str]) -> list[Clause]:
    """Return the conditions that any field of the two addresses meets."""
    clauses = []
    patterns = (("address", "", ""), ("address_startswith", "", "%"), ("address_contains", "%", "%"))
    for name, before, after in patterns:
        if value := query.get(name):
            sql = " OR ".join(f"{text} LIKE ? ESCAPE '\\'" for text in ADDRESS_TEXTS)
            clauses.append(Clause(sql, (before + literal(fold(value)) + after,) * len(ADDRESS_TEXTS)))
    return clauses
