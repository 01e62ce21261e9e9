"""The currencies of the organisation and their exchange rates (Zoho Books API v3, Currency)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from syncdsl.sandbox.books.body import amount, sent_object, text
from syncdsl.sandbox.books.current import Current, reread
from syncdsl.sandbox.books.envelope import IN_USE, NAME_TAKEN_ELSEWHERE, invalid_value, refused, unknown
from syncdsl.sandbox.books.listing import paged
from syncdsl.sandbox.books.numbering import next_record
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import CURRENCIES, CURRENT_USER, Currency, books_identity
from syncdsl.sandbox.store import Clause, Record, Store

COLLECTION = "books.currencies"
RATES = "books.exchange_rates"
DEFAULT_FORMAT = "1,234,567.89"
SINCE = "2024-01-01"
"""The day from which the rates of the founding currencies hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksCurrency:
    """A currency of Books; `rate` is what one unit of it is worth in the base currency."""

    id: str
    code: str
    name: str
    symbol: str
    precision: int
    format: str
    base: bool
    rate: float
    since: str


def _load(store: Store) -> dict[str, BooksCurrency]:
    rates: dict[str, Record] = {}
    for record in store.select(RATES, Clause("1"), order="name, id", limit=10_000):
        rates[record.kind] = record
    found = {}
    for record in store.select(COLLECTION, Clause("1"), order="id", limit=1_000):
        latest = rates.get(str(record.id))
        found[str(record.id)] = BooksCurrency(
            id=str(record.id),
            rate=latest.document["rate"] if latest else 1.0,
            since=latest.name if latest else "",
            **record.document,
        )
    return found


CURRENCIES_BY_ID: Current[BooksCurrency] = Current(_load)
"""The currencies of the current organisation."""


def currency_id(currency: Currency) -> str:
    """Return the Books id of one of the currencies that both systems start with."""
    return books_identity(currency.number)


def rate_to_base(currency: BooksCurrency) -> float:
    """Return what one unit of a currency is worth in the base currency."""
    return currency.rate


def found_currencies(store: Store, second: int) -> None:
    """Store the currencies that the organisation starts with."""
    for currency in CURRENCIES:
        identity = currency_id(currency)
        document = {
            "code": currency.code,
            "name": currency.name,
            "symbol": currency.symbol,
            "precision": currency.precision,
            "format": DEFAULT_FORMAT,
            "base": currency.base,
        }
        store.insert(COLLECTION, _record(int(identity), currency.code, document, second), {})
        if not currency.base:
            rate = {"rate": round(1 / float(currency.exchange_rate), 6)}
            number = int(books_identity(currency.number + 1_000))
            store.insert(RATES, _record(number, SINCE, rate, second, kind=identity), {})


class Currencies:
    """The calls on currencies and exchange rates."""

    def __init__(self, store: Store, clock: Clock, is_used: Callable[[str], bool]) -> None:
        """Remember what tells whether a record names a currency."""
        self._store = store
        self._clock = clock
        self._is_used = is_used

    def list(self, call: Call) -> Reply:
        """Answer `GET /settings/currencies`."""
        filter_by = call.query.get("filter_by") or "Currencies.All"
        if filter_by not in {"Currencies.All", "Currencies.ExcludeBaseCurrency"}:
            raise invalid_value("filter_by")
        wanted = [
            shown(currency)
            for currency in CURRENCIES_BY_ID.values()
            if not (currency.base and filter_by == "Currencies.ExcludeBaseCurrency")
        ]
        return paged(call, "currencies", "Currencies", wanted)

    def detail(self, call: Call) -> Reply:
        """Answer `GET /settings/currencies/{id}`."""
        return _answer("success", "currency", shown(self._named(call)))

    def create(self, call: Call) -> Reply:
        """Answer `POST /settings/currencies`."""
        sent = sent_object(call)
        code = text(sent.get("currency_code"), "currency_code", 100).upper()
        if not (code.isascii() and code.isalpha() and len(code) == 3):
            raise invalid_value("currency_code")
        if any(currency.code == code for currency in CURRENCIES_BY_ID.values()):
            raise refused(NAME_TAKEN_ELSEWHERE, f'The currency "{code}" already exists.')
        document = {"code": code, "name": code, "symbol": code, "precision": 2, "format": "", "base": False}
        document |= _sent(sent, document)
        record = _record(next_record(self._store), code, document, self._clock.now())
        self._store.insert(COLLECTION, record, {})
        reread()
        content = shown(CURRENCIES_BY_ID[str(record.id)])
        return _answer("The currency has been added.", "currency", content, status=201)

    def update(self, call: Call) -> Reply:
        """Answer `PUT /settings/currencies/{id}`; the code of a currency stays what it is."""
        record = self._record(call)
        sent = sent_object(call)
        if "currency_code" in sent and sent["currency_code"] != record.document["code"]:
            raise invalid_value("currency_code")
        record.document |= _sent(sent, record.document)
        record.modified = self._clock.now()
        self._store.replace(COLLECTION, record, {})
        reread()
        return _answer("Currency information has been saved.", "currency", shown(CURRENCIES_BY_ID[str(record.id)]))

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /settings/currencies/{id}`; a currency that is used stays."""
        currency, record = self._named(call), self._record(call)
        if currency.base:
            raise refused(IN_USE, "The base currency cannot be deleted.")
        if self._is_used(currency.id):
            raise refused(IN_USE, "This currency is used in transactions or contacts and cannot be deleted.")
        self._store.delete(COLLECTION, record, created_by=CURRENT_USER.id, at=self._clock.now())
        for rate in self._store.select(RATES, Clause("kind = ?", (currency.id,)), order="id", limit=10_000):
            self._store.delete(RATES, rate, created_by=CURRENT_USER.id, at=self._clock.now())
        reread()
        return _answer("The currency has been deleted.")

    def rates(self, call: Call) -> Reply:
        """Answer `GET /settings/currencies/{id}/exchangerates`, newest first.

        With `from_date` those from that day on, or the last one before it where that day has none.
        """
        currency = self._named(call)
        column = call.query.get("sort_column") or "effective_date"
        if column != "effective_date":
            raise invalid_value("sort_column")
        found = self._store.select(RATES, Clause("kind = ?", (currency.id,)), order="name DESC, id DESC", limit=10_000)
        if start := call.query.get("from_date"):
            day = _day(start, "from_date")
            found = [rate for rate in found if rate.name >= day] or found[:1]
        return _answer("success", "exchange_rates", [_rate_shown(rate, currency) for rate in found])

    def rate(self, call: Call) -> Reply:
        """Answer `GET /settings/currencies/{id}/exchangerates/{rate_id}`."""
        return _answer("success", "exchange_rate", _rate_shown(self._named_rate(call), self._named(call)))

    def create_rate(self, call: Call) -> Reply:
        """Answer `POST /settings/currencies/{id}/exchangerates`."""
        currency = self._named(call)
        if currency.base:
            raise refused(IN_USE, "The base currency has no exchange rate.")
        day, document = self._sent_rate(sent_object(call), None)
        record = _record(next_record(self._store), day, document, self._clock.now(), kind=currency.id)
        self._store.insert(RATES, record, {})
        reread()
        content = _rate_shown(record, currency)
        return _answer("The exchange rate has been added.", "exchange_rate", content, status=201)

    def update_rate(self, call: Call) -> Reply:
        """Answer `PUT /settings/currencies/{id}/exchangerates/{rate_id}`."""
        record = self._named_rate(call)
        record.name, record.document = self._sent_rate(sent_object(call), record)
        record.modified = self._clock.now()
        self._store.replace(RATES, record, {})
        reread()
        return _answer("The exchange rate has been updated.", "exchange_rate", _rate_shown(record, self._named(call)))

    def delete_rate(self, call: Call) -> Reply:
        """Answer `DELETE /settings/currencies/{id}/exchangerates/{rate_id}`."""
        self._store.delete(RATES, self._named_rate(call), created_by=CURRENT_USER.id, at=self._clock.now())
        reread()
        return _answer("Exchange rate successfully deleted")

    def _sent_rate(self, sent: dict[str, Any], before: Record | None) -> tuple[str, dict[str, Any]]:
        day = _day(sent.get("effective_date") or (before.name if before else None), "effective_date")
        if before is not None and "rate" not in sent:
            return day, before.document
        rate = amount(sent.get("rate"), "rate")
        if rate <= 0:
            raise invalid_value("rate")
        return day, {"rate": float(rate)}

    def _named(self, call: Call) -> BooksCurrency:
        currency = CURRENCIES_BY_ID.get(call.variables["id"])
        if currency is None:
            raise unknown("Currency")
        return currency

    def _record(self, call: Call) -> Record:
        record = self._store.get(COLLECTION, call.variables["id"])
        if record is None:
            raise unknown("Currency")
        return record

    def _named_rate(self, call: Call) -> Record:
        record = self._store.get(RATES, call.variables["rate_id"])
        if record is None or record.kind != self._named(call).id:
            raise unknown("Exchange rate")
        return record


def shown(currency: BooksCurrency) -> dict[str, Any]:
    """Return a currency as the API shows it."""
    return {
        "currency_id": currency.id,
        "currency_code": currency.code,
        "currency_name": f"{currency.code}- {currency.name}",
        "currency_symbol": currency.symbol,
        "price_precision": currency.precision,
        "currency_format": currency.format,
        "is_base_currency": currency.base,
        "exchange_rate": 0 if currency.base else currency.rate,
        "effective_date": "" if currency.base else currency.since,
    }


def _sent(sent: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if "currency_symbol" in sent:
        document["symbol"] = text(sent["currency_symbol"], "currency_symbol", 4)
    if "price_precision" in sent:
        precision = amount(sent["price_precision"], "price_precision")
        if precision not in {0, 2, 3}:
            raise invalid_value("price_precision")
        document["precision"] = int(precision)
    document["format"] = text(sent.get("currency_format", before["format"]), "currency_format", 100)
    if not document["format"]:
        raise invalid_value("currency_format")
    return document


def _rate_shown(rate: Record, currency: BooksCurrency) -> dict[str, Any]:
    return {
        "exchange_rate_id": str(rate.id),
        "currency_id": currency.id,
        "currency_code": currency.code,
        "effective_date": rate.name,
        "rate": rate.document["rate"],
    }


def _day(value: Any, name: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise invalid_value(name) from None


def _record(number: int, name: str, document: dict[str, Any], second: int, kind: str = "") -> Record:
    return Record(id=number, created=second, modified=second, name=name, document=document, kind=kind, status="active")


def _answer(message: str, key: str = "", content: Any = None, status: int = 200) -> Reply:
    shown_content = {key: content} if key else {}
    return Reply(status=status, content={"code": 0, "message": message, **shown_content})
