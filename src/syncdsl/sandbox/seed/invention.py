"""Making up companies, people and addresses.

Faker supplies pools of names and places once per country; everything else is drawn from the pools, which
keeps a million records within minutes.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from faker import Faker

from syncdsl.sandbox.seed.countries import COUNTRIES, Country
from syncdsl.sandbox.seed.scratch import Scratch

POOL = 250
"""Names and places per country."""

PRODUCTS = (
    "Booster pump set",
    "Heat exchanger",
    "Spare parts 2026",
    "Service contract",
    "Pump overhaul",
    "Filling line retrofit",
    "Pressure vessel",
    "Commissioning",
    "Control cabinet",
    "Fire-water skid",
)
REMARKS = (
    "Met at the trade fair, wants a call back in autumn.",
    "Framework agreement until the end of next year.",
    "Prefers invoices by e-mail; delivery to gate 3.",
    'Asked for "express" delivery, see correspondence.',
    "Key customer: handle with care & speed.",
    "Second site planned.\nDecision expected after the holidays.",
)
_LETTERS = {"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "ö": "oe", "ä": "ae", "ü": "ue", "å": "a"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A made-up person."""

    salutation: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A made-up postal address."""

    street: str
    city: str
    state: str
    code: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    country: Country
    last_names: list[str]
    men: list[str]
    women: list[str]
    cities: list[str]
    streets: list[str]
    codes: list[str]


class Invention:
    """Draws from the pools; the same seed draws the same."""

    def __init__(self, random: Random, seed: int, scratch: Scratch) -> None:
        self._random = random
        self._scratch = scratch
        self._pools = [_pool(country, seed + index) for index, country in enumerate(COUNTRIES)]
        self._weights = [pool.country.weight for pool in self._pools]

    def country(self) -> Country:
        """Return a country; most are in the euro area."""
        return self._random.choices(COUNTRIES, self._weights)[0]

    def company(self, country: Country) -> str:
        """Return a company name that was not used before (compared without case)."""
        pool, pick = self._of(country), self._random.choice
        while True:
            form = pick(country.forms)
            name = pick(
                (
                    f"{pick(pool.last_names)} {pick(country.trades)} {form}",
                    f"{pick(pool.last_names)} & {pick(pool.last_names)} {form}",
                    f"{pick(pool.last_names)} & {country.sons} {pick(country.trades)} {form}",
                    f"{pick(country.trades)} {pick(pool.cities)} {form}",
                )
            )
            if self._scratch.take("company", name):
                return name

    def person(self, country: Country) -> Person:
        """Return a person."""
        pool, pick = self._of(country), self._random.choice
        woman = self._random.random() < 0.5
        title = self._random.choices(("Dr.", "Ms." if woman else "Mr.", ""), (1, 8, 2))[0]
        first_name = pick(pool.women if woman else pool.men)
        return Person(salutation=title, first_name=first_name, last_name=pick(pool.last_names))

    def address(self, country: Country) -> Address:
        """Return an address as it is written in the country."""
        pool, pick = self._of(country), self._random.choice
        number, street = self._random.randint(1, 180), pick(pool.streets)
        return Address(
            street=f"{number} {street}" if country.house_first else f"{street} {number}",
            city=pick(pool.cities),
            state=pick(country.states),
            code=pick(pool.codes),
            country=country.name,
        )

    def phone(self, country: Country) -> str:
        """Return a phone number in one of the notations people use."""
        form = self._random.choice(country.phones).replace("{area}", self._random.choice(country.areas))
        return re.sub("#", lambda _: str(self._random.randint(0, 9)), form)

    def product(self) -> str:
        """Return what a deal is about."""
        return self._random.choice(PRODUCTS)

    def remark(self) -> str:
        """Return a line somebody typed into a description."""
        return self._random.choice(REMARKS)

    def _of(self, country: Country) -> _Pool:
        return self._pools[COUNTRIES.index(country)]


def domain_of(company: str, country: Country) -> str:
    """Return a domain name that suits a company."""
    return f"{'-'.join(_plain(company).split()[:2])}.{country.domain}"


def email_of(person: Person, domain: str) -> str:
    """Return a mail address that suits a person."""
    local = ".".join("".join(_plain(name).split()) for name in (person.first_name, person.last_name))
    return f"{local}@{domain}"


def _plain(text: str) -> str:
    spelled = "".join(_LETTERS.get(letter, letter) for letter in text.casefold())
    stripped = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", stripped).strip()


def _pool(country: Country, seed: int) -> _Pool:
    faker = Faker(country.locale)
    faker.seed_instance(seed)
    return _Pool(
        country=country,
        last_names=_simple(faker.last_name),
        men=_simple(faker.first_name_male),
        women=_simple(faker.first_name_female),
        cities=list(country.cities) or _simple(faker.city),
        streets=[faker.street_name() for _ in range(POOL)],
        codes=[faker.postcode() for _ in range(POOL)],
    )


def _simple(draw: Callable[[], str]) -> list[str]:
    """Return drawn names, without those of several words that begin with a small letter."""
    drawn = (draw() for _ in range(POOL))
    return [name for name in drawn if name[0].isupper()]
