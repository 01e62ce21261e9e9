"""Approvals that are signed: by keys that the operator names, never the change that is reviewed."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import Project, Sandbox

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen")


def key(folder: Path, name: str) -> tuple[Path, str]:
    """Return a private key, and the text of its public half."""
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path, path.with_suffix(".pub").read_text(encoding="utf-8").strip()


def operator(project: Project, folder: Path, text: str) -> None:
    """Give the operator's configuration to the commands of a project."""
    path = folder / "operator.toml"
    path.write_text(text, encoding="utf-8")
    project.environment["SYNCDSL_OPERATOR"] = str(path)


def over_a_guard(project: Project, sandbox: Sandbox) -> None:
    """Save a change set that a guard stops."""
    path = next((project.folder / "rules").glob("*.sync"))
    path.write_text(path.read_text(encoding="utf-8").replace("creates <= 500", "creates <= 1"), encoding="utf-8")
    for name in ("One", "Two"):
        sandbox.account(Account_Name=name)
    project.run("plan", "--out", "two.json", env={"SYNCDSL_USER": "carl"})


def test_only_a_signature_by_a_named_key_lets_it_pass(project: Project, sandbox: Sandbox, tmp_path: Path) -> None:
    """Unsigned approvals and those of a stranger's key do not count, and each refusal says why; Anna's does."""
    anna, public = key(tmp_path, "anna")
    stranger, _ = key(tmp_path, "stranger")
    operator(project, tmp_path, f'[approvers]\nanna = "{public}"\n')
    over_a_guard(project, sandbox)
    before = sandbox.last()
    assert "only signed approvals count in `sandbox`" in project.run("approve", "two.json", code=4).stderr
    assert "nobody named this key" in project.run("approve", "two.json", "--key", str(stranger)).stderr
    refused = project.run("apply", "two.json", code=4)
    assert "is by a key that is not named here" in refused.stderr
    assert sandbox.writes(before) == []
    signed = project.run("approve", "two.json", "--key", str(anna))
    assert "signed with SHA256:" in signed.stdout
    assert len(json.loads((project.folder / "two.json").read_text(encoding="utf-8"))["approvals"]) == 2
    project.run("apply", "two.json")
    assert {customer["contact_name"] for customer in sandbox.customers()} == {"One", "Two"}


def test_where_nobody_says_whose_keys_count_any_signature_does(
    project: Project, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Without an operator's configuration a signature counts as an unsigned approval does, and is not called more."""
    anna, _ = key(tmp_path, "anna")
    over_a_guard(project, sandbox)
    assert "needs approval" in project.run("plan").stdout
    assert "not approved" in project.run("show", "two.json").stdout
    project.run("approve", "two.json", "--key", str(anna))
    assert "(signed, key not known here)" in project.run("show", "two.json").stdout
    project.run("apply", "two.json")
    assert len(sandbox.customers()) == 2


def test_who_made_it_may_not_approve_it(project: Project, sandbox: Sandbox, tmp_path: Path) -> None:
    """Where the operator forbids it, the author's own signature does not count, under any of their names."""
    carl, public = key(tmp_path, "carl")
    operator(
        project,
        tmp_path,
        f'[approvers]\nhead-of-sync = {{ key = "{public}", users = ["carl"] }}\n[approval]\nnot_author = true\n',
    )
    over_a_guard(project, sandbox)
    assert "may not approve it" in project.run("approve", "two.json", "--key", str(carl)).stderr
    assert "is by its author" in project.run("apply", "two.json", code=4).stderr
    assert sandbox.customers() == []


def test_where_it_is_always_needed_nothing_is_applied_without(
    project: Project, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Rules come into force with an approved change set alone: not with `apply`, nor with `enable`."""
    anna, public = key(tmp_path, "anna")
    operator(project, tmp_path, f'[approvers]\nanna = "{public}"\n[environments.sandbox]\nneeded = "always"\n')
    sandbox.account(Account_Name="One")
    assert "SD845" in project.run("apply", "--yes", code=4).stderr
    assert "SD845" in project.run("enable", "--yes", code=4).stderr
    project.run("plan", "--out", "one.json")
    assert "a signed approval is needed" in project.run("apply", "one.json", code=4).stderr
    assert sandbox.customers() == []
    project.run("approve", "one.json", "--key", str(anna))
    project.run("apply", "one.json")
    assert len(sandbox.customers()) == 1
    # What is in force goes on by itself.
    sandbox.account(Account_Name="Two")
    project.run("sync")
    assert len(sandbox.customers()) == 2


@pytest.mark.parametrize("part", ["by", "at", "signature", "key"])
def test_an_altered_approval_is_refused(project: Project, sandbox: Sandbox, tmp_path: Path, part: str) -> None:
    """A change set one of whose approvals is no signature of it is refused as a whole, needed or not."""
    anna, _ = key(tmp_path, "anna")
    sandbox.account(Account_Name="One")
    project.run("plan", "--out", "one.json")
    project.run("approve", "one.json", "--key", str(anna))
    path = project.folder / "one.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["approvals"][0][part] = data["approvals"][0][part].replace("A", "B").replace("2", "3").replace("o", "0") + "x"
    path.write_text(json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
    for command in ("apply", "show", "approve"):
        assert "SD803" in project.run(command, "one.json", code=5).stderr
    assert sandbox.customers() == []


def test_a_signature_does_not_travel_to_another_change_set(project: Project, sandbox: Sandbox, tmp_path: Path) -> None:
    """An approval that was copied from one change set into another one is noticed."""
    anna, _ = key(tmp_path, "anna")
    sandbox.account(Account_Name="One")
    project.run("plan", "--out", "one.json")
    project.run("approve", "one.json", "--key", str(anna))
    sandbox.account(Account_Name="Two")
    project.run("plan", "--out", "two.json")
    one = json.loads((project.folder / "one.json").read_text(encoding="utf-8"))
    two = json.loads((project.folder / "two.json").read_text(encoding="utf-8"))
    two["approvals"] = one["approvals"]
    text = json.dumps(two, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    (project.folder / "two.json").write_text(text, encoding="utf-8")
    assert "no signature of this change set" in project.run("apply", "two.json", code=5).stderr


def test_a_reviewer_needs_neither_project_nor_state(project: Project, sandbox: Sandbox, tmp_path: Path) -> None:
    """Whoever reviews shows and signs the file alone, on a machine where nothing else is."""
    anna, public = key(tmp_path, "anna")
    operator(project, tmp_path, f'[approvers]\nanna = "{public}"\n')
    over_a_guard(project, sandbox)
    desk = tmp_path / "desk"
    desk.mkdir()
    shutil.copy(project.folder / "two.json", desk / "two.json")
    home, project.folder = project.folder, desk
    without = {"SYNCDSL_OPERATOR": ""}
    assert "creates <= 1" in project.run("show", "two.json", env=without).stdout
    project.run("approve", "two.json", "--key", str(anna), env=without)
    project.folder = home
    project.run("apply", str(desk / "two.json"))
    assert len(sandbox.customers()) == 2


def test_two_people_where_two_are_needed(project: Project, sandbox: Sandbox, tmp_path: Path) -> None:
    """One person who signs twice is one person."""
    anna, first = key(tmp_path, "anna")
    ben, second = key(tmp_path, "ben")
    operator(project, tmp_path, f'[approvers]\nanna = "{first}"\nben = "{second}"\n[approval]\ncount = 2\n')
    over_a_guard(project, sandbox)
    project.run("approve", "two.json", "--key", str(anna))
    project.run("approve", "two.json", "--key", str(anna))
    assert "2 signed approvals are needed" in project.run("apply", "two.json", code=4).stderr
    project.run("approve", "two.json", "--key", str(ben))
    project.run("apply", "two.json")
    assert len(sandbox.customers()) == 2


def test_what_moved_on_is_left_out_and_said(project: Project, sandbox: Sandbox) -> None:
    """`--skip-stale` applies the rest with exit code 7, and names what it left out; without, nothing with 5."""
    first = sandbox.account(Account_Name="One", Phone="1")
    sandbox.account(Account_Name="Two")
    project.run("plan", "--out", "saved.json")
    sandbox.change("Accounts", first, Phone="2")
    refused = project.run("apply", "saved.json", code=5)
    assert "stale: 1 of 2" in refused.stderr
    assert "--skip-stale" in refused.stderr
    assert sandbox.customers() == []
    done = project.run("apply", "saved.json", "--skip-stale", code=7)
    assert "1 stale change left out" in done.stdout
    assert f"crm.Accounts/{first}" in done.stdout
    assert [customer["contact_name"] for customer in sandbox.customers()] == ["Two"]
    project.run("sync")
    assert len(sandbox.customers()) == 2


def test_a_change_set_of_another_organisation_is_refused(project: Project, sandbox: Sandbox) -> None:
    """A foreign change set says that it is one, and nothing is applied."""
    sandbox.account(Account_Name="One")
    project.run("plan", "--out", "one.json")
    settings = project.folder / "syncdsl.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[environments.sandbox", "[environments.other"), encoding="utf-8")
    refused = project.run("apply", "one.json", code=3)
    assert "there is no environment `sandbox`" in refused.stderr
    assert "made for the environment `sandbox`" in project.run("apply", "one.json", "--env", "other", code=3).stderr
    assert sandbox.customers() == []
