"""The state as a run sees it: what is stored, plus what this run has decided and not yet written."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from syncdsl.engine.pending import Pending

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from syncdsl.engine.lines import SideName
    from syncdsl.state import Instance, Link, State
    from syncdsl.state.records import LinkStatus

KEPT = 2_000
"""How many links that were looked up stay in memory."""
BATCH = 500


class Links:
    """The links of a pair by one kind of id: looked up as they are needed, a pair may have a million."""

    def __init__(
        self,
        look_up: Callable[[Iterable[str]], Mapping[str, Link]],
        standing: Callable[[Iterable[str]], Mapping[str, tuple[str, LinkStatus]]] | None = None,
    ) -> None:
        self._look_up = look_up
        self._standing = standing
        self._changed: dict[str, Link] = {}
        self._kept: dict[str, Link | None] = {}

    def get(self, name: str) -> Link | None:
        """Return the link of an id."""
        return self.many((name,)).get(name)

    def __getitem__(self, name: str) -> Link:
        """Return the link of an id; raises KeyError when there is none."""
        return self.many((name,))[name]

    def __contains__(self, name: str) -> bool:
        """Return whether an id has a link."""
        return self.get(name) is not None

    def many(self, names: Iterable[str]) -> dict[str, Link]:
        """Return the links of those of some ids that have one, with one look."""
        wanted = list(dict.fromkeys(names))
        known = {
            name: self._changed.get(name) or self._kept.get(name)
            for name in wanted
            if name in self._changed or name in self._kept
        }
        missing = [name for name in wanted if name not in known]
        if missing:
            found = self._look_up(missing)
            loaded = {name: found.get(name) for name in missing}
            if len(self._kept) + len(missing) > KEPT:
                # All at once: what is dropped is looked up again when it is needed.
                self._kept.clear()
            self._kept.update(loaded)
            known.update(loaded)
        return {name: link for name in wanted if (link := known[name]) is not None}

    def standing(self, names: Iterable[str]) -> dict[str, tuple[str, LinkStatus]]:
        """Return uid and status of the links of those of some ids that have one; nothing of them stays in memory."""
        wanted = list(names)
        if self._standing is None:
            return {name: (link.uid, link.status) for name, link in self.many(wanted).items()}
        found = dict(self._standing(wanted))
        for name in wanted if self._changed else ():
            if (link := self._changed.get(name)) is not None:
                found[name] = (link.uid, link.status)
        return found

    def latest(self, name: str, stored: Link) -> Link:
        """Return a link that was just read, as this run sees it."""
        return self._changed.get(name, stored)

    def changed(self) -> Iterator[Link]:
        """Return the links that this run made or changed."""
        return iter(self._changed.values())

    def put(self, name: str, link: Link) -> None:
        """Take a link that this run made or changed."""
        self._changed[name] = link

    def stored(self, name: str, link: Link) -> None:
        """Take note that a link is stored by now."""
        self._changed.pop(name, None)
        self._kept.pop(name, None)
        if len(self._kept) < KEPT:
            self._kept[name] = link


class LinkIndex:
    """The links of one pair, by either side's id and by their own."""

    def __init__(self, state: State, pair: str) -> None:
        self._state = state
        self._pair = pair
        self.by_left = Links(
            lambda ids: state.links_by(pair, "left", ids), lambda ids: state.standing(pair, "left", ids)
        )
        self.by_right = Links(
            lambda ids: state.links_by(pair, "right", ids), lambda ids: state.standing(pair, "right", ids)
        )
        self.by_uid = Links(state.links_by_uid)

    def by_side(self, side: SideName) -> Links:
        """Return the links by the ids of one side."""
        return self.by_left if side == "left" else self.by_right

    def put(self, link: Link) -> None:
        """Add a link or replace the one with its uid."""
        self.by_left.put(link.left_id, link)
        self.by_right.put(link.right_id, link)
        self.by_uid.put(link.uid, link)

    def stored(self, link: Link) -> None:
        """Take note that a link is stored by now."""
        self.by_left.stored(link.left_id, link)
        self.by_right.stored(link.right_id, link)
        self.by_uid.stored(link.uid, link)

    def batches(self) -> Iterator[list[Link]]:
        """Return every stored link, some at a time, in order of uids, as this run sees them."""
        after = ""
        while found := self._state.links_after(self._pair, after, BATCH):
            yield [self.by_uid.latest(link.uid, link) for link in found]
            after = found[-1].uid


class StateView:
    """Reads the state and keeps changes beside it until `flush`; a preview never flushes."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._links: dict[str, LinkIndex] = {}
        self._activations: dict[str, dt.datetime | None] = {}
        self._truths: dict[str, dict[str, bool]] = {}
        self._instances: dict[str, dict[str, list[Instance]]] = {}
        self._asides: dict[str, set[tuple[str, str]]] = {}
        self._pending = Pending()

    def links(self, pair: str) -> LinkIndex:
        """Return the links of a pair."""
        if pair not in self._links:
            self._links[pair] = LinkIndex(self.state, pair)
        return self._links[pair]

    def known_keys(self, keys: Iterable[str], *, active: bool = False) -> set[str]:
        """Return those of some syncdsl keys that belong to a link of any pair, an `active` one where that is asked."""
        wanted = set(keys)
        changed = [link for index in self._links.values() for link in index.by_uid.changed() if link.key in wanted]
        severed = {link.key for link in changed if active and link.status != "active"}
        return ({link.key for link in changed} | self.state.link_keys(wanted, active=active)) - severed

    def put_link(self, link: Link) -> None:
        """Add or replace a link."""
        self.links(link.pair).put(link)
        self._pending.add(link)

    def settle_link(self, link: Link) -> None:
        """Replace a link of which only bases changed: nobody else looks at them in this run."""
        self._pending.add(link)

    def truths(self, trigger: str) -> dict[str, bool]:
        """Return the committed truth of a trigger's condition by record id."""
        if trigger not in self._truths:
            self._truths[trigger] = dict(self.state.truths(trigger))
        return self._truths[trigger]

    def truth_times(self, trigger: str, ids: Iterable[str]) -> dict[str, dt.datetime]:
        """Return the moment as of which the truth of some records was committed."""
        return self.state.truth_times(trigger, ids)

    def put_truths(self, trigger: str, truths: dict[str, bool], at: dt.datetime) -> None:
        """Commit truths as of a moment."""
        self.truths(trigger).update(truths)
        self._pending.add(lambda state: state.put_truths(trigger, truths, at))

    def activation(self, trigger: str) -> dt.datetime | None:
        """Return when a trigger was switched on, by the server's clock; None: not yet."""
        if trigger not in self._activations:
            self._activations[trigger] = self.state.activation(trigger)
        return self._activations[trigger]

    def activate(self, trigger: str, at: dt.datetime) -> None:
        """Switch a trigger on."""
        self._activations[trigger] = at
        self._pending.add(lambda state: state.activate(trigger, at))

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
        self._pending.add(lambda state: state.put_instance(instance))

    def set_asides(self, pair: str) -> set[tuple[str, str]]:
        """Return the (side, id) of records that are neither matched nor created again."""
        if pair not in self._asides:
            self._asides[pair] = set(self.state.set_asides(pair))
        return self._asides[pair]

    def set_aside(self, pair: str, side: str, record_id: str, reason: str) -> None:
        """Set a record aside."""
        self.set_asides(pair).add((side, record_id))
        self._pending.add(lambda state: state.set_aside(pair, side, record_id, reason))

    def later(self, change: Callable[[State], None]) -> None:
        """Queue any other change of the state."""
        self._pending.add(change)

    def flush(self) -> None:
        """Write what is pending, in one transaction."""
        if not self._pending:
            return
        with self.state.transaction():
            batch: list[Link] = []
            for change in self._pending.drain():
                if callable(change):
                    self._put(batch)
                    change(self.state)
                else:
                    batch.append(change)
                    if len(batch) >= BATCH:
                        self._put(batch)
            self._put(batch)

    def _put(self, batch: list[Link]) -> None:
        self.state.put_links(batch)
        for link in batch:
            self.links(link.pair).stored(link)
        batch.clear()
