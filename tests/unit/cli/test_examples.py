"""The example projects are what a reader may copy: clean, canonical, and over the schemas that are shipped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Golden
    from tests.unit.cli.conftest import Syncdsl

ROOT = Path(__file__).parents[3]
SHOP = ROOT / "examples" / "shop"
USED = {"crm": ("Accounts", "Contacts", "Deals", "users"), "books": ("currencies", "customers", "invoices")}


@pytest.mark.parametrize("connection", USED)
def test_the_snapshots_are_the_shipped_ones(connection: str, golden: Golden) -> None:
    """Each snapshot of the example is the shipped one with the modules that the example needs."""
    snapshot = json.loads((ROOT / "rules" / "zoho" / "schema" / f"{connection}.json").read_text(encoding="utf-8"))
    snapshot["modules"] = {name: snapshot["modules"][name] for name in USED[connection]}
    golden(SHOP / "schema" / f"{connection}.json", json.dumps(snapshot, indent=2, ensure_ascii=False) + "\n")


def test_the_example_is_clean(syncdsl: Syncdsl) -> None:
    """The example checks clean, is in the canonical form, and compiles."""
    project = syncdsl.folder / "shop"
    shutil.copytree(SHOP, project)
    syncdsl.folder = project
    checked = syncdsl("check")
    assert (checked.code, checked.out) == (0, "clean: 2 files checked\n")
    assert syncdsl("fmt", "--check").code == 0
    assert "merge customers" in syncdsl("compile").out


def test_what_the_readme_says_of_the_rules_is_so() -> None:
    """Every line of rules that the README of the examples quotes stands in them."""
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    rules = "\n".join(path.read_text(encoding="utf-8") for path in sorted((SHOP / "rules").glob("*.sync")))
    quoted = [line.strip() for line in readme.split("```sync\n")[1].split("```")[0].splitlines() if line.strip()]
    assert quoted
    assert [line for line in quoted if line not in rules] == []
