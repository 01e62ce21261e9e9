"""Seeded contacts of Books: customers the CRM knows too, customers it does not, individuals, vendors."""

from itertools import count
from random import Random
from typing import Any

from syncdsl.sandbox.books import contact
from syncdsl.sandbox.books.numbering import FIRST_RECORD, RECORD_COUNTER
from syncdsl.sandbox.books.settings import currency_id
from syncdsl.sandbox.organisation import CURRENCIES_BY_CODE
from syncdsl.sandbox.seed.crm import ANCHOR, DAYS, SeededAccount, SeededCrm
from syncdsl.sandbox.seed.invention import Address, Invention, Person, domain_of, email_of
from syncdsl.sandbox.store import Record, Store, fold

KNOWN_SHARE = 0.35
OWN_SHARE = 0.08
VENDOR_SHARE = 0.02
INDIVIDUAL_SHARE = 0.015


def seed_books(store: Store, random: Random, invention: Invention, crm: SeededCrm) -> None:
    """Write customers and vendors; no two names are alike, and none carries a link or a key."""
    number = len(crm.accounts)
    single = [account for account in crm.accounts if not account.twin]
    known = random.sample(single, min(int(number * KNOWN_SHARE), len(single)))
    bodies = [_known(random, invention, account, index) for index, account in enumerate(known)]
    bodies += [_own(random, invention, "customer") for _ in range(int(number * OWN_SHARE))]
    bodies += [_own(random, invention, "vendor") for _ in range(int(number * VENDOR_SHARE))]
    bodies += _individuals(random, invention, crm, min(number, max(3, int(number * INDIVIDUAL_SHARE))))
    end = int(ANCHOR.timestamp())
    start = end - 2 * DAYS * 86_400
    numbers = count(FIRST_RECORD)
    taken: set[str] = set()
    records: list[tuple[Record, dict[str, str]]] = []
    for index, body in enumerate(bodies):
        if fold(body["contact_name"]) in taken:
            continue
        taken.add(fold(body["contact_name"]))
        created = start + index * DAYS * 86_400 // len(bodies)
        record = contact.blank(created, next(numbers))
        record.document["source"] = "user"
        contact.apply(record, body, lambda: str(next(numbers)))
        record.modified = created if random.random() < 0.6 else random.randint(created, end)
        records.append((record, contact.keys(record)))
    store.insert_many(contact.COLLECTION, records)
    store.count_from(RECORD_COUNTER, next(numbers))


def _known(random: Random, invention: Invention, account: SeededAccount, index: int) -> dict[str, Any]:
    """Return a customer of the same name; a third differ in phone and address, some in the spelling."""
    document = account.document
    differs = index % 3 == 0
    name = account.name
    if index % 10 == 1:
        name = name.upper()
    elif index % 10 == 4:
        name = name.replace(" ", "  ", 1)
    address = Address(
        street=document["Billing_Street"],
        city=document["Billing_City"],
        state=document["Billing_State"] or "",
        code=document["Billing_Code"],
        country=document["Billing_Country"],
    )
    body = {
        "contact_name": name,
        "company_name": account.name,
        "customer_sub_type": "business",
        "phone": invention.phone(account.country) if differs else document["Phone"],
        "website": document["Website"],
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


def _individuals(random: Random, invention: Invention, crm: SeededCrm, number: int) -> list[dict[str, Any]]:
    """Return private customers; half of them are CRM contacts without an account."""
    known = random.sample(crm.individuals, min(number // 2, len(crm.individuals)))
    strangers = []
    for _ in range(number - len(known)):
        country = invention.country()
        person = invention.person(country)
        strangers.append((person, email_of(person, f"post.{country.domain}"), country))
    return [
        {
            "contact_name": f"{person.first_name} {person.last_name}",
            "customer_sub_type": "individual",
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": email,
            "phone": invention.phone(country),
            "billing_address": _address(invention.address(country)),
        }
        for person, email, country in (*known, *strangers)
    ]


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
