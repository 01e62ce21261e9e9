"""The review queue beside a run: questions become items, decisions answer them, settled ones are closed.

A question is what a hold asks: its kind, its subject, and what there is to decide (values or candidates). The id of an
item follows from that alone, with the oldest name of its rule, so that a rename asks nothing anew. So the same question
is asked once, however often a run comes across it, and a decision applies to exactly the question it was made for.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from syncdsl.changes.decisions import Dismiss, SetAside, stored_decision
from syncdsl.engine.choices import choices_of
from syncdsl.engine.operations import CreateRecord, DeactivateRecord, DeleteRecord, UpdateRecord
from syncdsl.engine.refusals import still_tried
from syncdsl.state import ReviewItem, chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from syncdsl.changes.decisions import Decision
    from syncdsl.changes.effects import Hold
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.state import State

LENGTH = 8
_LETTERS = "bcdfghjkmnpqrstvwxyz"
_SIGNS = _LETTERS + "23456789"
"""No vowels and no leading digit: no spreadsheet takes an id for a number, a date or a word of its own."""


class Subject(NamedTuple):
    """What an item is about: a record, seen by one rule."""

    rule: str
    connection: str
    module: str
    record_id: str


class Reconciled(NamedTuple):
    """What becomes of the queue: new questions, items that stand, and items whose question is settled."""

    open: list[Hold]
    keep: list[ReviewItem]
    close: list[ReviewItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision that an operation carries out: the item's id, and who made it.

    `fields` are the fields it is about; without any it is about all of them.
    """

    review: str
    by: str
    decision: Decision
    fields: frozenset[str] = frozenset()

    @property
    def reason(self) -> str:
        """The reason of an effect in words: the same for all that a person decided, so that a preview groups it."""
        return f"decided by {self.by or 'a person'}"


def subject_of(item: Hold | ReviewItem) -> Subject:
    """Return what a hold or an item is about."""
    if isinstance(item, ReviewItem):
        return Subject(item.rule, item.connection, item.module, item.record_id)
    return Subject(item.rule, item.record.connection, item.record.module, item.record.id or item.record.label)


def item_id(hold: Hold, rule: str | None = None) -> str:
    """Return the id of a hold's item: eight letters and digits that follow from the question.

    `rule` is the oldest name of its rule, where that is another one than today's.
    """
    candidates = sorted(candidate.text for candidate in hold.candidates)
    # Without candidates only the reason tells what is asked about a record that may get no partner.
    told = hold.reason if hold.why == "match" and not candidates else ""
    subject = subject_of(hold)._replace(rule=rule or hold.rule)
    return question_id([hold.why, *subject, hold.field, hold.left, hold.right, candidates, told])


def question_id(question: list[Any]) -> str:
    """Return the id of an item from its question: kind, subject, field, values, candidates, and reason if it counts."""
    text = json.dumps(question, sort_keys=True, separators=(",", ":"))
    number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
    signs: list[str] = []
    number, first = divmod(number, len(_LETTERS))
    for _ in range(LENGTH - 1):
        number, sign = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return _LETTERS[first] + "".join(signs)


def reconcile(
    items: Iterable[ReviewItem],
    holds: Iterable[Hold],
    looked_at: Callable[[Subject], bool],
    in_use: Collection[str] = (),
    id_of: Callable[[Hold], str] = item_id,
) -> Reconciled:
    """Return what becomes of the unsettled `items` after a run that came to these `holds`.

    A hold without an item is a new question. An item stands while its question is asked, while its subject was not
    looked at, and while its decision is still being carried out (`in_use`); else it is settled.
    """
    asked: dict[str, Hold] = {}
    for hold in holds:
        asked.setdefault(id_of(hold), hold)
    keep: list[ReviewItem] = []
    close: list[ReviewItem] = []
    known: set[str] = set()
    for item in items:
        known.add(item.id)
        stands = item.id in asked or item.id in in_use or not looked_at(subject_of(item))
        (keep if stands else close).append(item)
    return Reconciled([hold for each, hold in asked.items() if each not in known], keep, close)


class Decisions:
    """What people decided and no run has carried out yet, looked up by the question. Reads the state once.

    `id_of` gives the id of a hold's item.
    """

    def __init__(self, state: State, id_of: Callable[[Hold], str]) -> None:
        self._state = state
        self._id_of = id_of
        self._items: dict[str, ReviewItem] | None = None
        self._causes: dict[tuple[str, str, str], Decided] = {}
        self.asked_about: set[tuple[str, str, str]] = set()
        """Records (connection, module, id) that a create in doubt asks about: nothing else is asked about them."""
        self.standing: set[str] = set()
        """Items whose decision is to leave things as they are: carried out by doing nothing, in every run anew."""

    def of(self, hold: Hold) -> Decided | None:
        """Return the decision that answers a hold's question."""
        item = self._decided.get(self._id_of(hold)) if self._decided else None
        if item is None or subject_of(item) != subject_of(hold):
            return None
        decision = stored_decision(item.decision)
        return Decided(review=item.id, by=item.decided_by or "", decision=decision) if decision else None

    @property
    def _decided(self) -> dict[str, ReviewItem]:
        if self._items is None:
            self._items = {item.id: item for item in self._state.reviews(states=("decided",))}
        return self._items

    def __bool__(self) -> bool:
        """Return whether there is any decision."""
        return bool(self._decided)

    def leaves(self, hold: Hold) -> bool:
        """Return whether a person decided that nothing is done; that stands until there is something else to decide."""
        decided = self.of(hold) if hold.why in {"value", "parked", "match", "conflict", "access", "undo"} else None
        if decided is None or not isinstance(decided.decision, SetAside):
            return False
        self.standing.add(decided.review)
        return True

    def dismissed(self) -> dict[Subject, tuple[str, frozenset[str]]]:
        """Return the refused writes that people dismissed: by subject the id of the item, and digests of the writes."""
        return {
            subject_of(item): (item.id, frozenset(decision.writes))
            for item in self._decided.values()
            if isinstance(decision := stored_decision(item.decision), Dismiss)
        }

    def note_cause(self, source: tuple[str, str, str], decided: Decided) -> None:
        """Note the decision because of which the record (connection, module, id) gets a partner."""
        self._causes[source] = decided

    def cause(self, source: tuple[str, str, str]) -> Decided | None:
        """Return the decision because of which a record gets a partner."""
        return self._causes.get(source)


def looked_at(context: Context) -> Callable[[Subject], bool]:
    """Return whether this run looked at a subject; what no rule asks any more counts as looked at.

    Records of open items stay on the agenda, so that every run that reads their module looks at them. What is held for
    want of a reading was not looked at.
    """
    agendas: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for observation in context.observations.values():
        agendas.setdefault((observation.step.connection, observation.step.module), []).append(observation.agenda)
    passes = {pair.name for pair in context.passes}

    def looked(subject: Subject) -> bool:
        if subject.rule in context.held:
            return False
        pair = context.plan.pairs.get(subject.rule)
        module = (subject.connection, subject.module)
        if pair is None and subject.rule not in context.plan.documents:
            return True
        if pair is not None and module not in {(end.connection, end.module) for end in (pair.left, pair.right)}:
            return True
        return subject.rule in passes or any(subject.record_id in agenda for agenda in agendas.get(module, ()))

    return looked


def commit_reviews(context: Context, run_id: str) -> None:
    """Bring the queue up to date with an accepted change set; inside the transaction that commits its decisions."""
    state = context.run.state
    holds = context.change_set.holds
    in_use = context.reviews.standing | {
        decided.review
        for operation in context.operations
        if isinstance(operation, UpdateRecord | CreateRecord | DeleteRecord | DeactivateRecord)
        for decided in operation.decided
    }
    items = state.reviews()
    in_use |= set(still_tried(items, context.operations))
    in_use |= _not_asked_here(items, context)
    found = reconcile(items, holds, looked_at(context), in_use, context.item_id)
    state.open_reviews(items_of(found.open, context, run_id))
    state.close_reviews([item.id for item in found.close], context.run.clock())
    kept = {item.id: item for item in found.keep}
    for told in items_of([hold for hold in holds if context.item_id(hold) in kept], context, run_id):
        now = described(kept[told.id], told)
        if now != kept[told.id]:
            state.describe_review(now)
    for record in state.open_review_subjects():
        context.look_again(*record)


def _not_asked_here(items: Iterable[ReviewItem], context: Context) -> set[str]:
    """Return the items that this run could not settle: rules ask nothing of what an undo does, and the other way."""
    if context.run.undoes is None:
        return {item.id for item in items if item.kind == "undo"}
    return {item.id for item in items if item.kind != "undo"}


def described(item: ReviewItem, told: ReviewItem) -> ReviewItem:
    """Return an item as what is told of its question now describes it."""
    return replace(
        item,
        location=told.location,
        reason=told.reason,
        label=told.label,
        candidates=told.candidates,
        choices=told.choices,
    )


def items_of(holds: Sequence[Hold], context: Context, run_id: str) -> Iterator[ReviewItem]:
    """Return the items of holds; whose candidates have a partner already is looked up for many at once."""
    for some in chunks(holds):
        ids: defaultdict[tuple[str, SideName], list[str]] = defaultdict(list)
        for hold in some:
            side = _candidates_side(hold, context)
            if side is not None:
                ids[hold.rule, side].extend(item.id for item in hold.candidates if item.id is not None)
        linked = {
            (rule, side): context.view.links(rule).by_side(side).many(wanted).keys()
            for (rule, side), wanted in ids.items()
        }
        for hold in some:
            side = _candidates_side(hold, context)
            yield _item(hold, context, run_id, linked[hold.rule, side] if side is not None else ())


def _candidates_side(hold: Hold, context: Context) -> SideName | None:
    """Return the side of the candidates that a disputed match may be linked with."""
    pair = context.plan.pairs.get(hold.rule)
    if pair is None or hold.why != "match":
        return None
    return (
        "right" if (hold.record.connection, hold.record.module) == (pair.left.connection, pair.left.module) else "left"
    )


def _item(hold: Hold, context: Context, run_id: str, linked: Collection[str]) -> ReviewItem:
    subject = subject_of(hold)
    candidates: list[dict[str, Any]] = [candidate.model_dump(mode="json") for candidate in hold.candidates]
    return ReviewItem(
        id=context.item_id(hold),
        kind=hold.why,
        rule=hold.rule,
        location=hold.location,
        reason=hold.reason,
        connection=subject.connection,
        module=subject.module,
        record_id=subject.record_id,
        label=hold.record.label,
        field=hold.field,
        left=hold.left,
        right=hold.right,
        candidates=candidates,
        choices=choices_of(hold, context.plan.pairs.get(hold.rule), linked),
        opened=context.run.clock(),
        opened_run=run_id,
    )
