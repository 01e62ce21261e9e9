"""Seeded products and vendors of the CRM, and the items of Books that some of the products are."""

from random import Random
from typing import Any

from syncdsl.sandbox.books import contact, item
from syncdsl.sandbox.books.numbering import next_record
from syncdsl.sandbox.books.taxes import TAXES
from syncdsl.sandbox.crm.catalogue import PRODUCTS, VENDORS, Module
from syncdsl.sandbox.crm.writing import RECORD_COUNTER as CRM_COUNTER
from syncdsl.sandbox.crm.writing import completed
from syncdsl.sandbox.organisation import CRM_IDENTITY_BASE, RECORD_OFFSET, USERS
from syncdsl.sandbox.seed.crm import ANCHOR, DAYS
from syncdsl.sandbox.seed.invention import Invention, domain_of
from syncdsl.sandbox.store import Record, Store

ARTICLES = (
    ("Booster pump set", "Goods", "Pieces"),
    ("Heat exchanger", "Goods", "Pieces"),
    ("Pressure vessel", "Goods", "Pieces"),
    ("Control cabinet", "Goods", "Pieces"),
    ("Fire-water skid", "Goods", "Pieces"),
    ("Shaft seal", "Goods", "Box"),
    ("Gasket kit", "Goods", "Pack"),
    ("Commissioning", "Services", "Hours"),
    ("Service contract", "Services", "Each"),
    ("Pump overhaul", "Services", "Hours"),
)
SIZES = ("", " 50", " 80", " 125", " XL")
"""Every article comes in these sizes."""

VENDOR_SHARE = 0.02
KINDS = {"Goods": "goods", "Services": "service"}


def seed_goods(store: Store, random: Random, invention: Invention, accounts: int) -> None:
    """Write products, the vendors of some, and items for every second product; none carries a link or a key."""
    names = _known_vendors(store, 2) + [
        invention.company(invention.country()) for _ in range(max(3, int(accounts * VENDOR_SHARE)))
    ]
    vendors = [_write(store, random, VENDORS, _vendor(random, invention, name)) for name in names]
    count = max(6, min(len(ARTICLES) * len(SIZES), accounts // 4))
    products = [_product(random, number, vendors) for number in range(count)]
    for product in products:
        _write(store, random, PRODUCTS, product)
    for number, product in enumerate(products[::2]):
        _item(store, random, product, number)


def _known_vendors(store: Store, number: int) -> list[str]:
    """Return names of vendors that Books knows, so that some are on both sides."""
    sql = "SELECT name FROM record WHERE collection = ? AND kind = 'vendor' ORDER BY id LIMIT ?"
    return [row[0] for row in store.rows(sql, (contact.COLLECTION, number))]


def _vendor(random: Random, invention: Invention, name: str) -> dict[str, Any]:
    country = invention.country()
    address = invention.address(country)
    return {
        "Vendor_Name": name,
        "Phone": invention.phone(country),
        "Email": f"orders{random.randint(1, 99)}@{domain_of(name, country)}",
        "Street": address.street,
        "City": address.city,
        "Zip_Code": address.code,
        "Country": address.country,
        "Owner": USERS[0].id,
    }


def _product(random: Random, number: int, vendors: list[str]) -> dict[str, Any]:
    name, kind, unit = ARTICLES[number % len(ARTICLES)]
    size = SIZES[number // len(ARTICLES)]
    return {
        "Product_Name": name + size,
        "Product_Code": f"RP-{1000 + number}" if random.random() < 0.9 else None,
        "Product_Kind": kind,
        "Product_Active": random.random() < 0.9,
        "Vendor_Name": random.choice(vendors) if kind == "Goods" else None,
        "Unit_Price": random.randint(40, 9_000) + random.choice((0, 0.5, 0.95)),
        "Usage_Unit": unit,
        "Taxable": True,
        "Tax": [random.choice(TAXES).name],
        "Description": None if random.random() < 0.5 else f"{name}, delivered within {random.randint(2, 9)} weeks.",
        "Owner": USERS[0].id,
    }


def _write(store: Store, random: Random, module: Module, values: dict[str, Any]) -> str:
    """Write a record of the CRM and return its id."""
    number = store.next_number(CRM_COUNTER, CRM_IDENTITY_BASE + RECORD_OFFSET)
    created = _moment(random)
    document = {"Created_By": values["Owner"], "Modified_By": values["Owner"]}
    record = Record(id=number, created=created, modified=created, name="", document=document)
    store.insert(module.collection, record, completed(module, record, values))
    return str(number)


def _item(store: Store, random: Random, product: dict[str, Any], number: int) -> None:
    """Write the item of a product; some have another price, some are known by their name alone."""
    record = item.blank(_moment(random), next_record(store))
    record.document["source"] = "user"
    body = {
        "name": product["Product_Name"],
        "sku": product["Product_Code"] if number % 4 else "",
        "rate": product["Unit_Price"] + (5 if number % 3 == 0 else 0),
        "product_type": KINDS[product["Product_Kind"]],
        "unit": product["Usage_Unit"],
        "description": product["Description"] or "",
    }
    item.apply(record, body)
    store.insert(item.COLLECTION, record, item.keys(record))


def _moment(random: Random) -> int:
    return int(ANCHOR.timestamp()) - random.randint(1, DAYS * 86_400)
