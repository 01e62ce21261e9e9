"""Match: what is linked, what the keys on the records say, what is adopted, and who is a duplicate of whom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.engine.matching import Candidates, Linked, Match, MatchResult, match_by_equality, match_by_keys
from syncdsl.engine.steps.apart import moved, strangers_keys, without_keys, without_unfinished
from syncdsl.schema.canonical import match_form
from syncdsl.schema.values import Ref, is_empty

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.matching import KeyForms
    from syncdsl.plan.pairs import Endpoint, MatchKey, Pair
    from syncdsl.plan.steps import MatchStep
    from syncdsl.state import Link
    from syncdsl.state.records import LinkStatus


def match(step: MatchStep, context: Context) -> None:
    """Decide the situation of every record of a pair, and leave it in `context.matches`."""
    pair = context.plan.pairs[step.pair]
    lefts = _in_scope(pair.left, context)
    rights = _in_scope(pair.right, context)
    linked, gone = _linked(pair, context, lefts, rights)
    _report_outside(pair, context)
    index = context.view.links(pair.name)
    asides = context.view.set_asides(pair.name)
    free_left = {i: r for i, r in lefts.items() if i not in index.by_left and ("left", i) not in asides}
    free_right = {i: r for i, r in rights.items() if i not in index.by_right and ("right", i) not in asides}
    without_unfinished(pair, context, free_left, free_right)
    set_apart = [
        *moved(pair, context, free_left, free_right),
        *strangers_keys(pair, context, lefts, rights, free_left, free_right),
    ]
    matches: list[Match] = []
    context.run.recovery.match_by_key(pair, context, free_left, free_right, matches)
    if pair.adopt is not None:
        _adopt(pair, context, free_left, free_right, matches)
    result = _by_dedupe(pair, context, lefts, rights, free_left, free_right)
    result.matches = [*matches, *result.matches]
    result.linked, result.gone = linked, gone
    result.create_left, orphans_right = without_keys(pair, context, "right", result.create_left)
    result.create_right, orphans_left = without_keys(pair, context, "left", result.create_right)
    result.disputes = [*set_apart, *result.disputes, *orphans_left, *orphans_right]
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
    context.matches[pair.name] = result


def _in_scope(endpoint: Endpoint, context: Context) -> dict[str, Record]:
    records = context.observations[endpoint.observe].records
    return {key: record for key, record in sorted(records.items()) if context.in_scope(endpoint, record)}


def _linked(
    pair: Pair, context: Context, lefts: Mapping[str, Record], rights: Mapping[str, Record]
) -> tuple[list[Linked], list[tuple[Link, LinkStatus]]]:
    """Sort the pair's links: both there and in scope; one side confirmed gone; else out of scope, left as they are."""
    linked: list[Linked] = []
    gone: list[tuple[Link, LinkStatus]] = []
    left_gone = context.observations[pair.left.observe].gone
    right_gone = context.observations[pair.right.observe].gone
    for link in sorted(context.view.links(pair.name).by_uid.values(), key=lambda item: item.uid):
        if link.left_id in lefts and link.right_id in rights:
            if link.status != "active":
                # A deleted record came back under its id: the link goes on.
                context.view.put_link(link := replace(link, status="active"))
            linked.append(Linked(link=link, left=lefts[link.left_id], right=rights[link.right_id]))
            continue
        left_lost = link.left_id in left_gone or link.status in {"left_gone", "both_gone"}
        right_lost = link.right_id in right_gone or link.status in {"right_gone", "both_gone"}
        status: LinkStatus = "active"
        if left_lost or right_lost:
            status = "both_gone" if left_lost and right_lost else "left_gone" if left_lost else "right_gone"
        if status not in {"active", link.status}:
            gone.append((link, status))
    return linked, gone


def _report_outside(pair: Pair, context: Context) -> None:
    """Say how many linked records are not in the view that the rules read, among them what our own creates made."""
    index = context.view.links(pair.name)
    for endpoint, ids in ((pair.left, index.by_left), (pair.right, index.by_right)):
        observation = context.observations[endpoint.observe]
        outside = sorted(record_id for record_id in observation.outside if record_id in ids)
        if endpoint.view is not None and outside:
            shown = ", ".join(outside[:3]) + (" …" if len(outside) > 3 else "")
            many = f"{len(outside)} linked records are" if len(outside) > 1 else "a linked record is"
            context.reported.append(
                f'{pair.name}: {many} outside the view "{endpoint.view}" of {endpoint.connection}.{endpoint.module} '
                f"({shown}); the links stay, nothing of them is synced"
            )


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
    lefts = _single_forms(key, "left", pair.left, context, free_left)
    rights = _single_forms(key, "right", pair.right, context, free_right)
    for left, right in match_by_equality(free_left, free_right, lefts, rights):
        matches.append(Match(left=left, right=right, how="adopt", key_text=key.text))
        del free_left[left.id], free_right[right.id]


def _single_forms(
    key: MatchKey, side: str, endpoint: Endpoint, context: Context, records: Mapping[str, Record]
) -> dict[str, Hashable]:
    found = {record_id: key_form(key, side, endpoint, context, record) for record_id, record in records.items()}
    return {record_id: form for record_id, form in found.items() if form is not None}


def _by_dedupe(
    pair: Pair,
    context: Context,
    lefts: Mapping[str, Record],
    rights: Mapping[str, Record],
    free_left: Mapping[str, Record],
    free_right: Mapping[str, Record],
) -> MatchResult:
    asides = context.view.set_asides(pair.name)

    def candidates(
        side: str,
        endpoint: Endpoint,
        records: Mapping[str, Record],
        free: Mapping[str, Record],
    ) -> Candidates:
        forms: dict[str, KeyForms] = {
            record_id: tuple(key_form(key, side, endpoint, context, record) for key in pair.keys)
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

    return match_by_keys(
        candidates("left", pair.left, lefts, free_left),
        candidates("right", pair.right, rights, free_right),
        [key.text for key in pair.keys],
    )


def key_form(
    key: MatchKey, side: str, endpoint: Endpoint, context: Context, record: Record
) -> tuple[Hashable, ...] | None:
    """Return the form in which a record's key is compared; None when a part is empty, so that it names nobody."""
    forms: list[Hashable] = []
    for part in key.parts:
        expression = part.left if side == "left" else part.right
        value = context.evaluate(expression, endpoint.connection, record.fields)
        form = match_form(value.id if isinstance(value, Ref) else value, part.as_type)
        if is_empty(form):
            return None
        forms.append(form)
    return tuple(forms)


def mark_gone(link: Link, status: LinkStatus) -> Link:
    """Return a link whose record on one side or both is gone for certain."""
    return replace(link, status=status)
