"""What one call came to is stored at once, however many writes it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from tests.unit.engine.world import CUSTOMERS

from syncdsl.engine.run import apply

if TYPE_CHECKING:
    from tests.unit.engine.conftest import MakeWorld, World

BATCH = 10
"""Records in one call of the connections in memory."""


def statements(world: World) -> tuple[int, int]:
    """Apply; return how many statements changed the state, and how many records were written."""
    state = world.state()
    ran: list[str] = []
    engine = state.database.engine

    def note(*about: object) -> None:
        if not str(about[2]).startswith(("SELECT", "BEGIN")):
            ran.append(str(about[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        report = apply(world.run(state), confirm=lambda _: True)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(ran), len(report.done)


@pytest.mark.parametrize("kind", ["create", "update"])
def test_statements_grow_with_calls_and_not_with_writes(make_world: MakeWorld, kind: str) -> None:
    """Ten writes of one call change the state by as many statements as two do."""
    took: dict[int, int] = {}
    for number in (2, BATCH):
        world = make_world().rules(CUSTOMERS)
        ids = [world.account(f"Company {one}", Phone="1") for one in range(number)]
        if kind == "update":
            world.settle()
            for one in ids:
                world.edit(one, Phone="2")
        took[number], done = statements(world)
        assert done == number
        world.close()
    assert took[BATCH] == took[2]
