"""Triggers of one document against each other: those that make and close it at once, and those that add nothing."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from syncdsl.analysis.proofs.scopes import EVERYTHING
from syncdsl.analysis.satisfiability import Conditions, Satisfied, example_text
from syncdsl.diagnostics import Related
from syncdsl.diagnostics.codes.proofs import CREATES_AND_CLOSES, MAY_CREATE_AND_CLOSE, SHADOWED_TRIGGER
from syncdsl.plan.expressions import Created
from syncdsl.plan.reads import parts_of

if TYPE_CHECKING:
    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.plan.pairs import TriggerPlan

CLOSING = frozenset(("void", "decline"))


def run(rules: Rules) -> None:
    """Judge the triggers of each document, two by two."""
    groups: dict[str, list[TriggerPlan]] = {}
    for trigger in rules.triggers:
        groups.setdefault(trigger.document, []).append(trigger)
    fine: set[tuple[str, ...]] = set()
    for group in groups.values():
        place = rules.records[group[0].record].endpoint
        meaning = (
            f"{place.connection}.{place.module}",
            place.where.model_dump_json() if place.where is not None else "",
            *(trigger.model_dump_json(exclude={"location", "text", "record", "document"}) for trigger in group),
        )
        before = len(rules.checker.findings)
        if len(group) > 1 and meaning not in fine:
            _Group(rules, group).judge()
            if len(rules.checker.findings) == before:
                fine.add(meaning)


class _Group:
    """The triggers of one document; their conditions are asked of records in scope."""

    def __init__(self, rules: Rules, triggers: list[TriggerPlan]) -> None:
        self._rules = rules
        self._triggers = triggers
        place = rules.records[triggers[0].record].endpoint
        conditions = [
            *(trigger.condition for trigger in triggers),
            place.where or EVERYTHING,
            *(trigger.require or EVERYTHING for trigger in triggers),
        ]
        record = rules.record_type(place.connection, place.module)
        self._known = Conditions(conditions, record, rules.checker.tables)
        self._scope = len(triggers)
        self._closed = any(trigger.verb in CLOSING for trigger in triggers)

    def judge(self) -> None:
        """Report what two triggers do to each other, each trigger as the later one at most once."""
        reported: set[int] = set()
        telling = [
            number
            for number in range(len(self._triggers))
            if self._is_created(number) or not self._known.impossible((), (number,))
        ]  # what is always true is reported for that
        for first, second in combinations(telling, 2):
            if second in reported:
                continue
            verbs = {self._triggers[first].verb, self._triggers[second].verb}
            if "create" in verbs and verbs & CLOSING:
                found = self._opposed(first, second)
            else:
                found = len(verbs) == 1 and self._repeated(first, second)
            if found:
                reported.add(second)

    def _implied(self, premise: int, conclusion: int) -> bool:
        return self._known.impossible((self._scope, premise), (conclusion,))

    def _is_created(self, number: int) -> bool:
        return any(isinstance(part, Created) for part in parts_of(self._triggers[number].condition))

    def _opposed(self, first: int, second: int) -> bool:
        """Report a trigger that creates and one that closes, when their conditions can turn true in one moment.

        `is created` beside a stage is left alone: a record that is entered in that stage at once is meant to get no
        document.
        """
        one, other = self._triggers[first], self._triggers[second]
        same = one.condition == other.condition
        if not same and (self._is_created(first) or self._is_created(second)):
            return False
        # What is required has to hold as well before anything is done; until then the edge is parked.
        required = [self._scope + 1 + number for number in (first, second)]
        answer = self._known.decide((self._scope, first, second, *required))
        if not isinstance(answer, Satisfied):
            return False
        always = same or (self._implied(first, second) and self._implied(second, first))
        record, document = other.record, other.document
        example = example_text(answer.values, record)
        self._rules.report(
            CREATES_AND_CLOSES if always else MAY_CREATE_AND_CLOSE,
            f"`{one.verb} {document}` and `{other.verb} {document}` {'always' if always else 'can'} fall on one "
            "moment, and then neither is done",
            self._rules.trigger_span(other),
            help=f"for example when a {record} comes to {example}; let the two conditions exclude each other",
            related=self._related(first),
        )
        return True

    def _repeated(self, first: int, second: int) -> bool:
        """Report a trigger that does the same as an earlier one whenever it fires.

        A narrower condition adds nothing to `create` as long as the document lives; where rules close it, it may.
        """
        one, other = self._triggers[first], self._triggers[second]
        if self._is_created(first) or self._is_created(second) or self._same_statement(first, second):
            return False
        if _manner(one) != _manner(other):
            return False
        narrower, wider = self._implied(second, first), self._implied(first, second)
        lasting = other.verb == "create" and not self._closed
        if not (narrower and wider) and not (lasting and (narrower or wider)):
            return False
        answer = self._known.decide((self._scope, first, second))
        if not isinstance(answer, Satisfied):
            return False
        idle, by = (other, one) if narrower else (one, other)
        example = example_text(answer.values, other.record)
        same = narrower and wider
        self._rules.report(
            SHADOWED_TRIGGER,
            f"whenever this `when` holds, so does that in line {by.location.rpartition(':')[2]}, "
            f"which does `{by.verb} {by.document}`" + (" at the same moment" if same else " already"),
            self._rules.trigger_span(idle),
            help=f"for example with {example}; leave one of the two out, or let their conditions exclude each other",
            related=self._related(first if by is one else second),
        )
        return True

    def _same_statement(self, first: int, second: int) -> bool:
        """Return whether a `when` stands twice, word for word: lint says so."""
        one, other = (self._rules.when(self._triggers[number]) for number in (first, second))
        return one is not None and one == other

    def _related(self, number: int) -> tuple[Related, ...]:
        trigger = self._triggers[number]
        message = f"`{trigger.verb} {trigger.document}` stands here"
        return (Related(span=self._rules.trigger_span(trigger), message=message),)


def _manner(trigger: TriggerPlan) -> tuple[object, ...]:
    """Return how a trigger acts, apart from when."""
    return trigger.even_sent, trigger.require, trigger.backfill
