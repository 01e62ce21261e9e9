"""I31: a cursor never stands beyond what is durably staged, and never moves back by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.cases import Case, play
from tests.simulator.generator import Shape
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.rules import MODULES, Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import SIDES, require

from syncdsl.adapters.zoho_crm.cursors import read_cursor

if TYPE_CHECKING:
    import datetime as dt

    from tests.simulator.harness import Twins

    from syncdsl.state import State

SHAPE = Shape(runs=4, edits=8, faults=3, soon=60)
RULES = (Rules(lines="plain"),)


def check(case: Case) -> None:
    """At every commit: whatever is stamped up to the cursor is on file as it is."""
    plain = replace(
        case,
        left=replace(case.left, reading="keyset", versions="writes"),
        right=replace(case.right, reading="keyset", versions="writes"),
    )
    reached: dict[str, dt.datetime] = {}

    def committed(pair: Twins, state: State) -> None:
        del state
        with closing(sqlite3.connect(pair.folder / pair.state_name)) as raw:
            cursors = dict(raw.execute("SELECT step, cursor FROM observation").fetchall())
            staged = {(step, one): version for step, one, version in raw.execute(_STAGED)}
        for side in SIDES:
            step = f"{'crm' if side == 'left' else 'books'}.{MODULES[side]}"
            cursor = read_cursor(cursors.get(step))
            if cursor is None:
                continue
            require(cursor.since >= reached.get(step, cursor.since), f"the cursor of {step} moved back")
            reached[step] = cursor.since
            if not cursor.settled:
                continue
            for held in pair.systems[side].living(MODULES[side]):
                version = held.now
                if version.stamp <= cursor.since:
                    known = staged.get((step, held.id))
                    require(known == str(version.number), f"the cursor of {step} passed {held.id} unread")

    with playing(plain) as pair:
        pair.committed = committed
        play(pair, plain.steps)
        pair.settle()


_STAGED = "SELECT step, record_id, version FROM observed_record"


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I31_cursor_discipline(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I31: cursors and what they cover are committed together, and cursors only move on."""
    verify("I31", case, check)
