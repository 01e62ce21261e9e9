"""Faults in reading: cursors, stamps, and what may be called absent."""

from __future__ import annotations

from tests.mutation.engine.seeded import Seeded, invariant, regression
from tests.mutation.fault import Fault

SEEDED = (
    Seeded(
        asked="no overlap",
        fault=Fault(
            "adapters/zoho_crm/cursors.py",
            "    bound = start - overlap\n",
            "    bound = start\n",
            "a cursor stands at the beginning of its reading, without the overlap",
        ),
        killer=invariant("I30_no_missed_change", "listed_late"),
    ),
    Seeded(
        asked="no overlap",
        fault=Fault(
            "adapters/zoho_books/observing.py",
            "    bound = start - overlap\n",
            "    bound = start\n",
            "a list from its newest change on is trusted up to the beginning of its reading",
        ),
        killer=invariant("I30_no_missed_change", "listed_late"),
    ),
    Seeded(
        asked="`>` for `>=`",
        fault=Fault(
            "adapters/zoho/stamps.py",
            "return server_time - stamp >= GRANULARITY",
            "return server_time >= stamp",
            "a stamp counts as a version while the same second may still bring another change",
        ),
        killer=invariant("I30_no_missed_change", "two_changes_in_one_second"),
    ),
    Seeded(
        asked="local clock",
        fault=Fault(
            "adapters/zoho_crm/cursors.py",
            "    bound = start - overlap\n",
            "    bound = dt.datetime.now(dt.UTC) - overlap\n",
            "a cursor goes by the clock of the machine",
        ),
        killer=invariant("I31_cursor_discipline"),
    ),
    Seeded(
        asked="cursor before commit",
        fault=Fault(
            "engine/steps/observe.py",
            "        with self._state.transaction():\n            self._stage()\n",
            "        self._state.end_observation(self.name, self.step.fields, end.cursor)\n"
            "        with self._state.transaction():\n            self._stage()\n",
            "the cursor is committed before what it covers",
        ),
        killer=invariant("I31_cursor_discipline"),
    ),
    Seeded(
        asked="absence from a truncated sweep",
        fault=Fault(
            "engine/steps/absence.py",
            "{*said_gone, *self._not_seen(seen)} if complete else set(said_gone)",
            "{*said_gone, *self._not_seen(seen)}",
            "what a reading of any kind does not show is absent",
        ),
        killer=invariant("I13_ambiguity_inert", "cut_lists"),
    ),
    Seeded(
        asked="403 as absence",
        fault=Fault(
            "engine/steps/absence.py",
            "        return connection.fetch(self._step.module, sorted(ids), self._step.fields)\n",
            "        try:\n            return connection.fetch(self._step.module, sorted(ids), self._step.fields)\n        except Exception:\n            return {}\n",
            "a record that may not be read is gone",
        ),
        killer=invariant("I08_partial_reads_never_delete", "forbidden_to_confirm"),
    ),
    Seeded(
        asked="no confirming GET",
        fault=Fault(
            "engine/steps/absence.py",
            "        if not ids:\n            return {}\n        connection",
            "        if ids or not ids:\n            return {}\n        connection",
            "absence is a fact without a direct read",
        ),
        killer=invariant("I08_partial_reads_never_delete"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/observe.py",
            '                gone[record_id] = "outside"\n',
            '                gone[record_id] = "gone"\n',
            "what left the view is gone",
        ),
        killer=invariant("I37_scope"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/observe.py",
            "            if on_file is not None and modified is not None and modified < on_file:\n",
            "            if on_file is not None and modified is not None and modified is None:\n",
            "a row of a list that is older than what is on file counts as a change",
        ),
        killer=regression("I04_stale_row_of_a_list"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/absence.py",
            "        return self._all_if_many(free, set(there)), there\n",
            "        return set(), {}\n",
            "a list that says it is complete is believed about records without a partner",
        ),
        killer=regression("I13_empty_answer_before_a_dispute"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/absence.py",
            "        return self._unmodified(there) if complete else set(there)\n",
            "        return set()\n",
            "a view that says it is complete is believed at once",
        ),
        killer=invariant("I13_ambiguity_inert", "cut_lists"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/absence.py",
            "        return self._all_if_many(free, free & suspects)\n",
            "        return set()\n",
            "a view that shows unmodified records no more is believed when it says so twice",
        ),
        killer=invariant("I13_ambiguity_inert", "lists_cut_for_good"),
    ),
    Seeded(
        fault=Fault(
            "engine/agenda.py",
            "if context.plan is not whole else frozenset()",
            "if context.plan is run.whole else frozenset()",
            "what changed while a pair was held is not looked at later",
        ),
        killer=invariant("I08_partial_reads_never_delete", "unreadable_modules"),
    ),
    Seeded(
        fault=Fault(
            "engine/reviewing.py",
            "        if subject.rule in context.held:\n            return False\n",
            "",
            "the questions of a pair that is held count as settled",
        ),
        killer=invariant("I08_partial_reads_never_delete", "unreadable_asks_nothing"),
    ),
    Seeded(
        fault=Fault(
            "engine/steps/observe.py",
            "    end = reading.settle(reading.read(task), task)\n",
            "    try:\n        end = reading.read(task)\n    except Fault:\n"
            "        end = ObservationEnd(complete=False, cursor=None, server_time=context.run.clock())\n"
            "    reading.settle(end, task)\n",
            "a reading that ends with a fault counts as one that came to its end",
        ),
        killer=invariant("I08_partial_reads_never_delete", "unreadable_modules"),
    ),
)
