"""The shipped schema snapshots are what a fresh pull from the sandbox gives.

Write them again with `SYNCDSL_REGENERATE=1 pytest tests/conformance/test_shipped_schemas.py` (or with `--regenerate`),
and review the difference.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conformance.conftest import ADAPTERS

from syncdsl.adapters.registry import load_adapter
from syncdsl.schema.snapshot import write_snapshot

if TYPE_CHECKING:
    from tests.conformance.conftest import Sandbox

SHIPPED = Path(__file__).parents[2] / "rules" / "zoho" / "schema"


@pytest.mark.parametrize("system", ADAPTERS)
def test_the_shipped_snapshot_is_fresh(system: str, sandbox: Sandbox, request: pytest.FixtureRequest) -> None:
    connection = load_adapter(ADAPTERS[system]).connect(sandbox.settings(system), None)
    pulled = write_snapshot(connection.schema())
    connection.close()
    path = SHIPPED / f"{system}.json"
    if request.config.getoption("--regenerate", default=False) or os.environ.get("SYNCDSL_REGENERATE"):
        path.write_text(pulled, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == pulled
