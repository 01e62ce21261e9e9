"""A change set in a terminal: the verdict first, what it rests on, then rule by rule, then what waits."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from syncdsl.render.changes_samples import MEANINGS, SAMPLES, group_lines
from syncdsl.render.holds_text import hold_lines
from syncdsl.render.neutral import cells, neutral
from syncdsl.render.preview.facts import (
    estimate_texts,
    headline,
    kind_count,
    limits,
    noted_text,
    privacy_text,
    unpreviewed_text,
)
from syncdsl.render.preview.outline import outline
from syncdsl.render.preview.verdict import BETWEEN, verdict_parts
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.totals import KINDS, total
from syncdsl.render.unreadable_text import unreadable_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.approvals import Judged
    from syncdsl.changes.change_set import ChangeSet, Estimate, GuardVerdict
    from syncdsl.render.preview.outline import RuleGroup
    from syncdsl.render.preview.verdict import Meaning, Part
    from syncdsl.render.totals import Money, Totals

REPORTED = 8
"""How many of the differences that are left alone are told."""

_STYLES: dict[Meaning, str] = {
    "over": "error",
    "ok": "good",
    "count": "bold",
    "gone": "void",
    "money": "bold",
    "held": "hold",
    "unknown": "warning",
    "cost": "dim",
    "approved": "good",
    "open": "warning",
}

PAST = {
    "create": "created",
    "update": "updated",
    "link": "linked",
    "delete": "deleted",
    "deactivate": "made inactive",
    "send": "sent",
    "accept": "accepted",
    "decline": "declined",
    "void": "voided",
    "skip": "set aside",
}


def render_changes(
    changes: ChangeSet, style: Style = PLAIN, width: int = 100, *, approvals: Sequence[Judged] | None = None
) -> str:
    """Return the whole preview; `approvals` are as they were judged, None where nothing was judged."""
    whole = outline(changes, samples=SAMPLES + 1)
    lines = [
        *_verdict_lines(changes, whole.totals, approvals, style, width),
        *_figures(changes, whole.totals, style, width),
        *_limit_lines(limits(changes), style),
        *_estimate_lines(changes.estimates, style),
    ]
    for rule in whole.rules:
        lines += ["", *_rule_lines(rule, style, width)]
    if whole.held:
        lines += ["", *hold_lines(whole.held, style, width)]
    lines += _remarks(changes, style, width)
    return "\n".join(lines) + "\n"


def render_verdict(
    changes: ChangeSet, style: Style = PLAIN, width: int = 100, *, approvals: Sequence[Judged] | None = None
) -> str:
    """Return the verdict alone; of the limits only those that stop it are named."""
    totals = total(changes.effects)
    lines = [
        *_verdict_lines(changes, totals, approvals, style, width),
        *_figures(changes, totals, style, width),
        *_limit_lines(changes.exceeded, style),
    ]
    return "\n".join(lines) + "\n"


def _verdict_lines(
    changes: ChangeSet, totals: Totals, approvals: Sequence[Judged] | None, style: Style, width: int
) -> list[str]:
    """Return the verdict in one line, or in as few as fit; no part of it is cut.

    Where nothing is to be done or unknown, and nobody approved it, the words below say all there is.
    """
    if not (totals.changes or approvals or changes.unreadable or changes.unpreviewed):
        return []
    parts: Sequence[Part] = verdict_parts(changes, totals, approvals)
    lines: list[str] = []
    room = 0
    for part in parts:
        text = style(_STYLES[part.meaning], part.text)
        size = cells(part.text)
        if lines and size + len(BETWEEN) <= room:
            lines[-1] += style("dim", BETWEEN) + text
            room -= size + len(BETWEEN)
        else:
            lines.append(f"  {text}" if lines else text)
            room = width - size - (2 if len(lines) > 1 else 0)
    return lines


def _figures(changes: ChangeSet, totals: Totals, style: Style, width: int) -> list[str]:
    """Return what the change set comes to: counts, what is not known, what waits, and money by rule."""
    environment = style("bold", neutral(changes.environment))
    if totals.changes:
        counts = ", ".join(
            style(MEANINGS.get(kind, kind), kind_count(kind, totals.kinds[kind]))
            for kind in KINDS
            if totals.kinds[kind]
        )
        head = f"{style('bold', counted(totals.changes, 'change'))} in {environment}: {counts}"
    else:
        head = headline(changes, totals)
    lines = [head, *unreadable_lines(changes.unreadable, style)]
    for item in changes.unpreviewed:
        told = f"{neutral(item.rule)}: {unpreviewed_text(item)} ({neutral(item.location)})"
        first, *more = _wrapped(told, width - 11)
        lines.append(f"  {style('warning', 'unknown')}  {first}")
        lines += [f"           {line}" for line in more]
    lines += _waiting(totals, style)
    return [*lines, *(_money_line(rule, money, style) for rule, money in sorted(totals.money.items()))]


def _money_line(rule: str, money: Money, style: Style) -> str:
    return f"  {neutral(rule)}: {counted(money.documents, 'document')}" + (
        f", {style('bold', money.text)}" if money.text else ""
    )


def _waiting(totals: Totals, style: Style) -> list[str]:
    parts = []
    if totals.waiting:
        parts.append(f"{totals.waiting:,} held for a decision")
    if totals.parked:
        parts.append(f"{totals.parked:,} waiting for a partner")
    return ["  " + style("hold", ", ".join(parts))] if parts else []


def _limit_lines(guards: Sequence[GuardVerdict], style: Style) -> list[str]:
    column = max((cells(neutral(guard.text)) for guard in guards), default=0)
    kinds = max((len(guard.kind) for guard in guards), default=0)
    lines = []
    for guard in guards:
        text = neutral(guard.text)
        verdict = style("error", "over") if guard.exceeded else style("good", "ok  ")
        value = style("bold" if guard.exceeded else "dim", neutral(guard.value))
        lines.append(f"  {guard.kind.ljust(kinds)} {verdict}  {text}{' ' * (column - cells(text))}  {value}")
    return lines


def _estimate_lines(estimates: Sequence[Estimate], style: Style) -> list[str]:
    lines = []
    column = max((cells(neutral(one.connection)) for one in estimates), default=0)
    for one in estimates:
        name = neutral(one.connection)
        *texts, last = estimate_texts(one)
        short = last == "not enough"
        told = [*(style("dim", text) for text in texts), style("error" if short else "dim", last)]
        lines.append(f"  {name}{' ' * (column - cells(name))}  {style('dim', BETWEEN).join(told)}")
    return lines


def _rule_lines(rule: RuleGroup, style: Style, width: int) -> list[str]:
    lines = [f"{style('bold', neutral(rule.rule))}  {style('dim', neutral(rule.location))}"]
    for module in rule.modules:
        # The sum of all of a rule's documents stands above already.
        apart = module.money.text if module.money.documents != rule.money.documents else ""
        money = f"  {style('bold', apart)}" if apart else ""
        lines.append(f"  {neutral(module.name)}{money}")
        for group in module.groups:
            lines += [f"    {line}" for line in group_lines(group, style, width - 4)]
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    # What begins a line was in the middle of the text before: there a CI obeyed nothing of it.
    return [neutral(line) for line in wrap(text, max(width, 20), break_on_hyphens=False)] or [""]


def _remarks(changes: ChangeSet, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    if changes.reported:
        lines += ["", style("bold", "Left alone")]
        for text in changes.reported[:REPORTED]:
            # What is left alone is told once, so it is told in full.
            first, *more = _wrapped(neutral(text), width - 4)
            lines += [f"  {first}", *(f"    {line}" for line in more)]
        if len(changes.reported) > REPORTED:
            lines.append("  " + style("dim", f"… and {len(changes.reported) - REPORTED:,} more"))
    pseudonyms = privacy_text(changes) if changes.privacy == "pseudonyms" else ""
    lines += [line for text in (noted_text(changes), pseudonyms) if text for line in ("", style("dim", text))]
    return lines


__all__ = ["PAST", "render_changes", "render_verdict"]
