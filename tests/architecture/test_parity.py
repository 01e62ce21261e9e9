"""The comparison with the native integration names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")


def test_every_row_is_shown_by_a_test_that_exists() -> None:
    """A row without its test over HTTP, or with one that was renamed, is a promise without a proof."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| Native")]
    assert len(rows) > 40
    for row in rows:
        named = re.findall(r"`(tests/acceptance/\w+\.py)::(\w+)`", row)
        assert named, row
        for path, name in named:
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{name}"
