"""What stands below a verdict, in the words that every format uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral
from syncdsl.render.preview.verdict import duration_text
from syncdsl.render.style import counted
from syncdsl.render.totals import KINDS, NOUNS

if TYPE_CHECKING:
    from syncdsl.changes.change_set import ChangeSet, Estimate, GuardVerdict, Unpreviewed
    from syncdsl.render.totals import Totals

TITLES = {
    "conflict": "both sides changed, and the rule asks a person",
    "match": "more than one record could be the partner",
    "duplicate": "a duplicate with other values",
    "value": "a value does not fit",
    "parked": "waiting for a partner to come",
    "deleted": "deleted on one side",
    "ambiguous": "an earlier write may or may not have arrived",
    "document": "the document is no longer a draft",
    "access": "a role is neither given nor taken away",
    "undo": "changed since the run that is undone",
}
"""What has to be decided, or waited for, by the kind of hold; in the order in which they are told."""


def limits(changes: ChangeSet) -> list[GuardVerdict]:
    """Return the limits, those that stop it first."""
    return sorted(changes.guards, key=lambda limit: not limit.exceeded)


def kinds_text(totals: Totals) -> str:
    """Return `250 creates, 41 updates`."""
    return ", ".join(kind_count(kind, totals.kinds[kind]) for kind in KINDS if totals.kinds[kind])


def kind_count(kind: str, count: int) -> str:
    """Return `1 deactivation`, `250 creates`."""
    return counted(count, NOUNS.get(kind, kind))


def headline(changes: ChangeSet, totals: Totals) -> str:
    """Return in words what the change set does: how many changes of which kinds, or that nothing is to be done."""
    environment = neutral(changes.environment)
    if totals.changes:
        return f"{counted(totals.changes, 'change')} in {environment}: {kinds_text(totals)}"
    if changes.unreadable or changes.unpreviewed:
        return f"No changes in what could be read of {environment}."
    return f"No changes. {environment} is in sync."


def estimate_texts(estimate: Estimate) -> tuple[str, ...]:
    """Return what performing it takes of a system: calls, their cost where it is another figure, time, what is left."""
    texts = [counted(estimate.calls, "API call")]
    if estimate.cost != estimate.calls:
        texts.append(f"{estimate.cost:,} of the day's allowance")
    texts.append(f"about {duration_text(estimate.seconds)}")
    if estimate.left is not None:
        texts.append(f"{estimate.left:,} left today")
        if estimate.left < estimate.cost:
            texts.append("not enough")
    return tuple(texts)


def unpreviewed_text(item: Unpreviewed) -> str:
    """Return what cannot be foreseen, and how much of it there may be."""
    count = "" if item.count is None else f" (up to {counted(item.count, 'change')})"
    return f"{neutral(item.text)}{count}"


def privacy_text(changes: ChangeSet) -> str:
    """Return which values are not told, and what stands for them."""
    if changes.privacy == "pseudonyms":
        return "Pseudonyms stand for all that could tell a person."
    return "Values of sensitive fields are hidden: of them it is told only whether they change."


def noted_text(changes: ChangeSet) -> str:
    """Return what is remembered without changing a record; an empty text where nothing is."""
    noted = ", ".join(f"{count:,} {neutral(what)}" for what, count in sorted(changes.baseline.items()) if count)
    return f"Remembered without changing a record: {noted}." if noted else ""
