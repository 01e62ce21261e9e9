"""Matching: which unlinked records of both sides are the same thing. Pure: no state, no calls, no clock.

The result does not depend on the order of records, nor on which side is looked at first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.state import Link

KeyForms = tuple["Hashable | None", ...]
"""The compared form of each dedupe key of one record; None where a part is empty, so the key names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two unlinked records that are the same. `how`: by syncdsl key, by adoption, or duplicates by dedupe key."""

    left: Record
    right: Record
    how: Literal["key", "adopt", "duplicate"]
    key_text: str


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
    """What became of every record in scope of a pair, each list in order of ids."""

    linked: list[Linked] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    create_right: list[Record] = field(default_factory=list)
    create_left: list[Record] = field(default_factory=list)
    gone: list[tuple[Link, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """One side's records for matching: those without a link, those with one, and every record's key forms."""

    free: Mapping[str, Record]
    taken: Mapping[str, Record]
    forms: Mapping[str, KeyForms]


def match_by_equality(
    left: Mapping[str, Record], right: Mapping[str, Record], left_form: Mapping[str, Hashable], right_form: Mapping[str, Hashable]
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

    Every key is consulted: the one record named by every key that has candidates is the duplicate. A record that
    several could be, that two claim, or that is linked already, is disputed together with those that claim it. Free
    records of one side that share a key form are disputed too: creating a partner for each would make duplicates.
    """
    result = MatchResult()
    claims = _claims(left, right)
    claimed_by: defaultdict[str, set[str]] = defaultdict(set)
    for left_id, sets in claims.items():
        for ids in sets.values():
            for right_id in ids:
                claimed_by[right_id].add(left_id)
    disputed_right: dict[str, str] = {}
    for left_id in sorted(left.free):
        sets = claims.get(left_id, {})
        if not sets:
            continue
        named = set.intersection(*sets.values())
        everyone = sorted(set().union(*sets.values()))
        reason = _dispute_reason(named, everyone, right, claimed_by)
        if reason is None:
            right_id = next(iter(named))
            first = min(index for index, ids in sets.items() if right_id in ids)
            result.matches.append(
                Match(left=left.free[left_id], right=right.free[right_id], how="duplicate", key_text=keys[first])
            )
            continue
        records = tuple(right.free.get(item) or right.taken[item] for item in everyone)
        result.disputes.append(Dispute(side="left", record=left.free[left_id], candidates=records, reason=reason))
        disputed_right.update(dict.fromkeys(everyone, reason))
    matched_left = {match.left.id for match in result.matches} | {item.record.id for item in result.disputes}
    matched_right = {match.right.id for match in result.matches}
    result.create_right = _creatable(result, "left", left, matched_left, keys)
    for right_id in sorted(disputed_right):
        if right_id in right.free:
            matched_right.add(right_id)
    # A free record on the right that names only linked ones on the left is disputed from its own side.
    _dispute_taken_left(result, left, right, matched_right)
    result.create_left = _creatable(result, "right", right, matched_right, keys)
    return result


def _claims(left: Candidates, right: Candidates) -> dict[str, dict[int, set[str]]]:
    """Return, for each free left record, the right records that each key names (keys without any are left out)."""
    index: defaultdict[tuple[int, Hashable], set[str]] = defaultdict(set)
    for right_id in (*right.free, *right.taken):
        for number, form in enumerate(right.forms.get(right_id, ())):
            if form is not None:
                index[number, form].add(right_id)
    claims: dict[str, dict[int, set[str]]] = {}
    for left_id in left.free:
        sets = {
            number: index[number, form]
            for number, form in enumerate(left.forms.get(left_id, ()))
            if form is not None and (number, form) in index
        }
        if sets:
            claims[left_id] = sets
    return claims


def _dispute_reason(
    named: set[str], everyone: list[str], right: Candidates, claimed_by: Mapping[str, set[str]]
) -> str | None:
    if len(named) != 1:
        return (
            "the dedupe keys name different records" if not named else f"{len(everyone)} records have the same dedupe key"
        )
    (right_id,) = named
    if right_id in right.taken:
        return "the record it matches is already linked to another one"
    if len(claimed_by[right_id]) > 1:
        return f"{len(claimed_by[right_id])} records claim the same partner"
    return None


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


def _dispute_taken_left(result: MatchResult, left: Candidates, right: Candidates, done: set[str]) -> None:
    taken: defaultdict[tuple[int, Hashable], list[str]] = defaultdict(list)
    for left_id in sorted(left.taken):
        for number, form in enumerate(left.forms.get(left_id, ())):
            if form is not None:
                taken[number, form].append(left_id)
    for right_id in sorted(right.free):
        if right_id in done:
            continue
        ids = {
            left_id
            for number, form in enumerate(right.forms.get(right_id, ()))
            if form is not None
            for left_id in taken.get((number, form), ())
        }
        if ids:
            done.add(right_id)
            result.disputes.append(
                Dispute(
                    side="right",
                    record=right.free[right_id],
                    candidates=tuple(left.taken[item] for item in sorted(ids)),
                    reason="the record it matches is already linked to another one",
                )
            )
