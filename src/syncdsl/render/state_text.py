"""What was found in a state, for people and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from syncdsl.render.neutral import neutral, neutral_json
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from syncdsl.state.checking import StateReport
    from syncdsl.state.records import Intent

FORMAT = "syncdsl/state-check/1"
_MOST = 20


def render_state(report: StateReport, style: Style = PLAIN, *, quiet: bool = False) -> str:
    """Return a report as text: what is wrong first, each with what to do; `quiet` leaves out what is fine."""
    lines: list[str] = []
    for trouble in report.troubles:
        lines.append(f"{style('error', '✗')} {style.prose(neutral(trouble.message))}")
        lines += [f"    {style.prose(neutral(line))}" for line in trouble.help.splitlines()]
    if not quiet:
        lines += _doubtful(report, style)
        lines += _standing(report, style)
    verdict = (
        style("error", counted(len(report.troubles), "problem")) + "; nothing was changed"
        if report.troubles
        else style("good", "the state is sound")
    )
    return "\n".join([*lines, verdict]) + "\n"


def _doubtful(report: StateReport, style: Style) -> list[str]:
    if not report.doubtful:
        return []
    count = counted(len(report.doubtful), "write")
    lines = [f"{style('warning', '!')} {count} of an interrupted run in doubt"]
    lines.append(style.prose("    the next `syncdsl apply` looks each up and settles it"))
    lines += [f"    {neutral(_named(intent))}" for intent in report.doubtful[:_MOST]]
    if len(report.doubtful) > _MOST:
        lines.append(f"    … and {len(report.doubtful) - _MOST:,} more; `--format json` lists all")
    return lines


def _standing(report: StateReport, style: Style) -> list[str]:
    lines = [style("bold", neutral(report.place))]
    if report.revision is not None:
        lines.append(f"    revision {report.revision}")
    if report.holder is not None:
        lines.append(f"    in use by {neutral(report.holder)}")
    if report.started:
        lines.append(f"    {counted(report.started, 'run')} under way or interrupted")
    width = max((len(name) for name in report.rows), default=0)
    for name, rows in sorted(report.rows.items(), key=lambda row: (-row[1], row[0])):
        if rows:
            lines.append(f"    {name.ljust(width)}  {rows:>12,}")
    return [*lines, ""]


def _named(intent: Intent) -> str:
    target = f"{intent.connection}.{intent.module}" + (f"/{intent.record_id}" if intent.record_id else "")
    source = f"{intent.source_connection}.{intent.source_module}/{intent.source_id}"
    return f"{intent.state}: {intent.op} {target} from {source}"


def render_state_json(report: StateReport, *, environment: str) -> str:
    """Return a report as JSON."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "ok": not report.troubles,
        "environment": environment,
        "state": report.place,
        "revision": report.revision,
        "troubles": [
            {"table": trouble.table, "message": trouble.message, "help": trouble.help} for trouble in report.troubles
        ],
        "doubtful": [
            {
                "iid": intent.iid,
                "op": intent.op,
                "state": intent.state,
                "connection": intent.connection,
                "module": intent.module,
                "record": intent.record_id,
                "source": f"{intent.source_connection}.{intent.source_module}/{intent.source_id}",
            }
            for intent in report.doubtful
        ],
        "holder": report.holder,
        "unfinished_runs": report.started,
        "tables": report.rows,
    }
    return neutral_json(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"
