"""Runs as people read them: the last ones as a table, and one with what it did and what it could not do."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from syncdsl.render.neutral import cells, cut, neutral
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.table import table_lines

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from syncdsl.engine.run_account import RunAccount, RunFacts, WriteFacts
    from syncdsl.state.run_writes import WriteKind

SHORT = 8
"""Characters of the id of a run: enough to find it."""

SAMPLES = 8
"""How many records of a kind are shown."""

HEADS = ("began", "took", "run", "why", "who", "modules", "added", "updated", "deleted", "failed", "held", "")
_FIGURES = HEADS[6:11]
_MEANINGS: dict[WriteKind, str] = {
    "added": "create",
    "updated": "update",
    "deleted": "void",
    "acted": "link",
    "failed": "error",
    "dropped": "warning",
    "unknown": "warning",
}
_SAYS: dict[WriteKind, str] = {
    "added": "added",
    "updated": "updated",
    "deleted": "deleted, made inactive or voided",
    "acted": "sent, accepted or declined",
    "failed": "refused",
    "dropped": "left alone, because the record changed after the decision",
    "unknown": "without a clear answer; the next run finds out",
}


def render_runs(runs: Sequence[RunFacts], style: Style = PLAIN) -> str:
    """Return the last runs, given the newest first, as a table with the newest last."""
    if not runs:
        return "No run is on file.\n"
    rows = [_row(run) for run in reversed(runs)]
    meanings = ["error" if run.error else "warning" if _is_odd(run) else "" for run in reversed(runs)]
    lines = table_lines(HEADS, rows, style, right={"took", *_FIGURES}, meanings=meanings, keep=HEADS[:3] + _FIGURES)
    return "\n".join(lines) + "\n"


def _is_odd(run: RunFacts) -> bool:
    return run.ended is None or bool(run.failed)


def _row(run: RunFacts) -> tuple[str, ...]:
    figures = (run.added, run.updated, run.deleted, run.failed, run.held)
    return (
        moment_text(run.started),
        _took(run),
        neutral(run.id[:SHORT]),
        neutral(_why(run)),
        cut(neutral(run.by), 20),
        cut(neutral(", ".join(run.modules)), 30),
        *(f"{figure:,}" if figure else "-" for figure in figures),
        "; ".join(_remarks(run)),
    )


def _remarks(run: RunFacts) -> Iterator[str]:
    """Yield what the columns do not tell."""
    if run.error is not None:
        yield neutral(f"{run.error.get('code', '')} {run.error.get('message', '')}".strip())
    elif run.ended is None:
        yield "under way, or cut short"
    summary = run.summary or {}
    if summary.get("applied", 1) == 0 and run.error is None:
        yield "declined"
    told = (
        (run.acted, "sent, accepted or declined"),
        (run.unknown, "without an answer"),
        (run.dropped, "left alone"),
        (summary.get("waiting", 0), "waiting"),
        (summary.get("unreadable", 0), "unreadable"),
        (summary.get("recovered", 0), "recovered"),
    )
    yield from (f"{count:,} {what}" for count, what in told if isinstance(count, int) and count)


def _why(run: RunFacts) -> str:
    """Return why a run began, and what it was where it was no apply."""
    return ", ".join(part for part in (run.kind if run.kind != "apply" else "", run.cause) if part)


def moment_text(at: dt.datetime) -> str:
    """Return a moment in the time of whoever looks, to the minute."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def _took(run: RunFacts) -> str:
    if run.ended is None:
        return ""
    seconds = max((run.ended - run.started).total_seconds(), 0)
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:,.0f} min"


def render_run(account: RunAccount, style: Style = PLAIN, width: int = 100) -> str:
    """Return one run: when and why, what it wrote by rule and system, what it asked, and what ended it."""
    run = account.run
    took = f", took {_took(run)}" if run.ended is not None else ", under way or cut short"
    why = ", ".join(
        part
        for part in (
            neutral(run.kind) if run.kind != "apply" else "",
            _CAUSES.get(run.cause, neutral(run.cause)),
            f"by {neutral(run.by)}" if run.by else "",
            f"limited to {neutral(', '.join(run.modules))}" if run.modules else "",
        )
        if part
    )
    force = "in force now" if account.rules_in_force else "others are in force now"
    lines = [
        f"{style('bold', f'Run {neutral(run.id)}')}  {style('dim', moment_text(run.started) + took)}",
        *([f"  {cut(why, width - 2)}"] if why else []),
        "  " + style("dim", f"rules {neutral(run.rules[: SHORT + 3])}, {force}"),
    ]
    lines += _writes(account, style, width)
    lines += _asked(account, style, width)
    remarks = [text for text in _remarks(run) if run.error is None]
    if not account.writes and not account.asked and run.error is None:
        lines += ["", "; ".join(remarks) or "There was nothing to do."]
    elif remarks:
        lines += ["", style("dim", "; ".join(remarks))]
    if run.error is not None:
        message = f"{run.error.get('code', '')}: {run.error.get('message', '')}"
        lines += ["", f"{style('error', 'Ended by')} {style.prose(neutral(message))}"]
        if run.error.get("help"):
            lines.append(f"  {style('help', 'help')}: {style.prose(neutral(str(run.error['help'])))}")
    return "\n".join(lines) + "\n"


_CAUSES = {
    "command": "by hand",
    "schedule": "as scheduled",
    "notice": "on a notification",
    "catch-up": "when the daemon began",
    "retry": "again after a run that failed",
}


def _writes(account: RunAccount, style: Style, width: int) -> list[str]:
    order = list(_MEANINGS)
    sorted_writes = sorted(account.writes, key=lambda one: (one.rule, one.system, order.index(one.kind)))
    lines: list[str] = []
    for rule, of_rule in groupby(sorted_writes, key=lambda one: one.rule):
        lines += ["", style("bold", neutral(rule))]
        for (system, kind), group in groupby(of_rule, key=lambda one: (one.system, one.kind)):
            inside = list(group)
            head = style(_MEANINGS[kind], f"{len(inside):,} {_SAYS[kind]}")
            lines.append(f"  {neutral(system)}  {head}")
            for write in inside[:SAMPLES]:
                lines += _write_lines(write, style, width)
            if len(inside) > SAMPLES:
                lines.append("      " + style("dim", f"… and {len(inside) - SAMPLES:,} more; `--format json` has all"))
    return lines


def _write_lines(write: WriteFacts, style: Style, width: int) -> list[str]:
    """Return the lines of one write: which record, and where it did not come about why and what to do."""
    made = "/" in write.record
    records = f"{write.record}, for {write.source}" if made else f"for {write.source}"
    label = cut(neutral(write.label), max(width // 2, 12))
    room = max(width - 6 - cells(label) - 2, 12)
    lines = [f"      {label}{'  ' if label else ''}{style('dim', cut(neutral(records), room))}"]
    if write.kind in {"failed", "dropped", "unknown"} and write.reason:
        lines += [f"          {line}" for line in wrap(neutral(write.reason), max(width - 10, 24))]
    if write.kind == "failed":
        lines.append("          " + style.prose(cut(_advice(write), width - 10)))
    return lines


def _advice(write: WriteFacts) -> str:
    """Return what to do about a refused write, or what has been done since."""
    if write.now == "settled" or write.item is None:
        return "it went through since, or is not wanted any more"
    if write.now == "dismissed":
        return f"it was dismissed since; `syncdsl runs retry {write.item}` tries it all the same"
    return f"correct it, then `syncdsl runs retry {write.item}`; or `syncdsl runs dismiss {write.item}`"


def _asked(account: RunAccount, style: Style, width: int) -> list[str]:
    if not account.asked:
        return []
    lines = ["", style("bold", "Opened in the review queue") + style("dim", f"  {counted(len(account.asked), 'item')}")]
    for one in account.asked[:SAMPLES]:
        state = {"decided": ", decided", "closed": ", settled since"}.get(one.state, "")
        head = f"{neutral(one.kind)}{state}: {neutral(one.label)} {neutral(one.record)}"
        lines.append(f"  {style('hold', one.item)}  {cut(head, width - 12)}")
        lines.append("            " + style("dim", cut(neutral(one.reason), width - 12)))
    if len(account.asked) > SAMPLES:
        lines.append("  " + style("dim", f"… and {len(account.asked) - SAMPLES:,} more"))
    return lines
