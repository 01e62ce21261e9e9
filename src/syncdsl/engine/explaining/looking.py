"""Looking at one record: what the engine would decide about it now, by what is on file or read afresh.

The engine itself decides, as it does in a run over a single record, and its decisions go nowhere. So an explanation
cannot say anything else than what a run does. The state is a copy that is thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Create, Hold
from syncdsl.changes.effects import Link as LinkEffect
from syncdsl.engine.dismissals import drop_dismissed
from syncdsl.engine.estimating import estimates
from syncdsl.engine.focus import focus, is_known
from syncdsl.engine.lines import SIDES
from syncdsl.engine.long_agenda import agenda_of
from syncdsl.engine.nesting import side_of
from syncdsl.engine.observation import Observation, Records, observation_name
from syncdsl.engine.pull import fetch, references
from syncdsl.engine.run import open_context, rename_former
from syncdsl.engine.steps.guard import verdicts
from syncdsl.engine.steps.match import match
from syncdsl.engine.steps.merge import merge
from syncdsl.engine.steps.trigger import trigger
from syncdsl.plan.steps import GuardStep, MatchStep, MergeStep, ObserveStep, TriggerStep
from syncdsl.state.records import OPEN_STATES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.change_set import GuardVerdict
    from syncdsl.changes.effects import Effect
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.run import Run
    from syncdsl.plan.pairs import Endpoint, Pair
    from syncdsl.state import ReviewItem
    from syncdsl.state.records import RecordId


@dataclass(slots=True, kw_only=True)
class Look:
    """One record as it is known, with what the engine would decide about it and what goes with it.

    `fresh`: it was read just now, else it is as some reading showed it. `dropped` are effects that are left out because
    they were refused and dismissed.
    """

    context: Context
    record: RecordId
    fresh: bool
    dropped: list[Effect] = field(default_factory=list)
    verdicts: tuple[GuardVerdict, ...] = ()
    """What every limit comes to for what a run over this record alone would do."""
    outside: Record | None = None
    """The record as it was read now, where every reading of its module is of a view that does not show it."""

    @property
    def id(self) -> str:
        """The record's id."""
        return self.record[2]

    def observations(self) -> Iterator[Observation]:
        """Return the readings of the record's module."""
        for observation in self.context.observations.values():
            if (observation.step.connection, observation.step.module) == self.record[:2]:
                yield observation

    def seen(self, endpoint: Endpoint) -> Record | None:
        """Return the record as the reading of an endpoint holds it."""
        return self.context.observations[endpoint.observe].records.get(self.id)

    def anywhere(self) -> Record | None:
        """Return the record as the reading that shows most of it holds it."""
        found = [one for item in self.observations() if (one := item.records.get(self.id)) is not None]
        return max(found, key=lambda one: len(one.fields), default=self.outside)

    def read_at(self, endpoint: Endpoint) -> dt.datetime | None:
        """Return when the module of an endpoint was last read to its end; None: never, or never completely."""
        head = self.context.run.state.observation(observation_name(self.context.observations[endpoint.observe].step))
        return head.swept if head is not None else None

    def whole(self, endpoint: Endpoint) -> bool:
        """Return whether a side was read to its end."""
        return self.context.observations[endpoint.observe].whole

    def sides(self, pair: Pair) -> list[SideName]:
        """Return the sides of a pair on which the record's module stands."""
        return [
            side for side in SIDES if (side_of(pair, side).connection, side_of(pair, side).module) == self.record[:2]
        ]

    def effects(self, rule: str) -> list[Effect]:
        """Return what a run would do about this record by one rule, the guard not yet asked."""
        return [effect for effect in self.context.effects if effect.rule == rule and self._is_about(effect)]

    def left_out(self, rule: str) -> list[Effect]:
        """Return what a run would do by one rule, had it not been refused and dismissed."""
        return [effect for effect in self.dropped if effect.rule == rule and self._is_about(effect)]

    def reported(self, rule: str) -> list[str]:
        """Return what a run would say about this record, its partner by one rule, and the documents made for it."""
        records = (self.record, *self.related(rule))
        names = [f"{connection}.{module}/{record_id}" for connection, module, record_id in records]
        names.append(f"{self.record[1]}/{self.id}")
        return [text for text in self.context.reported if any(_names(text, name) for name in names)]

    def reviews(self, rule: str) -> Sequence[ReviewItem]:
        """Return the questions about this record by one rule that stand, the oldest first.

        What is refused is asked about the record that would be written: its partner, or a document made for it.
        """
        items = self.context.run.state.reviews_of({self.record, *self.related(rule)})
        return [item for item in items if item.rule == rule and item.state in {"open", "decided"}]

    def related(self, rule: str) -> Iterator[RecordId]:
        """Return the partner of the record by a pair, or the documents made for it by a document statement."""
        plan, state = self.context.plan, self.context.run.state
        pair, document = plan.pairs.get(rule), plan.documents.get(rule)
        for side in self.sides(pair) if pair is not None else ():
            there = side_of(pair, "right" if side == "left" else "left") if pair is not None else None
            for link in state.links_by(rule, side, [self.id]).values():
                if there is not None:
                    yield there.connection, there.module, link.right_id if side == "left" else link.left_id
        if document is not None:
            for instance in state.instances_of(self.record):
                if instance.document == rule and instance.doc_id is not None:
                    yield document.connection, document.module, instance.doc_id

    def _is_about(self, effect: Effect) -> bool:
        names = [effect.left, effect.right] if isinstance(effect, LinkEffect) else [effect.record]
        if isinstance(effect, Create):
            names.append(effect.source)
        elif isinstance(effect, Hold):
            names += effect.candidates
        elif not isinstance(effect, LinkEffect):
            names += [one for one in (getattr(effect, "source", None), getattr(effect, "partner", None)) if one]
        return any((one.connection, one.module, one.id) == self.record for one in names)


def _names(text: str, name: str) -> bool:
    """Return whether a text names a record, and not another one whose id only begins like it."""
    before, found, after = text.partition(name)
    return bool(found) and not after[:1].isalnum() and not before[-1:].isalnum()


def look_at(run: Run, record: RecordId, *, fresh: bool = False) -> Look:
    """Return what the engine would decide about a record (connection, module, id).

    With `fresh` the record, its partners, its documents and what it refers to are read now, by the run's connections;
    without it the run's connections are those on file and nothing is asked. The run's state is a copy that may change.
    """
    # A run over this record alone: switching on, and looking at everything, are for a whole run.
    run = replace(run, focus=frozenset({record}))
    context = open_context(run)
    rename_former(run)
    context.told_time(run.clock())
    for step in run.plan.steps:
        if isinstance(step, ObserveStep):
            _recall(step, context)
    look = Look(context=context, record=record, fresh=fresh)
    _keep_away_from_doubt(context)
    if fresh:
        _read(look)
    _decide(look)
    return look


def _recall(step: ObserveStep, context: Context) -> None:
    """Take what is on file for the reading of a module, and be honest about what was never read to its end."""
    state, name = context.run.state, observation_name(step)
    head = state.observation(name)
    context.observations[step.id] = Observation(
        step=step,
        records=Records(state, step),
        server_time=context.run.clock(),
        complete=False,
        whole=head is not None and head.swept is not None and set(step.fields) <= set(head.fields),
        agenda=agenda_of(state, name),
    )


def _keep_away_from_doubt(context: Context) -> None:
    """Leave the records of creates without an answer alone, as recovery does until the other system has told."""
    for intent in context.run.state.open_intents():
        if intent.op == "create" and intent.state in OPEN_STATES and intent.state != "intent":
            context.in_doubt.add((intent.pair_or_document, intent.source_id))


def _read(look: Look) -> None:
    """Read the record now, and what a run over it would read with it."""
    context = look.context
    _read_some(look, look.record[0], look.record[1], [look.id])
    steps = [observation.step for observation in look.observations()]
    if steps and look.anywhere() is None:
        fields = tuple(sorted({name for step in steps for name in step.fields}))
        found = context.run.connections[look.record[0]].fetch(look.record[1], [look.id], fields)
        look.outside = found.get(look.id)
    for pair in context.plan.pairs.values():
        for side in look.sides(pair):
            other: SideName = "right" if side == "left" else "left"
            link = context.view.links(pair.name).by_side(side).get(look.id)
            if link is not None:
                there = side_of(pair, other)
                _read_some(look, there.connection, there.module, [link.right_id if side == "left" else link.left_id])
    for document in context.plan.documents.values():
        endpoint = context.plan.records[document.record].endpoint
        if (endpoint.connection, endpoint.module) == look.record[:2]:
            made = [item.doc_id for item in context.view.instances(document.name).get(look.id, []) if item.doc_id]
            _read_some(look, document.connection, document.module, made)
        if (document.connection, document.module) == look.record[:2]:
            sources = [item.record_id for item in context.run.state.instances(document.name) if item.doc_id == look.id]
            _read_some(look, endpoint.connection, endpoint.module, sources)
    for observation in list(look.observations()):
        found = observation.records.many([look.id])
        for connection, reference in list(references(context, observation.step.id, found.values())):
            _read_some(look, connection, reference.module, [reference.id])


def _read_some(look: Look, connection: str, module: str, ids: list[str]) -> None:
    """Read some records into every reading of their module; a view shows what its last reading showed."""
    context = look.context
    for observation in context.observations.values():
        step = observation.step
        if (step.connection, step.module) != (connection, module):
            continue
        mine = [one for one in ids if step.view is None or one in observation.records]
        if not mine:
            continue
        found = fetch(context, observation, mine)
        gone = [one for one in mine if one not in found and one in observation.records]
        if gone:
            context.run.state.unstage(observation_name(step), dict.fromkeys(gone, "gone"))
            observation.records.refresh(gone)
            observation.note(gone, "gone")


def _decide(look: Look) -> None:
    """Let the engine decide about the record and what goes with it."""
    context = look.context
    if not any(is_known(observation, look.id) for observation in look.observations()):
        for observation in context.observations.values():
            observation.focus({})
    else:
        # What only was read just now is no news of its module: that would have every record of it looked at.
        focus(context, frozenset({look.record}), read=False)
        for observation in context.observations.values():
            agenda = {
                record_id: why if (why := str(observation.agenda.get(record_id))) in {"gone", "outside"} else "again"
                for record_id in observation.agenda
            }
            observation.focus(agenda)
    for step in context.plan.steps:
        match step:
            case MatchStep() | MergeStep():
                pair = context.plan.pairs[step.pair]
                if any(context.observations[side_of(pair, side).observe].agenda for side in SIDES):
                    _match_or_merge(step, context)
            case TriggerStep():
                if context.observations[context.plan.records[step.record].endpoint.observe].agenda:
                    trigger(step, context)
            case GuardStep():
                decided = list(context.effects)
                drop_dismissed(context)
                kept = {id(effect) for effect in context.effects}
                look.dropped = [effect for effect in decided if id(effect) not in kept]
                look.verdicts = verdicts(context, estimates(context))
            case _:
                pass


def _match_or_merge(step: MatchStep | MergeStep, context: Context) -> None:
    """Perform a step on a pair."""
    if isinstance(step, MatchStep):
        match(step, context)
    elif step.pair in context.matches:
        merge(step, context)
