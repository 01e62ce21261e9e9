"""Writes rule files for benchmarks: realistic modules, documents and triggers over the shipped Zoho snapshots."""

from __future__ import annotations

import random
from typing import NamedTuple

HEADER = """language 1

# Left of an arrow is always the CRM, right of it the accounting system.
connection crm: zoho_crm
connection books: zoho_books
"""
_ACCOUNT = [
    "Phone <-> phone",
    "Website <-> website, prefer crm",
    "Description -> notes, when empty",
    'Account_Site ?? "none" -> company_name',
    "Currency <-> currency_id.currency_code, when empty",
]
_CONTACT = [
    "First_Name <-> first_name",
    "Email <-> email",
    "Phone <-> phone",
    "Mobile ?? Home_Phone -> mobile",
    'Title ?? "none" -> company_name, when empty',
    "Description -> notes, when empty",
]
_ACCOUNT_ADDRESS = ["Street", "City", "State", "Code", "Country"]
_CONTACT_ADDRESS = ["Street", "City", "State", "Zip", "Country"]
_BOOKS_ADDRESS = ["address", "city", "state", "zip", "country"]
_WHERE = [
    "Annual_Revenue > {number} or Employees >= {small}",
    'not (Billing_Country is empty or Rating == "Active") and Billing_City != "Town {small}"',
    'Account_Site in ("site {small}", "site {number}") or Phone is not empty',
    'Billing_Country == "Country {small}" and (Website is empty or Annual_Revenue < {number})',
]


class Side(NamedTuple):
    """A module of the CRM with its partner, and what is mapped between them."""

    crm: str
    books: str
    name: str
    lines: list[str]
    address: list[str]
    prefixes: tuple[str, str]


_SIDES = [
    Side("Accounts", "customers", "Account_Name", _ACCOUNT, _ACCOUNT_ADDRESS, ("Billing", "Shipping")),
    Side("Contacts", "vendors", "Last_Name", _CONTACT, _CONTACT_ADDRESS, ("Mailing", "Other")),
]


def rule_file(number: int, lines: int, seed: int = 1) -> str:
    """Return a rule file of at least `lines` lines; names are unique over all numbers, so all can be one program."""
    seeded = random.Random(f"{seed}/{number}")
    parts = [HEADER]
    count = HEADER.count("\n")
    index = 0
    while count < lines:
        name = f"{number}_{index}"
        part = _module(name, seeded) if index % 4 else _module(name, seeded) + _document(name)
        parts.append(part)
        count += part.count("\n")
        index += 1
    return "".join(parts)


def _module(name: str, seeded: random.Random) -> str:
    side = seeded.choice(_SIDES)
    # What a condition lets through is not undone by what comes back: such a module has one direction.
    one_way = side.crm == "Accounts" and seeded.random() < 0.5
    arrow = "->" if one_way else "<->"
    lines = [
        "",
        f"# Partners of kind {name}: each side keeps the other up to date.",
        f"module partners_{name}: crm.{side.crm} {arrow} books.{side.books}",
        f'    view: "All {side.crm}"',
    ]
    if one_way:
        condition = seeded.choice(_WHERE).format(number=seeded.randrange(1000, 9999), small=seeded.randrange(2, 99))
        lines.append(f"    where crm: {condition}")
    # Of modules over the same records no two may hold of one.
    lines.append(f'    where books: billing_address.attention == "kind {name}"')
    lines.append(f"    dedupe: {side.name} == contact_name    # how records that are on both sides already are found")
    lines.append("    on duplicate: overwrite in books")
    lines += [] if one_way else ["    on conflict: newest", "    on delete in crm: keep"]
    lines += [
        "    map:",
        f"        {side.name} {arrow} contact_name",
        f'        "kind {name}" -> billing_address.attention',
    ]
    for line in seeded.sample(side.lines, seeded.randrange(3, len(side.lines) + 1)):
        lines.append("        " + (line.replace("<->", "->").replace(", prefer crm", "") if one_way else line))
    for prefix in side.prefixes:
        group = "billing_address" if prefix in {"Billing", "Mailing"} else "shipping_address"
        lines.append(f"        group {group}:")
        for own, other in zip(side.address, _BOOKS_ADDRESS, strict=True):
            lines.append(f"            {prefix}_{own} {arrow} {group}.{other}")
    return "\n".join(lines) + "\n"


def _document(name: str) -> str:
    return f"""
# A deal that is won becomes one invoice, never two.
record deal_{name}: crm.Deals
    stage: Stage
    where: Amount > 0

document invoice_{name}: books.invoices for deal_{name}
    map:
        deal_{name}.Account_Name -> customer_id
        deal_{name}.Owner.full_name -> salesperson_name
        today() -> date
        "{{deal_{name}.Deal_Name}}: {{deal_{name}.Type}}" -> notes
        line:
            deal_{name}.Deal_Name -> name
            deal_{name}.Description -> description
            deal_{name}.Amount -> rate
            1 -> quantity

when deal_{name}.stage == won: create invoice_{name}
when deal_{name}.stage == lost: void invoice_{name}
"""


GUARD = "\nguard: creates <= 500, updates <= 20 %, amount <= 100_000 EUR per day\n"
"""Goes into the first file of a program."""
