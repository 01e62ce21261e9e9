"""`schema pull` and `schema diff` against the sandbox: what is read, what is written, and what is the same again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, StartSandbox

SHIPPED = Path(__file__).parents[2] / "rules" / "zoho" / "schema"


def test_a_pull_is_the_same_again_and_never_holds_a_value(
    start_sandbox: StartSandbox, make_project: MakeProject
) -> None:
    """Pulled twice, the files are the same bytes, with shares and no value; without statistics, the shipped ones."""
    sandbox = start_sandbox(records=40)
    project = make_project(sandbox)
    sandbox.account(Account_Name="Ninon Unmistakable", Phone="+49 221 77777")
    folder = project.folder / "schema"
    first = project.run("schema", "pull").stdout
    pulled = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    assert "only the statistics of Accounts" in first
    accounts = json.loads(pulled["crm.json"])["modules"]["Accounts"]["statistics"]
    assert accounts["rows"] == 41
    assert accounts["fields"]["Account_Name"]["filled"] == 100
    assert 0 < accounts["fields"]["Phone"]["distinct"] <= 100
    assert accounts["fields"]["Syncdsl_Key"] == {"filled": 0, "distinct": 0}
    assert not any(word in data for data in pulled.values() for word in (b"Unmistakable", b"77777"))
    after = sandbox.last()
    assert project.run("schema", "pull").stdout.count("unchanged") == 2
    assert {path.name: path.read_bytes() for path in sorted(folder.iterdir())} == pulled
    assert sandbox.writes(after) == []
    assert project.run("schema", "diff", "--detailed-exitcode").stdout.count("no difference") == 2
    project.run("schema", "pull", "--no-statistics")
    for name in ("crm.json", "books.json"):
        assert (folder / name).read_bytes() == (SHIPPED / name).read_bytes()


def test_a_field_that_is_gone_breaks_the_rule_that_names_it(
    start_sandbox: StartSandbox, make_project: MakeProject
) -> None:
    """What the file knows and the system no longer has is a breaking change, shown with the line of the rule."""
    sandbox = start_sandbox()
    project = make_project(sandbox)
    path = project.folder / "schema" / "crm.json"
    snapshot = json.loads(path.read_text(encoding="utf-8"))
    snapshot["modules"]["Accounts"]["fields"]["Nickname"] = {"label": "Nickname", "value": {"type": "text"}}
    path.write_text(json.dumps(snapshot), encoding="utf-8")
    rules = project.folder / "rules" / "customers.sync"
    text = rules.read_text(encoding="utf-8").replace("Website <-> website", "Nickname <-> website")
    rules.write_text(text, encoding="utf-8")
    project.run("check")
    before = path.read_bytes()
    done = project.run("schema", "diff", "crm", code=1)
    assert "- Accounts.Nickname" in done.stdout
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "Nickname" in words)
    assert f"customers.sync:{line}:" in done.stdout
    assert path.read_bytes() == before
    assert sandbox.writes(0) == []
