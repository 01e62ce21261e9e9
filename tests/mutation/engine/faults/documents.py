"""Faults in how stages become documents."""

from __future__ import annotations

from tests.mutation.engine.seeded import Seeded, invariant
from tests.mutation.fault import Fault

SEEDED = (
    Seeded(
        asked="baseline fires",
        fault=Fault(
            "engine/steps/edges.py",
            "    return False if activation is not None and _made_since(record, activation) else None\n",
            "    return False\n",
            "what is true when rules are switched on counts as having turned true",
        ),
        killer=invariant("I26_no_phantom_edges", "what_was_there_is_baseline"),
    ),
    Seeded(
        asked="instance not counted",
        fault=Fault(
            "engine/live.py",
            '        if standing is not None and standing != "closed":\n            return instance\n',
            '        if standing is not None and standing == "paid":\n            return instance\n',
            "a live document does not keep a second one from being made",
        ),
        killer=invariant("I25_edge_exactly_once"),
    ),
    Seeded(
        asked="sent ignored",
        fault=Fault(
            "engine/live.py",
            '    return "accepted" if status == instance.doc_status == "accepted" else "sent"\n',
            '    return "draft"\n',
            "a document that was sent counts as a draft",
        ),
        killer=invariant("I27_closed_documents"),
    ),
    Seeded(
        asked="edge before commit",
        fault=Fault(
            "engine/steps/acting.py",
            "    number, turn = next_turn(context, document, record.id, part)\n",
            "    number, turn = next_turn(context, document, record.id, part)\n    settle(context, plan, triggers, record.id)\n",
            "an edge is committed when it is decided on, not with its intent",
        ),
        killer=invariant("I25_edge_exactly_once"),
    ),
    Seeded(
        fault=Fault(
            "engine/live.py",
            '    if status in document.paid:\n        return "paid"\n',
            "",
            "a document that was paid counts as one that was sent",
        ),
        killer=invariant("I27_closed_documents"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/replay.py",
            "        if (modified := records[record_id].modified) is None or modified > moment\n",
            "        if False\n",
            "stages between two runs are not asked for",
        ),
        killer=invariant("I25_edge_exactly_once", "between_two_runs"),
    ),
    Seeded(
        fault=Fault(
            "engine/document_values.py",
            "    fixed = {item.target for item in document.assignments if names_today(item.value)}\n",
            "    fixed: set[str] = set()\n",
            "a draft takes on the date of every day",
        ),
        killer=invariant("I41_quiet_clock", "a_date_is_fixed"),
    ),
    Seeded(
        fault=Fault(
            "engine/live.py",
            "    return number, max((item.turn for item in made if item.part == part), default=-1) + 1\n",
            "    return number, 0\n",
            "every document of a record carries the same key",
        ),
        killer=invariant("I25_edge_exactly_once"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/replay.py",
            "        outcome.again += [*making, *others]\n",
            "        outcome.fire += [*making, *others]\n",
            "a new document is made before the old one is closed",
        ),
        killer=invariant("I25_edge_exactly_once", "between_two_runs"),
    ),
    Seeded(
        fault=Fault(
            "engine/journal.py",
            "            before = self._before.get((one, operation.source.id), looked_at(self._context, operation))\n",
            "            before = looked_at(self._context, operation)\n",
            "an edge that was refused is judged again from where it was refused",
        ),
        killer=invariant("I25_edge_exactly_once", "between_two_runs"),
    ),
)
