"""Look: which records and links of a pair have something to decide, and the forms by which others find the records.

Looked at are the records on the agenda, or all of them when a pass is due. A pass reads every link with its records
once, and only links that are not settled are left to decide about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.engine.key_forms import form_text, key_form
from syncdsl.engine.lines import SIDES
from syncdsl.engine.long_agenda import in_order
from syncdsl.engine.nesting import PARENT, inside, parent_of, side_of
from syncdsl.engine.steps.linked import is_settled
from syncdsl.engine.steps.observe import carried_key
from syncdsl.state import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import MatchKey, Pair

MANY = 50_000
"""How many links with something to decide are kept by their names; of more, all are gone through once more."""


@dataclass(slots=True, kw_only=True)
class Looked:
    """What is to be decided about in a pair.

    `free` are the ids of records in scope without a link, `carried` the syncdsl keys on them, by side. `uids` are
    links; None: all of them.
    """

    free: dict[SideName, list[str]] = field(default_factory=lambda: {"left": [], "right": []})
    carried: dict[SideName, set[str]] = field(default_factory=lambda: {"left": set(), "right": set()})
    uids: set[str] | None = field(default_factory=set)

    def add_free(self, pair: Pair, context: Context, side: SideName, record: Record) -> None:
        """Add a record in scope that has no link; one that is set aside is neither matched nor made again."""
        if (side, record.id) in context.view.set_asides(pair.name):
            return
        self.free[side].append(record.id)
        key = carried_key(record, side_of(pair, side).key_field)
        if key is not None:
            self.carried[side].add(key)


def look_at_agenda(pair: Pair, context: Context) -> Looked:
    """Look at the records on the agenda, and at nested ones below those."""
    looked, uids = Looked(), set[str]()
    for side in SIDES:
        observation = context.observations[side_of(pair, side).observe]
        index = context.view.links(pair.name).by_side(side)
        for ids in chunks(_agenda(pair, context, side)):
            found = observation.records.many(ids)
            linked = index.standing(ids)
            filing = Filing(pair, context, side)
            for record_id in ids:
                inside_now = filing.file(record_id, found.get(record_id))
                if inside_now and record_id not in linked:
                    looked.add_free(pair, context, side, found[record_id])
            filing.put()
            uids.update(uid for uid, _ in linked.values())
    looked.uids = uids
    return looked


def _agenda(pair: Pair, context: Context, side: SideName) -> Iterator[str]:
    """Return the ids of the records to look at, in order; nested ones below others last."""
    agenda = context.observations[side_of(pair, side).observe].agenda
    yield from in_order(agenda)
    yield from sorted(record_id for record_id in _below(pair, context, side) if record_id not in agenda)


def look_at_everything(pair: Pair, context: Context) -> Looked:
    """Look at every link with its records, and at every record without one; all forms are filed anew.

    A run over single records files all of them, too, and decides about these alone.
    """
    context.run.state.forget_forms(pair.name)
    looked = Looked(uids=_look_at_links(pair, context))
    for side in SIDES:
        observation = context.observations[side_of(pair, side).observe]
        for some in observation.records.unlinked(pair.name, side):
            filing = Filing(pair, context, side, anew=True)
            for record in some:
                chosen = context.run.focus is None or record.id in observation.agenda
                if filing.file(record.id, record) and chosen:
                    looked.add_free(pair, context, side, record)
            filing.put()
    return looked


def _look_at_links(pair: Pair, context: Context) -> set[str] | None:
    """File the records of every link; return the links that are not settled, None for too many of them."""
    lefts, rights = (context.observations[side_of(pair, side).observe] for side in SIDES)
    uids: set[str] | None = set()
    for joints in lefts.records.joined(pair.name, rights.records):
        left_filing, right_filing = (Filing(pair, context, side, anew=True) for side in SIDES)
        for link, left, right in joints:
            there = left_filing.file(link.left_id, left, linked=True)
            there &= right_filing.file(link.right_id, right, linked=True)
            if context.run.focus is not None:
                chosen = link.left_id in lefts.agenda or link.right_id in rights.agenda
            elif there and left is not None and right is not None:
                chosen = link.status != "active" or not is_settled(pair, context, link, left, right)
            else:
                chosen = False
            if chosen and uids is not None:
                uids.add(link.uid)
        with context.run.state.transaction():
            left_filing.put()
            right_filing.put()
        if uids is not None and len(uids) > MANY:
            uids = None
    return uids


class Filing:
    """Files the key forms of some records of a side, so that others find them; `anew`: none of them is filed yet."""

    def __init__(self, pair: Pair, context: Context, side: SideName, *, anew: bool = False) -> None:
        self._pair = pair
        self._context = context
        self._side = side
        self._anew = anew
        self._asides = context.view.set_asides(pair.name)
        self._forms: dict[str, list[tuple[int, str]]] = {}
        self._keys: list[tuple[int, MatchKey]] = list(enumerate(pair.keys))
        if pair.adopt is not None:
            self._keys.append((-1, pair.adopt))

    def file(self, record_id: str, record: Record | None, *, linked: bool = False) -> bool:
        """File a record, under nothing when it is not there or out of scope; return whether it is in scope.

        A nested one is filed under its parent wherever that is, and one that is set aside is found by nobody.
        """
        forms = self._forms[record_id] = []
        if record is None:
            return False
        parent = parent_of(self._pair, self._context, self._side, record)
        if parent is not None:
            forms.append((PARENT, parent.id))
        if not inside(self._pair, self._context, self._side, record, linked=linked):
            return False
        if (self._side, record_id) not in self._asides:
            for number, key in self._keys:
                form = key_form(key, self._pair, self._side, self._context, record)
                if form is not None:
                    forms.append((number, form_text(form)))
        return True

    def put(self) -> None:
        """Store what was filed."""
        if self._keys or self._pair.parent is not None:
            self._context.run.state.put_forms(self._pair.name, self._side, self._forms, anew=self._anew)


def _below(pair: Pair, context: Context, side: SideName) -> set[str]:
    """Return the nested records of parents that are looked at: with those they may come into scope or leave it."""
    if pair.parent is None:
        return set()
    above = context.plan.pairs[pair.parent.pair]
    parents: set[str] = set()
    index = context.view.links(above.name)
    for here in SIDES:
        looked_at = {*context.observations[side_of(above, here).observe].agenda, *_below(above, context, here)}
        if here == side:
            parents |= looked_at
        else:
            links = index.by_side(here).many(looked_at).values()
            parents.update(link.left_id if side == "left" else link.right_id for link in links)
    return context.run.state.filed_under(pair.name, side, PARENT, parents)
