"""The grammar hides no conflict."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from syncdsl.syntax.lark_tables import build_lark

pytest.importorskip("interegular", reason="strict mode compares terminals with it")
GRAMMAR = Path(__file__).parents[3] / "grammar" / "syncdsl.lark"


def test_the_grammar_loads_strictly(caplog: pytest.LogCaptureFixture) -> None:
    """No shift/reduce conflict is resolved by chance, and no two terminals match one text by chance."""
    with caplog.at_level(logging.WARNING):
        build_lark(GRAMMAR.read_text(encoding="utf-8"), strict=True)
    assert not caplog.records
