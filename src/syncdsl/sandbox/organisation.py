"""The make-believe company of both emulated systems: identities, people, currencies, published secrets.

The credentials are public on purpose: they open nothing but a sandbox on the loopback interface.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

CRM_ORGANISATION = "20098765432"
"""Default `zgid` of the emulated CRM organisation."""

BOOKS_ORGANISATION = "20087654321"
"""Default `organization_id` of the emulated accounting organisation."""

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - published, opens only the local sandbox
REFRESH_TOKEN = "sandbox-refresh"  # noqa: S105 - published, opens only the local sandbox
GRANT_CODE = "sandbox-code"

COMPANY = "Rheinbrücke Pumpen & Service GmbH"
DOMAIN = "rheinbruecke.example"

CRM_ZONE = ZoneInfo("Europe/Berlin")
BOOKS_ZONE = ZoneInfo("UTC")
"""The zones differ on purpose: clients that compare stamps as text are found out."""

CRM_IDENTITY_BASE = 4150868000000000000
BOOKS_IDENTITY_BASE = 1465603000000000000
RECORD_OFFSET = 1_000_000
"""Ids below base + offset name metadata (fields, views, users …), ids from there on name records."""


def crm_identity(number: int) -> str:
    """Return the metadata id with this number, as CRM prints it (19 digits)."""
    return str(CRM_IDENTITY_BASE + number)


def books_identity(number: int) -> str:
    """Return the metadata id with this number, as Books prints it (19 digits)."""
    return str(BOOKS_IDENTITY_BASE + number)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user of the CRM organisation; the first one owns the published credentials."""

    number: int
    first_name: str
    last_name: str
    role: str
    profile: str
    active: bool = True

    @property
    def id(self) -> str:
        """The user's CRM id."""
        return crm_identity(self.number)

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        """The user's address in the company's domain."""
        return f"{self.first_name}.{self.last_name}@{DOMAIN}".lower()


USERS = (
    User(number=225013, first_name="Petra", last_name="Hofer", role="CEO", profile="Administrator"),
    User(number=225014, first_name="Jonas", last_name="Lindqvist", role="Sales Manager", profile="Standard"),
    User(number=225015, first_name="Amelie", last_name="Laurent", role="Sales Manager", profile="Standard"),
    User(
        number=225016,
        first_name="Marek",
        last_name="Nowak",
        role="Sales Manager",
        profile="Standard",
        active=False,
    ),
)
CURRENT_USER = USERS[0]
USERS_BY_ID = {user.id: user for user in USERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """A currency switched on in both organisations; `exchange_rate` is units of it for one EUR, as text."""

    number: int
    code: str
    name: str
    symbol: str
    exchange_rate: str
    precision: int = 2
    base: bool = False


CURRENCIES = (
    Currency(number=779001, code="EUR", name="Euro", symbol="€", exchange_rate="1", base=True),
    Currency(number=779002, code="USD", name="US Dollar", symbol="$", exchange_rate="1.08"),
    Currency(number=779003, code="GBP", name="British Pound", symbol="£", exchange_rate="0.85"),
)
CURRENCIES_BY_CODE = {currency.code: currency for currency in CURRENCIES}
BASE_CURRENCY = CURRENCIES[0]
