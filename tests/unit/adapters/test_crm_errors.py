"""Every code of the CRM's error tables ends as what it means, over HTTP: for a whole call, and for lists cut short.

Zoho CRM API v8, Status codes and errors; the record API's codes by HTTP status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from syncdsl.adapters.protocol import Ambiguous, Change, MovedOn, NewRecord, NotSent, Rejected, Written
from syncdsl.adapters.registry import load_adapter
from syncdsl.diagnostics import Fault
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
from syncdsl.schema.types import FieldSchema, IdType, TextType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.adapters.conftest import Script

    from syncdsl.adapters.zoho_crm.connection import CrmConnection

STAMP = "2026-01-05T10:11:12+00:00"
SCHEMA = SchemaSnapshot(
    adapter="zoho_crm",
    base_currency="EUR",
    modules={
        "Accounts": ModuleSchema(
            label="Accounts",
            store="Accounts",
            label_field="Name",
            modified_field="Modified_Time",
            fields={
                "id": FieldSchema(label="Id", value=IdType(), read_only=True),
                "Name": FieldSchema(label="Name", value=TextType()),
            },
        )
    },
)


@pytest.fixture
def crm(script: Script) -> Iterator[CrmConnection]:
    """Return a connection to the scripted server."""
    connection = cast("CrmConnection", load_adapter("zoho_crm").connect(script.settings(), SCHEMA))
    yield connection
    connection.close()


def error(code: str, **details: Any) -> dict[str, Any]:
    return {"code": code, "details": details, "message": "words", "status": "error"}


READING = [
    (400, "INVALID_MODULE", "SD707"),
    (400, "INVALID_QUERY", "SD707"),
    (400, "NOT_SUPPORTED", "SD707"),
    (404, "INVALID_URL_PATTERN", "SD707"),
    (400, "INVALID_DATA", "SD707"),
    (400, "REQUIRED_PARAM_MISSING", "SD705"),
    (400, "EXPECTED_PARAM_MISSING", "SD705"),
    (400, "LIMIT_EXCEEDED", "SD705"),
    (400, "TOKEN_BOUND_DATA_MISMATCH", "SD705"),
    (400, "EXPIRED_VALUE", "SD705"),
    (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "SD705"),
    (400, "PAGINATION_LIMIT_EXCEEDED", "SD705"),
    (400, "AMBIGUITY_DURING_PROCESSING", "SD705"),
    (400, "INVALID_REQUEST_METHOD", "SD705"),
    (400, "SYNTAX_ERROR", "SD705"),
    (401, "INVALID_TOKEN", "SD702"),
    (401, "AUTHENTICATION_FAILURE", "SD702"),
    (401, "OAUTH_SCOPE_MISMATCH", "SD703"),
    (403, "NO_PERMISSION", "SD703"),
    (429, "TOO_MANY_REQUESTS", "SD704"),
    (400, "RATE_LIMIT_EXCEEDED", "SD704"),
    (500, "INTERNAL_ERROR", "SD705"),
]


@pytest.mark.parametrize(("status", "code", "fault"), READING)
def test_what_refuses_a_reading_call(status: int, code: str, fault: str, crm: CrmConnection, script: Script) -> None:
    """Reading ends with a fault that carries the CRM's words."""
    script.answers = [(status, error(code), {})] * 20
    with pytest.raises(Fault) as caught:
        crm.fetch("Accounts", ["1", "2"], ["Name"])
    assert caught.value.code.id == fault
    assert "words" in caught.value.message


WRITING = [
    (400, "INVALID_MODULE", "SD707"),
    (404, "INVALID_URL_PATTERN", "SD707"),
    (400, "NOT_SUPPORTED", "SD707"),
    (400, "INVALID_REQUEST_METHOD", "SD705"),
    (400, "UNABLE_TO_PARSE_DATA_TYPE", "SD705"),
    (401, "INVALID_TOKEN", "SD702"),
    (401, "OAUTH_SCOPE_MISMATCH", "SD703"),
    (403, "NO_PERMISSION", "SD703"),
    (400, "INVALID_DATA", Rejected),
    (400, "LIMIT_EXCEEDED", Rejected),
    (400, "MANDATORY_NOT_FOUND", Rejected),
    (400, "RECORD_LOCKED", Rejected),
    (415, "UNSUPPORTED_MEDIA_TYPE", Rejected),
    (400, "DEPENDENT_SERVICE_ERROR", Ambiguous),
    (412, "ALREADY_MODIFIED", MovedOn),
    (429, "TOO_MANY_REQUESTS", NotSent),
    (400, "RATE_LIMIT_EXCEEDED", NotSent),
    (500, "INTERNAL_ERROR", Ambiguous),
]


@pytest.mark.parametrize(("status", "code", "expected"), WRITING)
def test_what_refuses_a_writing_call(
    status: int, code: str, expected: str | type[object], crm: CrmConnection, script: Script
) -> None:
    """A refusal of the whole call is one of every record in it, and a fault where the call itself is wrong."""
    script.answers = [(status, error(code), {})] * 20
    new = [NewRecord(fields={"Name": "x"}, key=None)] * 2
    if isinstance(expected, str):
        with pytest.raises(Fault) as caught:
            crm.create("Accounts", new, safe=True)
        assert caught.value.code.id == expected
    else:
        assert [type(outcome) for outcome in crm.create("Accounts", new, safe=True)] == [expected] * 2


def test_an_update_refused_as_a_whole_for_its_stamp_is_tried_on_the_stamps_of_now(
    crm: CrmConnection, script: Script
) -> None:
    """ALREADY_MODIFIED without results is what it is with results: the record is read again first."""
    dated = {"Date": "Mon, 05 Jan 2026 11:00:00 GMT"}
    row = {"id": "1", "Name": "old", "Modified_Time": STAMP}
    script.answers = [
        (200, {"data": [row], "info": {"count": 1}}, dated),
        (412, error("ALREADY_MODIFIED"), dated),
        (200, {"data": [{**row, "Modified_Time": "2026-01-05T10:30:00+00:00"}], "info": {"count": 1}}, dated),
        (200, {"data": [{"code": "SUCCESS", "details": {"id": "1"}}]}, dated),
    ]
    based = crm.fetch("Accounts", ["1"], ["Name"])["1"]
    assert crm.update("Accounts", [Change(id="1", fields={"Name": "new"}, based_on=based)]) == [Written(id="1")]


def test_a_call_too_large_is_sent_in_halves(crm: CrmConnection, script: Script) -> None:
    """HTTP 413 is no refusal of any record."""
    fine = [{"code": "SUCCESS", "details": {"id": number}} for number in "123"]
    script.answers = [
        (413, error("PAYLOAD_TOO_LARGE"), {}),
        (201, {"data": fine[:1]}, {}),
        (413, error("PAYLOAD_TOO_LARGE"), {}),
        (201, {"data": fine[1:2]}, {}),
        (201, {"data": fine[2:]}, {}),
    ]
    new = [NewRecord(fields={"Name": "x"}, key=None)] * 3
    assert crm.create("Accounts", new, safe=False) == [Written(id=number) for number in "123"]


def test_a_record_that_refuses_the_whole_call_is_left_out_and_the_others_are_written(
    crm: CrmConnection, script: Script
) -> None:
    """The path of the error names the record."""
    fine = [{"code": "SUCCESS", "details": {"id": number}} for number in "12"]
    script.answers = [
        (400, error("INVALID_DATA", api_name="Name", json_path="$.data[1].Name"), {}),
        (201, {"data": fine}, {}),
    ]
    names = ["a", "bad", "c"]
    first, second, third = crm.create(
        "Accounts", [NewRecord(fields={"Name": name}, key=None) for name in names], safe=False
    )
    assert (first, third) == (Written(id="1"), Written(id="2"))
    assert isinstance(second, Rejected)
    assert second.field == "Name"
    assert "bad" not in script.calls[1]


@pytest.mark.parametrize(
    ("short", "calls"),
    [
        ({"data": [{"id": "1", "Modified_Time": STAMP}], "info": {"count": 2, "more_records": False}}, 2),
        ({"data": [], "info": {"count": 2, "more_records": False}}, 2),
        ({"data": []}, 2),
    ],
)
def test_a_list_cut_short_is_read_again(short: Any, calls: int, crm: CrmConnection, script: Script) -> None:
    """A record that a list lost is not absent."""
    dated = {"Date": "Mon, 05 Jan 2026 11:00:00 GMT"}
    whole = {"data": [{"id": one, "Modified_Time": STAMP} for one in "12"], "info": {"count": 2}}
    script.answers = [(200, short, dated), (200, whole, dated)]
    assert set(crm.fetch("Accounts", ["1", "2"], [])) == {"1", "2"}
    assert len(script.calls) == calls


def test_a_list_that_stays_short_is_a_fault(crm: CrmConnection, script: Script) -> None:
    """After three times nothing is concluded from it."""
    script.answers = [(200, {"data": [], "info": {"count": 1}}, {})] * 20
    with pytest.raises(Fault) as caught:
        crm.fetch("Accounts", ["1"], [])
    assert caught.value.code.id == "SD705"
    assert len(script.calls) == 3
