"""Seeded contacts of Books: customers the CRM knows too, customers it does not, individuals, vendors."""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any

from syncdsl.sandbox.books import contact
from syncdsl.sandbox.books.currencies import currency_id
from syncdsl.sandbox.books.numbering import FIRST_RECORD, RECORD_COUNTER
from syncdsl.sandbox.organisation import CURRENCIES_BY_CODE
from syncdsl.sandbox.seed.countries import COUNTRIES, Country
from syncdsl.sandbox.seed.crm import ANCHOR, DAYS, SeededCrm, restamp
from syncdsl.sandbox.seed.invention import Address, Invention, Person, domain_of, email_of
from syncdsl.sandbox.seed.scratch import Scratch
from syncdsl.sandbox.store import Record, Store

KNOWN_SHARE = 0.35
OWN_SHARE = 0.08
VENDOR_SHARE = 0.02
INDIVIDUAL_SHARE = 0.015


def seed_books(store: Store, random: Random, invention: Invention, scratch: Scratch, crm: SeededCrm) -> None:
    """Write customers and vendors; no two names are alike, and none carries a link or a key."""
    single = range(crm.number - len(crm.twins))
    known = random.sample(single, min(int(crm.number * KNOWN_SHARE), len(single)))
    own, vendors = int(crm.number * OWN_SHARE), int(crm.number * VENDOR_SHARE)
    individuals = min(crm.number, max(3, int(crm.number * INDIVIDUAL_SHARE)))
    total = len(known) + own + vendors + individuals
    end = int(ANCHOR.timestamp())
    start = end - 2 * DAYS * 86_400
    numbers = count(FIRST_RECORD)

    def bodies() -> Iterator[dict[str, Any]]:
        for index, position in enumerate(known):
            yield _known(random, invention, crm, _skipping(position, crm.twins), index)
        for _ in range(own):
            yield _own(random, invention, "customer")
        for _ in range(vendors):
            yield _own(random, invention, "vendor")
        yield from _individuals(random, invention, scratch, individuals)

    def records() -> Iterator[tuple[Record, dict[str, str]]]:
        for index, body in enumerate(bodies()):
            if not scratch.take("contact", body["contact_name"]):
                continue
            record = contact.blank(start + index * DAYS * 86_400 // total, next(numbers))
            record.document["source"] = "user"
            contact.apply(record, body, lambda: str(next(numbers)))
            yield record, contact.keys(record)

    store.insert_many(contact.COLLECTION, records())
    restamp(store, random, contact.COLLECTION, end)
    store.count_from(RECORD_COUNTER, next(numbers))


def _skipping(position: int, skipped: tuple[int, ...]) -> int:
    """Return the position in the whole of a position in the rest."""
    for other in sorted(skipped):
        position += other <= position
    return position


def _known(random: Random, invention: Invention, crm: SeededCrm, position: int, index: int) -> dict[str, Any]:
    """Return a customer of the same name; a third differ in phone and address, some in the spelling."""
    account, document = crm.account(position), crm.document(position)
    differs = index % 3 == 0
    name = account.name
    if index % 10 == 1:
        name = name.upper()
    elif index % 10 == 4:
        name = name.replace(" ", "  ", 1)
    address = Address(
        street=document["Billing_Street"],
        city=document["Billing_City"],
        state=document.get("Billing_State") or "",
        code=document["Billing_Code"],
        country=document["Billing_Country"],
    )
    body = {
        "contact_name": name,
        "company_name": account.name,
        "customer_sub_type": "business",
        "phone": invention.phone(account.country) if differs else document.get("Phone"),
        "website": document.get("Website"),
        "currency_id": currency_id(CURRENCIES_BY_CODE[account.currency]),
        "payment_terms": random.choice((0, 14, 30)),
        "notes": "" if random.random() < 0.7 else invention.remark(),
        "billing_address": _address(invention.address(account.country) if differs else address),
    }
    if random.random() < 0.5:
        person = invention.person(account.country)
        body["contact_persons"] = [_person(person, email_of(person, domain_of(account.name, account.country)))]
    return body


def _own(random: Random, invention: Invention, kind: str) -> dict[str, Any]:
    country = invention.country()
    name = invention.company(country)
    person = invention.person(country)
    return {
        "contact_name": name,
        "company_name": name,
        "contact_type": kind,
        "customer_sub_type": "business",
        "phone": invention.phone(country),
        "currency_id": currency_id(CURRENCIES_BY_CODE[country.currency]),
        "payment_terms": random.choice((0, 14, 30)),
        "billing_address": _address(invention.address(country)),
        "contact_persons": [_person(person, email_of(person, domain_of(name, country)))],
    }


def _individuals(random: Random, invention: Invention, scratch: Scratch, number: int) -> Iterator[dict[str, Any]]:
    """Make private customers; half of them are CRM contacts without an account."""
    there = scratch.individuals()
    known = random.sample(range(there), min(number // 2, there))
    strangers = []
    for _ in range(number - len(known)):
        country = invention.country()
        person = invention.person(country)
        strangers.append((person, email_of(person, f"post.{country.domain}"), country))
    for position in known:
        salutation, first_name, last_name, email, place = scratch.individual(position)
        person = Person(salutation=salutation, first_name=first_name, last_name=last_name)
        yield _individual(invention, person, email, COUNTRIES[place])
    for person, email, country in strangers:
        yield _individual(invention, person, email, country)


def _individual(invention: Invention, person: Person, email: str, country: Country) -> dict[str, Any]:
    return {
        "contact_name": f"{person.first_name} {person.last_name}",
        "customer_sub_type": "individual",
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": email,
        "phone": invention.phone(country),
        "billing_address": _address(invention.address(country)),
    }


def _person(person: Person, email: str) -> dict[str, Any]:
    return {
        "salutation": person.salutation,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": email,
        "is_primary_contact": True,
    }


def _address(address: Address) -> dict[str, str]:
    return {
        "address": address.street,
        "city": address.city,
        "state": address.state,
        "zip": address.code,
        "country": address.country,
    }
