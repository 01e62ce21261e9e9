"""Running the rules' own tests: the engine itself, over two systems in memory and a state that is thrown away."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from syncdsl.analysis.rehearsals import Expected, NothingExpected, PutRecord, SetToday
from syncdsl.changes.effects import Create
from syncdsl.changes.rehearsed import Failure, TestReport, TestResult
from syncdsl.diagnostics import Fault
from syncdsl.engine.exchange import switch_of
from syncdsl.engine.lines import SIDES
from syncdsl.engine.run import Run, apply
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.restriction import restricted
from syncdsl.schema.fitting import convert, misfit
from syncdsl.schema.values import PartnerOf, Ref
from syncdsl.trial.beginnings import opened_beginnings
from syncdsl.trial.concerned import Reach, concerned, reach
from syncdsl.trial.explaining import missing, nearest, surplus
from syncdsl.trial.happenings import happened, is_skip
from syncdsl.trial.lookups import offer_lookups
from syncdsl.trial.meeting import assign, compare
from syncdsl.trial.memory_pair import MemoryPair
from syncdsl.trial.places import spot
from syncdsl.trial.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from syncdsl.analysis.rehearsals import Rehearsal, Setting
    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.changes.effects import Hold
    from syncdsl.diagnostics import Span
    from syncdsl.engine.report import ApplyReport
    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.values import Fields, Value
    from syncdsl.trial.beginnings import Beginnings
    from syncdsl.trial.happenings import Happened

_NEVER = dt.timedelta(days=100_000)
_MOST_RUNS = 4
"""After so many runs what is given is linked, or never will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is tested. `compiling` makes expressions ready, `watching` is told of everything that was done."""

    plan: Plan
    schemas: Mapping[str, SchemaSnapshot]
    compiling: Callable[[PlanExpression, Mapping[str, TablePlan]], Evaluator] = compile_expression
    watching: Callable[[ApplyReport], None] = lambda _report: None
    whole: bool = False
    """Whether every run carries out every step, also those that have nothing to decide."""
    _parts: dict[object, Plan] = field(default_factory=dict, repr=False)

    def part(self, within: Reach, filled: frozenset[tuple[str, str]]) -> Plan:
        """Return the part of the plan that a run concerns; worked out once."""
        if self.whole:
            return self.plan
        if (within, filled) not in self._parts:
            self._parts[within, filled] = concerned(self.plan, within, filled)
        return self._parts[within, filled]


class _Broken(Exception):  # noqa: N818 - becomes a finding of the test
    """The test cannot be carried out."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


def rehearse_all(
    rehearsals: Sequence[Rehearsal],
    rules: Rules,
    *,
    fail_fast: bool = False,
    told: Callable[[TestResult], None] = lambda _result: None,
) -> TestReport:
    """Run tests one after the other, each over systems and a state of its own.

    With `fail_fast` nothing is run after the first that does not pass. `told` hears of each as soon as it is known.
    Nothing is written but temporary files, and no connection is opened.
    """
    began = time.perf_counter()
    results: list[TestResult] = []
    with opened_beginnings(rehearsals) as beginnings:
        for rehearsal in rehearsals:
            result = _rehearsed(rehearsal, rules, beginnings)
            results.append(result)
            told(result)
            if fail_fast and result.outcome != "passed":
                break
    return TestReport(
        results=tuple(results), seconds=time.perf_counter() - began, skipped=len(rehearsals) - len(results)
    )


def _rehearsed(rehearsal: Rehearsal, rules: Rules, beginnings: Beginnings) -> TestResult:
    began = time.perf_counter()
    stage = _Stage(rehearsal, rules, beginnings)
    try:
        failures = stage.perform()
        outcome = "failed" if failures else "passed"
    except _Broken as broken:
        failures = [Failure(kind="broken", message=broken.message, place=spot(broken.span))]
        outcome = "broken"
    except Fault as fault:
        told = f"{fault.code.id}: {fault.message}"
        failures = [Failure(kind="broken", message=f"a run ended with {told}", place=spot(rehearsal.span))]
        outcome = "broken"
    return TestResult.model_validate(
        {
            "name": rehearsal.name,
            "case": rehearsal.case,
            "file": rehearsal.span.file,
            "line": rehearsal.span.line,
            "outcome": outcome,
            "seconds": time.perf_counter() - began,
            "failures": tuple(failures),
        }
    )


class _Stage:
    """One test under way."""

    def __init__(self, rehearsal: Rehearsal, rules: Rules, beginnings: Beginnings) -> None:
        self._rehearsal = rehearsal
        self._rules = rules
        puts = [step for step in rehearsal.steps if isinstance(step, PutRecord)]
        self._within = reach(rules.plan, {(step.connection, step.module) for step in puts})
        self._beginnings = beginnings
        begun = self._begun = beginnings.of(rehearsal)
        self._state = beginnings.open(begun)
        self._pair = begun.pair.copy() if begun is not None else MemoryPair(rules.schemas, rehearsal.first_day)
        self._holds: set[str] = set(begun.holds) if begun is not None else set()
        self._on = begun is not None and begun.on

    def perform(self) -> list[Failure]:
        """Carry out every step; raises _Broken for one that cannot be."""
        steps = self._rehearsal.steps
        if self._begun is None:
            self._give([step for step in steps if isinstance(step, PutRecord) and step.given])
            self._beginnings.keep(self._rehearsal, self._pair, self._state, frozenset(self._holds), on=self._on)
        report: ApplyReport | None = None
        effects: list[Happened] = []
        failures: list[Failure] = []
        asked: list[Expected | NothingExpected] = []
        due = False
        for number, step in enumerate(steps):
            match step:
                case PutRecord() | SetToday():
                    failures += self._judge(asked, effects, report)
                    asked = []
                    if self._is_change(step, number):
                        if not self._on:
                            self._run()
                        self._do(step)
                        due = True
                case Expected() | NothingExpected():
                    if isinstance(step, NothingExpected) and step.again:
                        failures += self._judge(asked, effects, report)
                        asked = []
                    if report is None or due or (isinstance(step, NothingExpected) and step.again):
                        report, effects = self._run()
                        due = False
                    asked.append(step)
                case _:
                    assert_never(step)
        failures += self._judge(asked, effects, report)
        return failures

    def _judge(
        self, asked: Sequence[Expected | NothingExpected], effects: Sequence[Happened], report: ApplyReport | None
    ) -> Iterator[Failure]:
        """Compare everything that is expected of one run with what happened in it."""
        expectations = [step for step in asked if isinstance(step, Expected)]
        table = [[compare(one, item, self._rules.plan, self._pair) for item in effects] for one in expectations]
        met = assign(table)
        taken = {column for column in met if column is not None}
        unmet = [nearest(table[row], taken) for row, column in enumerate(met) if column is None]
        # What is told as the nearest to an expectation that it does not meet is not told again.
        claimed = taken | {number for number in unmet if number is not None}
        left = [item for column, item in enumerate(effects) if column not in claimed]
        for step in asked:
            if isinstance(step, NothingExpected):
                if left:
                    yield surplus(step, left, self._pair)
            elif met[row := expectations.index(step)] is None:
                reported = [text for text in report.changes.reported if not is_skip(text)] if report else ()
                yield missing(step, table[row], effects, taken, reported, self._rules.plan, self._pair, self._state)

    def _is_change(self, step: PutRecord | SetToday, number: int) -> bool:
        """Return whether a step comes after the rules are switched on, which have to run after it."""
        if isinstance(step, PutRecord):
            return not step.given
        return number > self._rehearsal.first_change

    def _do(self, step: PutRecord | SetToday) -> None:
        """Carry out what somebody else does, or let days go by."""
        if isinstance(step, PutRecord):
            self._put(step)
        elif step.date > self._pair.now.date():
            self._pair.set_today(step.date)

    # -- steps --------------------------------------------------------------------------------------------------

    def _put(self, step: PutRecord) -> None:
        pair = self._pair
        fields: Fields = {}
        for setting in step.settings:
            fields[setting.field] = self._value(setting, step)
        refusal = pair.put(step.connection, step.module, step.label, fields)
        if refusal is not None:
            at = next((setting.span for setting in step.settings if setting.field == refusal.field), step.span)
            what = f"`{refusal.field}`: {refusal.message}" if refusal.field is not None else refusal.message
            raise _Broken(f'{step.connection} would not take "{step.label}": {what}', at)

    def _value(self, setting: Setting, step: PutRecord) -> Value:
        if setting.label is not None:
            found = self._pair.find(step.connection, getattr(setting.type, "modules", ()), setting.label)
            if found is None:
                raise _Broken(f'there is no record "{setting.label}" yet', setting.span)
            return found
        if setting.value is None:
            return None
        evaluate = compile_expression(setting.value, self._rules.plan.tables)
        value = convert(evaluate({}, Sight(store=self._pair.stores[step.connection])), setting.type)
        problem = misfit(value, setting.type)
        if problem is not None:
            raise _Broken(f"`{setting.text}` does not fit: {problem}", setting.span)
        return value

    # -- running ------------------------------------------------------------------------------------------------

    def _give(self, given: Sequence[PutRecord]) -> None:
        """Make what is given, link it, and switch the rules on: all that is true already is the baseline.

        Where a trigger says `backfill` it is linked before by the modules alone, so that what comes of switching on is
        there to be expected.
        """
        for step in given:
            self._put(step)
        names: list[str] = []
        if any(trigger.backfill is not None for trigger in self._rules.plan.triggers):
            # Judged by the whole: what is linked now may refer to what another module links.
            names = [name for name in self._within.pairs if self._rules.plan.pairs[name].exchange is None]
            if not names:
                return
        holds: Sequence[Hold] = ()
        for _ in range(_MOST_RUNS):
            report = self._apply(names)
            holds = report.changes.holds
            if not report.changes.changes or self._settled(report):
                break
        if not names:
            self._holds.update(hold.id for hold in holds)
        of_modules = [hold for hold in holds if hold.rule in self._rules.plan.pairs]
        for step in given:
            identifier = self._pair.labels[step.connection, step.module, step.label]
            for hold in of_modules:
                if identifier in {one.id for one in (hold.record, *hold.candidates)}:
                    raise _Broken(
                        f'"{step.label}" cannot be given: what is given is linked, and this waits: {hold.reason}',
                        step.span,
                    )

    def _settled(self, report: ApplyReport) -> bool:
        """Return whether another run surely had nothing to do: all that was done is to make partners, whole.

        A partner that was made may give something back, by lines that lead to where it was made from.
        """
        if report.changes.holds or report.waiting or report.failed:
            return False
        for effect in report.changes.changes:
            pair = self._rules.plan.pairs.get(effect.rule)
            if not isinstance(effect, Create) or pair is None:
                return False
            back = "to_left" if effect.source_side == "left" else "to_right"
            if any(getattr(line, back) is not None for line in pair.one_way_lines):
                return False
        return True

    def _run(self) -> tuple[ApplyReport, list[Happened]]:
        report = self._apply()
        return report, happened(report, self._rules.plan, self._pair, self._holds, self._partner, self._beside)

    def _apply(self, names: Sequence[str] = ()) -> ApplyReport:
        """Run the rules; with `names` only these modules of them, and without switching anything on."""
        self._pair.wait()
        offer_lookups(self._rules.plan, self._pair)
        plan = self._rules.part(self._within, self._pair.filled())
        if names:
            plan = restricted(plan, names, self._rules.schemas)
        run = Run(
            plan=plan,
            whole=self._rules.plan if names else None,
            schemas=self._rules.schemas,
            connections=self._pair.connections,
            state=self._state,
            environment="test",
            user="test",
            clock=lambda: self._pair.now,
            sweep_after=_NEVER,
            activates=not names and not self._on,
            compiling=self._rules.compiling,
        )
        with self._state.reading():  # one session for the whole run, whose end commits: nobody else is there to see
            report = apply(run, confirm=self._approve)
        if not names and not self._on:
            self._switch_on()
        self._rules.watching(report)
        self._pair.wait()
        return report

    def _switch_on(self) -> None:
        """Know that the rules are switched on, and documents exchanged from now on, also of kinds there are none of."""
        self._on = True
        for name in self._within.pairs:
            pair = self._rules.plan.pairs[name]
            for side in SIDES if pair.exchange is not None else ():
                switch = switch_of(self._rules.plan, pair, side)
                if self._state.activation(switch) is None:
                    self._state.activate(switch, self._pair.now)

    def _approve(self, changes: ChangeSet) -> bool:
        """Approve what a guard would stop, as a person does: guards are about many records, a test about few."""
        if changes.exceeded:
            self._state.approve(changes.digest, "test", self._pair.now)
        return True

    def _partner(self, wanted: PartnerOf) -> Ref | None:
        for pair in self._rules.plan.pairs.values():
            for here, there, left in ((pair.left, pair.right, True), (pair.right, pair.left, False)):
                if (here.connection, here.module) != (wanted.connection, wanted.source_module):
                    continue
                if there.module != wanted.module:
                    continue
                for link in self._state.links(pair.name):
                    if (link.left_id if left else link.right_id) == wanted.source_id:
                        return Ref(there.module, link.right_id if left else link.left_id)
        return None

    def _beside(self, rule: str, identifier: str) -> str | None:
        """Return the id of the partner that a record has in a module of the rules."""
        for link in self._state.links(rule):
            if identifier in {link.left_id, link.right_id}:
                return link.right_id if identifier == link.left_id else link.left_id
        return None
