"""Faults in creates: what is certain before a call, and after one without an answer."""

from __future__ import annotations

from tests.mutation.engine.seeded import Seeded, invariant, regression
from tests.mutation.fault import Fault

SEEDED = (
    Seeded(
        asked="resend without lookup",
        fault=Fault(
            "engine/recovery.py",
            '        if intent.op == "create" and intent.state in {"sent", "ambiguous", "quarantined"}:\n',
            '        if intent.op == "create" and intent.state in {"quarantined"}:\n',
            "a create without an answer is sent again at once",
        ),
        killer=invariant("I11_at_most_once", "late_with_nothing_to_tell_by"),
    ),
    Seeded(
        asked="lookup in a lagging index",
        fault=Fault(
            "adapters/zoho_books/finding.py",
            "        if missed and self._parameter(module, field) is not None:\n",
            "        if missed and not missed:\n",
            "a key is looked up through the search index alone",
        ),
        killer="conformance/test_books_calls.py::test_a_key_is_found_while_the_index_lags",
    ),
    Seeded(
        fault=Fault(
            "engine/journal.py",
            "            self._state.mark_sent([write.iid for write in writes], now)\n",
            "            self._state.mark_sent([], now)\n",
            "that a write is being sent is not on file before it is",
        ),
        killer=invariant("I11_at_most_once", "death_with_nothing_to_tell_by"),
    ),
    Seeded(
        fault=Fault(
            "engine/execution.py",
            "            case Ambiguous():\n                self.journal.unknown(write, outcome.reason)\n",
            "            case Ambiguous():\n                self.journal.refused(write, outcome.reason)\n",
            "a call without an answer counts as refused",
        ),
        killer=invariant("I11_at_most_once", "late_with_nothing_to_tell_by"),
    ),
    Seeded(
        fault=Fault(
            "engine/execution.py",
            "            case Ambiguous():\n                self.journal.unknown(write, outcome.reason)\n                self.report.unknown.extend(write.effects)\n",
            "            case Ambiguous():\n                self.journal.unknown(write, outcome.reason)\n",
            "the report does not say what got no answer",
        ),
        killer=invariant("I20_preview_honesty", "every_end_of_a_write_is_told"),
    ),
    Seeded(
        fault=Fault(
            "engine/recovery.py",
            '                right_base=held if side == "right" else source_base,\n',
            '                right_base=source_base if side == "right" else held,\n',
            "a create found again has the bases of its sides exchanged",
        ),
        killer=invariant("I04_single_sided_change_wins", "after_a_create_without_answer"),
    ),
    Seeded(
        asked="lookup in a lagging index",
        fault=Fault(
            "engine/children.py",
            "abs(context.run.clock() - sent) < TIMEOUT + settle",
            "abs(context.run.clock() - sent) < TIMEOUT",
            "an index that lags is asked once, and what it does not know is sent again",
        ),
        killer=invariant("I11_at_most_once", "lookup_in_a_lagging_index"),
    ),
    Seeded(
        asked="resend without lookup",
        fault=Fault(
            "engine/recovery.py",
            "            found = connection.find(intent.module, key_field, [intent.key], wanted).get(intent.key, [])\n",
            "            found: list[Record] = []\n            return self._drop(intent, context)\n",
            "a create whose key could be looked up is sent again without",
        ),
        killer=regression("I11_resent_within_settle"),
    ),
    Seeded(
        fault=Fault(
            "engine/recovery.py",
            "            if not found and self._only_searched(intent, context) and may_still_land(intent, context):\n",
            "            if found and self._only_searched(intent, context) and may_still_land(intent, context):\n",
            "nobody waits for a create that may still land",
        ),
        killer=regression("I11_resent_within_settle"),
    ),
    Seeded(
        fault=Fault(
            "engine/recovery.py",
            "        entries = came_about(intent, context)\n        if not entries:\n",
            "        entries = came_about(intent, context)\n        if entries is not None:\n",
            "an update without an answer leaves nothing in the history",
        ),
        killer=regression("I02_update_without_answer"),
    ),
    Seeded(
        fault=Fault(
            "engine/execution.py",
            "        return self.context.run.recovery.safe_create and tier is Tier.T0\n",
            "        return self.context.run.recovery.safe_create and tier is not None\n",
            "creates go out as upserts, which land late over what a person edited",
        ),
        killer=regression("I02_late_upsert_over_an_edit"),
    ),
)
