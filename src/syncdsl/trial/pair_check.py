"""One `module` statement: its links, record by record, and the records that should have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.changes.effects import RecordName
from syncdsl.changes.verification import Difference, Gone, Missing
from syncdsl.schema.values import Ref, to_json
from syncdsl.state import chunks
from syncdsl.trial.comparing import Comparer, LineComparison, explain, units
from syncdsl.trial.images import Unknown
from syncdsl.trial.naming import record_name
from syncdsl.trial.reading import read_again
from syncdsl.trial.spool import CHUNK
from syncdsl.trial.taken import is_new, is_taken
from syncdsl.trial.tally import Tally, field_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.verification import ChangedSide
    from syncdsl.engine.run import Run
    from syncdsl.plan.pairs import Endpoint, Pair
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.schema.values import Value
    from syncdsl.state import Link
    from syncdsl.state.records import Side
    from syncdsl.trial.held import Held
    from syncdsl.trial.images import Images
    from syncdsl.trial.spool import Spool
    from syncdsl.trial.tally import Findings

CONFIRMED = 500
"""How many links that differ are read once more; where more do, it is no edit that was under way."""


class PairCheck:
    """Verifies one pair over what was read."""

    def __init__(
        self,
        run: Run,
        pair: Pair,
        steps: Mapping[str, ObserveStep],
        images: Images,
        spool: Spool,
        held: Held,
        times: Mapping[str, dt.datetime],
        findings: Findings,
    ) -> None:
        self._run = run
        self._pair = pair
        self._steps = steps
        self._images = images
        self._spool = spool
        self._held = held
        self._times = times
        self._findings = findings
        self._comparer = Comparer(pair, images)
        self._tally = Tally(pair=pair)
        self._doubted: list[Link] = []
        self._set_aside: dict[str, set[tuple[str, str]]] = {}

    def tally(self) -> Tally:
        """Compare everything once, and return the counts."""
        task = f"compare {self._pair.name}"
        self._run.progress.start(task, None)
        after = ""
        while links := self._run.state.links_after(self._pair.name, after, CHUNK):
            after = links[-1].uid
            self._links(links)
            self._run.progress.advance(task, len(links))
        self._confirm()
        if self._pair.direction in {"right", "both"}:
            self._unlinked("left")
        if self._pair.direction in {"left", "both"}:
            self._unlinked("right")
        self._run.progress.finish(task, f"{self._tally.linked:,} linked")
        return self._tally

    # -- links --------------------------------------------------------------------------------------------------

    def _links(self, links: Sequence[Link]) -> None:
        lefts = self._spool.records(self._pair.left.observe, [link.left_id for link in links])
        rights = self._spool.records(self._pair.right.observe, [link.right_id for link in links])
        self._sort(links, lefts, rights, confirmed=False)

    def _confirm(self) -> None:
        """Read both records of links that differ once more: one may have been read before an edit, one after it."""
        for links in chunks(self._doubted, CHUNK):
            left, right = self._steps[self._pair.left.observe], self._steps[self._pair.right.observe]
            lefts = read_again(self._run, left, [link.left_id for link in links], self._spool)
            rights = read_again(self._run, right, [link.right_id for link in links], self._spool)
            self._sort(links, lefts, rights, confirmed=True)

    def _sort(
        self, links: Sequence[Link], lefts: Mapping[str, Record], rights: Mapping[str, Record], *, confirmed: bool
    ) -> None:
        for link in links:
            left, right = lefts.get(link.left_id), rights.get(link.right_id)
            if left is not None and right is not None:
                exchanged = self._pair.exchange is not None  # documents with a partner go on, however old they are
                if exchanged or (
                    self._in_scope(self._pair, "left", left) and self._in_scope(self._pair, "right", right)
                ):
                    self._compare(link, left, right, confirmed=confirmed)
                else:
                    self._tally.outside += 1
            elif link.status == "active":
                self._absent(link, left, right)
            else:
                self._tally.deleted += 1

    def _absent(self, link: Link, left: Record | None, right: Record | None) -> None:
        """Tell a link whose record is gone from one whose record is merely out of its side's view."""
        ends: tuple[tuple[Side, Endpoint, Record | None, str], ...] = (
            ("left", self._pair.left, left, link.left_id),
            ("right", self._pair.right, right, link.right_id),
        )
        gone = tuple(
            side for side, end, record, one in ends if record is None and self._spool.is_gone(end.observe, one)
        )
        if not gone:
            self._tally.outside += 1
            return
        self._tally.gone += 1
        names = [
            record_name(self._run, end.connection, record)
            if record is not None
            else RecordName(connection=end.connection, module=end.module, id=one, label=one)
            for _, end, record, one in ends
        ]
        self._findings.add(
            Gone(rule=self._pair.name, location=self._pair.location, left=names[0], right=names[1], sides=gone)
        )

    def _compare(self, link: Link, left: Record, right: Record, *, confirmed: bool) -> None:
        comparisons = self._comparer.compare(link, left, right)
        differs = any(item.verdict == "differs" for item in comparisons)
        if differs and not confirmed and len(self._doubted) < CONFIRMED:
            self._doubted.append(link)
            return
        self._tally.linked += 1
        for unit in units(comparisons):
            changed: ChangedSide | None = None
            for item in unit:
                verdict = item.verdict
                if verdict == "says nothing":
                    continue
                self._tally.compared += 1
                if verdict == "agrees":
                    self._tally.agree += 1
                else:
                    changed = changed or self._comparer.who_changed(unit, link, left, right)
                    self._differs(item, changed, left, right)

    def _differs(self, item: LineComparison, changed: ChangedSide, left: Record, right: Record) -> None:
        kind = explain(item, changed)
        here, there = self._pair.left, self._pair.right
        names = record_name(self._run, here.connection, left), record_name(self._run, there.connection, right)
        if any(self._held.line(self._pair.name, name, item.line) for name in names):
            kind = "held"
        lag = self._lag(changed, left, right) if kind in {"pending", "held"} else None
        self._tally.difference(item.line, kind)
        self._tally.lag(lag)
        if not self._findings.wanted(kind):
            return
        line = item.line
        self._findings.add(
            Difference(
                kind=kind,
                rule=self._pair.name,
                location=line.location,
                line=line.text,
                field=field_of(line),
                direction="both" if line.to_right and line.to_left else "right" if line.to_right else "left",
                left=names[0],
                right=names[1],
                left_value=_json(item.left_value),
                right_value=_json(item.right_value),
                changed=changed,
                lag_seconds=lag,
            )
        )

    # -- records without a partner ------------------------------------------------------------------------------

    def _unlinked(self, side: Side) -> None:
        """Look at every record of a side that has no link and by the rules should have one."""
        endpoint = _end(self._pair, side)
        asides = self._asides(self._pair.name)
        for record in self._spool.unlinked(endpoint.observe, self._pair.name, side):
            if (side, record.id) in asides:
                self._tally.set_aside += 1
                continue
            if self._pair.exchange is not None and not is_new(self._run, self._pair, side, record):
                continue
            if not self._in_scope(self._pair, side, record) or not self._parent_has_partner(self._pair, side, record):
                continue
            name = record_name(self._run, endpoint.connection, record)
            held = self._held.record(self._pair.name, name)
            lag = self._age(endpoint.connection, record)
            self._tally.lag(lag)
            if held:
                self._tally.held_records += 1
            elif side == "left":
                self._tally.missing_right += 1
            else:
                self._tally.missing_left += 1
            self._findings.add(
                Missing(
                    rule=self._pair.name,
                    location=self._pair.location,
                    record=name,
                    held=held,
                    lag_seconds=lag,
                )
            )

    def _linked_in_scope(self, side: Side, record: Record) -> bool:
        """Return whether a record with a partner is in scope: documents go on with theirs, however old they are."""
        return self._pair.exchange is not None or self._in_scope(self._pair, side, record)

    def _in_scope(self, pair: Pair, side: Side, record: Record) -> bool:
        """Return whether a record satisfies its side's condition and, where it is nested, its parent does.

        A parent whose partner is out of scope takes its children with it; one without a partner does not.
        """
        if not self._images.holds_where(_end(pair, side), record):
            return False
        if pair.exchange is not None:
            return is_taken(self._run, pair, side, record)
        if pair.parent is None:
            return True
        above, parent = self._above(pair), self._parent(pair, side, record)
        if parent is None or not self._in_scope(above, side, parent):
            return False
        if (side, parent.id) in self._asides(above.name):
            return False
        link = self._spool.link(above.name, side, parent.id)
        if link is None:
            return True
        partner_id, status = link
        other: Side = "right" if side == "left" else "left"
        partner = self._spool.record(_end(above, other).observe, partner_id)
        return status == "active" and partner is not None and self._images.holds_where(_end(above, other), partner)

    def _above(self, pair: Pair) -> Pair:
        if pair.parent is None:
            raise ValueError("the pair is not nested")
        return self._run.plan.pairs[pair.parent.pair]

    def _parent(self, pair: Pair, side: Side, record: Record) -> Record | None:
        """Return the record above a nested one, where it was read."""
        if pair.parent is None:
            return None
        end = _end(self._above(pair), side)
        reference = record.fields.get(pair.parent.field_of(side))
        if not isinstance(reference, Ref) or reference.module != end.module:
            return None
        return self._spool.record(end.observe, reference.id)

    def _parent_has_partner(self, pair: Pair, side: Side, record: Record) -> bool:
        """Return whether a record's parent has a partner or should get one; without a parent nothing is in the way."""
        if pair.parent is None:
            return True
        above, parent = self._above(pair), self._parent(pair, side, record)
        if parent is None:
            return False
        if self._spool.partner(above.name, side, parent.id) is not None:
            return True
        wanted = {"both", "right" if side == "left" else "left"}
        return above.direction in wanted and self._parent_has_partner(above, side, parent)

    def _asides(self, pair: str) -> set[tuple[str, str]]:
        """Return the (side, id) of records that a pair leaves out on purpose."""
        if pair not in self._set_aside:
            self._set_aside[pair] = self._run.state.set_asides(pair)
        return self._set_aside[pair]

    # -- time ---------------------------------------------------------------------------------------------------

    def _lag(self, changed: ChangedSide, left: Record, right: Record) -> int | None:
        """Return how long ago, at least, the change was made: a later edit of another field moves the stamp too."""
        ages = []
        if changed in {"left", "both"}:
            ages.append(self._age(self._pair.left.connection, left))
        if changed in {"right", "both"}:
            ages.append(self._age(self._pair.right.connection, right))
        return max((age for age in ages if age is not None), default=None)

    def _age(self, connection: str, record: Record) -> int | None:
        if record.modified is None:
            return None
        return max(int((self._times[connection] - record.modified).total_seconds()), 0)


def _end(pair: Pair, side: Side) -> Endpoint:
    return pair.left if side == "left" else pair.right


def _json(value: Value | Unknown) -> Any:
    return to_json(value.value if isinstance(value, Unknown) else value)
