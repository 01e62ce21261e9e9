"""What a sensitive value is never in: a saved change set, a preview in any format, what is printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

CANARY = "+49 30 47110815"
AFTER = "+49 30 99887766"
NAME = "Mary Somerville Instruments"
FORMATS = ("text", "json", "markdown", "html")


@pytest.fixture
def marked(project: Project, sandbox: Sandbox) -> str:
    """Mark the telephone number of accounts as sensitive; return an account that is in sync."""
    path = project.folder / "schema" / "crm.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["modules"]["Accounts"]["fields"]["Phone"]["sensitive"] = True
    path.write_text(json.dumps(schema, indent=2), encoding="utf-8")
    account = sandbox.account(Account_Name=NAME, Phone=CANARY)
    project.run("apply", "--yes")
    return account


def everything(project: Project, *options: str) -> bytes:
    """Return every byte that a preview writes, in all its formats, and that is shown of it later."""
    found: list[bytes] = []
    for form in FORMATS:
        done = project.run("plan", "--out", "saved.json", "--format", form, "--output-file", "report", *options)
        found += [done.stdout.encode(), done.stderr.encode(), (project.folder / "report").read_bytes()]
        shown = project.run("show", "saved.json", "--format", form)
        found += [shown.stdout.encode(), (project.folder / "saved.json").read_bytes()]
    return b"\n".join(found)


def test_no_byte_of_a_preview_is_a_sensitive_value(project: Project, sandbox: Sandbox, marked: str) -> None:
    """Creates and updates that carry one, in every format and in the file, show that it changes and no digit of it."""
    sandbox.change("Accounts", marked, Phone=AFTER)
    sandbox.account(Account_Name="New", Phone=CANARY)
    written = everything(project)
    for value in (CANARY, AFTER, CANARY.replace(" ", ""), "47110815", "99887766"):
        assert value.encode() not in written, value
    assert b"hidden" in written
    assert NAME.encode() in written
    project.run("apply", "saved.json")
    assert sorted(str(one["phone"]) for one in sandbox.customers()) == sorted([CANARY, AFTER])


def test_pseudonyms_leave_nobody_in_a_preview(project: Project, sandbox: Sandbox, marked: str) -> None:
    """With pseudonyms neither name nor number of anybody is in any format; the file is applied all the same."""
    sandbox.change("Accounts", marked, Account_Name=f"{NAME} Ltd", Phone=AFTER, Website="https://somerville.example")
    written = everything(project, "--pseudonymise")
    for value in (NAME, "Somerville", "somerville", "47110815", "99887766"):
        assert value.encode() not in written, value
    assert b"Pseudonyms stand for all that could tell a person" in written
    project.run("apply", "saved.json")
    (customer,) = sandbox.customers()
    assert (customer["contact_name"], customer["phone"]) == (f"{NAME} Ltd", AFTER)


def test_what_an_apply_says_holds_no_sensitive_value(project: Project, sandbox: Sandbox, marked: str) -> None:
    """Neither the preview of an apply, nor its report, nor its log shows one."""
    sandbox.change("Accounts", marked, Phone=AFTER)
    done = project.run("apply", "--yes", "-vv", "--log-format", "json")
    for value in (AFTER, "99887766", "47110815"):
        assert value not in done.stdout + done.stderr
