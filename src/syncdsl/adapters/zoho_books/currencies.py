"""Which currencies an organisation has: records name them by id, rules by code."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Rejected
from syncdsl.adapters.zoho_books.modules import CURRENCIES
from syncdsl.schema.values import Ref, is_empty

if TYPE_CHECKING:
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.schema.values import Fields

CODE, ID = "currency_code", "currency_id"
UNKNOWN_CURRENCY = "UNKNOWN_CURRENCY"


class Currencies:
    """The currencies of one connection, read when one is first named by its code. Safe for threads."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._ids: dict[str, str] = {}
        self._lock = threading.Lock()

    def resolved(self, module: Module, fields: Fields) -> Fields | Rejected:
        """Return fields with the id in place of a code; refused when the organisation has no such currency."""
        code = fields.get(CODE)
        if module is CURRENCIES or CODE not in fields:
            return fields
        rest = {name: value for name, value in fields.items() if name != CODE}
        if is_empty(code) or not is_empty(rest.get(ID)):
            return rest
        identifier = self._id(str(code).strip().upper())
        if identifier is None:
            return Rejected(
                code=UNKNOWN_CURRENCY,
                message=f"the organisation has no currency `{code}`; add it under Settings > Currencies",
                field=CODE,
            )
        return {**rest, ID: Ref(CURRENCIES.name, identifier)}

    def wrote(self, module: Module) -> None:
        """Forget what was read after a currency was added."""
        if module is CURRENCIES:
            with self._lock:
                self._ids.clear()

    def _id(self, code: str) -> str | None:
        with self._lock:
            if code not in self._ids:
                self._ids = {
                    str(row.get(CODE)).upper(): str(row.get(ID))
                    for rows in self._api.pages(CURRENCIES, {})
                    for row in rows
                }
            return self._ids.get(code)
