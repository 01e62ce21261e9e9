"""What a CRM organisation needs before rules run against it (Zoho CRM API v8, Organization, Currencies, Fields)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.onboarding import (
    ByHand,
    Condition,
    Creatable,
    Fine,
    Requirement,
    Unknown,
    Vitals,
    Wrong,
)
from syncdsl.adapters.protocol import Ambiguous, NotSent
from syncdsl.adapters.zoho_crm.modules import KEY_FIELD, MODULES
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_OFFERED, NOT_PERMITTED
from syncdsl.diagnostics.codes.onboarding import NOT_PREPARED

if TYPE_CHECKING:
    from syncdsl.adapters.onboarding import Needs
    from syncdsl.adapters.transport.rate import Gate
    from syncdsl.adapters.zoho_crm.api import Api

FIELD_LABEL = "Syncdsl Key"
"""The CRM derives `Syncdsl_Key` from it."""

LENGTH = 50
SHORTEST = 23
"""Characters of the key field that setup makes, and of the longest key."""

FIELDS = "/settings/fields"
WITHOUT_FIELDS = frozenset({"free", "standard"})
"""Editions that allow no unique custom fields of one's own, or too few (Zoho CRM, feature comparison)."""

_KEY = "key:"
_CURRENCY = "currency:"


class CrmPreparing:
    """Looks at an organisation and makes key fields."""

    def __init__(self, api: Api, gate: Gate) -> None:
        self._api = api
        self._gate = gate

    def requirements(self, needs: Needs) -> tuple[Requirement, ...]:
        """Return what the needs require of the organisation."""
        found = [self._edition(), *(self._key_field(module) for module in needs.written if module in MODULES)]
        if needs.currencies and needs.partner_currencies:
            found += self._currencies(needs)
        return tuple(found)

    def create(self, requirement: Requirement) -> Requirement:
        """Make the key field of a module (`POST /settings/fields`), unless it is there by now."""
        module = requirement.id.removeprefix(_KEY)
        now = self._key_field(module)
        if not isinstance(now.condition, Creatable):
            return now
        field = {
            "field_label": FIELD_LABEL,
            "data_type": "text",
            "length": LENGTH,
            "unique": {"casesensitive": "false"},
        }
        try:
            answer = self._api.client.write("POST", FIELDS, params={"module": module}, body={"fields": [field]})
        except Fault as fault:
            raise self._refused(module, fault.message, scope=fault.code is NOT_PERMITTED) from None
        match answer:
            case NotSent(reason=reason):
                raise self._refused(module, reason, scope=False)
            case Ambiguous():
                pass  # looking is how to find out
            case _:
                rows = answer.data.get("fields") if isinstance(answer.data, dict) else None
                entry = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else answer.data
                if not isinstance(entry, dict) or entry.get("code") != "SUCCESS":
                    words = self._api.client.words(answer) or str((entry or {}).get("message") or answer.status)
                    raise self._refused(module, words, scope=False)
        made = self._key_field(module)
        if isinstance(made.condition, Creatable):
            raise self._refused(module, "it said yes, and the field is not there", scope=False)
        return made

    def currencies(self) -> tuple[str, ...]:
        """Return the codes of the active currencies; only the home currency where multi-currency is off."""
        answer = self._api.get("/org", {})
        rows = self._api.rows(answer, "org")
        home = str(rows[0].get("iso_code") or "") if rows else ""
        try:
            listed = self._api.rows(self._api.get("/org/currencies", {}), "currencies")
        except Fault as fault:
            if fault.code is NOT_OFFERED:
                return (home,)
            raise
        others = {str(row.get("iso_code")) for row in listed if row.get("is_active", True)} - {home}
        return (home, *sorted(others))

    def call_back_steps(self, needs: Needs, *, url: str, secret: str) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's words
        """Return nothing: the CRM's notifications are subscribed to over its API, and renewed before they end."""
        return ()

    def vitals(self) -> Vitals:
        """Ask for the organisation."""
        answer = self._api.get("/org", {})
        left = None if answer.left is None else f"{answer.left:,} credits are left, as the CRM says"
        return Vitals(server_time=self._api.now(answer), quota=left or self._gate.said())

    def _edition(self) -> Requirement:
        rows = self._api.rows(self._api.get("/org", {}), "org")
        details = rows[0].get("license_details") if rows else None
        edition = str(details.get("paid_type") or "") if isinstance(details, dict) else ""
        if not edition:
            return Requirement(
                id="edition",
                title="edition of the CRM",
                condition=Unknown(reason="the CRM does not say which edition it is"),
                advice=True,
            )
        condition: Condition = Fine()
        if edition.casefold() in WITHOUT_FIELDS:
            condition = ByHand(
                clicks=(
                    (
                        "key fields need unique custom fields, which come with Professional and "
                        "above: `Setup` > `General` "
                        "> `Subscription`"
                    ),
                )
            )
        return Requirement(id="edition", title=f"edition `{edition}`", condition=condition, advice=True)

    def _key_field(self, module: str) -> Requirement:
        identifier, title = f"{_KEY}{module}", f"key field `{KEY_FIELD}` of {module}"
        try:
            rows = self._api.rows(self._api.get(FIELDS, {"module": module}), "fields")
        except Fault as fault:
            if fault.code not in {NOT_OFFERED, NOT_PERMITTED}:
                raise
            return Requirement(id=identifier, title=title, condition=Unknown(reason=fault.message, help=fault.help))
        return Requirement(id=identifier, title=title, condition=_condition(module, rows))

    def _currencies(self, needs: Needs) -> list[Requirement]:
        here = self.currencies()
        clicks = "`Setup` > `General` > `Company Details` > `Currencies` > `Add Currency`"
        return [
            Requirement(
                id=f"{_CURRENCY}{code}",
                title=f"currency {code}",
                condition=Fine() if code in here else ByHand(clicks=(f"{clicks}: {code}",)),
                advice=True,
            )
            for code in needs.partner_currencies
        ]

    def _refused(self, module: str, words: str, *, scope: bool) -> Fault:
        clicks = "; ".join(_clicks(module))
        need = "the scope `ZohoCRM.settings.fields.CREATE` and a user who may customise modules"
        return Fault(
            NOT_PREPARED,
            f"the key field of {module} could not be made: {self._api.client.clean(words)}",
            help=f"it takes {need}; or by hand: {clicks}" if scope else f"by hand: {clicks}",
        )


def _condition(module: str, rows: list[dict[str, Any]]) -> Condition:
    field = next((row for row in rows if row.get("api_name") == KEY_FIELD), None)
    if field is None:
        namesake = next((row for row in rows if row.get("field_label") == FIELD_LABEL), None)
        if namesake is not None:
            return Wrong(
                clicks=(
                    (
                        f"a field labelled `{FIELD_LABEL}` is there, but its API name is `{namesake.get('api_name')}`: "
                        f"`Setup` > `Developer Hub` > `APIs & SDKs` > `API Names` > {module}, and "
                        f"change it to `{KEY_FIELD}`"
                    ),
                )
            )
        return Creatable(what=f"a unique text field `{FIELD_LABEL}` of {LENGTH} characters")
    length = field.get("length")
    if field.get("data_type") != "text" or (isinstance(length, int) and length < SHORTEST):
        return Wrong(
            clicks=(
                (
                    f"`{KEY_FIELD}` has to be a single line of at least {SHORTEST} characters; rename "
                    f"this field's API name "
                    "and run `syncdsl setup` again to make the right one"
                ),
            )
        )
    if not field.get("unique"):
        return Wrong(
            clicks=(
                (
                    f"`Setup` > `Modules and Fields` > {module} > `{field.get('field_label')}` > "
                    f"`Edit Properties`: tick "
                    "`Do not allow duplicate values`"
                ),
            )
        )
    return Fine()


def _clicks(module: str) -> tuple[str, ...]:
    return (
        f"`Setup` > `Modules and Fields` > {module} > layout `Standard` > drag `Single Line` in",
        f"label `{FIELD_LABEL}`, {LENGTH} characters, tick `Do not allow duplicate values`, `Save`",
    )
