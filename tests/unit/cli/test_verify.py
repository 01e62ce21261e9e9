"""How `syncdsl verify` ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.changes.verification import Agreement, Verification
from syncdsl.cli.verify import _code

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    ("counts", "strict", "code"),
    [
        ({}, False, 0),
        ({"left_alone": 3}, False, 0),
        ({"left_alone": 3}, True, 2),
        ({"held": 1, "held_records": 2}, False, 7),
        ({"held": 1, "pending": 1}, False, 2),
        ({"drift": 1}, False, 2),
        ({"missing_left": 1}, False, 2),
        ({"missing_right": 1}, False, 2),
        ({"gone": 1}, False, 2),
        ({"shared_keys": 1}, False, 2),
    ],
)
def test_the_exit_code_tells_what_was_found(counts: Mapping[str, int], strict: bool, code: int) -> None:  # noqa: FBT001 - a parameter of the table
    """0 as the rules say, 2 when something differs, 7 when all that differs waits for a person."""
    module = Agreement.model_validate({"name": "customers", "location": "main.sync:1", **counts})
    assert _code(Verification(environment="e", modules=(module,)), strict=strict) == code
