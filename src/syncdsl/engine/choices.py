"""The words that decide an item of the review queue, and the decisions they stand for.

Whoever decides sees connections by their names, as rules do: `crm` says that its values count. Where names would not
tell the sides apart, `left` and `right` do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.decisions import (
    DeactivatePartner,
    DeletePartner,
    Dismiss,
    KeepPartner,
    LinkWith,
    MakeAgain,
    MakeCopy,
    MakeNew,
    RestoreDeleted,
    SetAside,
    TakeSide,
)
from syncdsl.changes.effects import RecordName
from syncdsl.engine.refusals import tries_of
from syncdsl.state.reviews import REFUSED

if TYPE_CHECKING:
    from collections.abc import Collection

    from syncdsl.changes.decisions import Decision
    from syncdsl.changes.effects import Hold
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Pair
    from syncdsl.state import ReviewItem

ANY_ID = "link ID"
"""The choice where nobody knows the candidates: any id of the module may be named."""

RETRY = "retry"
"""Takes a `skip` back: the value is tried again, as it is in every run while nothing was decided."""

DISMISS = "dismiss"
"""Leaves a refused write alone until it would be another one."""

_PLAIN: dict[str, type[MakeNew | MakeAgain | KeepPartner | DeactivatePartner | DeletePartner | RestoreDeleted]] = {
    "new": MakeNew,
    "again": MakeAgain,
    "keep": KeepPartner,
    "deactivate": DeactivatePartner,
    "delete": DeletePartner,
    "restore": RestoreDeleted,
}
_WORDS = {*_PLAIN, "link", "clone", "skip", RETRY, DISMISS, "left", "right"}


class WrongChoiceError(ValueError):
    """What somebody chose does not decide the item; the message says what does."""


def side_words(left: str, right: str) -> tuple[str, str]:
    """Return the words for the two sides: the names of the connections, where they tell them apart."""
    return ("left", "right") if left == right or _WORDS & {left, right} else (left, right)


def choices_of(hold: Hold, pair: Pair | None, linked: Collection[str]) -> list[str]:
    """Return the words that decide a hold; candidates whose id is in `linked` belong to somebody else."""
    match hold.why:
        case "conflict":
            # Without a partner in question nobody's value is asked for: something keeps undoing what is written.
            return list(_sides(hold, pair)) if hold.candidates else ["skip", RETRY]
        case "duplicate":
            left, right = _sides(hold, pair)
            into = {"left": [left], "right": [right], "both": [left, right]}[pair.direction if pair else "both"]
            return [left, right, *(f"clone in {side}" for side in into), "skip"]
        case "match":
            here = (hold.record.connection, hold.record.module)
            others = [item for item in hold.candidates if (item.connection, item.module) != here]
            return [*(f"link {item.id}" for item in others if item.id not in linked), "new", "skip"]
        case "value" | "parked" | "access":
            return [RETRY, DISMISS] if hold.field == REFUSED else ["skip", RETRY]
        case "deleted":
            return ["keep", "deactivate", "delete", "restore"]
        case "ambiguous":
            return [*([f"link {item.id}" for item in hold.candidates] or [ANY_ID]), "again", "skip"]
        case "document":
            return ["skip"]
        case "undo":
            return ["restore", "skip"]
        case _:
            assert_never(hold.why)


def _sides(hold: Hold, pair: Pair | None) -> tuple[str, str]:
    if pair is not None:
        return side_words(pair.left.connection, pair.right.connection)
    return side_words(hold.record.connection, hold.candidates[0].connection)


def sides_of(item: ReviewItem) -> tuple[str, str]:
    """Return the words for the two sides of a conflict or of duplicates; `left` and `right` for any other item."""
    if item.kind in {"conflict", "duplicate"} and item.candidates and len(item.choices) > 1:
        return item.choices[0], item.choices[1]
    return "left", "right"


def candidates_of(item: ReviewItem) -> list[RecordName]:
    """Return the candidates of an item."""
    return [RecordName.model_validate(each) for each in item.candidates]


def read_decision(item: ReviewItem, text: str, comment: str = "") -> Decision | None:
    """Return the decision that words stand for; None for `retry`: there is nothing to decide.

    Raises WrongChoiceError when they do not decide this item.
    """
    words = text.split()
    word, rest = (words[0].casefold(), words[1:]) if words else ("", [])
    left, right = sides_of(item)
    sides: dict[str, SideName] = {"left": "left", "right": "right", left.casefold(): "left", right.casefold(): "right"}
    if word == "link":
        return LinkWith(id=_linked_id(item, " ".join(rest)), comment=comment)
    if word == "clone" and rest:
        side = sides.get(rest[-1].casefold())
        if side is not None and f"clone in {(left, right)[side == 'right']}" in item.choices:
            return MakeCopy(side=side, comment=comment)
    elif word in sides and not rest and {left, right} <= set(item.choices):
        return TakeSide(side=sides[word], comment=comment)
    elif word in item.choices and not rest:
        if word == RETRY:
            return None
        if word == DISMISS:
            return Dismiss(writes=_refused_writes(item), comment=comment)
        return SetAside(comment=comment) if word == "skip" else _PLAIN[word](comment=comment)
    raise WrongChoiceError(f"`{text}` does not decide it; {_offered(item)} do{'' if len(item.choices) > 1 else 'es'}")


def _refused_writes(item: ReviewItem) -> tuple[str, ...]:
    tries = tries_of(item)
    if tries is None:
        raise WrongChoiceError("what was refused is not on file; once the next run has tried it, it can be dismissed")
    return tries.writes


def _linked_id(item: ReviewItem, named: str) -> str:
    offered = [choice.removeprefix("link ") for choice in item.choices if choice.startswith("link ")]
    if not offered:
        raise WrongChoiceError(f"there is no candidate to link it with; {_offered(item)} decide it")
    for candidate in candidates_of(item):
        if named == candidate.text:
            named = candidate.id or ""
    if ANY_ID in item.choices:
        # `books.customers/4600` names the same record as `4600`; ids of children have a slash of their own.
        module, slash, rest = named.partition("/")
        found = rest if slash and "." in module else named
        if found and not found.isspace() and found != "ID":
            return found
        raise WrongChoiceError("say which record it is: `link` and its id")
    if not named and len(offered) == 1:
        return offered[0]
    if named not in offered:
        listed = ", ".join(f"`link {each}`" for each in offered)
        problem = f"`{named}` is no candidate that can be linked" if named else "say which candidate it is"
        raise WrongChoiceError(f"{problem}; {listed} can be chosen")
    return named


def _offered(item: ReviewItem) -> str:
    quoted = [f"`{choice}`" for choice in item.choices]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def decision_text(item: ReviewItem, decision: Decision) -> str:
    """Return the words for a decision: what `read_decision` reads."""
    left, right = sides_of(item)
    match decision:
        case TakeSide():
            return left if decision.side == "left" else right
        case MakeCopy():
            return f"clone in {left if decision.side == 'left' else right}"
        case LinkWith():
            return f"link {decision.id}"
        case (
            MakeNew()
            | MakeAgain()
            | KeepPartner()
            | DeactivatePartner()
            | DeletePartner()
            | RestoreDeleted()
            | Dismiss()
            | SetAside()
        ):
            return decision.choice
        case _:
            assert_never(decision)


def meaning(item: ReviewItem, choice: str) -> str:
    """Return what a choice does, in words."""
    word, _, rest = choice.partition(" ")
    if word == "link":
        if item.kind == "ambiguous":
            return "this record is what that write made; link it" if rest != "ID" else "record ID is what it made"
        known = next((one.label for one in candidates_of(item) if one.id == rest), rest)
        return f"{known} is the partner"
    if word == "clone":
        return f"they are not the same; make a copy of its own in {rest.removeprefix('in ')}"
    if item.kind == "conflict" and choice not in {"skip", RETRY}:
        return f"the value in {choice} counts and is written to the other side"
    if item.kind == "undo" and choice == "restore":
        return "put the earlier value back all the same; the next `syncdsl undo` of that run does it"
    if item.kind == "duplicate" and choice != "skip":
        return f"they are the same; link them, and the values in {choice} count"
    return {
        "new": "none of them is the partner; make a new one",
        "again": "it did not arrive; make it again",
        "keep": "leave the partner as it is",
        "deactivate": "set the partner inactive",
        "delete": "delete the partner too",
        "restore": "make the deleted record again from its partner",
        "skip": _SKIPS.get(item.kind, "leave everything as it is"),
        RETRY: "try it again, as every run does while nothing is decided",
        DISMISS: "leave it be until the record changes on either side, or the rules do",
    }[choice]


_SKIPS = {
    "conflict": "leave it as it is until a value changes",
    "match": "leave it as it is until it has other candidates",
    "duplicate": "set both aside: neither linked nor changed, now or later",
    "value": "leave this value behind until it changes",
    "parked": "leave it behind until it refers to something else",
    "ambiguous": "give up: it is not made again, now or later",
    "document": "leave the document as it is",
    "undo": "leave the value that is there now",
    "access": "leave this user's access as it is",
}
