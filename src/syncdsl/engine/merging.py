"""The three-way merge of one unit (a map line, or a group resolved as one value). Pure.

Each side is compared with its own base, in its own canonical form: change on a side is what differs from what that
side held when last synced. So whatever a mapping loses, nothing travels back and forth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.schema.values import is_empty

if TYPE_CHECKING:
    import datetime as dt

    from syncdsl.plan.pairs import MapLine, Winner
    from syncdsl.schema.values import Value

Decision: TypeAlias = Literal["settled", "to_right", "to_left", "hold", "report_left", "report_right"]
"""What becomes of a unit: nothing to write, a direction, a hold, or a change on a one-way line's far side to report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """What is known of one line: what each direction would write, what the written sides hold, and what changed.

    `right_mapped` is what the line writes right (canonical), `right_holds` what is there; likewise left. A
    direction that the line does not have has `can_…` False.
    """

    line: MapLine
    can_right: bool
    can_left: bool
    right_mapped: Value
    right_holds: Value
    left_mapped: Value
    left_holds: Value
    left_changed: bool
    right_changed: bool
    constant: bool = False

    @property
    def agrees(self) -> bool:
        """Whether both sides already mean the same."""
        right = self.can_right and self.right_mapped == self.right_holds
        left = self.can_left and self.left_mapped == self.left_holds
        return right or left


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """When each record was last modified, by its own server; `window` is how far apart they must be to tell."""

    left: dt.datetime | None
    right: dt.datetime | None
    window: dt.timedelta

    @property
    def newest(self) -> Literal["left", "right"] | None:
        """The side changed later; None when that cannot be told."""
        if self.left is None or self.right is None or abs(self.left - self.right) <= self.window:
            return None
        return "left" if self.left > self.right else "right"


def merge_changed(unit: tuple[LineState, ...], policy: Winner, stamps: Stamps) -> Decision:
    """Decide a unit that has been synced before: only changes travel, clearing included.

    One that is enforced is corrected also when nothing changed: by its only direction, else by the side whose value
    counts. Where it leads one way only, whatever the far side holds is corrected.
    """
    left_changed = any(state.left_changed for state in unit)
    right_changed = any(state.right_changed for state in unit)
    if all(state.agrees for state in unit):
        return "settled"
    strong = _enforced(unit, policy)
    if not left_changed and not right_changed:
        return strong or "settled"
    if strong is not None and _one_way(unit) == strong:
        return strong
    if left_changed and right_changed:
        return _by_policy(unit, policy, stamps)
    if left_changed:
        return _toward(unit, "to_right") or "report_left"
    return _toward(unit, "to_left") or "report_right"


def merge_first(
    unit: tuple[LineState, ...],
    *,
    overwrite: Literal["left", "right"] | None,
    policy: Winner | None,
    stamps: Stamps,
) -> Decision:
    """Decide a unit on first contact: an empty side is filled, two different values follow the policy.

    `overwrite` is the side that takes the other's values; otherwise `policy` decides; with neither, different values
    are held.
    """
    if all(state.agrees for state in unit):
        return "settled"
    right_empty = all(is_empty(state.right_holds) for state in unit if state.can_right)
    left_empty = all(is_empty(state.left_holds) for state in unit if state.can_left)
    can_right = any(state.can_right for state in unit)
    can_left = any(state.can_left for state in unit)
    # An empty value never erases: a direction counts only when it brings something.
    brings_right = can_right and any(not is_empty(state.right_mapped) for state in unit if state.can_right)
    brings_left = can_left and any(not is_empty(state.left_mapped) for state in unit if state.can_left)
    if brings_right and right_empty:
        return "to_right"
    if brings_left and left_empty:
        return "to_left"
    if any(state.line.when_empty or state.constant for state in unit):
        return "settled"
    if overwrite is not None:
        if overwrite == "right":
            return "to_right" if brings_right else "settled"
        return "to_left" if brings_left else "settled"
    if not brings_right and not brings_left:
        return "settled"
    return _by_policy(unit, policy or "review", stamps)


def _one_way(unit: tuple[LineState, ...]) -> Literal["to_right", "to_left"] | None:
    """Return the only direction that the lines of a unit have; None when they lead both ways."""
    right, left = any(state.can_right for state in unit), any(state.can_left for state in unit)
    if right == left:
        return None
    return "to_right" if right else "to_left"


def _enforced(unit: tuple[LineState, ...], policy: Winner) -> Literal["to_right", "to_left"] | None:
    """Return where the value that counts is written to; None when the unit is not enforced."""
    if not any(state.line.enforce for state in unit):
        return None
    only = _one_way(unit)
    if only is not None:
        return only
    named = (*(state.line.prefer for state in unit), policy)
    owner = next((side for side in named if side in {"left", "right"}), None)
    return {"left": "to_right", "right": "to_left"}.get(owner or "")  # type: ignore[return-value]


def _toward(unit: tuple[LineState, ...], wanted: Literal["to_right", "to_left"]) -> Decision | None:
    """Return the direction if the unit's lines have it; a weak line travels only into emptiness."""
    able = [state for state in unit if (state.can_right if wanted == "to_right" else state.can_left)]
    if not able:
        return None
    weak = [state for state in able if state.line.when_empty]
    holds = [state.right_holds if wanted == "to_right" else state.left_holds for state in weak]
    if weak and not all(is_empty(value) for value in holds):
        return "settled"
    return wanted


def _by_policy(unit: tuple[LineState, ...], policy: Winner, stamps: Stamps) -> Decision:
    if any(state.line.when_empty for state in unit):
        # What was filled once belongs to its side: where both changed, nothing is written over.
        return "settled"
    chosen: Winner = next((state.line.prefer for state in unit if state.line.prefer is not None), policy)
    winner = stamps.newest if chosen == "newest" else chosen
    match winner:
        case "left":
            return _toward(unit, "to_right") or "settled"
        case "right":
            return _toward(unit, "to_left") or "settled"
        case "newest" | "review" | None:
            return "hold"
