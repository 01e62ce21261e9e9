"""Status changes of documents: which call Books has for each, and in which statuses it is done already.

Zoho Books API v3: Mark an estimate as sent, accepted, declined; Mark an invoice as sent, Void an invoice; Mark a sales
order as open, as void; Mark a purchase order as open, as cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import DocumentAction, Outcome, Written
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_books.dialect import succeeded
from syncdsl.adapters.zoho_books.modules import INVOICES, PURCHASE_ORDERS, QUOTES, SALES_ORDERS, Module

if TYPE_CHECKING:
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.outcomes import Outcomes
    from syncdsl.adapters.zoho_books.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A status change: the last part of its path, and the statuses in which nothing is left to do."""

    call: str
    done: frozenset[str]


_QUOTE_SENT = frozenset(
    {"sent", "viewed", "accepted", "declined", "expired", "invoiced", "partially_invoiced", "signed"}
)
_INVOICE_SENT = frozenset({"sent", "viewed", "unpaid", "overdue", "partially_paid", "paid"})
_ORDER_OPEN = frozenset({"open", "overdue", "partially_invoiced", "invoiced", "closed"})
_PURCHASE_OPEN = frozenset({"open", "issued", "partially_billed", "billed", "partially_received", "received", "closed"})

TRANSITIONS: dict[str, dict[DocumentAction, Transition]] = {
    QUOTES.name: {
        DocumentAction.SEND: Transition(call="sent", done=_QUOTE_SENT),
        DocumentAction.ACCEPT: Transition(
            call="accepted", done=frozenset({"accepted", "invoiced", "partially_invoiced", "signed"})
        ),
        DocumentAction.DECLINE: Transition(call="declined", done=frozenset({"declined"})),
    },
    INVOICES.name: {
        DocumentAction.SEND: Transition(call="sent", done=_INVOICE_SENT),
        DocumentAction.VOID: Transition(call="void", done=frozenset({"void"})),
    },
    SALES_ORDERS.name: {
        DocumentAction.SEND: Transition(call="open", done=_ORDER_OPEN),
        DocumentAction.VOID: Transition(call="void", done=frozenset({"void"})),
    },
    PURCHASE_ORDERS.name: {
        DocumentAction.SEND: Transition(call="open", done=_PURCHASE_OPEN),
        DocumentAction.VOID: Transition(call="cancelled", done=frozenset({"cancelled"})),
    },
}


class Actions:
    """Changes the status of documents of one connection."""

    def __init__(self, api: Api, reader: Reader, outcomes: Outcomes) -> None:
        self._api = api
        self._reader = reader
        self._outcomes = outcomes

    def act(self, name: str, identifier: str, action: DocumentAction) -> Outcome:
        """Change a status unless it is there, or was passed, already.

        The status is read first: a document that went on meanwhile (a quote accepted before it was marked as sent)
        must not be set back.
        """
        module, schema = self._api.module(name)
        transition = TRANSITIONS.get(name, {}).get(action)
        if transition is None:
            return self._outcomes.cannot(f"records of `{name}` cannot be changed to {action.value}")
        detail, now = self._reader.detail(module, identifier)
        if detail is not None and detail.get("status") in transition.done:
            return self._done(module, schema, detail, now)
        self._reader.kept.drop(module, identifier)
        came = self._api.write("POST", f"{self._api.record_path(module, identifier)}/status/{transition.call}")
        if isinstance(came, Answer) and not succeeded(came):
            # Another writer may have been quicker.
            detail, now = self._reader.detail(module, identifier)
            if detail is not None and detail.get("status") in transition.done:
                return self._done(module, schema, detail, now)
        return self._outcomes.plain(came, identifier)

    def _done(self, module: Module, schema: ModuleSchema, detail: dict[str, Any], now: Any) -> Outcome:
        record = self._reader.record(module, schema, detail, tuple(schema.fields), now)
        return Written(id=record.id, record=record)
