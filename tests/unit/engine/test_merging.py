"""The three-way merge of one unit."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from syncdsl.engine.merging import Decision, LineState, Stamps, merge_changed, merge_first
from syncdsl.plan.pairs import MapLine, Side, Winner

if TYPE_CHECKING:
    from syncdsl.schema.values import Value

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
STAMPS = Stamps(left=NOON, right=NOON + dt.timedelta(minutes=1), window=dt.timedelta(seconds=5))
UNKNOWN = Stamps(left=None, right=NOON, window=dt.timedelta(seconds=5))
TIE = Stamps(left=NOON, right=NOON + dt.timedelta(seconds=2), window=dt.timedelta(seconds=5))


def state(
    left: Value,
    right: Value,
    *,
    changed: str = "",
    arrow: str = "<->",
    when_empty: bool = False,
    prefer: Winner | None = None,
    constant: bool = False,
    enforce: bool = False,
) -> LineState:
    line = MapLine(location="r.sync:1", text="a", when_empty=when_empty, prefer=prefer, enforce=enforce)
    return LineState(
        line=line,
        can_right=arrow in {"->", "<->"},
        can_left=arrow in {"<-", "<->"},
        right_mapped=left if arrow != "<-" else None,
        right_holds=right if arrow != "<-" else None,
        left_mapped=right if arrow != "->" else None,
        left_holds=left if arrow != "->" else None,
        left_changed="l" in changed,
        right_changed="r" in changed,
        constant=constant,
    )


@pytest.mark.parametrize(
    ("unit", "policy", "stamps", "expected"),
    [
        (state("a", "b"), "review", STAMPS, "settled"),
        (state("new", "old", changed="l"), "review", STAMPS, "to_right"),
        (state("old", "new", changed="r"), "left", STAMPS, "to_left"),
        (state(None, "old", changed="l"), "review", STAMPS, "to_right"),
        (state("same", "same", changed="lr"), "review", STAMPS, "settled"),
        (state("a", "b", changed="lr"), "review", STAMPS, "hold"),
        (state("a", "b", changed="lr"), "left", STAMPS, "to_right"),
        (state("a", "b", changed="lr"), "right", STAMPS, "to_left"),
        (state("a", "b", changed="lr"), "newest", STAMPS, "to_left"),
        (state("a", "b", changed="lr"), "newest", UNKNOWN, "hold"),
        (state("a", "b", changed="lr"), "newest", TIE, "hold"),
        (state("a", "b", changed="lr", prefer="left"), "right", STAMPS, "to_right"),
        (state("a", "b", changed="r", arrow="->"), "left", STAMPS, "report_right"),
        (state("a", "b", changed="l", arrow="<-"), "left", STAMPS, "report_left"),
        (state("a", "b", changed="l", arrow="->"), "review", STAMPS, "to_right"),
        (state("a", "b", changed="l", arrow="->", when_empty=True), "review", STAMPS, "settled"),
        (state("a", None, changed="l", arrow="->", when_empty=True), "review", STAMPS, "to_right"),
        (state(None, "b", changed="l", arrow="->", when_empty=True), "review", STAMPS, "settled"),
        (state("a", "b", changed="lr", when_empty=True), "review", STAMPS, "settled"),
        (state("a", None, changed="lr", when_empty=True), "left", STAMPS, "settled"),
        (state(None, None, changed="lr"), "review", STAMPS, "settled"),
        (state("a", "b", changed="lr", arrow="->"), "review", STAMPS, "hold"),
        (state("a", "b", changed="lr", arrow="->"), "right", STAMPS, "settled"),
        (state("a", "b", enforce=True), "left", STAMPS, "to_right"),
        (state("a", "b", enforce=True), "right", STAMPS, "to_left"),
        (state("a", "b", enforce=True, prefer="left"), "right", STAMPS, "to_right"),
        (state("a", "b", enforce=True, prefer="newest"), "right", STAMPS, "to_left"),
        (state("a", "a", enforce=True), "left", STAMPS, "settled"),
        (state("a", "b", enforce=True, arrow="->"), "right", STAMPS, "to_right"),
        (state("a", "b", enforce=True, arrow="<-"), "left", STAMPS, "to_left"),
        (state("a", "b", changed="r", enforce=True, arrow="->"), "right", STAMPS, "to_right"),
        (state(None, "b", changed="r", enforce=True, arrow="->"), "right", STAMPS, "to_right"),
        (state("a", "b", changed="lr", enforce=True, arrow="->"), "review", STAMPS, "to_right"),
        (state("old", "new", changed="r", enforce=True), "left", STAMPS, "to_left"),
        (state("a", "b", changed="lr", enforce=True), "left", STAMPS, "to_right"),
        (state("a", "b", enforce=True), "review", STAMPS, "settled"),
        (state("a", "b", changed="lr", arrow="<-"), "left", STAMPS, "settled"),
    ],
)
def test_only_changes_travel(unit: LineState, policy: Winner, stamps: Stamps, expected: Decision) -> None:
    """A single-sided change wins without asking; two changes follow the policy; else only `enforce` writes."""
    assert merge_changed((unit,), policy, stamps) == expected


@pytest.mark.parametrize(
    ("unit", "overwrite", "policy", "expected"),
    [
        (state("a", "a"), None, None, "settled"),
        (state("a", None), None, None, "to_right"),
        (state(None, "b"), None, None, "to_left"),
        (state("a", "b"), None, None, "hold"),
        (state("a", "b"), "right", None, "to_right"),
        (state("a", "b"), "left", None, "to_left"),
        (state(None, "b"), "right", None, "to_left"),
        (state(None, "b", arrow="->"), "right", None, "settled"),
        (state("a", "b"), None, "left", "to_right"),
        (state("a", "b", when_empty=True), "right", None, "settled"),
        (state("a", None, when_empty=True), "right", None, "to_right"),
        (state("business", "individual", arrow="->", constant=True), None, "left", "settled"),
        (state("business", None, arrow="->", constant=True), None, None, "to_right"),
        (state("a", None, arrow="<-"), "left", None, "settled"),
        (state("a", "b", arrow="->"), None, "left", "to_right"),
        (state("a", "b", arrow="<-"), None, "right", "to_left"),
        (state(None, "b", arrow="->"), None, "left", "settled"),
        (state("a", "b"), None, "newest", "to_left"),
    ],
)
def test_first_contact_fills_and_never_erases(
    unit: LineState, overwrite: str | None, policy: Winner | None, expected: Decision
) -> None:
    """An empty side is filled, an empty value never erases, two different values follow the policy or are held."""
    side: Side | None = "right" if overwrite == "right" else "left" if overwrite == "left" else None
    assert merge_first((unit,), overwrite=side, policy=policy, stamps=STAMPS) == expected


def test_a_group_is_one_value() -> None:
    """When both sides changed different lines of a group, the group conflicts as a whole."""
    street = state("new street", "old street", changed="l")
    city = state("old city", "new city", changed="r")
    assert merge_changed((street, city), "review", STAMPS) == "hold"
    assert merge_changed((street, city), "left", STAMPS) == "to_right"


def test_an_enforced_line_enforces_its_group() -> None:
    """A group is corrected as one value, by the side whose value counts."""
    street = state("s", "other", enforce=True)
    assert merge_changed((street, state("c", "c")), "left", STAMPS) == "to_right"
    assert merge_changed((street, state("c", "c", prefer="right")), "left", STAMPS) == "to_left"
