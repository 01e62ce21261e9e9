"""The Accounts module of a standard organisation."""

from syncdsl.sandbox.crm.catalogue.field import (
    Field,
    address,
    money,
    phone,
    picklist,
    reference,
    text,
    textarea,
)
from syncdsl.sandbox.crm.catalogue.module import Module, View
from syncdsl.sandbox.crm.criteria import CURRENT_USER, Comparison

COLUMNS = ("Account_Name", "Phone", "Website", "Owner")

INDUSTRIES = (
    "ASP (Application Service Provider)",
    "Data/Telecom OEM",
    "ERP (Enterprise Resource Planning)",
    "Government/Military",
    "Large Enterprise",
    "ManagementISV",
    "MSP (Management Service Provider)",
    "Network Equipment Provider",
    "Non-management ISV",
    "Optical Networking",
    "Service Provider",
    "Small/Medium Enterprise",
    "Storage Equipment",
    "Storage Service Provider",
    "Systems Integrator",
    "Wireless Industry",
)

ACCOUNTS = Module(
    api_name="Accounts",
    singular="Account",
    plural="Accounts",
    number=3,
    name_field="Account_Name",
    duplicate_check_field="Account_Name",
    own_fields=(
        text("Account_Name", "Account Name", 200, mandatory=True, key=True),
        Field(api_name="Account_Number", label="Account Number", data_type="bigint"),
        picklist(
            "Account_Type",
            "Account Type",
            "Analyst",
            "Competitor",
            "Customer",
            "Distributor",
            "Integrator",
            "Investor",
            "Other",
            "Partner",
            "Press",
            "Prospect",
            "Reseller",
            "Supplier",
            "Vendor",
        ),
        text("Account_Site", "Account Site", 80),
        reference("Parent_Account", "Parent Account", "Accounts"),
        phone("Phone", "Phone"),
        Field(api_name="Fax", label="Fax", data_type="text", length=30, ui_type=35),
        Field(api_name="Website", label="Website", data_type="website"),
        text("Ticker_Symbol", "Ticker Symbol", 30),
        picklist("Industry", "Industry", *INDUSTRIES),
        picklist("Ownership", "Ownership", "Other", "Private", "Public", "Subsidiary", "Partnership"),
        picklist("Rating", "Rating", "Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down"),
        Field(api_name="Employees", label="Employees", data_type="integer"),
        Field(api_name="SIC_Code", label="SIC Code", data_type="integer"),
        money("Annual_Revenue", "Annual Revenue"),
        *address("Billing", "Billing"),
        *address("Shipping", "Shipping"),
        textarea("Description", "Description"),
    ),
    views=(
        View(name="All Accounts", system_name="ALLVIEWS", columns=COLUMNS),
        View(
            name="My Accounts",
            system_name="MYVIEWS",
            criteria=Comparison(field="Owner", comparator="equal", value=CURRENT_USER),
            columns=COLUMNS,
        ),
        View(
            name="Customers",
            criteria=Comparison(field="Account_Type", comparator="equal", value="Customer"),
            columns=(*COLUMNS, "Account_Type"),
        ),
    ),
)
