from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.format import format_source

if TYPE_CHECKING:
    from tests.conftest import Golden

ROOT = Path(__file__).parents[3]
INPUTS = sorted((ROOT / "tests" / "golden" / "format" / "input").glob("*.sync"))
CANONICAL = [
    ROOT / "tests" / "golden" / "parse" / "reference.sync",
    ROOT / "benchmarks" / "data" / "customers.sync",
    *sorted((ROOT / "rules").rglob("*.sync")),
    *sorted((ROOT / "examples").rglob("*.sync")),
]


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.stem)
def test_the_canonical_form_of_everything(path: Path, golden: Golden) -> None:
    """Each rule of the canonical form, and each place of a comment, has a case in these files."""
    text = format_source(SourceFile(path.name, path.read_text()))
    golden(path.parent.parent / "expected" / path.name, text)
    assert format_source(SourceFile(path.name, text)) == text


@pytest.mark.parametrize("path", CANONICAL, ids=lambda path: path.stem)
def test_our_own_rules_are_canonical(path: Path) -> None:
    """The reference program, the shipped sets and the examples format to themselves."""
    text = path.read_bytes().decode()
    assert format_source(SourceFile(path.name, text)) == text
