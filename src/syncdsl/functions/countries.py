"""Countries by code and by name: ISO 3166 codes with the names of Unicode's CLDR, in many languages."""

from __future__ import annotations

import unicodedata
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from syncdsl.functions.builtin import Flaw

if TYPE_CHECKING:
    from collections.abc import Mapping

# CLDR names some regions that are no countries with a code of their own in ISO 3166.
_NO_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))
# English names in common use beside those of CLDR, so that what people have typed is found.
_ALSO = MappingProxyType(
    {
        "america": "US",
        "bosnia": "BA",
        "burma": "MM",
        "cape verde": "CV",
        "czech republic": "CZ",
        "england": "GB",
        "great britain": "GB",
        "holland": "NL",
        "hong kong": "HK",
        "ivory coast": "CI",
        "korea": "KR",
        "macao": "MO",
        "macau": "MO",
        "macedonia": "MK",
        "myanmar": "MM",
        "northern ireland": "GB",
        "palestine": "PS",
        "russian federation": "RU",
        "scotland": "GB",
        "swaziland": "SZ",
        "the netherlands": "NL",
        "turkey": "TR",
        "united states of america": "US",
        "vatican": "VA",
        "viet nam": "VN",
        "wales": "GB",
    }
)


@cache
def names_in(language: str) -> Mapping[str, str] | None:
    """Return the names of countries by code in a language (`de`, `pt_BR`); None when there is no such language."""
    from babel.core import Locale, UnknownLocaleError  # noqa: PLC0415 - 15 ms, and most rules look up no countries

    try:
        territories = Locale.parse(language.replace("-", "_")).territories
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    return {
        code: name
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }


@cache
def _codes_in(language: str) -> Mapping[str, str]:
    return {_folded(name): code for code, name in (names_in(language) or {}).items()}


@cache
def _aliases() -> Mapping[str, str]:
    """Return the codes behind codes of three letters, and behind `UK`."""
    from babel.core import get_global  # noqa: PLC0415 - the same

    found: dict[str, str] = {}
    for alias, codes in get_global("territory_aliases").items():
        if alias.isalpha() and len(codes) == 1:
            found[alias] = codes[0]
    return found


def _folded(name: str) -> str:
    """Return a name without case, accents, points and double spaces."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(character)
    )
    return " ".join(plain.replace(".", "").replace("&", " and ").replace("\u2019", "'").split())


def name_of(code: str, language: str) -> str | None:
    """Return the name of a country by its code."""
    names = names_in(language)
    found = code_of(code, language) if len(code) <= 3 else None
    return names.get(found) if names is not None and found is not None else None


def code_of(text: str, language: str) -> str | None:
    """Return the code of two letters of a country by its code of two or three letters, or by its name."""
    if names_in(language) is None:
        return None
    folded = _folded(text)
    short = folded.replace(" ", "").upper()
    if len(short) in {2, 3}:
        code = _aliases().get(short, short)
        if code in (names_in("en") or {}):
            return code
    return _codes_in(language).get(folded) or _codes_in("en").get(folded) or _ALSO.get(folded)


def check_language(text: str) -> Flaw | None:
    """Return what is wrong with the code of a language."""
    return Flaw(wanted="the code of a language, such as `en` or `de`") if names_in(text) is None else None


def check_country(text: str) -> Flaw | None:
    """Return what is wrong with the code of a country."""
    known = names_in("en") or {}
    return None if text in known else Flaw(wanted="a country code, such as `DE`", known=tuple(sorted(known)))
