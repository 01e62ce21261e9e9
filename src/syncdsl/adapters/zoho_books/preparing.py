"""What a Books organisation needs before rules run against it (Zoho Books API v3, Organizations, Currency).

There is no API for custom fields: the list of them (`GET /settings/fields`, not documented) tells whether a person has
made the key field, and the clicks say how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iso4217 import Currency

from syncdsl.adapters.onboarding import ByHand, Condition, Creatable, Fine, Requirement, Unknown, Vitals, Wrong
from syncdsl.adapters.protocol import Ambiguous, NotSent
from syncdsl.adapters.zoho_books.custom_fields import FIELDS
from syncdsl.adapters.zoho_books.dialect import succeeded
from syncdsl.adapters.zoho_books.metadata import read_organizations
from syncdsl.adapters.zoho_books.modules import KEY_FIELD, MODULES
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_PERMITTED
from syncdsl.diagnostics.codes.onboarding import NOT_PREPARED

if TYPE_CHECKING:
    from syncdsl.adapters.onboarding import Needs
    from syncdsl.adapters.transport.rate import Gate
    from syncdsl.adapters.zoho_books.api import Api

FIELD_LABEL = "Syncdsl Key"
"""Books derives `cf_syncdsl_key` from it."""

CURRENCIES = "/settings/currencies"
PAGES = {
    "contact": "Customers and Vendors",
    "item": "Items",
    "estimate": "Quotes",
    "salesorder": "Sales Orders",
    "invoice": "Invoices",
    "purchaseorder": "Purchase Orders",
    "expense": "Expenses",
}
"""The page of `Settings` > `Preferences` of each entity that has custom fields."""

_KEY = "key:"
_CURRENCY = "currency:"


class BooksPreparing:
    """Looks at an organisation and adds currencies; the rest is for a person."""

    def __init__(self, api: Api, gate: Gate) -> None:
        self._api = api
        self._gate = gate

    def requirements(self, needs: Needs) -> tuple[Requirement, ...]:
        """Return what the needs require of the organisation."""
        entities = {MODULES[name].entity for name in needs.written if name in MODULES}
        found = [self._plan(), *(self._key_field(entity) for entity in sorted(entities - {None}, key=str) if entity)]
        if needs.currencies and needs.partner_currencies:
            here = self.currencies()
            found += [_currency(code, here) for code in needs.partner_currencies]
        found += [_role(role) for role in needs.roles]
        return tuple(found)

    def create(self, requirement: Requirement) -> Requirement:
        """Add a currency (`POST /settings/currencies`), unless it is there by now."""
        code = requirement.id.removeprefix(_CURRENCY)
        now = _currency(code, self.currencies())
        if not isinstance(now.condition, Creatable):
            return now
        body = {
            "currency_code": code,
            "currency_symbol": code,
            "price_precision": Currency(code).exponent or 0,
            "currency_format": "1,234,567.89",
        }
        try:
            answer = self._api.write("POST", CURRENCIES, body=body)
        except Fault as fault:
            raise self._refused(code, fault.message) from None
        match answer:
            case NotSent(reason=reason):
                raise self._refused(code, reason)
            case Ambiguous():
                pass  # looking is how to find out
            case _ if not succeeded(answer):
                raise self._refused(code, self._api.client.words(answer))
        made = _currency(code, self.currencies())
        if isinstance(made.condition, Creatable):
            raise self._refused(code, "it said yes, and the currency is not there")
        return made

    def currencies(self) -> tuple[str, ...]:
        """Return the codes of the currencies in use."""
        answer = self._api.read("GET", CURRENCIES, {})
        rows = answer.data.get("currencies") if isinstance(answer.data, dict) else None
        if not succeeded(answer) or not isinstance(rows, list):
            raise self._api.refused(answer, CURRENCIES)
        base = self._api.identity().base_currency
        return (base, *sorted({str(row.get("currency_code")) for row in rows} - {base}))

    def call_back_steps(self, needs: Needs, *, url: str, secret: str) -> tuple[str, ...]:
        """Return the clicks of one webhook and one workflow rule for each entity."""
        entities = {MODULES[name].entity for name in needs.modules if name in MODULES}
        pages = [PAGES[entity] for entity in sorted(entities - {None}, key=str) if entity in PAGES]
        named = ", ".join(f"`{page}`" for page in pages)
        return (
            (
                "`Settings` > `Automation` > `Workflow Actions` > `Webhooks` > `New Webhook`, one for each module of: "
                f"{named}; name `syncdsl`, method `POST`, URL: {url}"
            ),
            (
                "body `Default Payload`; tick `I want to secure this webhook` and paste the secret "
                "token, which is read "
                f"with {secret}"
            ),
            (
                "`Settings` > `Automation` > `Workflow Rules` > `New Workflow Rule` for the same "
                "module: executed when a "
                "record is `Created or Edited`, every time; action: that webhook"
            ),
        )

    def vitals(self) -> Vitals:
        """Ask for the currencies: a short answer that every token of ours may read."""
        answer = self._api.read("GET", CURRENCIES, {})
        left = None if answer.left is None else f"{answer.left:,} calls are left, as Books says"
        return Vitals(server_time=self._api.now(answer), quota=left or self._gate.said())

    def _plan(self) -> Requirement:
        wanted = self._api.identity().organization
        rows = read_organizations(self._api.client)
        row: dict[str, Any] = next((row for row in rows if str(row.get("organization_id")) == wanted), {})
        name = str(row.get("plan_name") or "unknown")
        condition: Condition = Fine()
        if row.get("is_org_active") is False:
            condition = Wrong(clicks=("the organisation is not active: open it in Books and renew its plan",))
        elif name.casefold() == "free":
            condition = ByHand(
                clicks=(
                    "the free plan allows 1,000 calls a day and few custom fields: `Settings` > `Manage Subscription`",
                )
            )
        advice = not isinstance(condition, Wrong)
        return Requirement(id="edition", title=f"plan `{name}`", condition=condition, advice=advice)

    def _key_field(self, entity: str) -> Requirement:
        page = PAGES.get(entity, entity)
        identifier, title = f"{_KEY}{entity}", f"key field `{KEY_FIELD}` of {page}"
        try:
            answer = self._api.read("GET", FIELDS, {"entity": entity})
        except Fault as fault:
            if fault.code is not NOT_PERMITTED:
                raise
            return Requirement(id=identifier, title=title, condition=Unknown(reason=fault.message, help=fault.help))
        rows = answer.data.get("fields") if isinstance(answer.data, dict) else None
        if not succeeded(answer) or not isinstance(rows, list):
            reason = f"Books does not list custom fields: {self._api.client.words(answer)}"
            return Requirement(
                id=identifier, title=title, condition=Unknown(reason=reason, help="; ".join(_clicks(page)))
            )
        condition = _condition(page, rows)
        title += " is missing" if isinstance(condition, ByHand) else ""
        return Requirement(id=identifier, title=title, condition=condition)

    def _refused(self, code: str, words: str) -> Fault:
        return Fault(
            NOT_PREPARED,
            f"the currency {code} could not be added: {self._api.client.clean(words)}",
            help=f"it takes the scope `ZohoBooks.settings.CREATE`; or by hand: {_CURRENCY_CLICKS}: {code}",
        )


_CURRENCY_CLICKS = "`Settings` > `Preferences` > `Currencies` > `New Currency`"


def _condition(page: str, rows: list[dict[str, Any]]) -> Condition:
    field = next((row for row in rows if row.get("api_name") == KEY_FIELD), None)
    where = f"`Settings` > `Preferences` > `{page}` > `Field Customization` > `{FIELD_LABEL}`"
    if field is None:
        namesake = next((row for row in rows if row.get("label") == FIELD_LABEL), None)
        if namesake is not None:
            found = f"a field labelled `{FIELD_LABEL}` is there, but its API name is `{namesake.get('api_name')}`"
            return Wrong(clicks=(f"{found}: delete it, and make it anew with exactly this label", *_clicks(page)))
        return ByHand(clicks=_clicks(page))
    if field.get("is_active") is False:
        return Wrong(clicks=(f"{where} > `Mark as Active`",))
    if field.get("data_type") != "string":
        return Wrong(
            clicks=(f"`{FIELD_LABEL}` has to be a `Text Box (Single Line)`: delete the field, and", *_clicks(page))
        )
    if not field.get("is_unique"):
        return Wrong(clicks=(f"{where} > `Edit` > `Prevent Duplicate Values`: `Yes` > `Save`",))
    return Fine()


def _clicks(page: str) -> tuple[str, ...]:
    return (
        f"`Settings` > `Preferences` > `{page}` > `Field Customization` > `New Custom Field`",
        (
            f"label `{FIELD_LABEL}` (exactly), data type `Text Box (Single Line)`, `Prevent Duplicate "
            f"Values`: `Yes`, mandatory: "
            "`No`, show in PDFs: `No`, `Save`"
        ),
    )


def _currency(code: str, here: tuple[str, ...]) -> Requirement:
    known = any(item.value == code for item in Currency)
    missing: Condition = (
        Creatable(what=f"the currency {code}, with the exchange rates that Books fetches")
        if known
        else ByHand(clicks=(f"{_CURRENCY_CLICKS}: {code}",))
    )
    condition = Fine() if code in here else missing
    return Requirement(id=f"{_CURRENCY}{code}", title=f"currency {code}", condition=condition, advice=True)


def _role(role: str) -> Requirement:
    """Return a checklist: the API shows no role that nobody has."""
    clicks = (f"`Settings` > `Users & Roles` > `Roles`: a role named `{role}` with the rights that the rules list",)
    return Requirement(id=f"role:{role}", title=f"role `{role}`", condition=ByHand(clicks=clicks), advice=True)
