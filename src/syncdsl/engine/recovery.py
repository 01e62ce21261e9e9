"""Recovery: what earlier runs left in doubt, and what the keys on the records say.

A create is safe to repeat only because three things hold together: its intent was committed before it was sent, the
record carries a key that can be computed again, and the key is looked up before anything is sent again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Tier
from syncdsl.changes.decisions import LinkWith, SetAside
from syncdsl.changes.effects import Hold, RecordName
from syncdsl.engine.access.doubt import label_of, look_for_invitation
from syncdsl.engine.children import can_be_looked_for, children_like, may_still_land
from syncdsl.engine.found_documents import find_documents
from syncdsl.engine.late_updates import came_about, taken_away
from syncdsl.engine.matching import Match
from syncdsl.engine.observation import observation_name
from syncdsl.engine.report import Recovered
from syncdsl.plan.steps import ObserveStep
from syncdsl.schema.values import fields_from_json, show
from syncdsl.state import Answered, Instance, Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.reviewing import Decided
    from syncdsl.plan.pairs import DocumentPlan, Endpoint, Pair
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields
    from syncdsl.state import Intent, State


def _module(context: Context, connection: str, module: str) -> ModuleSchema | None:
    """Return a module's schema; None for one that is gone, or whose connection no rule names any more."""
    schema = context.run.schemas.get(connection)
    return schema.modules.get(module) if schema is not None else None


def _base_of_found(endpoint: Endpoint, context: Context, record: Record, names: set[str], sent: Fields) -> Fields:
    """Return the base of a record whose create got no answer: what it holds, as the answer would have told.

    Where it was modified after it was created somebody may have edited it since: what differs from what was sent, or
    was not sent at all, then counts as their change, which travels like any other, and not as what the system made of
    the record.
    """
    edited = record.modified is not None and record.created is not None and record.modified > record.created
    fields = sent if edited else record.fields
    return context.canonical_fields(endpoint.connection, endpoint.module, fields, names)


def _doubt(intent: Intent, context: Context, reason: str, found: Sequence[Record]) -> Hold:
    """Return the question that a create without an answer asks, about the record it was made for."""
    source = (intent.source_connection, intent.source_module)
    seen = context.run.state.seen_fields(*source, intent.source_id)
    schema = _module(context, *source)
    label = show(seen.get(schema.label_field)) if seen and schema else ""
    owner = context.plan.pairs.get(intent.pair_or_document) or context.plan.documents.get(intent.pair_or_document)
    return Hold(
        rule=intent.pair_or_document,
        location=owner.location if owner else str(intent.payload.get("access", {}).get("location", "")),
        reason=f"an earlier create in {intent.connection}.{intent.module} got no answer and {reason}",
        why="ambiguous",
        record=RecordName(connection=source[0], module=source[1], id=intent.source_id, label=label or label_of(intent)),
        candidates=tuple(context.name(intent.connection, record) for record in sorted(found, key=lambda one: one.id)),
    )


class Recovery:
    """How doubt is resolved: by asking the other system for the key, never by sending again."""

    safe_create = True
    """Whether creates use the strongest protocol of the other system, where it replays what it was sent before."""

    def resolve(self, context: Context) -> list[Recovered]:
        """Settle every intent that an earlier run left open.

        What is found under its key is linked as it is; what is not is planned again by this run, and so appears in the
        preview. Nothing is written to any system here. What cannot be asked stays open, and its module counts as one
        that cannot be read.
        """
        resolved: list[Recovered] = []
        for intent in context.run.state.open_intents():
            text = f"{intent.op} {intent.connection}.{intent.module} for {intent.source_module}/{intent.source_id}"
            with context.unread.isolating(self._steps(intent, context)):
                resolved.append(Recovered(text=text, resolution=self._resolve(intent, context)))
        return resolved

    def _resolve(self, intent: Intent, context: Context) -> str:
        """Settle one intent; nothing is decided before the other system has answered."""
        if intent.op == "create" and "access" in intent.payload:
            arrived, certain = look_for_invitation(intent, context)
            return arrived or (self._drop(intent, context) if certain else self._wait(intent, context))
        if intent.op == "create" and intent.state in {"sent", "ambiguous", "quarantined"}:
            return self._resolve_create(intent, context)
        if intent.op == "delete" and intent.state in {"sent", "ambiguous"}:
            return self._resolve_delete(intent, context)
        if intent.op in {"update", "key"} and intent.state in {"sent", "ambiguous"}:
            return self._resolve_update(intent, context)
        return self._drop(intent, context)

    def _resolve_create(self, intent: Intent, context: Context) -> str:
        connection = context.run.connections.get(intent.connection)
        key_field = self._key_field(intent, context)
        wanted = self._fields(intent, context)
        if connection is not None and key_field is None and can_be_looked_for(intent, context):
            found = children_like(intent, context, wanted)
            if not found and may_still_land(intent, context):
                return self._wait(intent, context)
        elif connection is None or key_field is None or intent.key is None:
            return self._quarantine(intent, context, "nothing on the record can tell whether it was made")
        else:
            found = connection.find(intent.module, key_field, [intent.key], wanted).get(intent.key, [])
            if not found and self._only_searched(intent, context) and may_still_land(intent, context):
                return self._wait(intent, context)
        if not found:
            return self._drop(intent, context)
        if len(found) > 1:
            told = "carry its key" if key_field is not None else "below its parent are like it"
            return self._quarantine(intent, context, f"{len(found)} records {told}", found)
        self._adopt(intent, found[0], context)
        record_id = found[0].id
        context.view.later(
            lambda state: state.resolve_intent(intent.iid, "done", remote_id=record_id, detail="found by key")
        )
        return f"it had arrived: {record_id}"

    def _only_searched(self, intent: Intent, context: Context) -> bool:
        """Return whether nothing but looking first keeps a create from happening twice: its key is not unique."""
        module = context.run.schemas[intent.connection].modules[intent.module]
        return context.run.connections[intent.connection].capabilities.tier_of(module) in {Tier.T3, Tier.T4}

    def _wait(self, intent: Intent, context: Context) -> str:
        """Leave a create in doubt for this run: it may still arrive."""
        self._in_doubt(intent, context, _doubt(intent, context, "it may still arrive", ()))
        return "in doubt: it may still arrive"

    def _resolve_update(self, intent: Intent, context: Context) -> str:
        """Find out whether an update came about: what it overwrote has to stand in the history then."""
        entries = came_about(intent, context)
        if not entries:
            return self._drop(intent, context)

        def settle(state: State) -> None:
            state.resolve_intent(intent.iid, "done", remote_id=intent.record_id, detail="its values are there")
            state.add_history(context.run_id, entries)

        context.view.later(settle)
        return f"it had arrived: {intent.record_id}"

    def _resolve_delete(self, intent: Intent, context: Context) -> str:
        """Find out whether a delete came about: guards per day count what did."""
        connection = context.run.connections.get(intent.connection)
        known = _module(context, intent.connection, intent.module)
        record_id = intent.record_id or ""
        if connection is None or known is None or record_id in connection.fetch(intent.module, [record_id], ()):
            return self._drop(intent, context)
        link = context.view.links(intent.pair_or_document).by_uid.get(str(intent.payload.get("link")))
        gone = replace(link, status="both_gone") if link is not None else None
        if gone is not None:
            context.view.links(gone.pair).put(gone)
        lost = taken_away(intent, context)
        steps = [observation_name(step) for step in self._steps(intent, context)]

        def settle(state: State) -> None:
            state.resolve_intent(intent.iid, "done", remote_id=record_id, detail="it is gone")
            if gone is not None:
                by = intent.payload.get("by") or context.run.user
                with state.because_of({gone.uid: Answered(iid=intent.iid, by=by)}):
                    state.put_link(gone)
            state.add_history(context.run_id, lost)
            for name in steps:
                state.unstage(name, {record_id: "absent"})

        context.view.later(settle)
        return f"it had arrived: {record_id} is gone"

    def _key_field(self, intent: Intent, context: Context) -> str | None:
        module = _module(context, intent.connection, intent.module)
        return module.key_field if module else None

    def _steps(self, intent: Intent, context: Context) -> list[ObserveStep]:
        """Return the steps of this run that observe the module of an intent."""
        place = (intent.connection, intent.module)
        steps = [step for step in context.plan.steps if isinstance(step, ObserveStep)]
        return [step for step in steps if (step.connection, step.module) == place]

    def _fields(self, intent: Intent, context: Context) -> tuple[str, ...]:
        known = {
            name
            for step in (context.run.whole or context.plan).steps
            if step.step == "observe" and (step.connection, step.module) == (intent.connection, intent.module)
            for name in step.fields
        }
        return tuple(sorted(known))

    def _adopt(self, intent: Intent, record: Record, context: Context) -> None:
        """Remember what arrived exactly as if its answer had arrived too."""
        payload = intent.payload
        if intent.instance >= 0 and payload.get("document"):
            context.view.put_instance(
                Instance(
                    document=intent.pair_or_document,
                    connection=intent.source_connection,
                    module=intent.source_module,
                    record_id=intent.source_id,
                    number=intent.instance,
                    key=intent.key or "",
                    doc_id=record.id,
                    doc_status="made",
                    inputs=dict(payload.get("fields", {})),
                    part=str(payload.get("part", "")),
                    turn=int(payload.get("turn", intent.instance)),
                )
            )
            return
        pair = context.plan.pairs.get(intent.pair_or_document)
        if pair is None:
            return
        source_is_left = payload.get("source_side") == "left"
        side = "right" if source_is_left else "left"
        endpoint = pair.right if source_is_left else pair.left
        names = set(payload.get("base_fields", ()))
        aside = payload.get("aside")
        if aside is not None:
            context.view.set_aside(pair.name, aside[0], aside[1], "a copy was made beside it")
        held = _base_of_found(endpoint, context, record, names, fields_from_json(payload.get("fields", {})))
        source_base = fields_from_json(payload.get("source_base", {}))
        known = context.view.links(pair.name).by_side("left" if source_is_left else "right").get(intent.source_id)
        context.view.put_link(
            Link(
                uid=known.uid if known is not None else intent.key or intent.iid,
                pair=pair.name,
                left_id=intent.source_id if side == "right" else record.id,
                right_id=record.id if side == "right" else intent.source_id,
                key=intent.key or intent.iid,
                status="active",
                lines=tuple(payload.get("lines", ())),
                left_base=source_base if side == "right" else held,
                right_base=held if side == "right" else source_base,
                suffix=dict(payload.get("suffix", {})),
                origin="created_right" if source_is_left else "created_left",
                linked_at=context.run.clock(),
            )
        )

    def _drop(self, intent: Intent, context: Context) -> str:
        """Forget an intent that had no effect, or whose effect this run sees by reading; its edge may fire again."""
        for digest in intent.payload.get("triggers", ()):
            since = intent.payload.get("since", {}).get(digest)
            at = dt.datetime.fromisoformat(since) if since else context.run.clock()
            context.view.put_truths(digest, {intent.source_id: False}, at)
        if intent.payload.get("document") and intent.op == "create":
            for instance in context.view.instances(intent.pair_or_document).get(intent.source_id, []):
                if instance.number == intent.instance and instance.doc_id is None:
                    context.view.put_instance(replace(instance, doc_status="refused"))
        context.view.later(lambda state: state.resolve_intent(intent.iid, "dropped", detail="had not arrived"))
        return "it had not arrived; it is decided anew"

    def _quarantine(self, intent: Intent, context: Context, reason: str, found: Sequence[Record] = ()) -> str:
        hold = _doubt(intent, context, reason, found)
        decided = context.reviews.of(hold)
        if decided is not None:
            return self._decided(intent, context, decided)
        if intent.state != "quarantined":
            context.view.later(lambda state: state.resolve_intent(intent.iid, "quarantined", detail=reason))
        self._in_doubt(intent, context, hold)
        return f"in doubt: {reason}"

    def _in_doubt(self, intent: Intent, context: Context, hold: Hold) -> None:
        """Keep everybody away from the source of a create that nobody knows the fate of."""
        context.in_doubt.add((intent.pair_or_document, intent.source_id))
        context.look_again(intent.source_connection, intent.source_module, intent.source_id)
        context.reviews.asked_about |= {(one.connection, one.module, one.id or "") for one in hold.candidates}
        context.hold(hold)

    def _decided(self, intent: Intent, context: Context, decided: Decided) -> str:
        """Settle a create that a person knows about."""
        match decided.decision:
            case LinkWith(id=record_id):
                read = self._named(intent, context, record_id)
                problem = "does not exist" if read is None else self._taken(intent, context, record_id)
                if read is None or problem:
                    context.in_doubt.add((intent.pair_or_document, intent.source_id))
                    context.look_again(intent.source_connection, intent.source_module, intent.source_id)
                    context.reported.append(
                        f"{intent.connection}.{intent.module}/{record_id} {problem}; {decided.reason} that it is what "
                        f"was made for {intent.source_module}/{intent.source_id}"
                    )
                    context.reviews.standing.add(decided.review)
                    return f"in doubt: {record_id} {problem}"
                self._adopt(intent, read, context)
                context.view.later(
                    lambda state: state.resolve_intent(intent.iid, "done", remote_id=record_id, detail=decided.reason)
                )
                return f"{decided.reason}: it is {record_id}"
            case SetAside():
                self._give_up(intent, context, decided)
                return f"{decided.reason}: given up"
            case _:
                self._drop(intent, context)
                return f"{decided.reason}: it is made again"

    def _named(self, intent: Intent, context: Context, record_id: str) -> Record | None:
        """Return the record that a person named; None where there is none, or its module is gone."""
        connection = context.run.connections.get(intent.connection)
        if connection is None or _module(context, intent.connection, intent.module) is None:
            return None
        return connection.fetch(intent.module, [record_id], self._fields(intent, context)).get(record_id)

    def _taken(self, intent: Intent, context: Context, record_id: str) -> str:
        """Return what keeps a record from being what a create made: that it is somebody's partner already."""
        if intent.pair_or_document not in context.plan.pairs:
            return ""
        index = context.view.links(intent.pair_or_document)
        side = index.by_right if intent.payload.get("source_side") == "left" else index.by_left
        return "has another partner" if side.get(record_id) is not None else ""

    def _give_up(self, intent: Intent, context: Context, decided: Decided) -> None:
        """Make nothing for the record, now or later; the edge of a document counts as done."""
        if intent.payload.get("document"):
            for instance in context.view.instances(intent.pair_or_document).get(intent.source_id, []):
                if instance.number == intent.instance and instance.doc_id is None:
                    context.view.put_instance(replace(instance, doc_status="refused"))
        elif intent.pair_or_document in context.plan.pairs:
            side = str(intent.payload.get("source_side", "left"))
            context.view.set_aside(intent.pair_or_document, side, intent.source_id, decided.reason)
        context.view.later(lambda state: state.resolve_intent(intent.iid, "dropped", detail=decided.reason))

    def match_by_key(
        self,
        pair: Pair,
        context: Context,
        free_left: dict[str, Record],
        free_right: dict[str, Record],
        matches: list[Match],
    ) -> None:
        """Match free records by the keys they carry, and take them out of the free ones."""
        for carriers, sources, endpoint, source_side in (
            (free_right, free_left, pair.right, "left"),
            (free_left, free_right, pair.left, "right"),
        ):
            if endpoint.key_field is None:
                continue
            by_key: dict[str, list[Record]] = {}
            for record in carriers.values():
                key = record.fields.get(endpoint.key_field)
                if isinstance(key, str):
                    by_key.setdefault(key, []).append(record)
            if not by_key:
                continue
            for source_id in sorted(sources):
                holders = by_key.get(context.pair_key(pair, source_side, source_id), [])
                if len(holders) != 1:
                    continue
                source, holder = sources[source_id], holders[0]
                left, right = (source, holder) if source_side == "left" else (holder, source)
                matches.append(Match(left=left, right=right, how="key", key_text="syncdsl key"))
                del sources[source_id], carriers[holder.id]

    def adopt_instances(self, document: DocumentPlan, context: Context, records: Iterable[Record]) -> None:
        """Find documents made by an earlier state again, by the keys they carry; `records` are all in scope."""
        find_documents(document, context, records)
