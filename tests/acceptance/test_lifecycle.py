"""Rules in force, switching off and on, disconnecting: the commands against a sandbox over real HTTP."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Project, Sandbox, StartSandbox

ADOPT = "    adopt: id == zcrm_account_id\n    dedupe:"


def seed(sandbox: Sandbox) -> dict[str, str]:
    """Put accounts into the CRM: one that Books lacks, one it has, and one that the native sync linked."""
    ids = {
        "acme": sandbox.account(Account_Name="Acme GmbH", Phone="+49 30 1234567"),
        "both": sandbox.account(Account_Name="Both Ltd", Phone="+44 20 7946 0000"),
        "native": sandbox.account(Account_Name="Native AG"),
    }
    business = {"customer_sub_type": "business"}
    for body in (
        {"contact_name": "both ltd", **business},
        {"contact_name": "Native AG", "zcrm_account_id": ids["native"], **business},
        {"contact_name": "From Books", **business},
    ):
        made = sandbox.books.post("/contacts", json=body)
        assert made.status_code == 201, made.text
    return ids


def rules_file(project: Project) -> str:
    """Return the text of the project's rules."""
    return (project.folder / "rules" / "customers.sync").read_text(encoding="utf-8")


def write_rules(project: Project, text: str) -> None:
    """Replace the project's rules."""
    (project.folder / "rules" / "customers.sync").write_text(text, encoding="utf-8")


def settled(project: Project, sandbox: Sandbox) -> dict[str, str]:
    """Link records that were created on either side, matched, and adopted."""
    write_rules(project, rules_file(project).replace("    dedupe:", ADOPT, 1))
    ids = seed(sandbox)
    project.run("apply", "--yes")
    # A name feeds a one-way line as well, which follows in the next run.
    project.run("apply", "--yes")
    assert project.kinds() == []
    origins = {row["origin"] for row in listed(project)}
    assert origins == {"created_left", "created_right", "matched", "adopted"}
    return ids


def listed(project: Project) -> list[dict[str, str]]:
    """Return the list of links."""
    return list(csv.DictReader(project.run("links", "--format", "csv", "--quiet").stdout.splitlines()))


def test_changed_rules_wait_until_they_are_enabled(project: Project, sandbox: Sandbox) -> None:
    """`sync` runs the rules in force, whatever becomes of the files; `enable` shows what changes and activates it."""
    assert "SD831" in project.run("sync", code=3).stderr
    ids = seed(sandbox)
    project.run("apply", "--yes")
    assert project.run("sync").stderr == ""
    before = rules_file(project)

    # A line less: an apply would no longer carry the phone, a sync still does.
    write_rules(project, before.replace("        Phone <-> phone\n", ""))
    sandbox.change("Accounts", ids["acme"], Phone="+49 30 7654321")
    done = project.run("sync")
    assert "changed rules wait" in done.stderr
    assert "1 update" in done.stdout
    assert "+49 30 7654321" in {customer["phone"] for customer in sandbox.customers()}
    assert "SD611" in project.run("enable", code=3).stderr
    shown = project.run("enable", "--yes").stdout
    assert "- Phone <-> phone" in shown
    assert "module customers" in shown
    sandbox.change("Accounts", ids["acme"], Phone="+49 30 1111111")
    assert project.run("sync").stderr == ""
    assert "+49 30 1111111" not in {customer["phone"] for customer in sandbox.customers()}

    # Neither a mistake in the files nor their absence stops what is in force.
    write_rules(project, "modul")
    assert "have mistakes" in project.run("sync").stderr
    shutil.rmtree(project.folder / "rules")
    project.run("sync")


def waiting(project: Project, sandbox: Sandbox) -> tuple[dict[str, str], str]:
    """Put rules in force, then let rules without the telephone number wait, and change the number of Acme."""
    ids = seed(sandbox)
    project.run("apply", "--yes")
    project.run("apply", "--yes")
    before = rules_file(project)
    write_rules(project, before.replace("        Phone <-> phone\n", ""))
    sandbox.change("Accounts", ids["acme"], Phone="+49 30 7654321")
    return ids, before


def phones(sandbox: Sandbox) -> set[str]:
    """Return the telephone numbers of the customers."""
    return {customer["phone"] for customer in sandbox.customers()}


def test_what_a_sync_would_do_is_previewed(project: Project, sandbox: Sandbox) -> None:
    """`plan --in-force` shows what the next sync does while changed rules wait, and what it saved is applied by these.

    The rules of the files wait on, be they whole or broken.
    """
    assert "SD831" in project.run("plan", "--in-force", code=3).stderr
    ids, _ = waiting(project, sandbox)
    assert "No changes" in project.run("plan").stdout
    shown = project.run("plan", "--in-force")
    assert "1 update" in shown.stdout
    assert "changed rules wait" in shown.stderr
    assert "`syncdsl sync`" in shown.stderr
    project.run("plan", "--in-force", "--out", "now.json")
    project.run("approve", "now.json", "--yes")
    assert "1 update" in project.run("apply", "now.json").stdout
    assert "+49 30 7654321" in phones(sandbox)
    assert "changed rules wait" in project.run("sync").stderr
    sandbox.change("Accounts", ids["acme"], Phone="+49 30 1111111")
    write_rules(project, "modul")
    project.run("plan", code=1)
    assert "1 update" in project.run("plan", "--in-force").stdout
    project.run("disconnect", "--yes")
    assert "SD837" in project.run("plan", "--in-force", code=3).stderr


def test_a_guard_of_a_sync_is_passed_by_the_rules_in_force(project: Project, sandbox: Sandbox) -> None:
    """What a guard stopped is saved, approved and applied while changed rules wait: the message says how."""
    write_rules(project, rules_file(project).replace("updates <= 100 %", "updates <= 0"))
    ids = seed(sandbox)
    project.run("plan", "--out", "first.json")
    project.run("approve", "first.json", "--yes")
    project.run("apply", "first.json")
    write_rules(project, rules_file(project).replace("        Phone <-> phone\n", ""))
    sandbox.change("Accounts", ids["acme"], Phone="+49 30 7654321")
    stopped = project.run("sync", code=4).stderr
    assert "`syncdsl plan --in-force --out FILE`" in stopped
    project.run("plan", "--in-force", "--out", "now.json")
    project.run("approve", "now.json", "--yes")
    project.run("apply", "now.json")
    assert "+49 30 7654321" in phones(sandbox)


def test_looks_go_by_the_rules_in_force(project: Project, sandbox: Sandbox) -> None:
    """`verify` judges and `find` pulls in by the rules that made the links; `verify --files` judges by changed ones."""
    _, before = waiting(project, sandbox)
    pending = project.run("verify", code=2)
    assert "Phone <-> phone" in pending.stdout
    assert "changed rules wait" in pending.stderr
    assert "Phone <-> phone" not in project.run("verify", "--files").stdout
    # By other names the files find the same links.
    write_rules(project, before.replace("module customers:", "moved module customers to clients\n\nmodule clients:"))
    assert "1 pending" in project.run("verify", "--files", code=2).stdout
    assert {row["module"] for row in listed(project)} == {"customers"}
    write_rules(project, "modul")
    assert "have mistakes" in project.run("verify", code=2).stderr
    project.run("verify", "--files", code=1)
    pulled = project.run("find", "Acme", "--yes")
    assert "1 update" in pulled.stdout
    assert pulled.stderr.count("have mistakes") == 1
    assert "+49 30 7654321" in phones(sandbox)
    assert "have mistakes" in project.run("sync").stderr


def test_a_moved_comment_is_no_changed_rule(project: Project, sandbox: Sandbox) -> None:
    """Files that changed and mean the same are the rules in force."""
    seed(sandbox)
    project.run("apply", "--yes")
    write_rules(project, "# A comment.\n" + rules_file(project))
    assert project.run("sync").stderr == ""
    assert "since" in project.run("enable", "--yes").stdout


def test_switched_off_nothing_happens_and_nothing_is_lost(project: Project, sandbox: Sandbox) -> None:
    """A sync ends at once and well, an apply is refused; switched on, what happened meanwhile travels."""
    ids = settled(project, sandbox)
    shown = project.run("disable", "--yes").stdout
    assert "4 links with what both sides held" in shown
    sandbox.change("Accounts", ids["acme"], Phone="+49 30 7654321")
    before = sandbox.last()
    assert "switched off" in project.run("sync").stdout
    assert "SD830" in project.run("apply", "--yes", code=3).stderr
    assert sandbox.writes(before) == []
    assert project.kinds() == ["update"]
    project.run("enable", "--yes")
    project.run("sync")
    assert "+49 30 7654321" in {customer["phone"] for customer in sandbox.customers()}


def test_reconnecting_makes_nothing_twice(project: Project, sandbox: Sandbox) -> None:
    """Links that were created, matched and adopted come back by the keys on the records, after a lost state too."""
    settled(project, sandbox)
    names = sorted(customer["contact_name"] for customer in sandbox.customers())
    pairs = {(row["left_id"], row["right_id"]) for row in listed(project)}
    assert "4 links" in project.run("disconnect", "--yes").stdout
    assert listed(project) == []
    assert "SD837" in project.run("sync", code=3).stderr
    before = sandbox.last()
    assert project.kinds() == ["link"] * 4
    project.run("apply", "--yes")
    assert {(row["left_id"], row["right_id"]) for row in listed(project)} == pairs
    for path in project.state.parent.glob("sandbox.db*"):
        path.unlink()
    project.run("apply", "--yes")
    assert {(row["left_id"], row["right_id"]) for row in listed(project)} == pairs
    assert sandbox.writes(before) == []
    assert sorted(customer["contact_name"] for customer in sandbox.customers()) == names
    assert project.kinds() == []


def test_another_organisation_begins_anew(make_project: MakeProject, start_sandbox: StartSandbox) -> None:
    """Another Books is refused until the old one is disconnected; then its links are not used, nor itself written."""
    old = start_sandbox()
    project = make_project(old)
    settled(project, old)
    new = start_sandbox("--books-org", "20011112222")
    settings = project.folder / "syncdsl.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace(old.books_url, new.books_url).replace(old.books_organization, new.books_organization)
    settings.write_text(text, encoding="utf-8")
    refused = project.run("apply", "--yes", code=3).stderr
    assert "SD807" in refused
    assert "syncdsl disconnect books" in refused
    project.run("disconnect", "books", "--yes")
    before = old.last()
    project.run("apply", "--yes")
    project.run("apply", "--yes")
    assert sorted(customer["contact_name"] for customer in new.customers()) == sorted(
        customer["contact_name"] for customer in old.customers()
    )
    assert [entry for entry in old.writes(before) if "/books/" in entry["path"]] == []
    assert len(listed(project)) == 4


def test_a_list_is_edited_in_a_spreadsheet(project: Project, sandbox: Sandbox) -> None:
    """An action ends a link; the records are left alone by later runs when they are set aside."""
    ids = settled(project, sandbox)
    project.run("links", "--format", "csv", "--out", "links.csv")
    path = project.folder / "links.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["action"] = "set aside" if "Acme" in row["left_name"] else ""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert "SD611" in project.run("links", "--import", "links.csv", code=3).stderr
    project.run("links", "--import", "links.csv", "--yes")
    assert "SD836" in project.run("links", "--import", "links.csv", "--yes", code=5).stderr
    sandbox.change("Accounts", ids["acme"], Phone="+49 30 7654321")
    before = sandbox.last()
    project.run("sync")
    assert sandbox.writes(before) == []
    assert len(listed(project)) == 3
    assert "Acme" not in project.run("links", "--module", "customers").stdout
    assert "SD833" in project.run("links", "--module", "customer", code=3).stderr


def test_a_sync_can_be_limited(project: Project, sandbox: Sandbox) -> None:
    """With a module named, triggers wait for the next whole sync."""
    account = sandbox.account(Account_Name="Acme GmbH")
    deal = sandbox.deal(
        Deal_Name="Pump", Stage="Qualification", Amount=5, Account_Name={"id": account}, Closing_Date="2026-12-31"
    )
    project.run("apply", "--yes")
    sandbox.change("Deals", deal, Stage="Closed Won")
    sandbox.change("Accounts", account, Phone="+49 30 7654321")
    assert "SD833" in project.run("sync", "--module", "deals", code=3).stderr
    assert "1 update" in project.run("sync", "--module", "customers").stdout
    assert sandbox.invoices() == []
    project.run("sync")
    assert len(sandbox.invoices()) == 1


def test_a_renamed_module_keeps_its_links(project: Project, sandbox: Sandbox) -> None:
    """`moved` is shown as a rename; nothing is created or written, before and after a loss of the state."""
    settled(project, sandbox)
    text = rules_file(project)
    renamed = text.replace("module customers:", "moved module customers to clients\n\nmodule clients:")
    write_rules(project, renamed)
    assert project.kinds() == []
    assert "called `customers` before" in project.run("enable", "--yes").stdout
    before = sandbox.last()
    project.run("sync")
    assert {row["module"] for row in listed(project)} == {"clients"}
    for path in project.state.parent.glob("sandbox.db*"):
        path.unlink()
    project.run("apply", "--yes")
    assert len(listed(project)) == 4
    assert sandbox.writes(before) == []
