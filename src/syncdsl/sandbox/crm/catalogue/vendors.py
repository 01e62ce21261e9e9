"""The Vendors module of a standard organisation."""

from syncdsl.sandbox.crm.catalogue.field import Field, phone, picklist, text, textarea
from syncdsl.sandbox.crm.catalogue.module import Module, View

VENDORS = Module(
    api_name="Vendors",
    singular="Vendor",
    plural="Vendors",
    number=7,
    name_field="Vendor_Name",
    duplicate_check_field="Vendor_Name",
    own_fields=(
        text("Vendor_Name", "Vendor Name", 200, mandatory=True, key=True),
        phone("Phone", "Phone"),
        Field(api_name="Email", label="Email", data_type="email", key=True),
        Field(api_name="Website", label="Website", data_type="website"),
        text("Category", "Category", 80),
        picklist("GL_Account", "GL Account", "Sales-Software", "Sales-Hardware", "Rental Income", "Interest Income"),
        text("Street", "Street", 250),
        text("City", "City", 100),
        text("State", "State", 100),
        text("Zip_Code", "Zip Code", 30),
        text("Country", "Country", 100),
        textarea("Description", "Description"),
    ),
    views=(
        View(name="All Vendors", system_name="ALLVIEWS", columns=("Vendor_Name", "Phone", "Email", "Website", "Owner")),
    ),
)
