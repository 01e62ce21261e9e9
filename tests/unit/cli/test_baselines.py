from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

UNUSED = '\ntable {}:\n    "Goods" <-> "goods"\n'


def append(project: Path, text: str) -> str:
    """Add lines to the rules; return them as they were."""
    file = project / "rules" / "customers.sync"
    before = file.read_text()
    file.write_text(before + text)
    return before


def test_a_baseline_is_made_kept_small_and_never_grown(syncdsl: Syncdsl, project: Path) -> None:
    """What is known is not reported; what is new is; what goes leaves the file, by a person's run and not by CI's."""
    before = append(project, UNUSED.format("kinds") + UNUSED.format("sorts"))
    file = project / "baseline.json"
    assert syncdsl("check", "--baseline", "baseline.json").code == 3
    first = syncdsl("check", "--baseline", "baseline.json", "--update-baseline")
    assert (first.code, first.err) == (0, "`baseline.json` lists 2 known findings\n")
    for command in ("check", "lint"):
        assert syncdsl(command, "--baseline", "baseline.json").code == 0
    made = file.read_text()
    assert [item["rule"] for item in json.loads(made)["findings"]] == ["table kinds", "table sorts"]

    append(project, UNUSED.format("more"))
    grown = syncdsl("lint", "--baseline", "baseline.json", "--update-baseline", "--format", "concise")
    assert grown.code == 1
    assert "`more`" in grown.out
    assert "`kinds`" not in grown.out
    assert "a baseline never grows" in grown.err
    assert file.read_text() == made

    (project / "rules" / "customers.sync").write_text(before + UNUSED.format("sorts"))
    server = syncdsl("lint", "--baseline", "baseline.json", CI="true")
    assert (server.code, file.read_text()) == (0, made)
    assert "`baseline.json` lists 1 finding too many" in server.err
    assert syncdsl("lint", "--baseline", "baseline.json", "rules/customers.sync").code == 0
    assert file.read_text() == made
    assert syncdsl("lint", "--baseline", "baseline.json", "--diff").code == 0
    assert file.read_text() == made
    assert syncdsl("lint", "--baseline", "baseline.json").code == 0
    assert [item["rule"] for item in json.loads(file.read_text())["findings"]] == ["table sorts"]


def test_the_project_names_its_baseline(syncdsl: Syncdsl, project: Path) -> None:
    """`[lint] baseline` counts for every run; one outside of the project is refused."""
    settings = project / "syncdsl.toml"
    text = settings.read_text()
    settings.write_text(text.replace("[lint.levels]", '[lint]\nbaseline = "known.json"\n\n[lint.levels]'))
    append(project, UNUSED.format("kinds"))
    assert syncdsl("lint").code == 3
    assert syncdsl("lint", "--update-baseline").code == 0
    assert syncdsl("check").code == 0
    for outside in ("../known.json", "/tmp/known.json"):  # noqa: S108 - a name, nothing is written there
        settings.write_text(text.replace("[lint.levels]", f'[lint]\nbaseline = "{outside}"\n\n[lint.levels]'))
        for command in ("lint", "check"):
            result = syncdsl(command, "--update-baseline")
            assert result.code == 3
            assert "leads out of the project" in result.err
