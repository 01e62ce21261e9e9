from __future__ import annotations

from typing import Any

import pytest

from syncdsl.adapters.protocol import Ambiguous, DuplicateKey, NotSent, Rejected, Written
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.zoho_crm.outcomes import outcomes

DUPLICATE = {"code": "DUPLICATE_DATA", "details": {"api_name": "Syncdsl_Key", "id": "7"}, "message": "duplicate data"}


def told(*entries: dict[str, Any], status: int = 200) -> list[object]:
    answer = Answer(status=status, data={"data": list(entries)})
    return list(outcomes(answer, len(entries), key_field="Syncdsl_Key", clean=str))


def test_each_entry_is_read_whatever_the_status_says() -> None:
    found = told({"code": "SUCCESS", "details": {"id": "1"}}, DUPLICATE, status=400)
    assert found == [Written(id="1"), DuplicateKey(id="7")]


def test_a_duplicate_of_another_field_is_a_refusal() -> None:
    [found] = told({**DUPLICATE, "details": {"api_name": "Email", "id": "7"}})
    assert found == Rejected(
        code="DUPLICATE_DATA", message="duplicate data (DUPLICATE_DATA, Email, id 7)", field="Email"
    )


def test_several_errors_of_one_record_are_read() -> None:
    several = {"code": "MULTIPLE_OR_MULTI_ERRORS", "details": {"errors": [{"code": "INVALID_DATA"}, DUPLICATE]}}
    assert told(several) == [DuplicateKey(id="7")]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(status=200, data={"data": []}), Ambiguous),
        (Answer(status=200, data=None), Ambiguous),
        (Answer(status=200, data={"data": [{"code": "SUCCESS", "details": {}}]}), Ambiguous),
        (Answer(status=200, data={"data": [{"code": "INTERNAL_ERROR"}]}), Ambiguous),
        (Answer(status=400, data={"code": "INVALID_DATA", "message": "no"}), Rejected),
        (NotSent(reason="x"), NotSent),
    ],
)
def test_doubt_stays_doubt(answer: Any, expected: type[object]) -> None:
    [found] = outcomes(answer, 1, key_field=None, clean=str)
    assert isinstance(found, expected)
