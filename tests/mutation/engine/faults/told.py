"""Faults in runs that read only what they were told of."""

from __future__ import annotations

from tests.mutation.engine.seeded import Seeded
from tests.mutation.fault import Fault

TOLD = "unit/engine/test_told.py::test_"

SEEDED = (
    Seeded(
        fault=Fault(
            "engine/recall.py",
            "    return head is not None and head.swept is not None and set(step.fields) <= set(head.fields)\n",
            "    return head is not None or bool(step.fields)\n",
            "what was never read counts as read",
        ),
        killer=f"{TOLD}what_was_never_read_is_read",
    ),
    Seeded(
        fault=Fault(
            "engine/recall.py",
            "    anyway = set(_switched_on(context)) | set(_of_waiting_records(context))\n",
            "    anyway = set(_of_waiting_records(context))\n",
            "a trigger begins with what is on file, and not with a reading",
        ),
        killer=f"{TOLD}a_trigger_that_begins_reads_its_records",
    ),
    Seeded(
        fault=Fault(
            "engine/steps/observe.py",
            "        absent = [one for one in self._told if one not in self._seen and one not in self._said_gone]\n",
            "        absent = [one for one in self._told if one in self._said_gone]\n",
            "a record that a lagging list does not show is not read by its id",
        ),
        killer=f"{TOLD}a_record_that_the_list_does_not_show_yet_is_read_by_its_id",
    ),
    Seeded(
        fault=Fault(
            "engine/steps/observe.py",
            "        same = [one for one in self._told if one in self._seen and one not in self._changed]\n",
            "        same = [one for one in self._told if one in self._seen and one in self._changed]\n",
            "an edit in the second of our own write stays unseen although somebody told of it",
        ),
        killer=f"{TOLD}a_record_that_a_list_shows_as_it_was_is_read_by_its_id",
    ),
)
