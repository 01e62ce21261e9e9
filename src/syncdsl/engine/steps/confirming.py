"""Confirming: whether a document that counts as live is there, asked where an edge would be lost to one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.live import live_instance
from syncdsl.engine.observation import observation_name
from syncdsl.engine.steps.observe import stage_fetched

if TYPE_CHECKING:
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import DocumentPlan
    from syncdsl.state import Instance


def confirmed(context: Context, document: DocumentPlan, record_id: str, part: str) -> Instance | None:
    """Return the record's live document, read as it is now.

    The books tell no deletions between complete readings: a document that a person deleted would keep a new one from
    being made, and the edge would be gone.
    """
    live = live_instance(context, document, record_id, part)
    if live is None or live.doc_id is None:
        return live
    observation = context.observations[document.observe]
    step = observation.step
    found = context.run.connections[step.connection].fetch(step.module, [live.doc_id], step.fields)
    if found:
        stage_fetched(context, observation, found.values())
    else:
        gone = {live.doc_id: "gone"}
        context.run.state.unstage(observation_name(step), gone)
        observation.records.refresh([live.doc_id])
        observation.note([live.doc_id], "gone")
    return live_instance(context, document, record_id, part)
