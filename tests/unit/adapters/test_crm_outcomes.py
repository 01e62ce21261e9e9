"""What each result entry of a writing call means, and which record it is about."""

from __future__ import annotations

from typing import Any

import pytest

from syncdsl.adapters.protocol import Ambiguous, DuplicateKey, MovedOn, NotSent, Rejected, Written
from syncdsl.adapters.zoho_crm.outcomes import arranged, outcome, place_of

DUPLICATE = {"code": "DUPLICATE_DATA", "details": {"api_name": "Syncdsl_Key", "id": "7"}, "message": "duplicate data"}

TABLE = {
    "SUCCESS": Written,
    "DUPLICATE_DATA": DuplicateKey,
    "ALREADY_MODIFIED": MovedOn,
    "TOO_MANY_REQUESTS": NotSent,
    "RATE_LIMIT_EXCEEDED": NotSent,
    "INTERNAL_ERROR": Ambiguous,
    "DEPENDENT_SERVICE_ERROR": Ambiguous,
    "": Ambiguous,
    "AUTHORIZATION_FAILED": Rejected,
    "DEPENDENT_FIELD_MISSING": Rejected,
    "DEPENDENT_MISMATCH": Rejected,
    "EXPECTED_FIELD_MISSING": Rejected,
    "INVALID_DATA": Rejected,
    "LIMIT_EXCEEDED": Rejected,
    "MANDATORY_NOT_FOUND": Rejected,
    "NO_PERMISSION": Rejected,
    "NOT_APPROVED": Rejected,
    "NOT_SUPPORTED": Rejected,
    "RECORD_LOCKED": Rejected,
    "a code that is not documented": Rejected,
}


def told(entry: dict[str, Any]) -> object:
    return outcome(entry, key_field="Syncdsl_Key", clean=str)


def success(identifier: str) -> dict[str, Any]:
    return {"code": "SUCCESS", "details": {"id": identifier}}


def error(place: int) -> dict[str, Any]:
    return {"code": "INVALID_DATA", "details": {"api_name": "X", "json_path": f"$.data[{place}].X"}}


@pytest.mark.parametrize("code", TABLE)
@pytest.mark.parametrize("several", ["alone", "among others"])
def test_every_code_has_its_outcome_alone_and_among_others(code: str, several: str) -> None:
    """An error means the same alone and as the second of several errors of one record."""
    entry = {"code": code, "details": {"api_name": "Syncdsl_Key", "id": "7"}, "message": "words", "status": "error"}
    if several == "among others" and code not in {"SUCCESS", ""}:
        other = {"code": "INVALID_DATA", "details": {"api_name": "Email"}}
        entry = {"code": "MULTIPLE_OR_MULTI_ERRORS", "details": {"errors": [other, entry]}}
    assert isinstance(told(entry), TABLE[code])


def test_a_refusal_says_field_code_and_all_words() -> None:
    """Several errors are told together, under the first one's code and field."""
    several = {
        "code": "MULTIPLE_OR_MULTI_ERRORS",
        "details": {"errors": [{"code": "INVALID_DATA", "details": {"api_name": "Email"}}, {"code": "RECORD_LOCKED"}]},
    }
    assert told(several) == Rejected(code="INVALID_DATA", message="INVALID_DATA, Email; RECORD_LOCKED", field="Email")


def test_a_duplicate_of_another_field_is_a_refusal() -> None:
    """Only the key's field makes a duplicate one of the key."""
    assert told({**DUPLICATE, "details": {"api_name": "Email", "id": "7"}}) == Rejected(
        code="DUPLICATE_DATA", message="duplicate data (DUPLICATE_DATA, Email, id 7)", field="Email"
    )
    assert isinstance(outcome(DUPLICATE, key_field=None, clean=str), Rejected)


def test_a_success_without_an_id_is_a_doubt() -> None:
    """Nothing is linked to a record that was not named."""
    assert isinstance(told({"code": "SUCCESS", "details": {}}), Ambiguous)


def test_results_in_order_are_taken_as_they_come() -> None:
    """Entries that contradict nothing belong to the records at their places."""
    entries = [success("1"), error(1), success("3")]
    assert arranged(entries, ["1", "2", "3"]) == entries
    assert arranged(entries, [None, None, None]) == entries


def test_results_out_of_order_are_put_where_they_say() -> None:
    """The id of a success and the path of an error outweigh the place of the entry."""
    assert arranged([success("2"), success("1")], ["1", "2"]) == [success("1"), success("2")]
    found = arranged([error(1), success("1")], ["1", "2"])
    assert found == [success("1"), error(1)]


def test_missing_results_leave_doubt_only_about_their_records() -> None:
    """With too few entries those that say which record they are about still count."""
    first, second, third = arranged([success("3"), error(0)], ["1", "2", "3"])
    assert (first, third) == (error(0), success("3"))
    assert isinstance(second, Ambiguous)
    assert all(isinstance(item, Ambiguous) for item in arranged([success("9")], [None, None]))
    assert all(isinstance(item, Ambiguous) for item in arranged([], ["1", "2"]))


def test_one_id_for_two_new_records_is_a_doubt_about_both() -> None:
    """Two creates cannot have made the same record."""
    assert all(isinstance(item, Ambiguous) for item in arranged([success("1"), success("1")], [None, None]))


def test_the_place_of_an_error_is_in_its_path() -> None:
    """The path of the first error that has one counts."""
    assert place_of(error(12)) == 12
    assert place_of(success("1")) is None
    assert place_of({"code": "X", "details": {"json_path": "$.data"}}) is None
