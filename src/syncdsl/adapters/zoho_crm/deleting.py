"""Deletes records (Zoho CRM API v8, Delete records)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Ambiguous, Outcome, Rejected, Written
from syncdsl.adapters.zoho_crm.outcomes import outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.reading import Reader


def delete(api: Api, reader: Reader, module: str, ids: Sequence[str]) -> list[Outcome]:
    """Delete records in one call; they go to the recycle bin.

    A refusal is read again: a record that is not there (any more) counts as deleted, and what a lost call did is seen.
    """
    api.module(module)
    answer = api.client.write("DELETE", f"/{module}", params={"ids": ",".join(ids)})
    found = outcomes(answer, len(ids), key_field=None, clean=api.client.clean)
    doubtful = [one for one, outcome in zip(ids, found, strict=True) if isinstance(outcome, Rejected | Ambiguous)]
    if not doubtful:
        return found
    present = reader.fetch(module, doubtful, ())
    return [
        Written(id=one) if one in doubtful and one not in present else outcome
        for one, outcome in zip(ids, found, strict=True)
    ]
