"""Organisations, currencies, taxes and custom-field metadata (Zoho Books API v3, Organizations / Currency / Taxes)."""

from typing import Any

from syncdsl.sandbox.books import taxes
from syncdsl.sandbox.books.custom_fields import CUSTOM_FIELDS
from syncdsl.sandbox.books.envelope import (
    FOREIGN_ORGANISATION,
    NO_ORGANISATION,
    invalid_value,
    refused,
    unknown,
)
from syncdsl.sandbox.exchange import Call, Handler, Reply
from syncdsl.sandbox.organisation import (
    BASE_CURRENCY,
    BOOKS_ZONE,
    COMPANY,
    CURRENCIES,
    CURRENT_USER,
    Currency,
    books_identity,
)


class Settings:
    """The calls about the organisation itself."""

    def __init__(self, organisation: str) -> None:
        self._organisation = organisation

    def guarded(self, handler: Handler) -> Handler:
        """Return a handler that demands this organisation's `organization_id` first."""

        def guarding(call: Call) -> Reply:
            given = call.query.get("organization_id")
            if not given:
                raise refused(NO_ORGANISATION, "The parameter organization_id is missing.")
            if given != self._organisation:
                message = f"This user is not associated with the CompanyID/CompanyName:{given}."
                raise refused(FOREIGN_ORGANISATION, message)
            return handler(call)

        return guarding

    def organisations(self, _call: Call) -> Reply:
        """Answer `GET /organizations`, the only call without `organization_id`."""
        return Reply(content={"code": 0, "message": "success", "organizations": [self._shown()]})

    def one_organisation(self, call: Call) -> Reply:
        """Answer `GET /organizations/{id}`."""
        if call.variables["id"] != self._organisation:
            raise unknown("Organization")
        return Reply(content={"code": 0, "message": "success", "organization": self._shown()})

    def currencies(self, _call: Call) -> Reply:
        """Answer `GET /settings/currencies`."""
        shown = [_currency(currency) for currency in CURRENCIES]
        return Reply(content={"code": 0, "message": "success", "currencies": shown})

    def taxes(self, _call: Call) -> Reply:
        """Answer `GET /settings/taxes`."""
        return Reply(content={"code": 0, "message": "success", "taxes": [taxes.shown(tax) for tax in taxes.TAXES]})

    def fields(self, call: Call) -> Reply:
        """Answer `GET /settings/fields?entity=contact|invoice|…`: the custom fields (an undocumented call)."""
        entity = call.query.get("entity", "")
        if entity not in CUSTOM_FIELDS:
            raise invalid_value("entity")
        shown = [
            {
                "field_id": field.id,
                "customfield_id": field.id,
                "api_name": field.api_name,
                "field_name": field.api_name,
                "label": field.label,
                "field_name_formatted": field.label,
                "data_type": "string",
                "index": index,
                "is_active": True,
                "is_custom_field": True,
                "is_mandatory": False,
                "is_unique": field.unique,
                "max_length": field.longest,
            }
            for index, field in enumerate(CUSTOM_FIELDS[entity], 1)
        ]
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
            "time_zone": BOOKS_ZONE.key,
            "is_org_active": True,
            "currency_id": currency_id(BASE_CURRENCY),
            "currency_code": BASE_CURRENCY.code,
            "currency_symbol": BASE_CURRENCY.symbol,
            "currency_format": "###,##0.00",
            "price_precision": BASE_CURRENCY.precision,
        }


def currency_id(currency: Currency) -> str:
    """Return the id of a currency in Books."""
    return books_identity(currency.number)


CURRENCIES_BY_ID = {currency_id(currency): currency for currency in CURRENCIES}


def rate_to_base(currency: Currency) -> float:
    """Return what one unit of a currency is worth in the base currency."""
    return round(1 / float(currency.exchange_rate), 6)


def _currency(currency: Currency) -> dict[str, Any]:
    return {
        "currency_id": currency_id(currency),
        "currency_code": currency.code,
        "currency_name": f"{currency.code}- {currency.name}",
        "currency_symbol": currency.symbol,
        "price_precision": currency.precision,
        "currency_format": "1,234,567.89",
        "is_base_currency": currency.base,
        "exchange_rate": 0 if currency.base else rate_to_base(currency),
        "effective_date": "" if currency.base else "2024-01-01",
    }
