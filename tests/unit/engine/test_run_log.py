"""What a run says in the log."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

from tests.unit.engine.world import DELETES

from syncdsl.adapters.memory.store import Fate
from syncdsl.adapters.protocol import Rejected
from syncdsl.diagnostics.log_fields import LogFields, fields_of

if TYPE_CHECKING:
    import pytest
    from tests.unit.engine.conftest import World


def test_begun_refused_and_ended(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A run that did something says what, and of each write that is refused whose it is and why; others are silent."""
    caplog.handler.addFilter(LogFields())
    account = world.rules(DELETES).account("Acme", Region="in")
    world.books.interfere = lambda _, _write: Fate(outcome=Rejected(code="TAKEN", message="no"), lands=False)
    with caplog.at_level(logging.INFO, "syncdsl.run"):
        world.apply()
    with closing(world.state()) as state:
        (run,) = [item.id for item in state.runs(1)]
    said = [(record.getMessage(), fields_of(record)) for record in caplog.records if record.name == "syncdsl.run"]
    assert said == [
        (
            f"create of crm.Accounts/{account} refused (TAKEN): no",
            {"run": run, "connection": "crm", "record": f"crm.Accounts/{account}"},
        ),
        ("0 done, 1 refused", {"run": run}),
    ]
    caplog.clear()
    world.books.interfere = None
    with caplog.at_level(logging.INFO, "syncdsl.run"):
        for _ in range(4):
            world.apply()
    assert [record.getMessage() for record in caplog.records if record.name == "syncdsl.run"] == ["1 done"]
