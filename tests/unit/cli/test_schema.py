from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl


def changed(project: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """Write a changed copy of the CRM's snapshot beside the project and return its path."""
    modules = json.loads((project / "schema" / "crm.json").read_text(encoding="utf-8"))
    change(modules["modules"])
    path = project.parent / "later.json"
    path.write_text(json.dumps(modules), encoding="utf-8")
    return str(path)


def lose(modules: dict[str, Any]) -> None:
    """Take away a field that the template's rules write."""
    del modules["Accounts"]["fields"]["Website"]


def gain(modules: dict[str, Any]) -> None:
    """Add a view, which harms nobody."""
    modules["Accounts"]["views"].append("New")


@pytest.mark.parametrize(
    ("change", "options", "code"),
    [(lose, ("--detailed-exitcode",), 1), (gain, (), 0), (gain, ("--detailed-exitcode",), 2)],
)
def test_the_exit_code_tells_broken_rules_from_changes(
    syncdsl: Syncdsl, project: Path, change: Callable[[dict[str, Any]], object], options: tuple[str, ...], code: int
) -> None:
    """1 when a rule breaks, 2 on request when something changed, else 0; the snapshot on file stays as it is."""
    before = (project / "schema" / "crm.json").read_bytes()
    later = changed(project, change)
    result = syncdsl("schema", "diff", "crm", "--against", later, *options)
    assert (result.code, result.err) == (code, "")
    assert (project / "schema" / "crm.json").read_bytes() == before


def test_nothing_changed_is_said_and_is_no_change(syncdsl: Syncdsl, project: Path) -> None:
    """A snapshot does not differ from itself, whatever the order of its facts."""
    later = changed(project, lambda modules: [modules.update({name: modules.pop(name)}) for name in list(modules)[:3]])
    result = syncdsl("schema", "diff", "crm", "--against", later, "--detailed-exitcode")
    assert result.code == 0
    assert "no difference" in result.out


def test_a_broken_rule_is_shown_at_its_line(syncdsl: Syncdsl, project: Path) -> None:
    """The change is listed with its weight, and the rule that named the lost field is shown where it stands."""
    result = syncdsl("schema", "diff", "crm", "--against", changed(project, lose))
    text = (project / "rules" / "customers.sync").read_text(encoding="utf-8").splitlines()
    line = next(number for number, words in enumerate(text, 1) if "Website" in words)
    assert "breaking\n    - Accounts.Website" in result.out
    assert f"customers.sync:{line}:" in result.out
    assert "1 finding in rules that were fine before" in result.out


def test_the_json_form_holds_changes_and_findings(syncdsl: Syncdsl, project: Path) -> None:
    """Every change has its subject, kind and weight; findings are those of `check --format json`."""
    result = syncdsl("schema", "diff", "crm", "--against", changed(project, lose), "--format", "json")
    data = json.loads(result.out)
    [compared] = data["snapshots"]
    assert compared["connection"] == "crm"
    assert compared["changes"] == [
        {
            "module": "Accounts",
            "field": "Website",
            "what": "field",
            "kind": "removed",
            "weight": "breaking",
            "before": "url(255)",
            "after": None,
        }
    ]
    assert [finding["code"] for finding in data["findings"]] == ["SD203"]


def test_findings_that_were_there_before_are_not_blamed_on_the_change(syncdsl: Syncdsl, project: Path) -> None:
    """A rule that was broken already is no news."""
    rules = project / "rules" / "customers.sync"
    rules.write_text(rules.read_text(encoding="utf-8").replace("Website", "Websight"), encoding="utf-8")
    assert syncdsl("schema", "diff", "crm", "--against", changed(project, lose)).code == 0


def test_two_files_are_compared_without_a_project(syncdsl: Syncdsl, project: Path) -> None:
    """Two snapshot files need neither project nor network, and no rules are checked."""
    old, new = str(project / "schema" / "crm.json"), changed(project, lose)
    syncdsl.folder = project.parent
    result = syncdsl("schema", "diff", old, new, "--detailed-exitcode", "--format", "json")
    assert result.code == 2
    assert json.loads(result.out)["findings"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("one.json",), "OLD.json NEW.json"),
        (("crm", "one.json"), "snapshot"),
        (("crm", "books", "--against", "x.json"), "exactly one CONNECTION"),
        (("--against", "x.json"), "exactly one CONNECTION"),
        (("nobody", "--against", "x.json"), "nobody"),
        (("crm", "--against", "missing.json"), "missing.json"),
    ],
)
def test_mistakes_are_explained(syncdsl: Syncdsl, project: Path, arguments: tuple[str, ...], says: str) -> None:
    """Arguments that mean nothing end with 3 and one message."""
    assert project.is_dir()
    result = syncdsl("schema", "diff", *arguments)
    assert result.code == 3
    assert says in result.err


def test_statistics_alone_are_said_to_be_all(syncdsl: Syncdsl, project: Path) -> None:
    """Snapshots that differ in statistics alone break no rule and say so."""
    later = changed(project, lambda modules: modules["Accounts"].update({"statistics": {"rows": 12}}))
    result = syncdsl("schema", "diff", "crm", "--against", later)
    assert result.code == 0
    assert "only statistics" in result.out
    assert "statistics of Accounts" in result.out


def test_a_device_in_the_place_of_a_snapshot_is_refused_at_once(syncdsl: Syncdsl, project: Path) -> None:
    """A stranger's branch may link a snapshot to a device that never ends: checking says what is wrong."""
    path = project / "schema" / "books.json"
    path.unlink()
    path.symlink_to("/dev/zero")
    (project / "schema" / "more.json").symlink_to("/dev/zero")
    result = syncdsl("check")
    assert result.code == 3
    assert "books.json" in result.err
