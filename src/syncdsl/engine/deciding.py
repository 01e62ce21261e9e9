"""Taking decisions: checked against their items, all of them or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.changes.decisions import stored_decision
from syncdsl.engine.choices import WrongChoiceError, decision_text, read_decision

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from syncdsl.changes.decisions import Decision
    from syncdsl.state import ReviewItem, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants an item to come to: `words` as `read_decision` takes them, `place` is where they stand."""

    place: str
    id: str
    words: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A wish that can be granted; a decision of None takes back what was decided."""

    item: ReviewItem
    decision: Decision | None

    @property
    def words(self) -> str:
        """The decision in words."""
        return decision_text(self.item, self.decision) if self.decision is not None else "undecided"


@dataclass(slots=True, kw_only=True)
class Judged:
    """What came of wishes: `taken` change something, `known` are decided so already, `problems` are in words."""

    taken: list[Taken] = field(default_factory=list)
    known: int = 0
    problems: list[tuple[Wish, str]] = field(default_factory=list)


def judge_wishes(wishes: Iterable[Wish], items: Mapping[str, ReviewItem]) -> Judged:
    """Check wishes against their items. Pure.

    A settled item is no problem when it was settled by the very decision that is wished: a file may be read twice.
    """
    judged = Judged()
    seen: dict[str, Wish] = {}
    for wish in wishes:
        item = items.get(wish.id)
        if item is None:
            judged.problems.append((wish, f"there is no item `{wish.id}`" if wish.id else "the id is missing"))
            continue
        earlier = seen.setdefault(wish.id, wish)
        if earlier.words != wish.words:
            judged.problems.append((wish, f"`{wish.id}` is decided otherwise in {earlier.place}"))
            continue
        if earlier is not wish:
            continue
        try:
            decision = read_decision(item, wish.words, wish.comment)
        except WrongChoiceError as error:
            judged.problems.append((wish, f"`{wish.id}`: {error}"))
            continue
        before = stored_decision(item.decision)
        if before == decision:
            judged.known += 1
        elif item.state == "closed":
            judged.problems.append((wish, f"`{wish.id}` ({item.label}) is settled by now"))
        else:
            judged.taken.append(Taken(item=item, decision=decision))
    return judged


def take(state: State, taken: Iterable[Taken], by: str, at: dt.datetime) -> int:
    """Store decisions, in one transaction; return how many still found their question standing."""
    count = 0
    with state.transaction():
        for each in taken:
            if each.decision is None:
                count += state.undo_review(each.item.id)
            else:
                count += state.decide_review(each.item.id, each.decision.model_dump(mode="json"), by, at)
    return count
