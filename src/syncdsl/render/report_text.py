"""What an apply came to, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import Hold, Link
from syncdsl.render.changes_text import PAST
from syncdsl.render.neutral import cut, neutral
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.totals import KINDS, total
from syncdsl.render.unreadable_text import unreadable_line
from syncdsl.render.values_text import label_text, record_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.effects import Effect
    from syncdsl.engine.report import ApplyReport
    from syncdsl.state.retention import Pruned

SAMPLES = 8


def render_report(report: ApplyReport, style: Style = PLAIN, width: int = 100) -> str:
    """Return the verdict of an apply, and what did not go through with the reason."""
    if not report.applied:
        return "Nothing was applied.\n"
    lines = [_verdict(report, style)]
    lines += _recovered(report, style, width)
    if report.failed:
        lines.append(f"  {style('error', counted(len(report.failed), 'change'))} refused by the other system")
        for failure in report.failed[:SAMPLES]:
            lines.append(f"      {_name(failure.effect, style)}")
            lines.append("          " + cut(f"{neutral(failure.code)}: {neutral(failure.message)}", width - 10))
        lines += _rest(len(report.failed), style)
    lines += _listed(report.unknown, "without a clear answer; the next run finds out what became of them", style)
    lines += _listed(report.moved_on, "left alone, because the record changed after the preview", style)
    if report.stale:
        anew = "it" if len(report.stale) == 1 else "them"
        count = style("warning", counted(len(report.stale), "stale change"))
        lines.append(f"  {count} left out; the next run decides {anew} anew")
        for item in report.stale[:SAMPLES]:
            lines.append(f"      {_name(item.effect, style)}  {style('dim', cut(neutral(item.reason), width - 40))}")
        lines += _rest(len(report.stale), style)
    if report.fresh:
        waits = "waits" if report.fresh == 1 else "wait"
        count = style("note", counted(report.fresh, "change"))
        lines.append(f"  {count} came up since it was made, and {waits} for the next run")
    lines += _listed(report.waiting, "waiting for a record that was not made", style)
    lines += [unreadable_line(item, style) for item in report.changes.unreadable]
    totals = total(report.changes.effects)
    if totals.waiting:
        lines.append(f"  {style('hold', f'{totals.waiting:,} held')} for a decision; `syncdsl review list` shows them")
    if totals.parked:
        lines.append(f"  {style('hold', f'{totals.parked:,} waiting')} for a partner to come")
    if report.pruned is not None and report.pruned.any:
        lines.append("  " + style("dim", pruned_text(report.pruned)))
    return "\n".join(lines) + "\n"


def pruned_text(pruned: Pruned) -> str:
    """Return what retention removed, in words."""
    parts = [f"{counted(pruned.rows, 'row')} of old history"]
    parts += [counted(pruned.reviews, "settled question")] if pruned.reviews else []
    parts += [counted(pruned.runs, "old run")] if pruned.runs else []
    parts += [f"what {counted(pruned.payloads, 'old write')} sent"] if pruned.payloads else []
    *most, last = parts
    return f"{', '.join(most)}{' and ' if most else ''}{last} let go"


def _verdict(report: ApplyReport, style: Style) -> str:
    totals = total(report.done)
    if not totals.changes:
        undone = report.failed or report.unknown or report.moved_on or report.waiting or report.changes.unreadable
        return style("warning" if undone else "good", "Nothing was changed.")
    parts = [f"{totals.kinds[kind]:,} {PAST[kind]}" for kind in KINDS if totals.kinds[kind]]
    money = [f"{neutral(rule)} {style('bold', item.text)}" for rule, item in sorted(totals.money.items()) if item.text]
    done = f"{style('good', 'Applied')} {style('bold', counted(totals.changes, 'change'))}: {', '.join(parts)}"
    return done + (f" ({', '.join(money)})" if money else "")


def _recovered(report: ApplyReport, style: Style, width: int) -> list[str]:
    if not report.recovered:
        return []
    lines = [f"  {style('note', f'{len(report.recovered):,} recovered')} from a run that was cut short"]
    lines += [
        "      " + cut(f"{neutral(item.text)}: {neutral(item.resolution)}", width - 6)
        for item in report.recovered[:SAMPLES]
    ]
    return lines + _rest(len(report.recovered), style)


def _listed(effects: Sequence[Effect], what: str, style: Style) -> list[str]:
    if not effects:
        return []
    lines = [f"  {style('warning', counted(len(effects), 'change'))} {what}"]
    lines += [f"      {_name(effect, style)}" for effect in effects[:SAMPLES]]
    return lines + _rest(len(effects), style)


def _rest(count: int, style: Style) -> list[str]:
    return ["      " + style("dim", f"… and {count - SAMPLES:,} more")] if count > SAMPLES else []


def _name(effect: Effect, style: Style) -> str:
    record = effect.left if isinstance(effect, Link) else effect.record
    kind = "" if isinstance(effect, Hold) else f"{effect.kind} "
    return f"{kind}{label_text(record)}  {style('dim', record_text(record))}"
