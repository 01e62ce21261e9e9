"""`POST /crm/…/import`: bring one CRM record into Books at once (Zoho Books API v3, Zoho CRM Integration).

A record that was imported before is brought up to date. One that is not linked yet but has the same name (an item:
the same SKU, else the same name) is linked and overwritten, as with the duplicate preference "overwrite"; the API
has no way to tell which preference is set.
"""

from typing import Any

from syncdsl.sandbox.books.contact_file import MODULE as CONTACTS
from syncdsl.sandbox.books.contact_file import ContactFile
from syncdsl.sandbox.books.currencies import CURRENCIES_BY_ID
from syncdsl.sandbox.books.envelope import unknown
from syncdsl.sandbox.books.items import MODULE as ITEMS
from syncdsl.sandbox.books.items import Items
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Clause, Record, Store

PRODUCT_TYPES = {"Goods": "goods", "Services": "service"}


class CrmImport:
    """The import calls. They read the CRM's records where the emulated CRM keeps them."""

    def __init__(self, store: Store, contacts: ContactFile, items: Items) -> None:
        self._store = store
        self._contacts = contacts
        self._items = items

    def account(self, call: Call) -> Reply:
        """Answer `POST /crm/account/{id}/import`: a customer, with the account's contacts as its persons."""
        record = self._named(call, "Accounts", "Account")
        body = _account(record.document) | self._currency(record.document)
        link = {"zcrm_account_id": str(record.id)}
        return self._contact(link, body, [_person(found.document) for found in self._people(record)])

    def contact(self, call: Call) -> Reply:
        """Answer `POST /crm/contact/{id}/import`: an individual customer."""
        record = self._named(call, "Contacts", "Contact")
        body = _individual(record.document) | self._currency(record.document)
        link = {"zcrm_contact_id": str(record.id)}
        return self._contact(link, {"contact_name": record.name, **body}, [_person(record.document)])

    def vendor(self, call: Call) -> Reply:
        """Answer `POST /crm/vendor/{id}/import`."""
        record = self._named(call, "Vendors", "Vendor")
        body = _vendor(record.document) | self._currency(record.document)
        return self._contact({"zcrm_vendor_id": str(record.id)}, body, [])

    def item(self, call: Call) -> Reply:
        """Answer `POST /crm/item/{id}/import`."""
        record = self._named(call, "Products", "Item")
        body = {**_item(record.document), "zcrm_product_id": str(record.id)}
        found = (
            self._items.find("zcrm_product_id", str(record.id))
            or self._items.find("sku", body["sku"])
            or self._items.find("name", body["name"])
        )
        if found is None:
            found = self._items.add(body)
            return _answer(ITEMS, "item_id", found, created=True)
        self._items.change(found, body)
        return _answer(ITEMS, "item_id", found)

    def _contact(self, link: dict[str, str], body: dict[str, Any], persons: list[dict[str, Any]]) -> Reply:
        [(key, value)] = link.items()
        found = self._contacts.find(key, value) or self._contacts.find("contact_name", body["contact_name"])
        sent = {name: part for name, part in body.items() if part is not None} | link
        if found is None:
            if persons:
                sent["contact_persons"] = persons
            return _answer(CONTACTS, "contact_id", self._contacts.create(sent), created=True)
        self._contacts.update(found, sent)
        return _answer(CONTACTS, "contact_id", found)

    def _named(self, call: Call, module: str, entity: str) -> Record:
        record = self._store.get(f"crm.{module}", call.variables["id"])
        if record is None:
            raise unknown(entity)
        return record

    def _people(self, account: Record) -> list[Record]:
        where = Clause("json_extract(document, '$.Account_Name') = ?", (str(account.id),))
        return self._store.select("crm.Contacts", where, order="id", limit=200)

    def _currency(self, document: dict[str, Any]) -> dict[str, str]:
        code = document.get("Currency")
        found = [currency.id for currency in CURRENCIES_BY_ID.values() if currency.code == code]
        return {"currency_id": found[0]} if found else {}


def _account(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "contact_name": document["Account_Name"],
        "company_name": document["Account_Name"],
        "contact_type": "customer",
        "customer_sub_type": "business",
        "phone": document.get("Phone"),
        "website": document.get("Website"),
        "notes": document.get("Description"),
        "billing_address": _address(document, "Billing_"),
        "shipping_address": _address(document, "Shipping_"),
    }


def _individual(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "contact_type": "customer",
        "customer_sub_type": "individual",
        "first_name": document.get("First_Name"),
        "last_name": document.get("Last_Name"),
        "email": document.get("Email"),
        "phone": document.get("Phone"),
        "mobile": document.get("Mobile"),
        "billing_address": _address(document, "Mailing_", "Zip"),
        "shipping_address": _address(document, "Other_", "Zip"),
    }


def _vendor(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "contact_name": document["Vendor_Name"],
        "company_name": document["Vendor_Name"],
        "contact_type": "vendor",
        "email": document.get("Email"),
        "phone": document.get("Phone"),
        "website": document.get("Website"),
        "billing_address": _address(document, "", "Zip_Code"),
    }


def _item(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": document["Product_Name"],
        "sku": document.get("Product_Code") or "",
        "rate": document.get("Unit_Price") or 0,
        "unit": document.get("Usage_Unit") or "",
        "description": document.get("Description") or "",
        "product_type": PRODUCT_TYPES.get(document.get("Product_Category") or "", "goods"),
    }


def _person(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "salutation": document.get("Salutation"),
        "first_name": document.get("First_Name"),
        "last_name": document.get("Last_Name"),
        "email": document.get("Email"),
        "phone": document.get("Phone"),
        "mobile": document.get("Mobile"),
    }


def _address(document: dict[str, Any], prefix: str, code: str = "Code") -> dict[str, Any]:
    return {
        "address": document.get(f"{prefix}Street"),
        "city": document.get(f"{prefix}City"),
        "state": document.get(f"{prefix}State"),
        "zip": document.get(f"{prefix}{code}"),
        "country": document.get(f"{prefix}Country"),
    }


def _answer(module: str, key: str, record: Record, *, created: bool = False) -> Reply:
    content = {"code": 0, "message": "success", "data": {key: str(record.id)}}
    return Reply(content=content, module=module, created=(str(record.id),) if created else ())
