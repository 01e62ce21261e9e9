"""What a reading did not show: what of it was expected, and what the system itself says about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.engine.observation import observation_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.seen import Seen
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.state import Instance

CONFIRMED, SAMPLE = 100, 20
"""Up to how many records without a partner are asked for one by one when a reading does not show them, and how many of
more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a reading says is not there: ids of records, those that are partners or documents among them.

    `partners` and `documents` also hold what no reading has ever shown.
    """

    absent: set[str]
    partners: set[str]
    documents: dict[str, Instance]

    @property
    def free(self) -> set[str]:
        """The absent records that nothing is linked to."""
        return self.absent - self.partners - self.documents.keys()


class Absence:
    """Questions about what a module's reading did not show. Only a direct read makes absence a fact."""

    def __init__(self, step: ObserveStep, context: Context) -> None:
        self._step = step
        self._name = observation_name(step)
        self._context = context
        self._state = context.run.state

    def missing(self, seen: Seen, said_gone: set[str], *, complete: bool) -> Missing:
        """Return what a reading did not show: what the system says is gone, and what a complete one leaves out."""
        absent = {*said_gone, *self._not_seen(seen)} if complete else set(said_gone)
        partners, documents = self._expected(absent, seen, complete=complete)
        return Missing(absent=absent, partners=partners, documents=documents)

    def fetch(self, ids: set[str]) -> dict[str, Record]:
        """Return those of these records that are there."""
        if not ids:
            return {}
        connection = self._context.run.connections[self._step.connection]
        return connection.fetch(self._step.module, sorted(ids), self._step.fields)

    def left_out(self, free: set[str]) -> tuple[set[str], dict[str, Record]]:
        """Return the free records that a complete reading did not show and that are taken to be there all the same.

        A few are asked for one by one; of many some are, and if one of them is there none of the many counts as
        absent. The records that answered are returned too.
        """
        there = self._there(free)
        return self._all_if_many(free, set(there)), there

    def unexplained(self, free: set[str], *, complete: bool) -> set[str]:
        """Return free records that exist and whose leaving the view nothing explains.

        A complete reading says of a record that was not modified that the view itself has changed; one of changes
        says of a modified record that it no longer fits. Either may be true, and either may be an answer that was cut.
        """
        there = self._there(free)
        return self._unmodified(there) if complete else set(there)

    def contradicted(self, free: set[str], suspects: set[str]) -> set[str]:
        """Return the free records that stay in the view: those that were not modified and yet are not shown by it.

        To be asked where only a modification takes a record out of the view.
        """
        return self._all_if_many(free, free & suspects)

    # -- what is behind the questions ---------------------------------------------------------------------------

    def _there(self, free: set[str]) -> dict[str, Record]:
        asked = sorted(free)
        if len(asked) > CONFIRMED:
            asked = asked[:: len(asked) // SAMPLE]
        return self.fetch(set(asked))

    def _all_if_many(self, free: set[str], there: set[str]) -> set[str]:
        """Return what is taken to be there: of many absent records all, when one of those asked for is."""
        if not there:
            return set()
        kept = free if len(free) > CONFIRMED else there
        if self._step.view is not None or len(free) > CONFIRMED:
            through = f" through the view `{self._step.view}`" if self._step.view is not None else ""
            many = f"{len(kept):,} records that it did not show are" if len(kept) > 1 else "one is"
            self._context.reported.append(
                f"{self._step.connection}.{self._step.module}: a reading{through} that should show everything left "
                f"out records that are there; {many} taken to be there still"
            )
        return kept

    def _unmodified(self, there: dict[str, Record]) -> set[str]:
        on_file = self._state.versions(self._name, there.keys())
        return {
            record_id
            for record_id, record in there.items()
            if record.version is not None and record.version == on_file.get(record_id)
        }

    def _not_seen(self, seen: Seen) -> Iterator[str]:
        after = ""
        while ids := self._state.stored_ids(self._name, after, 1_000):
            yield from (record_id for record_id in ids if record_id not in seen)
            after = ids[-1]

    def _expected(self, absent: set[str], seen: Seen, *, complete: bool) -> tuple[set[str], dict[str, Instance]]:
        """Return which absent records are somebody's partner or document.

        A complete reading also asks for partners that no reading has ever shown.
        """
        partners: set[str] = set()
        documents: dict[str, Instance] = {}
        for pair in self._context.plan.pairs.values():
            for endpoint, side, other in (
                (pair.left, "left", "right_gone"),
                (pair.right, "right", "left_gone"),
            ):
                if endpoint.observe != self._step.id:
                    continue
                index = self._context.view.links(pair.name)
                known = (index.by_left if side == "left" else index.by_right).many(absent)
                partners.update(record_id for record_id, link in known.items() if link.status in {"active", other})
                if complete:
                    unobserved = self._state.unobserved(pair.name, "left" if side == "left" else "right", self._name)
                    partners.update(record_id for record_id in unobserved if record_id not in seen)
        for document in self._context.plan.documents.values():
            if document.observe == self._step.id:
                documents.update(self._made(document.name, absent, seen, complete=complete))
        return partners, documents

    def _made(self, document: str, absent: set[str], seen: Seen, *, complete: bool) -> dict[str, Instance]:
        """Return the documents that are thought to be there and were not seen, by their ids."""
        made = {
            instance.doc_id: instance
            for instances in self._context.view.instances(document).values()
            for instance in instances
            if instance.doc_id is not None and instance.doc_status != "deleted"
        }
        if not complete:
            return {record_id: made[record_id] for record_id in absent & made.keys()}
        held = self._state.versions(self._name, made.keys())
        return {
            record_id: instance
            for record_id, instance in made.items()
            if record_id in absent or (record_id not in held and record_id not in seen)
        }
