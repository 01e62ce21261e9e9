"""What keeps a trigger from acting on a record, in the order in which the engine decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import Act, Create
from syncdsl.engine.explaining.answers import Answer, Hurdle, Remedy
from syncdsl.engine.explaining.conditions import condition_hurdle, values_json, ways_of
from syncdsl.engine.explaining.held import TEXTS, held_hurdles
from syncdsl.engine.explaining.hurdles import HurdleList
from syncdsl.engine.explaining.pair_hurdles import answered
from syncdsl.engine.explaining.scope_hurdles import record_hurdle, view_hurdle, where_hurdle
from syncdsl.engine.explaining.surroundings import guard_hurdle, syncing_hurdle
from syncdsl.engine.live import of_part, part_of, standing_of
from syncdsl.engine.steps.edges import CLOSING
from syncdsl.plan.reads import reads_of
from syncdsl.plan.wording import expression_text
from syncdsl.schema.values import is_empty, show

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.explaining.looking import Look
    from syncdsl.plan.pairs import DocumentPlan, RecordPlan, TriggerPlan
    from syncdsl.state import Instance

_STAGE_KNOWN = "the schema snapshot knows its stage"
_UNOPPOSED = "nothing closes the document at the same moment"


def answer_trigger(look: Look, plan: RecordPlan, document: DocumentPlan, trigger: TriggerPlan) -> Answer:
    """Return how a trigger stands with a record of its module."""
    list_of = HurdleList([syncing_hurdle(look), record_hurdle(look, plan.endpoint, plan.name)])
    known = look.seen(plan.endpoint) or look.anywhere()
    view = view_hurdle(look, plan.endpoint, plan.location)
    if view is not None:
        list_of.add(view)
    if known is not None:
        where = where_hurdle(look, plan.endpoint, known, plan.location)
        if where is not None:
            list_of.add(where)
        _of_record(look, plan, document, trigger, known, list_of)
    live = _live(look, document, known) if known is not None else None
    asked = f"{trigger.verb} {document.name}: `{trigger.text}`"
    answer = answered(look, document.name, "document", asked, trigger.location, list_of, linked=False)
    if answer.verdict == "blocked" and trigger.verb == "create" and live is not None and _failed_at(list_of, "edge"):
        return answer.model_copy(update={"verdict": "done"})
    return answer


def _failed_at(list_of: HurdleList, name: str) -> bool:
    return list_of.failing is not None and list_of.failing.hurdle == name


def _of_record(
    look: Look, plan: RecordPlan, document: DocumentPlan, trigger: TriggerPlan, record: Record, list_of: HurdleList
) -> None:
    """Hurdle what a record that is in scope has to go through until the trigger acts on it."""
    list_of.make("switched on", "the trigger is switched on", lambda: _off(look, trigger), location=trigger.location)
    list_of.make("stage", _STAGE_KNOWN, lambda: _strange(look, plan, document, trigger, record))
    list_of.add(_condition(look, plan, trigger, record))
    list_of.make(
        "edge",
        "it turned true since the trigger last looked",
        lambda: _edge(look, plan, document, trigger, record),
        location=trigger.location,
    )
    if trigger.require is not None:
        list_of.add(_require(look, plan, trigger, record))
    list_of.make("opposite", _UNOPPOSED, lambda: _opposite(look, document, trigger))
    if trigger.verb == "create":
        list_of.make("live document", f"it has no live {document.name}", lambda: _has_live(look, document, record))
    else:
        list_of.make(
            "live document", f"it has a live {document.name}", lambda: _has_none(look, document, record, trigger)
        )
    _held(look, document, list_of)


def _off(look: Look, trigger: TriggerPlan) -> Hurdle | None:
    """Return whether no run has switched the trigger on."""
    if look.context.view.activation(trigger.digest) is not None:
        return None
    return Hurdle(
        hurdle="switched on",
        outcome="fails",
        text="the trigger is switched on",
        why="no run has switched it on yet; what is true at that moment is the baseline and does nothing",
        location=trigger.location,
        remedies=(Remedy(text="a whole run switches it on", command="syncdsl apply"),),
    )


def _strange(
    look: Look, plan: RecordPlan, document: DocumentPlan, trigger: TriggerPlan, record: Record
) -> Hurdle | None:
    """Return whether the record is in a stage of which the schema snapshot knows nothing."""
    schema = look.context.schema(plan.endpoint.connection, plan.endpoint.module)
    if schema.stage_field is None or (schema.stage_field,) not in reads_of(trigger.condition):
        return None
    stage = record.fields.get(schema.stage_field)
    if not schema.stages or is_empty(stage) or stage in {one.value for one in schema.stages}:
        return None
    held = next((hurdle for hurdle in held_hurdles(look, document.name) if hurdle.hurdle == "value"), None)
    return Hurdle(
        hurdle="stage",
        outcome="fails",
        text=_STAGE_KNOWN,
        why=f"it knows no stage `{show(stage)}`, so nobody can tell whether it is won, lost or open",
        location=trigger.location,
        remedies=(
            Remedy(
                text="read the schema again and apply the rules with it",
                command=f"syncdsl schema pull {plan.endpoint.connection}",
            ),
        ),
        question=held.question if held is not None else "",
    )


def _condition(look: Look, plan: RecordPlan, trigger: TriggerPlan, record: Record) -> Hurdle:
    return condition_hurdle(
        look.context,
        "condition",
        trigger.condition,
        plan.endpoint.connection,
        record,
        text=f"`{expression_text(trigger.condition)}`",
        location=trigger.location,
        becomes=f"`{trigger.text}` fires",
    )


def _require(look: Look, plan: RecordPlan, trigger: TriggerPlan, record: Record) -> Hurdle:
    assert trigger.require is not None  # noqa: S101 - only asked where there is one
    return condition_hurdle(
        look.context,
        "require",
        trigger.require,
        plan.endpoint.connection,
        record,
        text=f"`require: {expression_text(trigger.require)}`",
        location=trigger.location,
        becomes="the edge that waits acts",
    )


# -- the edge -------------------------------------------------------------------------------------------------------


def _edge(look: Look, plan: RecordPlan, document: DocumentPlan, trigger: TriggerPlan, record: Record) -> Hurdle | None:
    """Return why a condition that is true is no edge: it was true before, and what came of that."""
    truth, since = _truth(look, trigger)
    activation = look.context.view.activation(trigger.digest)
    made_later = (
        activation is not None and record.created is not None and record.created >= activation.replace(microsecond=0)
    )
    if truth is False or (truth is None and made_later):
        return None
    made = _made_by(look, document, trigger, record)
    live = _live(look, document, record)
    again = _again(look, plan, trigger, record)
    if live is not None and trigger.verb == "create":
        name = _name(look, document, live)
        why = f"its edge is used: {name} was made for it and lives"
        remedies = tuple(
            one.model_copy(update={"text": f"once {name} is void, declined or deleted, {one.text}"})
            for one in again[:1]
        )
    elif made is not None:
        why = f"its edge is used: {_name(look, document, made)} was made for it and is closed or deleted"
        remedies = again
    else:
        why = _since(since, activation)
        remedies = (*again, *_backfill(trigger, record))
    return Hurdle(
        hurdle="edge",
        outcome="fails",
        text="it turned true since the trigger last looked",
        why=why,
        location=trigger.location,
        remedies=remedies,
    )


def _since(since: dt.datetime | None, activation: dt.datetime | None) -> str:
    """Return since when a condition was true before any edge."""
    if since is not None and activation is not None and since <= activation:
        when = f"{activation:%Y-%m-%d %H:%M} UTC"
        return f"it was true already when the trigger was switched on, at {when}: that is the baseline"
    was = f"at {since:%Y-%m-%d %H:%M} UTC" if since is not None else "when it was first looked at"
    return f"it was true already {was}: a run first saw it so, which is the baseline, or its edge led to nothing"


def _truth(look: Look, trigger: TriggerPlan) -> tuple[bool | None, dt.datetime | None]:
    """Return the truth that runs have committed, and as of when; what this look itself decided does not count."""
    state = look.context.run.state
    return state.truths(trigger.digest).get(look.id), state.truth_times(trigger.digest, [look.id]).get(look.id)


def _again(look: Look, plan: RecordPlan, trigger: TriggerPlan, record: Record) -> tuple[Remedy, ...]:
    """Return how a condition would turn true once more: it is false for a run, and then true again."""
    ways = ways_of(look.context, trigger.condition, plan.endpoint.connection, record, wanted=False)
    return tuple(
        Remedy(
            text=f"it fires again when {way.words}, a run sees that, and `{expression_text(trigger.condition)}` "
            "turns true once more",
            values=values_json(way.values),
        )
        for way in ways
    )


def _backfill(trigger: TriggerPlan, record: Record) -> tuple[Remedy, ...]:
    """Return the line that takes a record in that was true when the trigger was switched on."""
    if record.created is None or trigger.backfill is not None:
        return ()
    day = record.created.date().isoformat()
    return (Remedy(text=f"`backfill: since {day}` below `{trigger.text}` takes it in, through the guards"),)


def _made_by(look: Look, document: DocumentPlan, trigger: TriggerPlan, record: Record) -> Instance | None:
    """Return the last document that the trigger made for a record."""
    made = look.context.run.state.instances_of((*look.record[:2], record.id))
    for instance in reversed([one for one in made if one.document == document.name]):
        intents = look.context.run.state.intents_of(instance.key)
        if any(trigger.digest in one.payload.get("triggers", ()) for one in intents if one.state == "done"):
            return instance
    return None


def _live(look: Look, document: DocumentPlan, record: Record) -> Instance | None:
    """Return the live document of a record."""
    context = look.context
    for instance in reversed(of_part(context, document, record.id, part_of(context, document, record))):
        if standing_of(context, document, instance) not in {None, "closed"}:
            return instance
    return None


def _name(look: Look, document: DocumentPlan, instance: Instance) -> str:
    """Return what a document is called, as far as it was read."""
    place = f"{document.connection}.{document.module}"
    if instance.doc_id is None:
        return f"a record of {place} (no answer yet)"
    seen = look.context.observations[document.observe].records.get(instance.doc_id)
    label = look.context.name(document.connection, seen).label if seen is not None else instance.doc_id
    return f"{place}/{instance.doc_id}" + (f" `{label}`" if label != instance.doc_id else "")


# -- behind the edge ------------------------------------------------------------------------------------------------


def _opposite(look: Look, document: DocumentPlan, trigger: TriggerPlan) -> Hurdle | None:
    """Return whether triggers would both make and close the document at one moment."""
    words = f" {document.name} at one moment; neither is done"
    said = next((text for text in look.reported(document.name) if words in text), None)
    if said is None or trigger.verb not in {"create", *CLOSING}:
        return None
    return Hurdle(
        hurdle="opposite",
        outcome="fails",
        text=_UNOPPOSED,
        why=said,
        location=trigger.location,
        remedies=(Remedy(text="it acts when the two conditions turn true at different moments"),),
    )


def _has_live(look: Look, document: DocumentPlan, record: Record) -> Hurdle | None:
    live = _live(look, document, record)
    if live is None:
        return None
    waits = "" if live.doc_id is not None else ": the create got no answer, so nobody knows whether it is there"
    return Hurdle(
        hurdle="live document",
        outcome="fails",
        text=f"it has no live {document.name}",
        why=f"{_name(look, document, live)} lives, and there is one at most{waits}",
        location=document.location,
        remedies=(Remedy(text="a new edge makes a new one once it is void, declined or deleted"),),
    )


def _has_none(look: Look, document: DocumentPlan, record: Record, trigger: TriggerPlan) -> Hurdle | None:
    """Return why an action has nothing to act on, or leaves what it would act on as it is."""
    live = _live(look, document, record)
    acts = [one for one in look.effects(document.name) if isinstance(one, Act | Create)]
    if live is not None or acts:
        words = f"`{trigger.text}` leaves it as it is"
        said = next((text for text in look.reported(document.name) if words in text), None)
        if said is None:
            return None
        return Hurdle(
            hurdle="live document",
            outcome="fails",
            text=f"it has a live {document.name}",
            why=said,
            location=trigger.location,
            remedies=(Remedy(text=f"`{trigger.verb} {document.name}, even sent` acts on it all the same"),),
        )
    return Hurdle(
        hurdle="live document",
        outcome="fails",
        text=f"it has a live {document.name}",
        why=f"there is no live {document.name} to {trigger.verb}",
        location=trigger.location,
        remedies=(Remedy(text=f"it acts on the next edge after a {document.name} was made"),),
    )


def _held(look: Look, document: DocumentPlan, list_of: HurdleList) -> None:
    """Add what the document waits for, what was refused or dismissed, and the guard."""
    waiting: Sequence[Hurdle] = [] if list_of.failing is not None else list(held_hurdles(look, document.name))
    for hurdle in waiting:
        if hurdle.why.endswith("what it requires does not hold yet"):
            continue
        list_of.hurdles.append(_of_document(hurdle))
    names = {hurdle.hurdle for hurdle in waiting}
    if not names & {"value", "parked"}:
        list_of.make("value", TEXTS["value"], lambda: None)
    if "refused" not in names:
        list_of.make("refused", TEXTS["refused"], lambda: None)
    list_of.make("guard", "no guard stops the run", lambda: guard_hurdle(look))


def _of_document(hurdle: Hurdle) -> Hurdle:
    """Return a hurdle of what is held; one that waits for a reference that is empty says so."""
    if hurdle.hurdle != "parked" or "it is empty" not in hurdle.why:
        return hurdle
    wakes = Remedy(text="it wakes when that field of its record names a record that has a partner")
    return hurdle.model_copy(update={"remedies": (wakes, *hurdle.remedies[1:])})
