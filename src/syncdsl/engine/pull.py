"""Records that others refer to and that no reading has shown yet are fetched at once, with what they refer to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from syncdsl.engine.amounts import rows_of
from syncdsl.engine.long_agenda import in_order
from syncdsl.engine.steps.observe import stage_fetched
from syncdsl.schema.values import Ref
from syncdsl.state import chunks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.observation import Observation
    from syncdsl.plan.pairs import Assignment

DEPTH = 8
"""How many references in a row are followed."""


def pull_missing(context: Context) -> None:
    """Fetch the records that those on the agenda refer to, where a module covers them and no reading has shown them.

    A reading is always a little behind: a deal can name an account that was made after accounts were read.
    """
    referring = {observed for observed, _, one in _assignments(context) if any(cell.partner for cell in one.cells)}
    fresh: dict[str, Collection[str]] = {
        name: seen.agenda for name, seen in context.observations.items() if name in referring
    }
    for _ in range(DEPTH):
        missing: defaultdict[str, set[str]] = defaultdict(set)
        for step_id, ids in fresh.items():
            for some in chunks(in_order(ids)):
                records = context.observations[step_id].records.many(some)
                for connection, reference in references(context, step_id, records.values()):
                    for observation in _unseen(context, connection, reference):
                        missing[observation.step.id].add(reference.id)
        fresh = {}
        for step_id, ids in missing.items():
            observation = context.observations[step_id]
            with context.unread.isolating([observation.step]):
                found = fetch(context, observation, ids)
                fresh[step_id] = set(found) if step_id in referring else set()
            if step_id in context.unread:
                del context.observations[step_id]
        if not any(fresh.values()):
            return


def fetch(context: Context, observation: Observation, ids: Iterable[str]) -> Mapping[str, Record]:
    """Fetch records of an observed module and put them on the stage and on the agenda; return those that there are."""
    step = observation.step
    found = context.run.connections[step.connection].fetch(step.module, sorted(ids), step.fields)
    stage_fetched(context, observation, found.values())
    return found


def references(context: Context, step_id: str, records: Iterable[Record]) -> Iterator[tuple[str, Ref]]:
    """Return the records whose partners are written when records of an observation are, each with its connection."""
    sources = [
        (connection, assignment)
        for observed, connection, assignment in _assignments(context)
        if observed == step_id and any(cell.partner for cell in assignment.cells)
    ]
    for record in records if sources else ():
        for connection, assignment in sources:
            value = context.evaluate(assignment.value, connection, record.fields)
            if isinstance(value, Ref):
                yield connection, value
            for row in rows_of(value) if assignment.rows is not None else ():
                found = (context.evaluate(cell.value, connection, row) for cell in assignment.cells if cell.partner)
                yield from ((connection, reference) for reference in found if isinstance(reference, Ref))


def _assignments(context: Context) -> Iterator[tuple[str, str, Assignment]]:
    """Return what is written from the records of every observation, with the connection they are of."""
    for pair in context.plan.pairs.values():
        for line in pair.lines:
            if line.to_right is not None:
                yield pair.left.observe, pair.left.connection, line.to_right
            if line.to_left is not None:
                yield pair.right.observe, pair.right.connection, line.to_left
    for document in context.plan.documents.values():
        endpoint = context.plan.records[document.record].endpoint
        for assignment in document.assignments:
            yield endpoint.observe, endpoint.connection, assignment


def _unseen(context: Context, connection: str, reference: Ref) -> Iterator[Observation]:
    """Return the observations of modules that are synced, without a view, which should hold a record and do not."""
    for pair in context.plan.pairs.values():
        for endpoint in (pair.left, pair.right):
            if (endpoint.connection, endpoint.module) != (connection, reference.module) or endpoint.view is not None:
                continue
            observation = context.observations.get(endpoint.observe)
            if observation is None:
                continue
            known = reference.id in observation.records or observation.agenda.get(reference.id) == "gone"
            if not known and reference.id not in context.view.links(pair.name).by_side(
                "left" if endpoint is pair.left else "right"
            ):
                yield observation
