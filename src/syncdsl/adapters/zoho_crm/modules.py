"""Which CRM modules are offered, and what their metadata does not say. Another module is another line here."""

from __future__ import annotations

from dataclasses import dataclass

from syncdsl.schema.snapshot import ModuleSchema
from syncdsl.schema.types import DateTimeType, EmailType, FieldSchema, IdType, TextType

KEY_FIELD = "Syncdsl_Key"
"""The unique text field that holds syncdsl's key."""

KEY_LABEL = "syncdsl key"

CREATED, MODIFIED, CURRENCY = "Created_Time", "Modified_Time", "Currency"

FILLED = frozenset({"Owner", "Currency", "Exchange_Rate", "Probability", "Layout"})
"""Fields that the CRM fills when a new record leaves them out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFacts:
    """What the metadata of a module does not say.

    The field people know a record by, the field of its stages, the subform of a document's lines and its state.
    """

    label_field: str
    stage_field: str | None = None
    lines_field: str | None = None
    status_field: str | None = None


MODULES = {
    "Accounts": ModuleFacts(label_field="Account_Name"),
    "Contacts": ModuleFacts(label_field="Full_Name"),
    "Deals": ModuleFacts(label_field="Deal_Name", stage_field="Stage"),
    "Products": ModuleFacts(label_field="Product_Name"),
    "Vendors": ModuleFacts(label_field="Vendor_Name"),
    "Quotes": ModuleFacts(label_field="Subject", lines_field="Quoted_Items", status_field="Quote_Stage"),
    "Sales_Orders": ModuleFacts(label_field="Subject", lines_field="Ordered_Items", status_field="Status"),
    "Purchase_Orders": ModuleFacts(label_field="Subject", lines_field="Purchased_Items", status_field="Status"),
    "Invoices": ModuleFacts(label_field="Subject", lines_field="Invoiced_Items", status_field="Status"),
}

USERS = "users"
PROFILE = "profile"
"""The field of a user that tells the name of its profile."""

USERS_SCHEMA = ModuleSchema(
    label="Users",
    store=USERS,
    label_field="full_name",
    created_field="created_time",
    modified_field=MODIFIED,
    creatable=False,
    updatable=False,
    fields={
        "id": FieldSchema(label="User Id", value=IdType(), read_only=True, unique=True),
        "full_name": FieldSchema(label="Full Name", value=TextType(), read_only=True),
        "first_name": FieldSchema(label="First Name", value=TextType(), read_only=True),
        "last_name": FieldSchema(label="Last Name", value=TextType(), read_only=True),
        "email": FieldSchema(label="Email", value=EmailType(), read_only=True, unique=True),
        "status": FieldSchema(label="Status", value=TextType(), read_only=True),
        PROFILE: FieldSchema(label="Profile", value=TextType(), read_only=True),
        "created_time": FieldSchema(label="Created Time", value=DateTimeType(), read_only=True),
        MODIFIED: FieldSchema(label="Modified Time", value=DateTimeType(), read_only=True),
    },
)
"""The users of the organisation (Zoho CRM API v8, Users); the CRM has no metadata for them."""
