"""Deletes records (Zoho CRM API v8, Delete records)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Ambiguous, NotSent, Outcome, Rejected, Written
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_crm.dialect import results
from syncdsl.adapters.zoho_crm.outcomes import arranged, outcome, rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.automation import Automation
    from syncdsl.adapters.zoho_crm.reading import Reader


def delete(api: Api, reader: Reader, module: str, ids: Sequence[str], automation: Automation) -> list[Outcome]:
    """Delete records in one call; they go to the recycle bin.

    A refusal is read again: a record that is not there (any more) counts as deleted, and what a lost call did is seen.
    """
    api.module(module)
    params = {"ids": ",".join(ids), **automation.params}
    found = _outcomes(api, api.client.write("DELETE", f"/{module}", params=params), ids)
    doubtful = [one for one, outcome in zip(ids, found, strict=True) if isinstance(outcome, Rejected | Ambiguous)]
    if not doubtful:
        return found
    present = reader.fetch(module, doubtful, ())
    return [
        Written(id=one) if one in doubtful and one not in present else outcome
        for one, outcome in zip(ids, found, strict=True)
    ]


def _outcomes(api: Api, answer: Answer | NotSent | Ambiguous, ids: Sequence[str]) -> list[Outcome]:
    """Return one outcome for each id, in order."""
    if not isinstance(answer, Answer):
        return [answer] * len(ids)
    entries = results(answer)
    if entries is None:
        refused = 400 <= answer.status < 500 and isinstance(answer.data, dict)
        reason = Ambiguous(reason=f"HTTP {answer.status} without results")
        return [rejected(answer.data, api.client.clean) if refused else reason] * len(ids)
    return [
        entry if isinstance(entry, Ambiguous) else outcome(entry, key_field=None, clean=api.client.clean)
        for entry in arranged(entries, ids)
    ]
