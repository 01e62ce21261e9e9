"""Bad input: one clear message that says what to do, the right exit code, nothing lost."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Project, Sandbox, StartSandbox


def refused(project: Project, *arguments: str, code: int, says: str, env: dict[str, str] | None = None) -> None:
    """Demand an exit code and one error that names its code and says what to do."""
    done = project.run(*arguments, code=code, env=env)
    assert says in done.stderr, done.stderr
    assert done.stderr.count("error") == 1, done.stderr


def test_a_broken_rule_file(project: Project) -> None:
    """A missing arrow is one finding at its line; plan refuses the file and writes nothing."""
    project.rules(
        "language 1\nconnection crm: zoho_crm\nconnection books: zoho_books\n"
        "module customers: crm.Accounts -> books.customers\n    map:\n        Account_Name contact_name\n"
    )
    done = project.run("check", "--format", "concise", code=1)
    assert [line.split(":")[1] for line in done.stdout.splitlines()] == ["6"]
    project.run("plan", code=1)
    assert not project.state.exists()


def test_an_unknown_field(project: Project) -> None:
    """A field that the schema does not have is named, with the nearest one."""
    project.rules(
        "language 1\nconnection crm: zoho_crm\nconnection books: zoho_books\n"
        "module customers: crm.Accounts -> books.customers\n    map:\n        Acount_Name -> contact_name\n"
    )
    done = project.run("check", "--format", "concise", code=1)
    assert "Acount_Name" in done.stdout
    text = project.run("check", code=1).stdout
    assert "Account_Name" in text


def test_a_missing_snapshot(project: Project) -> None:
    """A missing schema snapshot says how to write it."""
    (project.folder / "schema" / "books.json").unlink()
    refused(project, "check", code=3, says="schema pull")


def test_a_damaged_snapshot(project: Project) -> None:
    """A damaged schema snapshot says how to write it again."""
    (project.folder / "schema" / "books.json").write_text("{", encoding="utf-8")
    refused(project, "check", code=3, says="schema pull")


def test_an_unknown_setting(project: Project) -> None:
    """A misspelt key in syncdsl.toml is named with the right one."""
    path = project.folder / "syncdsl.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("credentials =", "credential =", 1), encoding="utf-8")
    refused(project, "plan", code=3, says="credentials")


def test_missing_credentials(project: Project) -> None:
    """Every variable that is not set is named."""
    del project.environment["SYNCDSL_BOOKS_REFRESH_TOKEN"]
    refused(project, "plan", code=3, says="SYNCDSL_BOOKS_REFRESH_TOKEN")


def test_a_wrong_token(project: Project, sandbox: Sandbox) -> None:
    """A refresh token that is not accepted ends the run before anything is written."""
    sandbox.account(Account_Name="One")
    refused(project, "apply", "--yes", code=6, says="SD702", env={"SYNCDSL_BOOKS_REFRESH_TOKEN": "wrong"})
    assert sandbox.customers() == []


def test_an_expired_token_is_renewed(project: Project, sandbox: Sandbox) -> None:
    """Access tokens that expire in the middle are renewed without a word."""
    sandbox.account(Account_Name="One")
    sandbox.control("fail-next", {"system": "books", "status": 401, "count": 1})
    project.run("apply", "--yes")
    assert len(sandbox.customers()) == 1


def test_an_unreachable_host(project: Project, sandbox: Sandbox) -> None:
    """A host that does not answer is named, and the state stays usable."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = project.folder / "syncdsl.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(sandbox.books_url, f"http://127.0.0.1:{port}"), encoding="utf-8")
    refused(project, "plan", code=6, says="SD701")
    path.write_text(text, encoding="utf-8")
    project.run("plan")


def test_a_host_that_only_a_file_names(project: Project, sandbox: Sandbox) -> None:
    """Tokens do not follow an address out of the repository unless the user's own environment allows the host."""
    path = project.folder / "syncdsl.toml"
    text = path.read_text(encoding="utf-8").replace(sandbox.crm_url, "https://crm.attacker.example")
    path.write_text(text, encoding="utf-8")
    refused(project, "plan", code=3, says="SYNCDSL_ALLOW_HOSTS")


def test_too_many_requests(project: Project, sandbox: Sandbox) -> None:
    """A 429 that goes away is waited for."""
    sandbox.account(Account_Name="One")
    sandbox.control("fail-next", {"system": "books", "status": 429, "retry_after": 0, "count": 2})
    project.run("apply", "--yes")
    assert len(sandbox.customers()) == 1


def test_a_corrupted_state(project: Project, sandbox: Sandbox) -> None:
    """A damaged state file is said to be so and left as it is; moved away, the keys bring everything back."""
    sandbox.account(Account_Name="One")
    project.run("apply", "--yes")
    for path in project.state.parent.glob("sandbox.db-*"):
        path.unlink()
    damaged = b"not a database at all" * 1000
    project.state.write_bytes(damaged)
    refused(project, "plan", code=3, says="SD805")
    refused(project, "apply", "--yes", code=3, says="SD805")
    assert project.state.read_bytes() == damaged
    project.state.rename(project.folder / "damaged.db")
    project.run("apply", "--yes")
    assert len(sandbox.customers()) == 1


def test_a_state_of_a_newer_version(project: Project, sandbox: Sandbox) -> None:
    """A state of a newer version is refused and left as it is."""
    sandbox.account(Account_Name="One")
    project.run("apply", "--yes")
    with closing(sqlite3.connect(project.state)) as state:
        state.execute("update alembic_version set version_num = '9999'")
        state.commit()
    refused(project, "plan", code=3, says="SD806")
    refused(project, "apply", "--yes", code=3, says="SD806")


def test_the_state_of_another_organisation(
    project: Project, sandbox: Sandbox, start_sandbox: StartSandbox, make_project: MakeProject
) -> None:
    """A state that belongs to other organisations is refused before a record is read, naming the ways out."""
    sandbox.account(Account_Name="One")
    project.run("apply", "--yes")
    other = start_sandbox("--books-org", "30001")
    other_project = make_project(other)
    other_project.state.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(project.state)) as source, closing(sqlite3.connect(other_project.state)) as target:
        source.backup(target)
    before = other.last()
    done = other_project.run("plan", code=3)
    assert "SD807" in done.stderr
    assert "environment" in done.stderr
    reads = [
        item
        for item in other.control(f"ledger?after={before}")["entries"]
        if item["path"].endswith(("/Accounts", "/contacts"))
    ]
    assert reads == []


@pytest.mark.parametrize("arguments", [("plan", "--nonsense"), ("apply", "no-such-file.json"), ("nonsense",)])
def test_usage(project: Project, arguments: tuple[str, ...]) -> None:
    """A command that is not understood says so and ends with 3."""
    done = project.run(*arguments, code=3)
    assert done.stderr


def test_a_rejected_record_does_not_stop_the_others(project: Project, sandbox: Sandbox) -> None:
    """What the other system refuses is reported in its words; everything else is applied, and the exit code is 7."""
    sandbox.books.post("/contacts", json={"contact_name": "Taken", "contact_type": "vendor"})
    sandbox.account(Account_Name="Taken")
    sandbox.account(Account_Name="Free")
    done = project.run("apply", "--yes", code=7)
    assert "already exists" in done.stdout + done.stderr
    assert [customer["contact_name"] for customer in sandbox.customers()] == ["Free"]
