"""The organisation itself and its custom fields' metadata (Zoho Books API v3, Organizations)."""

from collections.abc import Callable
from typing import Any

from syncdsl.sandbox.books.currencies import currency_id
from syncdsl.sandbox.books.current import serving
from syncdsl.sandbox.books.custom_fields import CUSTOM_FIELDS, described
from syncdsl.sandbox.books.envelope import (
    FOREIGN_ORGANISATION,
    NO_ORGANISATION,
    invalid_value,
    refused,
    unknown,
)
from syncdsl.sandbox.exchange import Call, Handler, Reply
from syncdsl.sandbox.organisation import BASE_CURRENCY, BOOKS_ZONE, COMPANY, CURRENT_USER, DOMAIN
from syncdsl.sandbox.store import Store

DETAILS = {
    "date_format": "yyyy-MM-dd",
    "field_separator": "-",
    "industry_type": "Manufacturing",
    "industry_size": "small",
    "company_id_label": "Handelsregister",
    "company_id_value": "HRB 12345",
    "tax_id_label": "USt-IdNr.",
    "tax_id_value": "DE123456789",
    "org_address": "",
    "remit_to_address": "",
    "phone": "",
    "fax": "",
    "website": f"www.{DOMAIN}",
    "address": {
        "street_address1": "Deutzer Freiheit 1",
        "street_address2": "",
        "city": "Köln",
        "state": "",
        "country": "Germany",
        "zip": "50679",
    },
    "custom_fields": [],
}
"""What the single call shows of the organisation beyond the list."""


class Settings:
    """The calls about the organisation itself."""

    def __init__(self, store: Store, organisation: str, horizon: Callable[[], float | None]) -> None:
        """Remember the organisation, and what tells how far searches see (None: everything)."""
        self._store = store
        self._organisation = organisation
        self._horizon = horizon

    def guarded(self, handler: Handler) -> Handler:
        """Return a handler that demands this organisation's `organization_id` first and runs within it."""

        def guarding(call: Call) -> Reply:
            given = call.query.get("organization_id")
            if not given:
                raise refused(NO_ORGANISATION, "The parameter organization_id is missing.")
            if given != self._organisation:
                message = f"This user is not associated with the CompanyID/CompanyName:{given}."
                raise refused(FOREIGN_ORGANISATION, message)
            with serving(self._store, self._horizon()):
                return handler(call)

        return guarding

    def organisations(self, _call: Call) -> Reply:
        """Answer `GET /organizations`, the only call without `organization_id`."""
        return Reply(content={"code": 0, "message": "success", "organizations": [self._shown()]})

    def one_organisation(self, call: Call) -> Reply:
        """Answer `GET /organizations/{id}`."""
        if call.variables["id"] != self._organisation:
            raise unknown("Organization")
        return Reply(content={"code": 0, "message": "success", "organization": {**self._shown(), **DETAILS}})

    def fields(self, call: Call) -> Reply:
        """Answer `GET /settings/fields?entity=contact|invoice|…`: the custom fields (an undocumented call)."""
        entity = call.query.get("entity", "")
        if entity not in CUSTOM_FIELDS:
            raise invalid_value("entity")
        shown = [described(field, index) for index, field in enumerate(CUSTOM_FIELDS[entity], 1)]
        return Reply(content={"code": 0, "message": "success", "fields": shown})

    def _shown(self) -> dict[str, Any]:
        return {
            "organization_id": self._organisation,
            "name": COMPANY,
            "contact_name": CURRENT_USER.full_name,
            "email": CURRENT_USER.email,
            "is_default_org": True,
            "plan_type": 130,
            "plan_name": "PROFESSIONAL",
            "plan_period": "Yearly",
            "tax_group_enabled": True,
            "language_code": "en",
            "fiscal_year_start_month": 0,
            "account_created_date": "2024-01-01",
            "account_created_date_formatted": "01 Jan 2024",
            "zi_migration_status": 0,
            "time_zone": BOOKS_ZONE.key,
            "is_org_active": True,
            "currency_id": currency_id(BASE_CURRENCY),
            "currency_code": BASE_CURRENCY.code,
            "currency_symbol": BASE_CURRENCY.symbol,
            "currency_format": "###,##0.00",
            "price_precision": BASE_CURRENCY.precision,
        }
