"""Seeded accounts, contacts and deals."""

from array import array
from collections.abc import Iterator
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
from syncdsl.sandbox.organisation import CRM_IDENTITY_BASE, CURRENCIES, RECORD_OFFSET, USERS
from syncdsl.sandbox.seed.countries import COUNTRIES, Country
from syncdsl.sandbox.seed.invention import Invention, domain_of, email_of
from syncdsl.sandbox.seed.scratch import Scratch
from syncdsl.sandbox.store import Record, Store

ANCHOR = datetime(2026, 6, 1, 8, tzinfo=UTC)
"""No seeded stamp is later: what is written while the sandbox runs is always newer."""

DAYS = 40
"""Each module's records spread over this many days before the anchor, one module after the other."""

FIRST = CRM_IDENTITY_BASE + RECORD_OFFSET
"""The id of the first account; accounts, contacts and deals follow each other without gaps."""

CODES = tuple(currency.code for currency in CURRENCIES)

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
    """What later steps need to know about an account."""

    id: str
    name: str
    country: Country
    currency: str


class SeededCrm:
    """The accounts by position, read back from the store when they are needed: memory holds two bytes of each.

    `twins` are the positions of accounts that share their name with another one.
    """

    def __init__(self, store: Store, number: int) -> None:
        self.number = number
        self.twins = _twins(number)
        self._store = store
        self._countries = bytearray()
        self._currencies = bytearray()

    def add(self, country: Country, currency: str) -> None:
        """Note the next account."""
        self._countries.append(COUNTRIES.index(country))
        self._currencies.append(CODES.index(currency))

    def account(self, position: int) -> SeededAccount:
        """Return the account at a position, counted from 0."""
        identity = FIRST + position
        [(name,)] = self._store.rows("SELECT name FROM record WHERE id = ?", (identity,))
        country, currency = COUNTRIES[self._countries[position]], CODES[self._currencies[position]]
        return SeededAccount(id=str(identity), name=name, country=country, currency=currency)

    def document(self, position: int) -> dict[str, Any]:
        """Return what the store holds of the account at a position."""
        record = self._store.get(ACCOUNTS.collection, FIRST + position)
        return record.document if record is not None else {}


def seed_crm(store: Store, random: Random, invention: Invention, scratch: Scratch, number: int) -> SeededCrm:
    """Write `number` accounts, about 0.8 times as many contacts and 0.6 times as many deals."""
    identities = count(FIRST)
    seeded = SeededCrm(store, number)
    first_of = dict(zip(seeded.twins[1::2], seeded.twins[::2], strict=True))
    shared: dict[int, str] = {}

    def accounts() -> Iterator[dict[str, Any]]:
        for position in range(number):
            country, document = _account(random, invention)
            if position in first_of:
                document["Account_Name"] = shared[first_of[position]]
            elif position in seeded.twins:
                shared[position] = document["Account_Name"]
            seeded.add(country, document["Currency"])
            yield document

    _write(store, random, ACCOUNTS, accounts(), identities, total=number, block=3)
    people = array("Q", bytes(8 * number))
    """The first contact of each account; 0 where it has none."""

    def contacts() -> Iterator[dict[str, Any]]:
        for position in range(number * 8 // 10):
            owner = random.choice(range(number)) if random.random() < 0.9 else None
            if owner is not None and not people[owner]:
                people[owner] = FIRST + number + position
            yield _contact(random, invention, seeded.account(owner) if owner is not None else None, scratch)

    _write(store, random, CONTACTS, contacts(), identities, total=number * 8 // 10, block=2)

    def deals() -> Iterator[dict[str, Any]]:
        for _ in range(number * 6 // 10):
            position = random.choice(range(number))
            yield _deal(random, invention, seeded.account(position), people[position])

    _write(store, random, DEALS, deals(), identities, total=number * 6 // 10, block=1)
    store.count_from(RECORD_COUNTER, next(identities))
    return seeded


def _twins(number: int) -> tuple[int, ...]:
    """Return pairs of positions; the second of a pair gets the first one's name, as happens in a careless CRM."""
    if number < 20:
        return ()
    return tuple(int(number * share) for share in (0.25, 0.5, 0.33, 0.75))


def _account(random: Random, invention: Invention) -> tuple[Country, dict[str, Any]]:
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
    return country, document


def _contact(
    random: Random,
    invention: Invention,
    account: SeededAccount | None,
    scratch: Scratch,
) -> dict[str, Any]:
    country = account.country if account else invention.country()
    person = invention.person(country)
    domain = domain_of(account.name, country) if account else f"mail.{country.domain}"
    email = email_of(person, domain)
    if account is None:
        scratch.add_individual(person.salutation, person.first_name, person.last_name, email, COUNTRIES.index(country))
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


def _deal(random: Random, invention: Invention, account: SeededAccount, person: int) -> dict[str, Any]:
    closing = ANCHOR.date() + timedelta(days=random.randint(-30, 150))
    return {
        "Deal_Name": f"{invention.product()} - {account.name}"[:120],
        "Stage": random.choices(STAGES, STAGE_WEIGHTS)[0].value,
        "Amount": random.randint(40, 90_000) + random.choice((0, 0, 0.5, 0.95)) if random.random() < 0.95 else None,
        "Closing_Date": closing.isoformat(),
        "Account_Name": account.id,
        "Contact_Name": str(person) if person else None,
        "Type": random.choice(("Existing Business", "New Business", None)),
        "Lead_Source": random.choice(LEAD_SOURCES) if random.random() < 0.4 else None,
        "Next_Step": random.choice(("Call", "Send offer", "Visit", None)),
        "Description": invention.remark() if random.random() < 0.5 else None,
        "Owner": _owner(random),
        "Currency": account.currency,
    }


def _owner(random: Random) -> str:
    return random.choices(USERS[:3], (4, 3, 3))[0].id


def _write(
    store: Store,
    random: Random,
    module: Module,
    documents: Iterator[dict[str, Any]],
    identities: Iterator[int],
    *,
    total: int,
    block: int,
) -> None:
    """Write records as they come, then draw when each was last modified."""
    end = int(ANCHOR.timestamp())
    start = end - block * DAYS * 86_400

    def created(index: int) -> int:
        return start + index * DAYS * 86_400 // total

    def records() -> Iterator[tuple[Record, dict[str, str]]]:
        for index, values in enumerate(documents):
            editor = values["Owner"]
            document = {"Created_By": editor, "Modified_By": editor}
            record = Record(
                id=next(identities), created=created(index), modified=created(index), name="", document=document
            )
            yield record, completed(module, record, values)

    store.insert_many(module.collection, records())
    restamp(store, random, module.collection, end)


def restamp(store: Store, random: Random, collection: str, end: int) -> None:
    """Let two fifths of a collection's records have been modified later than they were created."""
    store.restamp(collection, lambda created: created if random.random() < 0.6 else random.randint(created, end))
