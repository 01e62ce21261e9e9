"""Many ids as one parameter of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from syncdsl.state.id_lists import among
from syncdsl.state.tables import LINK, OBSERVED_RECORD

if TYPE_CHECKING:
    from syncdsl.state import State

COLUMNS = {
    "a link's left id": (LINK.c.left_id, LINK.c.pair),
    "a link's uid": (LINK.c.uid, None),
    "a record's id": (OBSERVED_RECORD.c.record_id, OBSERVED_RECORD.c.step),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_records_named_by_a_list_are_found_by_an_index(state: State, name: str) -> None:
    """However many ids are named, nothing goes through a whole table for them."""
    column, within = COLUMNS[name]
    statement = select(column).where(among(column, ["1", "2"]))
    if within is not None:
        statement = statement.where(within == "x")
    with state.reading() as connection:
        sqlite = connection.dialect.name == "sqlite"
        compiled = statement.compile(dialect=connection.dialect)
        if not sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        values = {name: ["1", "2"] if not isinstance(value, str) else value for name, value in compiled.params.items()}
        if sqlite:
            bound = [
                '["1","2"]' if isinstance(values[name], list) else values[name] for name in compiled.positiontup or ()
            ]
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(bound)).all()
        else:
            rows = connection.exec_driver_sql(f"EXPLAIN {compiled}", values).all()
    plan = " ".join(str(row) for row in rows)
    assert (f"{column.name}=?" in plan) if sqlite else ("Index Cond" in plan and f"{column.name} = ANY" in plan), plan
