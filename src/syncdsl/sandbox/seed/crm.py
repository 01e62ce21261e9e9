"""Seeded accounts, contacts and deals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from syncdsl.sandbox.crm.catalogue import ACCOUNTS, CONTACTS, DEALS, Module
from syncdsl.sandbox.crm.catalogue.accounts import INDUSTRIES
from syncdsl.sandbox.crm.catalogue.contacts import LEAD_SOURCES
from syncdsl.sandbox.crm.catalogue.deals import STAGES
from syncdsl.sandbox.crm.writing import RECORD_COUNTER, completed
from syncdsl.sandbox.organisation import CRM_IDENTITY_BASE, RECORD_OFFSET, USERS
from syncdsl.sandbox.seed.countries import Country
from syncdsl.sandbox.seed.invention import Invention, Person, domain_of, email_of
from syncdsl.sandbox.store import Record, Store

ANCHOR = datetime(2026, 6, 1, 8, tzinfo=UTC)
"""No seeded stamp is later: what is written while the sandbox runs is always newer."""

DAYS = 40
"""Each module's records spread over this many days before the anchor, one module after the other."""

STAGE_WEIGHTS = (22, 18, 15, 12, 10, 8, 5, 6, 4)
TYPE_WEIGHTS = {
    "Customer": 45,
    "Prospect": 28,
    "Partner": 7,
    "Distributor": 5,
    "Reseller": 4,
    "Other": 3,
    None: 8,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededAccount:
    """What later steps need to know about an account; `twin` accounts share their name with another one."""

    id: str
    name: str
    country: Country
    currency: str
    twin: bool
    document: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededCrm:
    """The accounts, and the people that belong to none."""

    accounts: list[SeededAccount]
    individuals: list[tuple[Person, str, Country]]


def seed_crm(store: Store, random: Random, invention: Invention, number: int) -> SeededCrm:
    """Write `number` accounts, about 0.8 times as many contacts and 0.6 times as many deals."""
    identities = map(str, count(CRM_IDENTITY_BASE + RECORD_OFFSET))
    accounts = [_account(next(identities), random, invention) for _ in range(number)]
    _make_twins(accounts)
    _write(store, random, ACCOUNTS, [(item.id, item.document) for item in accounts], block=3)
    people: dict[str, str] = {}
    individuals: list[tuple[Person, str, Country]] = []
    contacts = []
    for _ in range(number * 8 // 10):
        identity = next(identities)
        account = random.choice(accounts) if random.random() < 0.9 else None
        document = _contact(random, invention, account, individuals)
        if account is not None:
            people.setdefault(account.id, identity)
        contacts.append((identity, document))
    _write(store, random, CONTACTS, contacts, block=2)
    deals = [
        (next(identities), _deal(random, invention, random.choice(accounts), people)) for _ in range(number * 6 // 10)
    ]
    _write(store, random, DEALS, deals, block=1)
    store.count_from(RECORD_COUNTER, int(next(identities)))
    return SeededCrm(accounts=accounts, individuals=individuals)


def _make_twins(accounts: list[SeededAccount]) -> None:
    """Give two accounts the name of another one, as happens in a CRM that does not mind."""
    if len(accounts) < 20:
        return
    for original, copy in ((0.25, 0.5), (0.33, 0.75)):
        first, second = int(len(accounts) * original), int(len(accounts) * copy)
        accounts[second].document["Account_Name"] = accounts[first].name
        for index in (first, second):
            item = accounts[index]
            accounts[index] = SeededAccount(
                id=item.id,
                name=accounts[first].name,
                country=item.country,
                currency=item.currency,
                twin=True,
                document=item.document,
            )


def _account(identity: str, random: Random, invention: Invention) -> SeededAccount:
    country = invention.country()
    name = invention.company(country)
    billing = invention.address(country)
    currency = country.currency if random.random() < 0.6 else "EUR"
    document: dict[str, Any] = {
        "Account_Name": name,
        "Account_Number": str(random.randint(10_000, 99_999)),
        "Account_Type": random.choices(list(TYPE_WEIGHTS), list(TYPE_WEIGHTS.values()))[0],
        "Phone": invention.phone(country) if random.random() < 0.92 else None,
        "Fax": invention.phone(country) if random.random() < 0.15 else None,
        "Website": f"https://www.{domain_of(name, country)}" if random.random() < 0.8 else None,
        "Industry": random.choice(INDUSTRIES) if random.random() < 0.7 else None,
        "Employees": random.choice((4, 12, 35, 80, 240, 1_100)) if random.random() < 0.6 else None,
        "Annual_Revenue": random.randint(2, 900) * 50_000 if random.random() < 0.5 else None,
        "Billing_Street": billing.street,
        "Billing_City": billing.city,
        "Billing_State": billing.state if random.random() < 0.6 else None,
        "Billing_Code": billing.code,
        "Billing_Country": billing.country,
        "Description": invention.remark() if random.random() < 0.35 else None,
        "Owner": _owner(random),
        "Currency": currency,
    }
    if random.random() < 0.5:
        shipping = billing if random.random() < 0.6 else invention.address(country)
        document["Shipping_Street"] = shipping.street
        document["Shipping_City"] = shipping.city
        document["Shipping_State"] = shipping.state
        document["Shipping_Code"] = shipping.code
        document["Shipping_Country"] = shipping.country
    return SeededAccount(id=identity, name=name, country=country, currency=currency, twin=False, document=document)


def _contact(
    random: Random,
    invention: Invention,
    account: SeededAccount | None,
    individuals: list[tuple[Person, str, Country]],
) -> dict[str, Any]:
    country = account.country if account else invention.country()
    person = invention.person(country)
    domain = domain_of(account.name, country) if account else f"mail.{country.domain}"
    email = email_of(person, domain)
    if account is None:
        individuals.append((person, email, country))
    address = invention.address(country)
    document: dict[str, Any] = {
        "Salutation": person.salutation or None,
        "First_Name": person.first_name if random.random() < 0.95 else None,
        "Last_Name": person.last_name,
        "Account_Name": account.id if account else None,
        "Email": email if account is None or random.random() < 0.9 else None,
        "Phone": invention.phone(country) if random.random() < 0.7 else None,
        "Mobile": invention.phone(country) if random.random() < 0.5 else None,
        "Home_Phone": invention.phone(country) if random.random() < 0.1 else None,
        "Title": random.choice(("Managing Director", "Buyer", "Head of Maintenance", "Controller", None)),
        "Lead_Source": random.choice(LEAD_SOURCES) if random.random() < 0.5 else None,
        "Mailing_Street": address.street,
        "Mailing_City": address.city,
        "Mailing_State": address.state if random.random() < 0.5 else None,
        "Mailing_Zip": address.code,
        "Mailing_Country": address.country,
        "Owner": _owner(random),
        "Currency": account.currency if account else "EUR",
    }
    return document


def _deal(random: Random, invention: Invention, account: SeededAccount, people: dict[str, str]) -> dict[str, Any]:
    closing = ANCHOR.date() + timedelta(days=random.randint(-30, 150))
    return {
        "Deal_Name": f"{invention.product()} - {account.name}"[:120],
        "Stage": random.choices(STAGES, STAGE_WEIGHTS)[0].value,
        "Amount": random.randint(40, 90_000) + random.choice((0, 0, 0.5, 0.95)) if random.random() < 0.95 else None,
        "Closing_Date": closing.isoformat(),
        "Account_Name": account.id,
        "Contact_Name": people.get(account.id),
        "Type": random.choice(("Existing Business", "New Business", None)),
        "Lead_Source": random.choice(LEAD_SOURCES) if random.random() < 0.4 else None,
        "Next_Step": random.choice(("Call", "Send offer", "Visit", None)),
        "Description": invention.remark() if random.random() < 0.5 else None,
        "Owner": _owner(random),
        "Currency": account.currency,
    }


def _owner(random: Random) -> str:
    return random.choices(USERS[:3], (4, 3, 3))[0].id


def _write(store: Store, random: Random, module: Module, rows: list[tuple[str, dict[str, Any]]], *, block: int) -> None:
    store.insert_many(module.collection, _records(random, module, rows, block))


def _records(
    random: Random, module: Module, rows: list[tuple[str, dict[str, Any]]], block: int
) -> Iterable[tuple[Record, dict[str, str]]]:
    end = int(ANCHOR.timestamp())
    start = end - block * DAYS * 86_400
    for index, (identity, values) in enumerate(rows):
        created = start + index * DAYS * 86_400 // len(rows)
        modified = created if random.random() < 0.6 else random.randint(created, end)
        editor = values["Owner"]
        record = Record(
            id=int(identity),
            created=created,
            modified=modified,
            name="",
            document={"Created_By": editor, "Modified_By": editor},
        )
        yield record, completed(module, record, values)
