"""A state that knows the links of a world's records, and the records of the sides that were read before."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import insert

from syncdsl.engine.context import Context
from syncdsl.engine.key_forms import form_text, key_form
from syncdsl.engine.lines import pair_fields
from syncdsl.engine.passes import pass_digest
from syncdsl.engine.run import Run
from syncdsl.engine.steps.observe import carried_key, stored_record
from syncdsl.schema.canonical import canonical
from syncdsl.state import Link, open_state
from syncdsl.state.tables import LINK
from twins.connection import NOW, Side
from twins.rules import SCHEMAS, compiled
from twins.world import PAIR, World, key_of, record_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syncdsl.adapters.protocol import Record
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.schema.values import Fields
    from syncdsl.state import State
    from twins.connection import Call
    from twins.world import SideName

URL = "sqlite:///state.db"
BATCH = 1_000
LATER = NOW + dt.timedelta(hours=12)
"""When the sides that were read before were read completely."""
SIDES: tuple[SideName, SideName] = ("crm", "books")


@contextmanager
def opened_run(
    folder: Path, call: Call, *, scratch: bool = False, sweep: bool = False, now: dt.datetime = NOW
) -> Iterator[Run]:
    """Open the state in a folder for a run; with `scratch` a copy of it, as previews do."""
    state = open_state(URL, base=folder, scratch=scratch)
    try:
        yield Run(
            plan=compiled(),
            schemas=SCHEMAS,
            connections={side: Side(side, call) for side in SIDES},
            state=state,
            environment="benchmark",
            clock=lambda: now,
            sweep=sweep,
        )
    finally:
        state.close()


def seed(folder: Path, number: int, read: tuple[SideName, ...]) -> None:
    """Make the state of a world in which every record is linked and settled, and some sides were read before.

    When both were, everything was looked at once.
    """
    world = World(number=number)
    with opened_run(folder, world.answer) as run, run.state.transaction():
        for side in read:
            run.state.begin_observation(_name(side))
        for start in range(0, number, BATCH):
            numbers = range(start, min(start + BATCH, number))
            records = {side: _records(world, run, side, numbers) for side in SIDES}
            _put_links(run.state, numbers, records)
            for side in read:
                key_field = SCHEMAS[side].modules[_step(side).module].key_field
                staged = [(stored_record(one), carried_key(one, key_field)) for one in records[side]]
                run.state.stage(_name(side), staged)
            if set(read) == set(SIDES):
                _put_forms(run, records)
        for side in read:
            run.state.clear_agenda(_name(side))
            run.state.end_observation(_name(side), _step(side).fields, "0", swept=LATER)
        if set(read) == set(SIDES):
            _note_pass(run)


def _step(side: SideName) -> ObserveStep:
    return next(step for step in compiled().steps if step.step == "observe" and step.connection == side)


def _name(side: SideName) -> str:
    return f"{side}.{_step(side).module}"


def _records(world: World, run: Run, side: SideName, numbers: range) -> list[Record]:
    connection = run.connections[side]
    assert isinstance(connection, Side)  # noqa: S101 - the run was opened with nothing else
    names = [name for name in _step(side).fields if name != "id"]
    rows = (json.loads(world.row(side, number), parse_float=Decimal) for number in numbers)
    return [connection.record(row, names) for row in rows]


def _put_links(state: State, numbers: range, records: dict[SideName, list[Record]]) -> None:
    lines = tuple(sorted(line.digest for line in compiled().pairs[PAIR].lines))
    links = [
        Link(
            uid=key_of(number),
            pair=PAIR,
            left_id=record_id("crm", number),
            right_id=record_id("books", number),
            key=key_of(number),
            lines=lines,
            left_base=_base("crm", left),
            right_base=_base("books", right),
            origin="created_right",
            linked_at=NOW,
        )
        for number, left, right in zip(numbers, records["crm"], records["books"], strict=True)
    ]
    # Past the history of how they came about, which is long and was let go.
    with state.transaction() as connection:
        connection.execute(insert(LINK), [{**_values(link), "lines": list(link.lines)} for link in links])


def _values(link: Link) -> dict[str, Any]:
    return {item.name: getattr(link, item.name) for item in dataclasses.fields(link)}


def _put_forms(run: Run, records: dict[SideName, list[Record]]) -> None:
    pair, context = compiled().pairs[PAIR], _context(run)
    for side in SIDES:
        where: Literal["left", "right"] = "left" if side == "crm" else "right"
        forms = {
            record.id: [
                (place, form_text(form))
                for place, key in enumerate(pair.keys)
                if (form := key_form(key, pair, where, context, record)) is not None
            ]
            for record in records[side]
        }
        run.state.put_forms(PAIR, where, forms)


def _base(side: SideName, record: Record) -> Fields:
    fields = SCHEMAS[side].modules[record.module].fields
    mapped = pair_fields(compiled().pairs[PAIR], "left" if side == "crm" else "right")
    return {name: canonical(value, fields[name].value) for name, value in record.fields.items() if name in mapped}


def _context(run: Run) -> Context:
    identities = {name: connection.identity() for name, connection in run.connections.items()}
    return Context(run=run, identities=identities, fixed_today=NOW.date())


def _note_pass(run: Run) -> None:
    context = _context(run)
    run.state.put_pass(PAIR, pass_digest(compiled().pairs[PAIR], context), NOW.date().isoformat())
