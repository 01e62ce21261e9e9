"""Match: what is linked, what the keys on the records say, what is adopted, and who is a duplicate of whom.

Looked at are the records on the agenda, or all of them when a pass is due; and always together with every record that
shares a key with them, so that the result is the one that looking at everything would give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.components import component
from syncdsl.engine.exchange import switch_on
from syncdsl.engine.key_forms import key_form
from syncdsl.engine.key_sources import key_sources
from syncdsl.engine.lines import SIDES
from syncdsl.engine.matching import Candidates, Linked, Match, MatchResult, match_by_equality, match_by_keys
from syncdsl.engine.nesting import inside, side_of
from syncdsl.engine.passes import pass_is_due
from syncdsl.engine.steps.apart import moved, strangers_keys, without_keys, without_unfinished
from syncdsl.engine.steps.deleted import came_back
from syncdsl.engine.steps.disputes import settle_disputes
from syncdsl.engine.steps.look import look_at_agenda, look_at_everything
from syncdsl.engine.steps.merged import take_merged
from syncdsl.state import chunks

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.components import Component
    from syncdsl.engine.context import Context
    from syncdsl.engine.key_sources import Sources
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.matching import KeyForms
    from syncdsl.engine.observation import Observation
    from syncdsl.plan.pairs import MatchKey, Pair
    from syncdsl.plan.steps import MatchStep
    from syncdsl.state import Link
    from syncdsl.state.records import LinkStatus

_HOW = {"key": 0, "adopt": 1, "duplicate": 2}


def match(step: MatchStep, context: Context) -> None:
    """Decide the situation of every record of a pair that is looked at, and leave it in `context.matches`."""
    pair = context.plan.pairs[step.pair]
    if pair.exchange is not None and context.run.focus is None:
        switch_on(pair, context)
    due = pass_is_due(pair, context)
    everything = due and context.run.focus is None
    if everything:
        context.passes.append(pair)
    looked = look_at_everything(pair, context) if due else look_at_agenda(pair, context)
    if not _is_whole(pair, context, looked.free):
        everything = False
        looked.free = {"left": [], "right": []}
    sources = key_sources(pair, context, looked.free, looked.carried, everything=everything)
    result = MatchResult()
    result.linked = _linked(pair, context, looked.uids, result)
    result.merged = take_merged(pair, context, result.gone)
    _report_outside(pair, context)
    _match_free(pair, context, looked.free, sources, result)
    _keep_direction(pair, result)
    context.matches[pair.name] = settle_disputes(pair, context, result)


def _is_whole(pair: Pair, context: Context, free: Mapping[SideName, list[str]]) -> bool:
    """Return whether both sides were read to the end at least once: against a part of one nobody is matched or made.

    Else the records without a partner wait, and are looked at again.
    """
    cut = [side for side in SIDES if not context.observations[side_of(pair, side).observe].whole]
    if not cut:
        return True
    for side in SIDES:
        endpoint = side_of(pair, side)
        for record_id in free[side]:
            context.look_again(endpoint.connection, endpoint.module, record_id)
    endpoint = side_of(pair, cut[0])
    context.passes[:] = [one for one in context.passes if one.name != pair.name]
    context.reported.append(
        f"{endpoint.connection}.{endpoint.module} could not be read to its end yet: "
        f"`{pair.name}` matches and makes nothing"
    )
    return False


# -- linked ---------------------------------------------------------------------------------------------------------


def _linked(pair: Pair, context: Context, uids: set[str] | None, result: MatchResult) -> Iterator[Linked]:
    """Sort links: both there and in scope; one side confirmed gone; else out of scope, left as they are.

    What is gone is known at once, what is linked is read as it is used: it may be a million.
    """
    index = context.view.links(pair.name)

    def batches() -> Iterator[list[Link]]:
        if uids is None:
            yield from index.batches()
            return
        for some in chunks(sorted(uids)):
            found = index.by_uid.many(some)
            yield [found[uid] for uid in some if uid in found]

    result.gone = _lost(pair, context)
    return _both_there(pair, context, batches())


def _lost(pair: Pair, context: Context) -> list[tuple[Link, LinkStatus]]:
    """Return the links one of whose records is gone for certain and that have something to decide, in order of uids.

    These are the ones whose absence was confirmed since, or that still wait for a decision, and those on the agenda one
    of whose records came back.
    """
    index = context.view.links(pair.name)
    found: dict[str, Link] = {}
    for side in SIDES:
        observation = context.observations[side_of(pair, side).observe]
        for ids in chunks(observation.agenda):
            standing = index.by_side(side).standing(ids)
            lost = [one for one in standing if standing[one][1] != "active" or one in observation.gone]
            found.update((link.uid, link) for link in index.by_side(side).many(lost).values())
    lefts = context.observations[pair.left.observe]
    rights = context.observations[pair.right.observe]
    gone: list[tuple[Link, LinkStatus]] = []
    for uid in sorted(found):
        link = found[uid]
        left = _is_lost(lefts, link.left_id, known=link.status in {"left_gone", "both_gone"})
        right = _is_lost(rights, link.right_id, known=link.status in {"right_gone", "both_gone"})
        if left or right:
            gone.append((link, "both_gone" if left and right else "left_gone" if left else "right_gone"))
    return gone


def _is_lost(observation: Observation, record_id: str, *, known: bool) -> bool:
    """Return whether a record is gone: confirmed now, or before and not seen since."""
    return (known or record_id in observation.gone) and record_id not in observation.records


def _both_there(pair: Pair, context: Context, batches: Iterator[list[Link]]) -> Iterator[Linked]:
    lefts, rights = context.observations[pair.left.observe].records, context.observations[pair.right.observe].records
    for links in batches:
        left = lefts.many(link.left_id for link in links)
        right = rights.many(link.right_id for link in links)
        for link in links:
            one, other = left.get(link.left_id), right.get(link.right_id)
            if one is None or other is None:
                continue
            scopes = (
                inside(pair, context, "left", one, linked=True),
                inside(pair, context, "right", other, linked=True),
            )
            if not all(scopes):
                continue
            if link.status != "active":
                # A deleted record came back under its id: the link goes on.
                yield Linked(link=came_back(pair, context, link), left=one, right=other)
            else:
                yield Linked(link=link, left=one, right=other)


def _report_outside(pair: Pair, context: Context) -> None:
    """Say how many linked records are not in the view that the rules read, among them what our own creates made."""
    index = context.view.links(pair.name)
    for side in SIDES:
        endpoint = side_of(pair, side)
        observation = context.observations[endpoint.observe]
        outside = sorted(index.by_side(side).many({*observation.outsiders, *observation.because("outside")}))
        if endpoint.view is not None and outside:
            shown = ", ".join(outside[:3]) + (" …" if len(outside) > 3 else "")
            many = f"{len(outside)} linked records are" if len(outside) > 1 else "a linked record is"
            context.reported.append(
                f'{pair.name}: {many} outside the view "{endpoint.view}" of {endpoint.connection}.{endpoint.module} '
                f"({shown}); the links stay, nothing of them is synced"
            )


# -- free -----------------------------------------------------------------------------------------------------------


def _match_free(
    pair: Pair, context: Context, free: dict[SideName, list[str]], sources: Sources, result: MatchResult
) -> None:
    """Match the free records that are looked at, component by component."""
    done: dict[SideName, set[str]] = {"left": set(), "right": set()}
    for side in SIDES:
        for some in chunks(free[side]):
            ids = [record_id for record_id in some if record_id not in done[side]]
            _match_component(pair, context, component(pair, context, side, ids, sources), done, result)
    result.matches.sort(key=lambda item: (_HOW[item.how], item.left.id))
    result.disputes.sort(key=lambda item: (item.side, item.record.id))
    result.create_left.sort(key=lambda item: item.id)
    result.create_right.sort(key=lambda item: item.id)


def _match_component(
    pair: Pair, context: Context, part: Component, done: dict[SideName, set[str]], result: MatchResult
) -> None:
    """Decide about the free records of one component; a record that was decided about before is not again."""
    for side in SIDES:
        for record_id in part.free(side).keys() & done[side]:
            del part.free(side)[record_id]
        done[side].update(part.free(side))
    without_unfinished(pair, context, part.free_left, part.free_right)
    set_apart = [
        *moved(pair, context, part.free_left, part.free_right),
        *strangers_keys(pair, context, part),
    ]
    matches: list[Match] = []
    context.run.recovery.match_by_key(pair, context, part.free_left, part.free_right, matches)
    if pair.adopt is not None:
        _adopt(pair, context, part.free_left, part.free_right, matches)
    found = _by_dedupe(pair, context, part)
    create_left, lost_right = without_keys(pair, context, "right", found.create_left)
    create_right, lost_left = without_keys(pair, context, "left", found.create_right)
    result.matches += [*matches, *found.matches]
    result.disputes += [*set_apart, *found.disputes, *lost_right, *lost_left]
    result.create_left += create_left
    result.create_right += create_right


def _keep_direction(pair: Pair, result: MatchResult) -> None:
    """Leave out what a one-way pair does not decide, and tell a dispute of two sides once."""
    if pair.direction == "right":
        result.create_left = []
        result.disputes = [item for item in result.disputes if item.side == "left"]
    elif pair.direction == "left":
        result.create_right = []
        result.disputes = [item for item in result.disputes if item.side == "right"]
    else:
        # One dispute is one thing to decide: it is told from the left, where both sides could tell it.
        told = {other.id for item in result.disputes if item.side == "left" for other in item.candidates}
        result.disputes = [
            item
            for item in result.disputes
            if item.side == "left" or item.about == "create" or item.record.id not in told
        ]


def _adopt(
    pair: Pair,
    context: Context,
    free_left: dict[str, Record],
    free_right: dict[str, Record],
    matches: list[Match],
) -> None:
    key = pair.adopt
    if key is None:
        return
    lefts = _single_forms(key, pair, "left", context, free_left)
    rights = _single_forms(key, pair, "right", context, free_right)
    for left, right in match_by_equality(free_left, free_right, lefts, rights):
        matches.append(Match(left=left, right=right, how="adopt", key_text=key.text))
        del free_left[left.id], free_right[right.id]


def _single_forms(
    key: MatchKey, pair: Pair, side: SideName, context: Context, records: Mapping[str, Record]
) -> dict[str, Hashable]:
    found = {record_id: key_form(key, pair, side, context, record) for record_id, record in records.items()}
    return {record_id: form for record_id, form in found.items() if form is not None}


def _by_dedupe(pair: Pair, context: Context, part: Component) -> MatchResult:
    asides = context.view.set_asides(pair.name)

    def candidates(side: SideName) -> Candidates:
        records, free = part.side(side), part.free(side)
        forms: dict[str, KeyForms] = {
            record_id: tuple(key_form(key, pair, side, context, record) for key in pair.keys)
            for record_id, record in records.items()
            if (side, record_id) not in asides
        }
        # Records just linked by key or adoption are as taken as those linked before, and so are kept partners of
        # deleted ones: a lookalike of what was deleted is never made again without a person.
        taken = {
            record_id: record
            for record_id, record in records.items()
            if record_id not in free and (side, record_id) not in asides
        }
        return Candidates(free=free, taken=taken, forms=forms)

    return match_by_keys(candidates("left"), candidates("right"), [key.text for key in pair.keys])
