"""Faults in control: guards, approvals, the lease, previews, rates."""

from __future__ import annotations

from tests.mutation.engine.seeded import Seeded, invariant
from tests.mutation.fault import Fault

SEEDED = (
    Seeded(
        asked="guard after the first write",
        fault=Fault(
            "engine/sinks.py",
            "        refuse_unapproved(context.run, changes, self._expected)\n",
            "        if changes.exceeded:\n"
            "            self._execution = Execution(context=context, run_id=self._run_id, fence=self._fence)\n"
            "            self._commit_decisions(context)\n"
            "            for step in context.plan.steps:\n"
            '                if step.step == "write":\n'
            "                    self.write(step, context)\n"
            "                    break\n"
            "        refuse_unapproved(context.run, changes, self._expected)\n",
            "the guards are asked after the first module was written",
        ),
        killer=invariant("I21_thresholds_preemptive"),
    ),
    Seeded(
        fault=Fault(
            "engine/consenting.py",
            '    return "" if state.approved(digest) else UNAPPROVED\n',
            '    return "" if state.approved(digest) or state.approved("b2:another") else UNAPPROVED\n',
            "the approval of one change set opens the guard for another one",
        ),
        killer=invariant("I21_thresholds_preemptive"),
    ),
    Seeded(
        asked="fence unchecked",
        fault=Fault(
            "state/lease.py",
            "        if row is None or row.fence != self._fence:\n            raise _overtaken()\n",
            "        if row is None:\n            raise _overtaken()\n",
            "a run that was overtaken commits all the same",
        ),
        killer=invariant("I24_fencing"),
    ),
    Seeded(
        fault=Fault(
            "engine/execution.py",
            '                self.journal.refused(write, f"{outcome.code}: {outcome.message}")\n',
            '                self.journal.refused(write, f"{outcome.code}: {outcome.message}")\n'
            "                from syncdsl.diagnostics.codes.adapters import UNREACHABLE\n"
            "                raise Fault(UNREACHABLE, outcome.message)\n",
            "one refused record ends the run",
        ),
        killer=invariant("I32_poison_isolation"),
    ),
    Seeded(
        fault=Fault(
            "state/runs.py",
            "            if name not in identities or all(now.get(fact) == value for fact, value in known.items()):\n",
            '            if name not in identities or now["environment"] == known["environment"]:\n',
            "another organisation is taken for the one that the state belongs to",
        ),
        killer=invariant("I40_right_organisation"),
    ),
    Seeded(
        fault=Fault(
            "adapters/transport/windows.py",
            "            over = len(self.minute) + len(self.flights) + ahead + 1 - limits.per_minute\n",
            "            over = len(self.minute) + len(self.flights) + ahead - limits.per_minute\n",
            "a minute holds one call more than allowed",
        ),
        killer=invariant("I22_rate"),
    ),
    Seeded(
        fault=Fault(
            "adapters/transport/windows.py",
            "        room = per_day if urgent else per_day - int(per_day * RESERVE)\n",
            "        room = per_day\n",
            "less urgent work uses up the day",
        ),
        killer=invariant("I22_rate", "effects_are_not_starved"),
    ),
    Seeded(
        fault=Fault(
            "state/__init__.py",
            "read_only=read_only, scratch=scratch))",
            "read_only=read_only, scratch=False))",
            "a preview works on the state itself",
        ),
        killer=invariant("I18_dry_run_purity"),
    ),
    Seeded(
        fault=Fault(
            "state/links.py",
            '        "right_base": row["right_base"],\n    }',
            '        "right_base": row["left_base"],\n    }',
            "the history tells the base of one side as that of the other",
        ),
        killer=invariant("I38_lineage"),
    ),
    Seeded(
        fault=Fault(
            "engine/agenda.py",
            "    for connection, module, record_id in sorted({*context.again, *_subjects(context)}):\n",
            "    for connection, module, record_id in sorted(context.again):\n",
            "what was decided and could not be written is looked at no more",
        ),
        killer=invariant("I28_convergence", "refused_for_a_while"),
    ),
)
