from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Company

pytestmark = pytest.mark.acceptance


def checks(company: Company, *arguments: str, **environment: str) -> tuple[int, dict[tuple[str | None, str], Any]]:
    """Return the exit code of `doctor --format json` and its checks by connection and id."""
    result = company.run("doctor", *arguments, "--format", "json", **environment)
    document = json.loads(result.out)
    assert document["format"] == "syncdsl/doctor/1"
    assert document["ok"] is (result.code == 0)
    return result.code, {(item["connection"], item["id"]): item for item in document["checks"]}


def test_all_is_well(company: Company) -> None:
    """Everything a run depends on is looked at on both sides, and nothing is written anywhere."""
    variables = company.sandbox.environment()
    company.run("schema", "pull", "--no-statistics", **variables)
    result = company.run("doctor", **variables)
    assert result.code == 0, result.out
    assert "everything is ready" in result.out
    assert not (company.run.folder / ".syncdsl" / "sandbox.db").exists()
    _, found = checks(company, **variables)
    for connection in ("crm", "books"):
        for name in ("token", "scopes", "organization", "clock", "quota", "edition", "schema"):
            assert found[connection, name]["status"] == "ok", found[connection, name]
    assert found["crm", "key:Accounts"]["status"] == "ok"
    assert {name for connection, name in found if connection is None} == {"rules", "state", "base-currency"}


def test_one_failure_hides_no_other(company: Company) -> None:
    """Without credentials on one side, broken rules and a damaged state, each is said with its fix."""
    variables = {name: value for name, value in company.sandbox.environment().items() if "CRM" in name}
    (company.run.folder / "rules" / "customers.sync").write_text("language 1\nmodule\n", encoding="utf-8")
    (company.run.folder / ".syncdsl").mkdir()
    (company.run.folder / ".syncdsl" / "sandbox.db").write_text("this is no database, whatever its name says" * 99)
    code, found = checks(company, **variables)
    assert code == 1
    bad = {key for key, item in found.items() if item["status"] == "bad"}
    assert bad >= {(None, "rules"), (None, "state"), ("books", "token")}
    assert all(found[key]["steps"] for key in bad)
    assert found["crm", "token"]["status"] == "ok"
    text = company.run("doctor", **variables).out
    assert "✗ 1 rule file with" in text
    assert "`SYNCDSL_BOOKS_CLIENT_ID`" in text


def test_a_clock_that_is_wrong(company: Company) -> None:
    """A server whose clock is an hour ahead is a problem, one of a minute is worth a look."""
    variables = company.sandbox.environment()
    for seconds, status in ((3600, "bad"), (60, "advice")):
        fault = company.control("POST", "faults", {"kind": "clock_skew", "seconds": seconds})
        _, found = checks(company, "crm", **variables)
        company.control("DELETE", f"faults/{fault['id']}")
        assert found["crm", "clock"]["status"] == status, found["crm", "clock"]
        assert "behind the server's" in found["crm", "clock"]["message"]


def test_what_is_left_of_the_quota(company: Company) -> None:
    """What the CRM itself says is left of the day's credits is shown, once it says so."""
    variables = company.sandbox.environment()
    company.control("PUT", "limits", {"crm": {"credits": 100}})
    try:
        said = [checks(company, "crm", **variables)[1]["crm", "quota"]["message"] for _ in range(3)]
    finally:
        company.control("PUT", "limits", {})
    assert "credits are left" not in said[0]
    assert "credits are left, as the CRM says" in said[-1]


def test_the_system_moved_on(company: Company) -> None:
    """A snapshot that is no longer what the system has is worth a look, and a problem where the rules no longer fit."""
    variables = company.sandbox.environment()
    path = company.run.folder / "schema" / "crm.json"
    snapshot = json.loads(path.read_text(encoding="utf-8"))
    snapshot["modules"]["Accounts"]["views"].append("Pilot")
    path.write_text(json.dumps(snapshot), encoding="utf-8")
    _, found = checks(company, "crm", **variables)
    assert found["crm", "schema"]["status"] == "advice"
    assert "syncdsl schema diff crm" in found["crm", "schema"]["steps"][0]
    rules = company.run.folder / "rules" / "customers.sync"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace('view: "All Accounts"', 'view: "Pilot"'), encoding="utf-8")
    _, found = checks(company, "crm", **variables)
    assert found["crm", "schema"]["status"] == "bad"
    assert "the rules have 1 error" in found["crm", "schema"]["message"]


def test_another_organisation_than_the_state(company: Company) -> None:
    """A state of another organisation is found before a run meets it."""
    variables = company.sandbox.environment()
    applied = company.run("apply", "--yes", "-q", **variables)
    assert applied.code == 0, applied.err
    settings = company.run.folder / "syncdsl.toml"
    text = company.settings.replace("[environments.sandbox", "[environments.live").replace('= "sandbox"', '= "live"')
    settings.write_text(text, encoding="utf-8")
    code, found = checks(company, **variables)
    assert code == 1
    assert found[None, "state"]["status"] == "bad"
    assert "belongs to organisation" in found[None, "state"]["message"]


def test_quiet_says_what_is_not_fine(company: Company) -> None:
    """With `-q` only what is to be done is listed."""
    result = company.run("doctor", "crm", "-q")
    assert result.code == 1
    assert "✓" not in result.out
    assert "✗" in result.out
