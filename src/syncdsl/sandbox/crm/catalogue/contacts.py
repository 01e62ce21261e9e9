"""The Contacts module of a standard organisation."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.crm.catalogue.field import (
    Field,
    address,
    phone,
    picklist,
    reference,
    text,
    textarea,
)
from syncdsl.sandbox.crm.catalogue.module import Document, Module, View

LEAD_SOURCES = (
    "Advertisement",
    "Cold Call",
    "Employee Referral",
    "External Referral",
    "Online Store",
    "Partner",
    "Public Relations",
    "Trade Show",
    "Web Download",
    "Web Research",
    "Chat",
)


def _full_name(document: Document, _sent: Mapping[str, Any]) -> None:
    parts = (document.get("First_Name"), document.get("Last_Name"))
    document["Full_Name"] = " ".join(part for part in parts if part)


CONTACTS = Module(
    api_name="Contacts",
    singular="Contact",
    plural="Contacts",
    number=4,
    name_field="Full_Name",
    duplicate_check_field="Email",
    own_fields=(
        Field(
            api_name="Salutation",
            label="Salutation",
            data_type="picklist",
            length=25,
            choices=picklist("Salutation", "Salutation", "Mr.", "Mrs.", "Ms.", "Dr.", "Prof.").choices,
        ),
        Field(api_name="First_Name", label="First Name", data_type="text", length=40, ui_type=27),
        Field(api_name="Last_Name", label="Last Name", data_type="text", length=80, mandatory=True, ui_type=127),
        Field(api_name="Full_Name", label="Full Name", data_type="text", length=80, derived=True, ui_type=99),
        reference("Account_Name", "Account Name", "Accounts"),
        reference("Reporting_To", "Reporting To", "Contacts"),
        Field(api_name="Email", label="Email", data_type="email", key=True),
        Field(api_name="Secondary_Email", label="Secondary Email", data_type="email"),
        phone("Phone", "Phone"),
        phone("Mobile", "Mobile"),
        phone("Home_Phone", "Home Phone"),
        phone("Other_Phone", "Other Phone"),
        phone("Asst_Phone", "Asst Phone"),
        Field(api_name="Fax", label="Fax", data_type="text", length=30, ui_type=35),
        text("Title", "Title", 100),
        text("Department", "Department", 50),
        text("Assistant", "Assistant", 50),
        Field(api_name="Date_of_Birth", label="Date of Birth", data_type="date", personal=True),
        picklist("Lead_Source", "Lead Source", *LEAD_SOURCES),
        Field(api_name="Email_Opt_Out", label="Email Opt Out", data_type="boolean"),
        *address("Mailing", "Mailing", code="Zip"),
        *address("Other", "Other", code="Zip"),
        textarea("Description", "Description"),
    ),
    views=(
        View(
            name="All Contacts",
            system_name="ALLVIEWS",
            columns=("Full_Name", "Account_Name", "Email", "Phone", "Owner"),
        ),
    ),
    derivations=(_full_name,),
)
