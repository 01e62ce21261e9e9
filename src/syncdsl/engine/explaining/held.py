"""What the engine holds, left out or would do about a record by one rule, as hurdles."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.decisions import Dismiss, SetAside, stored_decision
from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Hold, Skip, Update
from syncdsl.changes.effects import Link as LinkEffect
from syncdsl.engine.choices import RETRY
from syncdsl.engine.explaining.answers import Hurdle, Remedy
from syncdsl.state.reviews import REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.changes.effects import Effect
    from syncdsl.engine.explaining.answers import HurdleName
    from syncdsl.engine.explaining.looking import Look
    from syncdsl.state import ReviewItem

_NAMES: dict[str, HurdleName] = {
    "conflict": "conflict",
    "match": "match",
    "duplicate": "duplicate",
    "value": "value",
    "parked": "parked",
    "deleted": "deleted",
    "ambiguous": "doubt",
    "document": "conflict",
    "access": "value",
    "undo": "conflict",
}
TEXTS: dict[HurdleName, str] = {
    "conflict": "both sides agree, or a rule says who wins",
    "match": "it is plain which record is its partner",
    "duplicate": "no other record is the same with other values",
    "value": "every value fits where it is written",
    "parked": "everything it refers to has a partner",
    "deleted": "its partner was not deleted",
    "doubt": "no earlier create is without an answer",
    "refused": "the other system takes what is written",
    "dismissed": "nobody dismissed the write",
}


def held_hurdles(look: Look, rule: str) -> Iterator[Hurdle]:
    """Yield what is held of the record by one rule, and what was refused or dismissed."""
    for effect in look.effects(rule):
        if isinstance(effect, Hold):
            yield hold_hurdle(look, effect)
    for item in look.reviews(rule):
        decision = stored_decision(item.decision)
        if item.field == REFUSED and not isinstance(decision, Dismiss):
            yield _refused(item)
        elif isinstance(decision, Dismiss) and look.left_out(rule):
            yield _dismissed(item)
        elif isinstance(decision, SetAside) and item.id in look.context.reviews.standing:
            yield _left_alone(item)
    if skipped := next((effect for effect in look.effects(rule) if isinstance(effect, Skip)), None):
        yield Hurdle(
            hurdle="duplicate",
            outcome="fails",
            text=TEXTS["duplicate"],
            why=f"it will be set aside: {skipped.reason}",
            location=skipped.location,
            remedies=(Remedy(text="it is made or linked when `on duplicate` says so, or the keys no longer name it"),),
        )


def hold_hurdle(look: Look, hold: Hold) -> Hurdle:
    """Return something that waits as a hurdle that fails."""
    name = _NAMES[hold.why]
    item = look.context.run.state.review(look.context.item_id(hold))
    stands = item is not None and item.state == "open"
    return Hurdle(
        hurdle=name,
        outcome="fails",
        text=TEXTS[name],
        why=hold.reason + _candidates(hold),
        location=hold.location,
        remedies=tuple(_ways_out(hold, item if stands else None)),
        question=item.id if item is not None and stands else "",
    )


def _candidates(hold: Hold) -> str:
    if not hold.candidates or hold.why not in {"match", "duplicate", "ambiguous"}:
        return ""
    return ": " + ", ".join(f"{one.text} `{one.label}`" for one in hold.candidates[:5])


def _ways_out(hold: Hold, item: ReviewItem | None) -> Iterator[Remedy]:
    """Yield what settles a hold: what is in question changes, or a person decides."""
    match hold.why:
        case "parked":
            yield from _of_parked(hold)
        case "value":
            yield Remedy(text="it goes on when the value fits: change it where it comes from")
        case "match":
            yield Remedy(text="it goes on when the records no longer compete, or a person says which belong together")
        case "conflict" | "duplicate":
            yield Remedy(text="it goes on when both sides hold the same, or a person says which side counts")
        case "deleted":
            yield Remedy(text="it goes on when a person decides, or the deleted record is restored")
        case "ambiguous":
            yield Remedy(text="the next run asks the other system for the key of what it sent", command="syncdsl sync")
        case "document" | "access" | "undo":
            pass
        case _:
            assert_never(hold.why)
    words = [choice for choice in item.choices if choice != RETRY] if item is not None else []
    if item is not None and words in ([], ["skip"]):
        # Leaving it as it is makes nothing pass.
        yield Remedy(text="the question is in the review queue", command=f"syncdsl review show {item.id}")
    elif item is not None:
        yield Remedy(
            text="a person decides: " + ", ".join(f"`{word}`" for word in words),
            command=f"syncdsl review resolve {item.id} {words[0]}",
        )


def _of_parked(hold: Hold) -> Iterator[Remedy]:
    """Yield what a parked record waits for."""
    offered = hold.left if hold.left is not None else hold.right
    reference = offered.get("ref") if isinstance(offered, dict) else None
    if isinstance(reference, list) and len(reference) == 2:
        name = f"{hold.record.connection}.{reference[0]}/{reference[1]}"
        yield Remedy(text=f"it wakes when {name} has a partner", command=f"syncdsl why-not {name}")
    else:
        yield Remedy(text="it wakes when what it waits for is there")


def _refused(item: ReviewItem) -> Hurdle:
    return Hurdle(
        hurdle="refused",
        outcome="fails",
        text=TEXTS["refused"],
        why=item.reason,
        location=item.location,
        remedies=(
            Remedy(text="every run tries it again; it goes through when the value is corrected"),
            Remedy(text="try it now", command=f"syncdsl runs retry {item.connection}.{item.module}/{item.record_id}"),
        ),
        question=item.id,
    )


def _dismissed(item: ReviewItem) -> Hurdle:
    name = f"{item.connection}.{item.module}/{item.record_id}"
    return Hurdle(
        hurdle="dismissed",
        outcome="fails",
        text=TEXTS["dismissed"],
        why=f"dismissed by {item.decided_by or 'a person'}: {item.reason}",
        location=item.location,
        remedies=(
            Remedy(text="it is tried again when the record changes on either side, or at once with"),
            Remedy(text="take the dismissal back", command=f"syncdsl runs retry {name}"),
        ),
        question=item.id,
    )


def _left_alone(item: ReviewItem) -> Hurdle:
    return Hurdle(
        hurdle="set aside",
        outcome="fails",
        text="nobody decided to leave it as it is",
        why=f"decided by {item.decided_by or 'a person'}: {item.reason}",
        location=item.location,
        remedies=(
            Remedy(text="it stands until the values change, or the decision is taken back"),
            Remedy(text="take it back", command=f"syncdsl review resolve {item.id} --undo"),
        ),
        question=item.id,
    )


def doing(effects: Sequence[Effect]) -> str:
    """Return in words what a run would do; empty when nothing."""
    told: list[str] = []
    for effect in effects:
        match effect:
            case Create():
                told.append(f"makes {effect.record.text} `{effect.record.label}`")
            case Update():
                names = ", ".join(change.field for change in effect.fields)
                told.append(f"writes {names} of {effect.record.text}")
            case LinkEffect():
                told.append(f"links {effect.left.text} with {effect.right.text}")
            case Delete() | Deactivate() | Act():
                told.append(f"{effect.kind}s {effect.record.text}")
            case Hold() | Skip():
                pass
            case _:
                assert_never(effect)
    return "; ".join(dict.fromkeys(told))
