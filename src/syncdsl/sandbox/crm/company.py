"""The organisation, its users and its currencies (Zoho CRM API v8, Organization / Users / Currencies)."""

from typing import Any

from syncdsl.sandbox.clock import Clock, stamp_with_colon
from syncdsl.sandbox.crm.asking import page_size, whole_number
from syncdsl.sandbox.crm.envelope import invalid_parameter
from syncdsl.sandbox.crm.staff import USER_TYPES, Staff
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import (
    BASE_CURRENCY,
    COMPANY,
    CRM_ZONE,
    CURRENCIES,
    CURRENT_USER,
    DOMAIN,
    Currency,
    User,
    crm_identity,
)

FOUNDED = 1704092400
"""Second at which the organisation, its users and currencies came into being (1 January 2024)."""

PAID_UNTIL = 4102441200
"""Second until which the edition is paid for (1 January 2100)."""


class Company:
    """The calls about the organisation itself."""

    def __init__(self, clock: Clock, organisation: str, staff: Staff) -> None:
        self._clock = clock
        self._organisation = organisation
        self._staff = staff

    def org(self, _call: Call) -> Reply:
        """Answer `GET /org`; the organisation id that clients configure is `zgid`."""
        return Reply(content={"org": [self._shown()]})

    def users(self, call: Call) -> Reply:
        """Answer `GET /users`; 204 when nobody is of the type asked for."""
        wanted = set(call.query["ids"].split(",")) if "ids" in call.query else None
        found = [user for user in self._of_type(call) if wanted is None or user.id in wanted]
        size, page = page_size(call), whole_number(call, "page", 1)
        shown = [_user(user) for user in found[(page - 1) * size : page * size]]
        if not shown:
            return Reply(status=204)
        info = {"per_page": size, "count": len(shown), "page": page, "more_records": len(found) > page * size}
        return Reply(content={"users": shown, "info": info})

    def one_user(self, call: Call) -> Reply:
        """Answer `GET /users/{id}`; 204 for an unknown id."""
        shown = [_user(user) for user in self._staff.users() or () if user.id == call.variables["id"]]
        return Reply(content={"users": shown}) if shown else Reply(status=204)

    def count_users(self, call: Call) -> Reply:
        """Answer `GET /users/actions/count`: how many users of a type there are."""
        return Reply(content={"count": len(self._of_type(call))})

    def _of_type(self, call: Call) -> tuple[User, ...]:
        found = self._staff.users(call.query.get("type", "AllUsers"))
        if found is None:
            raise invalid_parameter("type", supported_values=USER_TYPES)
        return found

    def currencies(self, _call: Call) -> Reply:
        """Answer `GET /org/currencies`."""
        return Reply(content={"currencies": [_currency(currency) for currency in CURRENCIES]})

    def one_currency(self, call: Call) -> Reply:
        """Answer `GET /org/currencies/{id}`; 204 for an unknown id."""
        shown = [item for item in map(_currency, CURRENCIES) if item["id"] == call.variables["id"]]
        return Reply(content={"currencies": shown}) if shown else Reply(status=204)

    def _shown(self) -> dict[str, Any]:
        return {
            "id": crm_identity(20005),
            "zgid": self._organisation,
            "domain_name": f"org{self._organisation}",
            "company_name": COMPANY,
            "type": "production",
            "country": "Germany",
            "country_code": "DE",
            "street": "Rheinuferstraße 12",
            "city": "Köln",
            "state": "Nordrhein-Westfalen",
            "zip": "50668",
            "phone": "+49 221 5550100",
            "mobile": None,
            "fax": None,
            "website": f"https://www.{DOMAIN}",
            "description": None,
            "alias": None,
            "photo_id": None,
            "employee_count": "85",
            "primary_email": CURRENT_USER.email,
            "primary_zuid": CURRENT_USER.id,
            "zia_portal_id": None,
            "time_zone": CRM_ZONE.key,
            "currency": f"{BASE_CURRENCY.name} - {BASE_CURRENCY.code}",
            "currency_symbol": BASE_CURRENCY.symbol,
            "currency_locale": BASE_CURRENCY.code,
            "iso_code": BASE_CURRENCY.code,
            "mc_status": True,
            "gapps_enabled": False,
            "lite_users_enabled": False,
            "translation_enabled": False,
            "deletable_org_account": False,
            "privacy_settings": False,
            "hipaa_compliance_enabled": False,
            "hierarchy_preferences": {"type": "Role_Hierarchy", "strictly_reporting": False},
            "created_time": stamp_with_colon(FOUNDED, CRM_ZONE),
            "license_details": {
                "paid": True,
                "paid_type": "enterprise",
                "paid_expiry": stamp_with_colon(PAID_UNTIL, CRM_ZONE),
                "trial_type": None,
                "trial_expiry": None,
                "users_license_purchased": 10,
                "portal_users_license_purchased": 0,
            },
        }


def _user(user: User) -> dict[str, Any]:
    stamp = stamp_with_colon(FOUNDED, CRM_ZONE)
    creator = {"name": CURRENT_USER.full_name, "id": CURRENT_USER.id}
    return {
        "id": user.id,
        "zuid": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "full_name": user.full_name,
        "email": user.email,
        "alias": None,
        "status": "active" if user.active else "disabled",
        "confirm": True,
        "type__s": "Regular User",
        "personal_account": False,
        "role": {"name": user.role, "id": crm_identity(26005 if user.role == "CEO" else 26008)},
        "profile": {
            "name": user.profile,
            "id": crm_identity(26011 if user.profile == "Administrator" else 26014),
        },
        "language": "en_US",
        "locale": "en_GB",
        "country": None,
        "country_locale": "en_GB",
        "state": None,
        "city": None,
        "street": None,
        "zip": None,
        "phone": None,
        "mobile": None,
        "fax": None,
        "website": None,
        "dob": None,
        "signature": None,
        "time_zone": CRM_ZONE.key,
        "offset": 3_600_000,
        "date_format": "dd/MM/yyyy",
        "time_format": "HH:mm",
        "decimal_separator": "Period",
        "number_separator": "Comma",
        "name_format__s": "Salutation,First Name,Last Name",
        "sort_order_preference__s": "First Name,Last Name",
        "Isonline": False,
        "microsoft": False,
        "sandboxDeveloper": False,
        "status_reason__s": None,
        "created_time": stamp,
        "created_by": creator,
        "Modified_Time": stamp,
        "Modified_By": creator,
    }


def _currency(currency: Currency) -> dict[str, Any]:
    stamp = stamp_with_colon(FOUNDED, CRM_ZONE)
    creator = {"name": CURRENT_USER.full_name, "id": CURRENT_USER.id}
    whole, _, decimals = currency.exchange_rate.partition(".")
    return {
        "id": crm_identity(currency.number),
        "iso_code": currency.code,
        "name": f"{currency.name} - {currency.code}",
        "symbol": currency.symbol,
        "is_active": True,
        "is_base": currency.base,
        "exchange_rate": f"{whole}.{decimals.ljust(9, '0')}",
        "format": {
            "decimal_separator": "Period",
            "thousand_separator": "Comma",
            "decimal_places": str(currency.precision),
        },
        "prefix_symbol": True,
        "created_time": stamp,
        "created_by": creator,
        "modified_time": stamp,
        "modified_by": creator,
    }
