"""Faults in what becomes of saved change sets, and in undo."""

from __future__ import annotations

from tests.mutation.engine.seeded import Seeded
from tests.mutation.fault import Fault

SETS = "unit/engine/test_change_sets.py::test_"
UNDO = "unit/engine/test_undo.py::test_"

SEEDED = (
    Seeded(
        fault=Fault(
            "engine/selecting.py",
            "    context.operations = list(selection.kept)\n",
            "    context.operations = [*selection.kept, *selection.fresh]\n",
            "a saved change set is performed with what has come up since",
        ),
        killer=f"{SETS}what_came_up_since_is_left_for_the_next_run",
    ),
    Seeded(
        fault=Fault(
            "engine/selecting.py",
            '            context.look_again(name.connection, name.module, name.id or "")\n',
            "            pass\n",
            "what is left out of a saved change set is forgotten",
        ),
        killer=f"{SETS}what_came_up_since_is_left_for_the_next_run",
    ),
    Seeded(
        fault=Fault(
            "engine/selecting.py",
            '            "guards": verdicts(context, estimates(context)),\n',
            "",
            "what other runs did since counts towards no guard of the day",
        ),
        killer=f"{SETS}a_guard_of_the_day_counts_what_others_did_since",
    ),
    Seeded(
        fault=Fault(
            "engine/undoing.py",
            "            changed = not _same(context, here.connection, record, entry.field, now, entry.new)\n",
            "            changed = False\n",
            "an undo puts back what was edited since",
        ),
        killer=f"{UNDO}what_changed_since_goes_to_review",
    ),
    Seeded(
        fault=Fault(
            "engine/undoing.py",
            " or _moved(context, pair, link, side, written, partner):\n",
            ":\n",
            "an undo puts back what the other side's edit is about to replace",
        ),
        killer=f"{UNDO}what_changed_since_goes_to_review",
    ),
    Seeded(
        fault=Fault(
            "engine/interpreter.py",
            "        observation.focus({})\n",
            "        pass\n",
            "what was read during an undo counts as looked at",
        ),
        killer=f"{UNDO}news_is_not_lost_by_an_undo",
    ),
)
