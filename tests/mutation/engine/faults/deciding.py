"""Faults in deciding: what changed, what travels, what waits, what may be taken away."""

from __future__ import annotations

from tests.mutation.engine.seeded import Seeded, invariant
from tests.mutation.fault import Fault

SEEDED = (
    Seeded(
        asked="single base",
        fault=Fault(
            "engine/lines.py",
            '        right_changed=link is not None and _changed(pair, context, line, "right", right, link.right_base),\n',
            "        right_changed=link is not None\n"
            "        and line.to_right is not None\n"
            "        and right_holds\n"
            '        != _direction(pair, context, line, "right", replace(left, fields=link.left_base), right, suffix)[0],\n',
            "both sides are compared with one base: the left one, mapped",
        ),
        killer=invariant("I29_quiescence", "coercions_stay"),
    ),
    Seeded(
        asked="no read-back",
        fault=Fault(
            "engine/journal.py",
            "    if written is None or found.modified is None or found.modified <= written:\n        return found\n",
            "    written = written or found.modified\n",
            "what was sent is the base, not what the system made of it",
        ),
        killer=invariant("I29_quiescence", "coercions_stay"),
    ),
    Seeded(
        asked="epoch not bumped",
        fault=Fault(
            "engine/steps/linked.py",
            "        known = all(state.line.digest in link.lines for state in unit)\n",
            "        known = bool(link.lines)\n",
            "a line of changed rules counts as synced before",
        ),
        killer=invariant("I28_convergence", "rules_changed_and_nothing_else"),
    ),
    Seeded(
        fault=Fault(
            "engine/passes.py",
            "    if passed is None or passed[0] != pass_digest(pair, context):\n",
            "    if passed is None:\n",
            "changed rules are no reason to look at every record",
        ),
        killer=invariant("I28_convergence", "rules_changed_and_nothing_else"),
    ),
    Seeded(
        fault=Fault(
            "engine/merging.py",
            "    if left_changed and right_changed:\n",
            "    if left_changed or right_changed:\n",
            "a change on one side alone is a conflict",
        ),
        killer=invariant("I04_single_sided_change_wins"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/units.py",
            '            context.expect(pair.left.connection, left)\n            context.expect(pair.right.connection, right)\n        elif decision in {"report_left"',
            '            context.expect(pair.left.connection, left)\n            context.expect(pair.right.connection, right)\n            return\n        elif decision in {"report_left"',
            "a field in conflict keeps every other field of its record",
        ),
        killer=invariant("I05_field_independence"),
    ),
    Seeded(
        fault=Fault(
            "engine/writes.py",
            "                    based_on = operation.record\n",
            "                    based_on = None\n",
            "an update goes out whatever became of the record since",
        ),
        killer=invariant("I02_no_silent_loss", "edited_meanwhile"),
    ),
    Seeded(
        fault=Fault(
            "engine/journal.py",
            "        self._outcomes.history += history_of(self._context, write, record)\n",
            "",
            "what was written over stands in no history",
        ),
        killer=invariant("I02_no_silent_loss"),
    ),
    Seeded(
        fault=Fault(
            "engine/writes.py",
            "        complete[name] = found\n",
            '        complete[name] = type(found)(f"{float(found):.6g}") if type(found).__name__ == "Decimal" else found\n',
            "amounts pass through binary fractions of a few digits",
        ),
        killer=invariant("I09_money_exactness"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/deleted.py",
            "    elif (field := _edited(pair, context, link, side, partner)) is not None:\n",
            "    elif (field := _edited(pair, context, link, side, partner)) is not None and not field:\n",
            "an edited record is deleted after its partner",
        ),
        killer=invariant("I06_edit_beats_delete", "edited_before_the_delete_is_seen"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/deleted.py",
            '    action = pair.on_delete.get("left" if status == "left_gone" else "right", "keep")\n',
            '    action = pair.on_delete.get("right" if status == "left_gone" else "left", "keep")\n',
            "what `on delete` says of one side holds for the other",
        ),
        killer=invariant("I07_delete_evidence", "each_side_its_own_policy"),
    ),
    Seeded(
        fault=Fault(
            "engine/writes.py",
            "    return context.partner(value.connection, reference, connection, (value.module,)) or value\n",
            "    return context.partner(value.connection, reference, connection, (value.module,)) or Ref(\n"
            "        value.module, value.source_id\n    )\n",
            "who refers to a partner that is not there yet is sent all the same",
        ),
        killer=invariant("I33_dependency"),
    ),
    Seeded(
        fault=Fault(
            "trial/comparing.py",
            "        if any(same(item.should, item.holds) for item in self.directions):\n",
            "        if any(is_empty(item.holds) or same(item.should, item.holds) for item in self.directions):\n",
            "the verifier takes an empty field for one that agrees",
        ),
        killer=invariant("I39_verifier_soundness"),
    ),
)
