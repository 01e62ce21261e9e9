"""The verdict: a preview in one line, which people quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from syncdsl.render.neutral import neutral
from syncdsl.render.style import counted
from syncdsl.render.totals import NOUNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.changes.approvals import Judged
    from syncdsl.changes.change_set import ChangeSet, Unpreviewed
    from syncdsl.render.totals import Totals

Meaning: TypeAlias = Literal["over", "ok", "count", "gone", "money", "held", "unknown", "cost", "approved", "open"]
"""What a part of a verdict tells: a limit that stops it or is kept, a count, what goes away, money, what waits, what
nobody knows, what it takes, who approved it, and that nobody whose word counts did."""

BETWEEN = " · "

_GONE = ("deactivate", "decline", "void")
"""Kinds that take something away, beside deletes: each is named where there are any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a verdict; the text is neutral for a terminal, and each format makes it harmless for itself."""

    text: str
    meaning: Meaning


def verdict_parts(changes: ChangeSet, totals: Totals, approvals: Sequence[Judged] | None = None) -> tuple[Part, ...]:
    """Return the parts of the verdict in their order.

    `totals` are those of the change set's effects. `approvals` are as they were judged; None where nothing was judged.
    """
    return (
        *_limits(changes),
        *_counts(totals),
        *_documents(totals),
        *_waiting(totals),
        *(Part(text=text, meaning="unknown") for text in unknown_texts(changes)),
        *_cost(changes),
        *approval_parts(changes, approvals),
    )


def verdict_text(parts: Sequence[Part]) -> str:
    """Return the verdict as plain text."""
    return BETWEEN.join(part.text for part in parts)


def approval_parts(changes: ChangeSet, approvals: Sequence[Judged] | None) -> Iterator[Part]:
    """Yield who approved it, and that nobody did where somebody has to."""
    if approvals is None:
        if changes.exceeded:
            yield Part(text="needs approval", meaning="open")
        return
    for one in approvals:
        name = neutral(one.name)
        match one.standing:
            case "signed":
                yield Part(text=f"approved by {name} (signed)", meaning="approved")
            case "unverified":
                yield Part(text=f"approved by {name} (signed, key not known here)", meaning="approved")
            case "unsigned":
                yield Part(text=f"unsigned approval by {name}", meaning="open")
            case "unknown key":
                yield Part(text=f"approval by {name} with an unknown key", meaning="over")
            case "author":
                yield Part(text=f"approval by its author {name} does not count", meaning="over")
            case "bad":
                yield Part(text=f"bad signature by {name}", meaning="over")
            case _:
                assert_never(one.standing)
    if not any(one.standing in {"signed", "unverified", "unsigned"} for one in approvals):
        yield Part(text="not approved", meaning="open")


def unknown_texts(changes: ChangeSet) -> list[str]:
    """Return what could not be read or foreseen, each once: `crm.Contacts unknown`, `rule invoice: 12 unknown`."""
    texts = [neutral(f"{item.connection}.{item.module} unknown") for item in changes.unreadable]
    by_rule: dict[str, list[Unpreviewed]] = {}
    for item in changes.unpreviewed:
        by_rule.setdefault(item.rule, []).append(item)
    for rule, items in by_rule.items():
        counts = [item.count for item in items if item.count is not None]
        # As soon as one of several cannot be counted, no figure would be true.
        known = f": up to {sum(counts):,} changes unknown" if len(counts) == len(items) else " partly unknown"
        texts.append(f"rule {neutral(rule)}{known}")
    return list(dict.fromkeys(texts))


def duration_text(seconds: int) -> str:
    """Return how long something takes: `41 s`, `12 min`, `3 h 20 min`."""
    if seconds < 120:
        return f"{seconds} s"
    minutes = (seconds + 30) // 60
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def documents_noun(module: str, count: int) -> str:
    """Return `7 invoices`, `1 invoice`: documents are called as their module is."""
    name = neutral(module)
    return f"{count:,} {name.removesuffix('s') if count == 1 else name}"


def _limits(changes: ChangeSet) -> Iterator[Part]:
    """Yield how many limits stop it, then how many are kept: guards, budgets and quotas each by their name."""
    for over in (True, False):
        for kind in ("guard", "budget", "quota"):
            count = sum(limit.kind == kind and limit.exceeded is over for limit in changes.guards)
            if count:
                yield Part(text=f"{counted(count, kind)} {'over' if over else 'ok'}", meaning="over" if over else "ok")


def _counts(totals: Totals) -> Iterator[Part]:
    yield Part(text=counted(totals.changes, "change"), meaning="count")
    deletes = totals.kinds["delete"]
    yield Part(text=counted(deletes, "delete"), meaning="gone" if deletes else "count")
    for kind in _GONE:
        if totals.kinds[kind]:
            yield Part(text=counted(totals.kinds[kind], NOUNS.get(kind, kind)), meaning="gone")


def _documents(totals: Totals) -> Iterator[Part]:
    for module, money in totals.documents.items():
        yield Part(text=", ".join((documents_noun(module, money.documents), money.text)), meaning="money")


def _waiting(totals: Totals) -> Iterator[Part]:
    if totals.waiting:
        yield Part(text=f"{totals.waiting:,} held", meaning="held")
    if totals.parked:
        yield Part(text=f"{totals.parked:,} parked", meaning="held")


def _cost(changes: ChangeSet) -> Iterator[Part]:
    if changes.estimates:
        yield Part(text=counted(changes.calls, "API call"), meaning="cost")
        yield Part(text=f"about {duration_text(changes.seconds)}", meaning="cost")
