"""Matching: which unlinked records of both sides are the same thing. Pure: no state, no calls, no clock.

The result does not depend on the order of records, nor on which side is looked at first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.reviewing import Decided
    from syncdsl.engine.steps.merged import Merged
    from syncdsl.state import Link
    from syncdsl.state.records import LinkStatus

KeyForms = tuple["Hashable | None", ...]
"""The compared form of each dedupe key of one record; None where a part is empty, so the key names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two unlinked records that are the same.

    `how`: by syncdsl key, by adoption, duplicates by dedupe key, or because a person `decided` so.
    """

    left: Record
    right: Record
    how: Literal["key", "adopt", "duplicate", "review"]
    key_text: str
    decided: Decided | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A record whose partner cannot be told for certain; it is neither linked nor created."""

    side: Literal["left", "right"]
    record: Record
    candidates: tuple[Record, ...]
    reason: str
    about: Literal["match", "create"] = "match"


@dataclass(slots=True, kw_only=True)
class Linked:
    """A link whose two records are there and in scope."""

    link: Link
    left: Record
    right: Record


@dataclass(slots=True, kw_only=True)
class MatchResult:
    """What became of the records of a pair that were looked at, each list in order of ids.

    `linked` can be read once. `gone` are links one of whose records is gone, with the status that follows; where a
    link has it already nothing is left to decide. `merged` are those whose record was merged into another one.
    """

    linked: Iterable[Linked] = ()
    matches: list[Match] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    create_right: list[Record] = field(default_factory=list)
    create_left: list[Record] = field(default_factory=list)
    gone: list[tuple[Link, LinkStatus]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """One side's records for matching: those without a link, those with one, and every record's key forms."""

    free: Mapping[str, Record]
    taken: Mapping[str, Record]
    forms: Mapping[str, KeyForms]


def match_by_equality(
    left: Mapping[str, Record],
    right: Mapping[str, Record],
    left_form: Mapping[str, Hashable],
    right_form: Mapping[str, Hashable],
) -> list[tuple[Record, Record]]:
    """Return the pairs whose forms are equal and name exactly one record on each side."""
    lefts: defaultdict[Hashable, list[str]] = defaultdict(list)
    rights: defaultdict[Hashable, list[str]] = defaultdict(list)
    for record_id in left:
        if record_id in left_form:
            lefts[left_form[record_id]].append(record_id)
    for record_id in right:
        if record_id in right_form:
            rights[right_form[record_id]].append(record_id)
    return [
        (left[ids[0]], right[rights[form][0]])
        for form, ids in sorted(lefts.items(), key=lambda item: min(item[1]))
        if len(ids) == 1 and len(rights.get(form, ())) == 1
    ]


def match_by_keys(left: Candidates, right: Candidates, keys: Sequence[str]) -> MatchResult:
    """Match free records by the dedupe keys, `keys` being their texts.

    Every key is consulted: the one record named by every key that has candidates is chosen. Two records match when each
    chooses the other and nobody else chooses either. Whoever has candidates and no match is disputed. Free records of
    one side that share a key form are disputed too: creating a partner for each would make duplicates.
    """
    result = MatchResult()
    left_claims, right_claims = _claims(left, right), _claims(right, left)
    left_chosen, right_chosen = _chosen(left_claims), _chosen(right_claims)
    left_hits, right_hits = Counter(right_chosen.values()), Counter(left_chosen.values())
    matched: dict[str, str] = {}
    for left_id, right_id in sorted(left_chosen.items()):
        mutual = right_chosen.get(right_id) == left_id
        if mutual and right_hits[right_id] == 1 and left_hits[left_id] == 1:
            matched[left_id] = right_id
            sets = left_claims[left_id]
            first = min(number for number, ids in sets.items() if right_id in ids)
            result.matches.append(
                Match(left=left.free[left_id], right=right.free[right_id], how="duplicate", key_text=keys[first])
            )
    _dispute(result, "left", left, right, left_claims, set(matched), right_hits)
    _dispute(result, "right", right, left, right_claims, set(matched.values()), left_hits)
    result.create_right = _creatable(result, "left", left, set(matched) | set(left_claims), keys)
    result.create_left = _creatable(result, "right", right, set(matched.values()) | set(right_claims), keys)
    return result


def _claims(here: Candidates, there: Candidates) -> dict[str, dict[int, set[str]]]:
    """Return, for each free record, the other side's records that each key names (keys without any are left out)."""
    index: defaultdict[tuple[int, Hashable], set[str]] = defaultdict(set)
    for record_id in (*there.free, *there.taken):
        for number, form in enumerate(there.forms.get(record_id, ())):
            if form is not None:
                index[number, form].add(record_id)
    claims: dict[str, dict[int, set[str]]] = {}
    for record_id in here.free:
        sets = {
            number: index[number, form]
            for number, form in enumerate(here.forms.get(record_id, ()))
            if form is not None and (number, form) in index
        }
        if sets:
            claims[record_id] = sets
    return claims


def _chosen(claims: Mapping[str, Mapping[int, set[str]]]) -> dict[str, str]:
    """Return the one record that every key of a claim names, where there is exactly one."""
    chosen: dict[str, str] = {}
    for record_id, sets in claims.items():
        named = set.intersection(*sets.values())
        if len(named) == 1:
            (chosen[record_id],) = named
    return chosen


def _dispute(
    result: MatchResult,
    side: Literal["left", "right"],
    here: Candidates,
    there: Candidates,
    claims: Mapping[str, Mapping[int, set[str]]],
    matched: set[str],
    hits: Counter[str],
) -> None:
    for record_id in sorted(set(claims) - matched):
        sets = claims[record_id]
        named = set.intersection(*sets.values())
        everyone = sorted(set().union(*sets.values()))
        if not named:
            reason = "the dedupe keys name different records"
        elif len(named) > 1:
            reason = f"{len(named)} records have the same dedupe key"
        elif named <= set(there.taken):
            reason = "the record it matches is already linked to another one"
        elif hits[next(iter(named))] > 1:
            reason = f"{hits[next(iter(named))]} records claim the same partner"
        else:
            reason = "the record it matches has another candidate"
        candidates = tuple(there.free.get(item) or there.taken[item] for item in everyone)
        result.disputes.append(Dispute(side=side, record=here.free[record_id], candidates=candidates, reason=reason))


def _creatable(
    result: MatchResult, side: Literal["left", "right"], candidates: Candidates, done: set[str], keys: Sequence[str]
) -> list[Record]:
    """Return the records without a partner; those that share a key form with another free one are disputed."""
    sharing: defaultdict[tuple[int, Hashable], list[str]] = defaultdict(list)
    for record_id in sorted(candidates.free):
        if record_id not in done:
            for number, form in enumerate(candidates.forms.get(record_id, ())):
                if form is not None:
                    sharing[number, form].append(record_id)
    partners: dict[str, tuple[int, list[str]]] = {}
    for (number, _form), ids in sorted(sharing.items(), key=lambda item: (item[0][0], item[1])):
        if len(ids) > 1:
            for record_id in ids:
                partners.setdefault(record_id, (number, [other for other in ids if other != record_id]))
    creatable: list[Record] = []
    for record_id in sorted(candidates.free):
        if record_id in done:
            continue
        record = candidates.free[record_id]
        if record_id in partners:
            number, others = partners[record_id]
            result.disputes.append(
                Dispute(
                    side=side,
                    record=record,
                    candidates=tuple(candidates.free[other] for other in others),
                    reason=f"{len(others) + 1} records of this side share the key `{keys[number]}`",
                    about="create",
                )
            )
        else:
            creatable.append(record)
    return creatable
