"""Makes records inactive (Zoho Books API v3, Mark as inactive: contacts, items, users).

An inactive contact or item stays: it can be read, and lists show it where they are asked for every status, as this
adapter's always are. Contact persons and documents know no such state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Outcome, Rejected, Written
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_books.dialect import ABSENT, succeeded

if TYPE_CHECKING:
    from syncdsl.adapters.zoho_books.api import Api
    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.adapters.zoho_books.moving import Movements
    from syncdsl.adapters.zoho_books.outcomes import Outcomes
    from syncdsl.adapters.zoho_books.reading import Reader

INACTIVE = "inactive"


class Switch:
    """Switches records of one connection off."""

    def __init__(self, api: Api, reader: Reader, outcomes: Outcomes, movements: Movements) -> None:
        self._api = api
        self._reader = reader
        self._outcomes = outcomes
        self._movements = movements

    def off(self, module: Module, identifier: str) -> Outcome:
        """Make a record inactive; one that is so already counts as written.

        A refusal is read again: Books may call it an error to ask for the state a record has.
        """
        if module.switched is None:
            return self._outcomes.cannot(f"records of `{module.name}` cannot be made inactive")
        self._reader.kept.drop(module, identifier)
        self._movements.wrote(module, identifier)
        came = self._api.write("POST", f"{self._api.record_path(module, identifier)}/{INACTIVE}")
        if self._outcomes.absent(module, came):
            return Rejected(code=str(ABSENT), message=f"there is no record `{identifier}` in `{module.name}`")
        if isinstance(came, Answer) and not succeeded(came) and self._is_off(module, identifier):
            return Written(id=identifier)
        return self._outcomes.plain(came, identifier)

    def _is_off(self, module: Module, identifier: str) -> bool:
        if module.listed_only:
            return False
        detail, _ = self._reader.detail(module, identifier)
        return detail is not None and detail.get(str(module.switched)) == INACTIVE
