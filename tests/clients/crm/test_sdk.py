"""Zoho's own CRM SDK for Python, unchanged, works against the sandbox and reads its errors as Zoho's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.clients.crm.conftest import Running

SESSION = Path(__file__).with_name("sdk_session.py")
SEEDED = 40
"""Accounts that the sandbox starts with."""


@pytest.fixture(scope="module")
def session(running: Running, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run one session of the SDK, with its files in a folder of the test."""
    pytest.importorskip("zohocrmsdk", reason="the SDK `zohocrmsdk8-0` is not installed")
    folder = tmp_path_factory.mktemp("sdk")
    command = [sys.executable, str(SESSION), running.url, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_sdk_stays_on_this_machine(session: dict[str, Any]) -> None:
    """It is pointed at the sandbox with its own settings, and tries to reach nothing else."""
    assert session["refused"] == []


def test_records_are_written_one_entry_each(session: dict[str, Any]) -> None:
    """Insert, update and upsert succeed on the same record, which then reads as written."""
    writes = session["writes"]
    [made], [changed], [upserted] = writes["insert"], writes["update"], writes["upsert"]
    assert (made["message"], changed["message"], upserted["message"]) == (
        "record added",
        "record updated",
        "record updated",
    )
    assert made["id"] == changed["id"] == upserted["id"]
    assert (writes["read"]["name"], writes["read"]["phone"]) == ("SDK One more", "2")
    assert writes["read"]["owner"].endswith(".example")
    assert writes["read"]["type"] == "Customer"


def test_errors_reach_the_sdk_as_its_exceptions(session: dict[str, Any]) -> None:
    """A duplicate, a missing field and too long a value come with code, field and place, beside a success."""
    writes = session["writes"]
    clash, fresh = writes["mixed"]
    assert (clash["kind"], clash["code"], clash["api_name"]) == ("APIException", "DUPLICATE_DATA", "Syncdsl_Key")
    assert clash["id"] == writes["insert"][0]["id"]
    assert (fresh["kind"], fresh["code"]) == ("SuccessResponse", "SUCCESS")
    [missing], [long] = writes["mandatory"], writes["too_long"]
    assert (missing["code"], missing["path"]) == ("MANDATORY_NOT_FOUND", "$.data[0].Last_Name")
    assert (long["code"], long["path"]) == ("INVALID_DATA", "$.data[0].Phone")


def test_records_are_deleted_and_listed_as_deleted(session: dict[str, Any]) -> None:
    """Of two ids the known one is deleted, the other refused, and the feed names the first."""
    gone, unknown = session["writes"]["delete"]
    assert (gone["code"], unknown["code"]) == ("SUCCESS", "INVALID_DATA")
    assert gone["id"] in session["writes"]["deleted"]


def test_pages_reach_beyond_2000_records_by_token(session: dict[str, Any]) -> None:
    """Every record comes once; numbered pages end at 2,000 and say so; nothing newer is 304."""
    pages = session["pages"]
    assert pages["rows"] == pages["different"] == 2_100 + SEEDED + 1
    assert pages["calls"] == -(-pages["rows"] // 200)
    assert pages["second"]
    assert pages["beyond"] == "DISCRETE_PAGINATION_LIMIT_EXCEEDED"
    assert pages["unchanged"] == 304


def test_records_are_found_by_search_coql_and_relation(session: dict[str, Any]) -> None:
    """Criteria, a query with a join, and a related list find what was written; a wrong query is its own error."""
    assert session["asks"] == {
        "search": ["SDK One more"],
        "coql": ["petra.hofer@rheinbruecke.example"],
        "syntax": "SYNTAX_ERROR",
        "counts": [1, 4],
        "related": ["Related"],
    }


def test_metadata_is_what_the_sdk_expects(session: dict[str, Any]) -> None:
    """Modules, stages, layouts, views, pipeline, organisation and users are read, and a custom field is made."""
    found = session["descriptions"]
    assert {"Accounts", "Deals", "Quotes"} <= set(found["modules"])
    assert (found["stages"], found["layout"], found["currency"], found["users"]) == (9, "Standard", "EUR", 3)
    assert found["views"][0] == "All Accounts"
    assert found["pipeline"] == ["Qualification", "Needs Analysis"]
    assert session["custom_field"] == {"status": "success", "lengths": [40]}


def test_documents_come_with_their_lines(session: dict[str, Any]) -> None:
    """A quote written with two lines reads back with their totals and the product's name."""
    found = session["documents"]
    assert (found["code"], found["total"], found["lines"]) == ("SUCCESS", 30.0, [20.0, 10.0])
    assert found["product"] == "Pump"


def test_notifications_are_switched_on_and_off(session: dict[str, Any]) -> None:
    """A channel is made, listed with its token, and ended."""
    assert session["notifications"] == {"enabled": "success", "listed": ["sdk-token"], "ended": "success"}
