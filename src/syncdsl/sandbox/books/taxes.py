"""The taxes of the organisation (Zoho Books API v3, Taxes): simple ones, no groups."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncdsl.sandbox.books.body import amount, choice, sent_object, text
from syncdsl.sandbox.books.current import Current, reread
from syncdsl.sandbox.books.envelope import IN_USE, NAME_TAKEN_ELSEWHERE, invalid_value, refused, unknown
from syncdsl.sandbox.books.listing import paged
from syncdsl.sandbox.books.numbering import next_record
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import BOOKS_IDENTITY_BASE, CURRENT_USER, books_identity
from syncdsl.sandbox.store import Clause, Record, Store, fold

COLLECTION = "books.taxes"
KINDS = ("tax", "compound_tax")
UNSET = (
    "tax_factor",
    "tax_specific_type",
    "tax_authority_id",
    "tax_authority_name",
    "tax_account_id",
    "output_tax_account_name",
    "purchase_tax_account_id",
    "purchase_tax_account_name",
    "tds_payable_account_id",
    "purchase_tax_expense_account_id",
    "country",
    "country_code",
)
"""What is shown empty of every tax, as for taxes without accounts and authorities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax; `percentage` is in per cent."""

    number: int
    name: str
    percentage: float
    kind: str = "tax"
    value_added: bool = True

    @property
    def id(self) -> str:
        """The `tax_id`."""
        return books_identity(self.number)


TAXES = (
    Tax(number=37049, name="VAT 19", percentage=19.0),
    Tax(number=37050, name="VAT 7", percentage=7.0),
    Tax(number=37051, name="VAT 0", percentage=0.0),
)
"""What the organisation starts with."""


def _load(store: Store) -> dict[str, Tax]:
    found = (
        Tax(number=record.id - BOOKS_IDENTITY_BASE, name=record.name, **record.document)
        for record in store.select(COLLECTION, Clause("1"), order="id", limit=1_000)
    )
    return {tax.id: tax for tax in found}


TAXES_BY_ID: Current[Tax] = Current(_load)
"""The taxes of the current organisation."""


def found_taxes(store: Store, second: int) -> None:
    """Store the taxes that the organisation starts with."""
    for tax in TAXES:
        document = {"percentage": tax.percentage, "kind": tax.kind, "value_added": tax.value_added}
        store.insert(COLLECTION, _record(int(tax.id), tax.name, document, second), {})


class Taxes:
    """The calls on taxes."""

    def __init__(self, store: Store, clock: Clock, is_used: Callable[[str], bool]) -> None:
        """Remember what tells whether a record names a tax."""
        self._store = store
        self._clock = clock
        self._is_used = is_used

    def list(self, call: Call) -> Reply:
        """Answer `GET /settings/taxes`."""
        context = {"applied_filter": "Taxes.All", "sort_column": "tax_name", "sort_order": "A"}
        taxes = sorted(TAXES_BY_ID.values(), key=lambda tax: fold(tax.name))
        return paged(call, "taxes", "Taxes", [shown(tax) for tax in taxes], **context)

    def detail(self, call: Call) -> Reply:
        """Answer `GET /settings/taxes/{id}`."""
        return _answer("success", self._named(call))

    def create(self, call: Call) -> Reply:
        """Answer `POST /settings/taxes`."""
        name, document = self._sent(sent_object(call), None)
        record = _record(next_record(self._store), name, document, self._clock.now())
        self._store.insert(COLLECTION, record, {})
        reread()
        return _answer("The tax has been added.", TAXES_BY_ID[str(record.id)], status=201)

    def update(self, call: Call) -> Reply:
        """Answer `PUT /settings/taxes/{id}`."""
        tax, record = self._named(call), self._record(call)
        record.name, record.document = self._sent(sent_object(call), tax)
        record.modified = self._clock.now()
        self._store.replace(COLLECTION, record, {})
        reread()
        return _answer("Tax information has been saved.", TAXES_BY_ID[tax.id])

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /settings/taxes/{id}`; a tax that is used stays."""
        tax, record = self._named(call), self._record(call)
        if self._is_used(tax.id):
            raise refused(IN_USE, "This tax is used in items or transactions and cannot be deleted.")
        self._store.delete(COLLECTION, record, created_by=CURRENT_USER.id, at=self._clock.now())
        reread()
        return Reply(content={"code": 0, "message": "The record has been deleted."})

    def _sent(self, sent: dict[str, Any], before: Tax | None) -> tuple[str, dict[str, Any]]:
        name = text(sent.get("tax_name", before.name if before else ""), "tax_name", 100)
        if not name:
            raise invalid_value("tax_name")
        others = (tax for tax in TAXES_BY_ID.values() if before is None or tax.id != before.id)
        if any(fold(tax.name) == fold(name) for tax in others):
            raise refused(NAME_TAKEN_ELSEWHERE, f'The tax "{name}" already exists.')
        percentage = amount(sent.get("tax_percentage", before.percentage if before else None), "tax_percentage")
        if not 0 <= percentage <= 100:
            raise invalid_value("tax_percentage")
        value_added = sent.get("is_value_added", before.value_added if before else True)
        if not isinstance(value_added, bool):
            raise invalid_value("is_value_added")
        kind = choice(sent.get("tax_type", before.kind if before else "tax"), "tax_type", KINDS)
        return name, {"percentage": float(percentage), "kind": kind, "value_added": value_added}

    def _named(self, call: Call) -> Tax:
        tax = TAXES_BY_ID.get(call.variables["id"])
        if tax is None:
            raise unknown("Tax")
        return tax

    def _record(self, call: Call) -> Record:
        record = self._store.get(COLLECTION, call.variables["id"])
        if record is None:
            raise unknown("Tax")
        return record


def shown(tax: Tax) -> dict[str, Any]:
    """Return a tax as the API shows it."""
    return {
        "tax_id": tax.id,
        "tax_name": tax.name,
        "tax_percentage": tax.percentage,
        "tax_type": tax.kind,
        "is_value_added": tax.value_added,
        "is_default_tax": tax.id == TAXES[0].id,
        "is_editable": True,
        **dict.fromkeys(UNSET, ""),
    }


def _record(number: int, name: str, document: dict[str, Any], second: int) -> Record:
    return Record(id=number, created=second, modified=second, name=name, document=document, status="active")


def _answer(message: str, tax: Tax, status: int = 200) -> Reply:
    return Reply(status=status, content={"code": 0, "message": message, "tax": shown(tax)})
