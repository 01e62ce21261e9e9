"""Sends records in batches and returns one result for each, whatever became of the call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Ambiguous, NotSent, Outcome
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_crm.dialect import results
from syncdsl.adapters.zoho_crm.outcomes import Result, arranged, outcome, place_of
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.automation import Automation

TOO_LARGE = 413

_NOT_THERE = frozenset({"INVALID_MODULE", "INVALID_URL_PATTERN", "NOT_SUPPORTED"})
_OUR_MISTAKE = frozenset({"INVALID_REQUEST_METHOD", "UNABLE_TO_PARSE_DATA_TYPE", "EXPECTED_PARAM_MISSING"})


class Sender:
    """Makes the writing calls of one connection."""

    def __init__(self, api: Api, automation: Automation) -> None:
        self._api = api
        self._automation = automation

    def send(
        self,
        method: str,
        path: str,
        records: Sequence[dict[str, Any]],
        *,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> list[Result]:
        """Send the JSON of records in one call and return what it says about each.

        A fault is returned, so that it does not hide what other calls did. A call too large is sent in halves; when
        the whole call is refused for one of its records, the others are sent again without it.
        """
        body = {"data": list(records), **self._automation.body, **(more or {})}
        try:
            answer = self._api.client.write(method, path, headers=headers or {}, body=body)
        except Fault as fault:
            return [fault] * len(records)
        if not isinstance(answer, Answer):
            return [answer] * len(records)
        entries = results(answer)
        if entries is not None:
            ids = [str(record["id"]) if "id" in record else None for record in records]
            return list(arranged(entries, ids))
        if not (400 <= answer.status < 500 and isinstance(answer.data, dict)):
            return [Ambiguous(reason=f"HTTP {answer.status} without results")] * len(records)
        if answer.status == TOO_LARGE and len(records) > 1:
            half = len(records) // 2
            parts = (records[:half], records[half:])
            return [result for part in parts for result in self.send(method, path, part, more=more, headers=headers)]
        whole = self._fault(answer, path)
        if whole is not None:
            return [whole] * len(records)
        culprit = place_of(answer.data)
        if culprit is None or not 0 <= culprit < len(records) or len(records) == 1:
            return [answer.data] * len(records)
        others = [*records[:culprit], *records[culprit + 1 :]]
        rest = self.send(method, path, others, more=more, headers=headers)
        return [*rest[:culprit], answer.data, *rest[culprit:]]

    def outcome(self, result: Result, *, key_field: str | None = None) -> Outcome:
        """Return the outcome of a result; a fault had no effect."""
        match result:
            case Fault():
                return NotSent(reason=result.message)
            case NotSent() | Ambiguous():
                return result
            case _:
                return outcome(result, key_field=key_field, clean=self._api.client.clean)

    def _fault(self, answer: Answer, path: str) -> Fault | None:
        """Return the fault of a refusal that is about the call and none of its records."""
        code = answer.data.get("code")
        words = self._api.client.words(answer)
        if code in _NOT_THERE:
            return self._api.client.problems.not_offered(f"`{path}` is not offered: {words}")
        if code in _OUR_MISTAKE:
            return self._api.client.problems.unexpected(f"HTTP {answer.status} to `{path}`: {words}")
        return None


def raise_if_all_faults(found: Sequence[Result]) -> None:
    """Raise the fault when nothing but faults came of a batch."""
    if found and all(isinstance(result, Fault) for result in found):
        raise next(result for result in found if isinstance(result, Fault))
