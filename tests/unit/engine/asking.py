"""Asking why, in the engine's world: by what is on file, or by reading the one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.engine.world import SCHEMAS, compiled

from syncdsl.engine.explaining.looking import look_at
from syncdsl.engine.explaining.on_file import on_file
from syncdsl.engine.explaining.why_not import why_not
from syncdsl.engine.run import Run
from syncdsl.engine.subject import Subjects
from syncdsl.schema.values import from_json

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.engine.explaining.answers import Answer, Hurdle, Remedy, WhyNot
    from syncdsl.engine.explaining.looking import Look

PLACES = {"crm": ("Accounts", "Contacts", "Deals"), "books": ("customers", "vendors", "persons", "invoices", "quotes")}


def place_of(world: World, record_id: str) -> tuple[str, str, str]:
    """Return a record of either system with its place."""
    connection = "crm" if record_id in world.crm.records else "books"
    store = world.crm if connection == "crm" else world.books
    return connection, store.records[record_id].module, record_id


def look(world: World, record_id: str, *, now: bool = False) -> Look:
    """Look at a record as the command does: on a copy of the state, and without a call unless `now`."""
    state = world.state(scratch=True)
    run = world.run(state)
    if not now:
        plan = compiled(world.rules_text)
        run = Run(
            plan=plan,
            schemas=SCHEMAS,
            connections=on_file(state, plan, SCHEMAS),
            state=state,
            environment=world.environment,
            clock=run.clock,
        )
    return look_at(run, place_of(world, record_id), fresh=now)


def ask(world: World, record_id: str, rule: str | None = None, *, now: bool = False) -> WhyNot:
    """Ask why a record is not synced."""
    seen = look(world, record_id, now=now)
    name = Subjects(seen.context.run.state, compiled(world.rules_text), SCHEMAS).name(place_of(world, record_id))
    return why_not(seen, name, rule)


def answer(world: World, record_id: str, rule: str | None = None, *, now: bool = False) -> Answer:
    """Ask about one rule, and return its only answer."""
    (found,) = ask(world, record_id, rule, now=now).answers
    return found


def failing(world: World, record_id: str, rule: str | None = None, *, now: bool = False) -> Hurdle:
    """Return the first hurdle that fails."""
    found = answer(world, record_id, rule, now=now)
    assert found.failing is not None, found
    return found.failing


def do(world: World, record_id: str, remedy: Remedy) -> None:
    """Do what a remedy suggests to the record's fields."""
    assert remedy.values, remedy
    world.edit(record_id, **{name: from_json(value) for name, value in remedy.values.items()})
