"""`syncdsl adapter` against the sandbox: the kit runs from the command line and leaves nothing behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Sandbox


@pytest.mark.parametrize("connection", ["crm", "books"])
def test_both_adapters_pass_the_kit_and_leave_nothing(
    sandbox: Sandbox, make_project: MakeProject, connection: str
) -> None:
    """Every test holds, nothing falls behind what is declared, and no record of the kit stays."""
    project = make_project(sandbox)
    if connection == "books":
        # For people: the tests in one line, and one line for each measurement.
        table = project.run("adapter", "check", connection, "--yes").stdout
        assert "tests hold" in table
        assert "✓ tier" in table
    else:
        report = json.loads(project.run("adapter", "check", connection, "--yes", "--format", "json").stdout)
        assert [item["name"] for item in report["tests"] if not item["holds"]] == []
        assert [item["name"] for item in report["measurements"] if item["verdict"] == "worse"] == []
        assert report["kept"] == []
    left = sandbox.books.get("/contacts").json()["contacts"], sandbox.crm.get("/Accounts?fields=id").content
    assert left == ([], b"")


def test_nothing_is_written_without_a_yes(sandbox: Sandbox, make_project: MakeProject) -> None:
    """Without a terminal to ask on, the kit refuses before its first write."""
    project = make_project(sandbox)
    after = sandbox.last()
    assert "SD" in project.run("adapter", "check", "crm", code=None).stderr
    assert sandbox.writes(after) == []


def test_an_unknown_module_names_the_near_one(sandbox: Sandbox, make_project: MakeProject) -> None:
    """Before anything is made."""
    project = make_project(sandbox)
    wrong = project.run("adapter", "check", "books", "--module", "item", "--yes", code=None)
    assert "did you mean `items`?" in wrong.stderr


def test_the_installed_adapters_are_listed(sandbox: Sandbox, make_project: MakeProject) -> None:
    """One name a line."""
    listed = make_project(sandbox).run("adapter", "list").stdout.split()
    assert {"memory", "zoho_books", "zoho_crm"} <= set(listed)
