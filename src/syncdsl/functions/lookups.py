"""Builtins that look something up: countries and telephone numbers. Their data come with the libraries they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.functions.builtin import Builtin, Example, Kind, Parameter
from syncdsl.functions.coercion import as_text
from syncdsl.functions.countries import check_country, check_language, code_of, name_of

if TYPE_CHECKING:
    from syncdsl.schema.values import Value

_LANGUAGE = Parameter(name="language", kind=Kind.TEXT, optional=True, check=check_language)


def _country_name(value: Value, language: Value = "en") -> Value:
    code, wanted = as_text(value), as_text(language)
    return name_of(code.strip(), wanted) if code and wanted else None


def _country_code(value: Value, language: Value = "en") -> Value:
    name, wanted = as_text(value), as_text(language)
    return code_of(name.strip(), wanted) if name and wanted else None


def _phone_e164(value: Value, country: Value = None) -> Value:
    text, region = as_text(value), as_text(country)
    if not text:
        return None
    import phonenumbers  # noqa: PLC0415 - 40 ms, and most rules have no telephone numbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


COUNTRY_NAME = Builtin(
    name="country_name",
    parameters=(Parameter(name="code", kind=Kind.TEXT), _LANGUAGE),
    result=Kind.TEXT,
    doc=(
        'The name of the country with this ISO 3166 code of two or three letters, in English or in `language` (`"de"`, '
        '`"fr"`, …), as Unicode\'s CLDR has it; empty when there is no such country.'
    ),
    examples=(
        Example(arguments=("DE",), result="Germany"),
        Example(arguments=("DE", "de"), result="Deutschland"),
        Example(arguments=("GBR",), result="United Kingdom"),
        Example(arguments=("Atlantis",), result=None),
        Example(arguments=(None,), result=None),
    ),
    compute=_country_name,
)
COUNTRY_CODE = Builtin(
    name="country_code",
    parameters=(Parameter(name="name", kind=Kind.TEXT), _LANGUAGE),
    result=Kind.TEXT,
    doc=(
        "The ISO 3166 code of two letters for a country's name in English or in `language`, without regard to capital "
        "letters, accents and points; codes of two and three letters are taken as well. Empty when there is no such "
        "country."
    ),
    examples=(
        Example(arguments=("Germany",), result="DE"),
        Example(arguments=("deutschland", "de"), result="DE"),
        Example(arguments=("U.S.A.",), result="US"),
        Example(arguments=("Cote d'Ivoire",), result="CI"),
        Example(arguments=("Atlantis",), result=None),
        Example(arguments=(None,), result=None),
    ),
    compute=_country_code,
)
PHONE_E164 = Builtin(
    name="phone_e164",
    parameters=(
        Parameter(name="text", kind=Kind.TEXT),
        Parameter(name="country", kind=Kind.TEXT, optional=True, check=check_country),
    ),
    result=Kind.TEXT,
    doc=(
        "The telephone number in its international form, `+` and digits. A number without `+` is one of `country` (an "
        "ISO 3166 code of two letters). Empty when the text is no telephone number; `phone_e164(Phone) ?? Phone` keeps "
        "it."
    ),
    examples=(
        Example(arguments=("+49 (0)30 901820",), result="+4930901820"),
        Example(arguments=("030 901820", "DE"), result="+4930901820"),
        Example(arguments=("030 901820",), result=None),
        Example(arguments=("call Anna",), result=None),
        Example(arguments=(None, "DE"), result=None),
    ),
    compute=_phone_e164,
)

BUILTINS: tuple[Builtin, ...] = (COUNTRY_NAME, COUNTRY_CODE, PHONE_E164)
