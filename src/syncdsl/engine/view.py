"""The state as a run sees it: what is stored, plus what this run has decided and not yet written."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from syncdsl.state import Instance, Link, State


class LinkIndex:
    """The links of one pair, by either side's id."""

    def __init__(self, links: Iterable[Link]) -> None:
        self.by_left: dict[str, Link] = {}
        self.by_right: dict[str, Link] = {}
        self.by_uid: dict[str, Link] = {}
        for link in links:
            self.put(link)

    def put(self, link: Link) -> None:
        """Add a link or replace the one with its uid."""
        self.by_left[link.left_id] = link
        self.by_right[link.right_id] = link
        self.by_uid[link.uid] = link


class StateView:
    """Reads the state once and keeps changes beside it until `flush`; a preview never flushes."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._links: dict[str, LinkIndex] = {}
        self._truths: dict[str, dict[str, bool]] = {}
        self._activations: dict[str, dt.datetime | None] = {}
        self._instances: dict[str, dict[str, list[Instance]]] = {}
        self._asides: dict[str, set[tuple[str, str]]] = {}
        self._pending: list[Callable[[State], None]] = []

    def links(self, pair: str) -> LinkIndex:
        """Return the links of a pair."""
        if pair not in self._links:
            self._links[pair] = LinkIndex(self.state.links(pair))
        return self._links[pair]

    def put_link(self, link: Link) -> None:
        """Add or replace a link."""
        self.links(link.pair).put(link)
        self._pending.append(lambda state: state.put_link(link))

    def truths(self, trigger: str) -> dict[str, bool]:
        """Return the committed truth of a trigger's condition by record id."""
        if trigger not in self._truths:
            self._truths[trigger] = dict(self.state.truths(trigger))
        return self._truths[trigger]

    def put_truths(self, trigger: str, truths: dict[str, bool], at: dt.datetime) -> None:
        """Commit truths."""
        self.truths(trigger).update(truths)
        self._pending.append(lambda state: state.put_truths(trigger, truths, at))

    def activation(self, trigger: str) -> dt.datetime | None:
        """Return when a trigger was switched on, by the server's clock; None: not yet."""
        if trigger not in self._activations:
            self._activations[trigger] = self.state.activation(trigger)
        return self._activations[trigger]

    def activate(self, trigger: str, at: dt.datetime) -> None:
        """Switch a trigger on."""
        self._activations[trigger] = at
        self._pending.append(lambda state: state.activate(trigger, at))

    def instances(self, document: str) -> dict[str, list[Instance]]:
        """Return the instances of a document by record id, in the order they were made."""
        if document not in self._instances:
            found: dict[str, list[Instance]] = defaultdict(list)
            for instance in sorted(self.state.instances(document), key=lambda item: item.number):
                found[instance.record_id].append(instance)
            self._instances[document] = found
        return self._instances[document]

    def put_instance(self, instance: Instance) -> None:
        """Add an instance or replace the one with its number."""
        known = self.instances(instance.document).setdefault(instance.record_id, [])
        known[:] = [item for item in known if item.number != instance.number] + [instance]
        known.sort(key=lambda item: item.number)
        self._pending.append(lambda state: state.put_instance(instance))

    def set_asides(self, pair: str) -> set[tuple[str, str]]:
        """Return the (side, id) of records that are neither matched nor created again."""
        if pair not in self._asides:
            self._asides[pair] = set(self.state.set_asides(pair))
        return self._asides[pair]

    def set_aside(self, pair: str, side: str, record_id: str, reason: str) -> None:
        """Set a record aside."""
        self.set_asides(pair).add((side, record_id))
        self._pending.append(lambda state: state.set_aside(pair, side, record_id, reason))

    def later(self, change: Callable[[State], None]) -> None:
        """Queue any other change of the state."""
        self._pending.append(change)

    def flush(self) -> None:
        """Write what is pending, in one transaction."""
        if not self._pending:
            return
        with self.state.transaction():
            for change in self._pending:
                change(self.state)
        self._pending.clear()
