"""What the conformance kit found, as a table to read and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from syncdsl.adapters.conformance import Report, Verdict
from syncdsl.render.neutral import cells, neutral
from syncdsl.render.style import PLAIN, Style, counted

if TYPE_CHECKING:
    from syncdsl.adapters.conformance import Measurement

_SIGNS = {
    Verdict.FITS: ("good", "✓"),
    Verdict.WORSE: ("error", "✗"),
    Verdict.FOUND: ("dim", "·"),
    Verdict.OPEN: ("dim", "?"),
}


def render_conformance(report: Report, style: Style = PLAIN) -> str:
    """Return the tests in short, those that fail in full, and the table of measurements."""
    holding = len(report.expectations) - len(report.failed)
    lines = [style("bold", f"{holding} of {counted(len(report.expectations), 'test')} hold") + f"  {report.module}"]
    for failed in report.failed:
        lines += [
            f"  {style('error', '✗')} {failed.claim}",
            f"    {neutral(failed.otherwise or '')}  {style('dim', f'({failed.name})')}",
        ]
    names = [cells(item.name) for item in report.measurements]
    declared = [cells(item.declared) for item in report.measurements]
    first, second = max(names, default=0), max([*declared, len("declared")])
    head = f"  {'':<2}{'':<{first}}  {'declared':<{second}}  measured"
    lines += ["", style("dim", head.rstrip())]
    group = ""
    for item in report.measurements:
        if item.group != group:
            group = item.group
            lines.append(style("bold", group))
        lines.append(_row(item, first, second, style))
    if report.kept:
        lines += ["", f"{counted(len(report.kept), 'record')} of the kit could not be deleted; delete by hand:"]
        lines += [f"  {module}/{identifier}" for module, identifier in report.kept]
    return "\n".join([*lines, ""])


def render_conformance_json(report: Report) -> str:
    """Return the same as JSON."""
    data = {
        "module": report.module,
        "tests": [
            {"name": item.name, "claim": item.claim, "holds": item.otherwise is None, "otherwise": item.otherwise}
            for item in report.expectations
        ],
        "measurements": [
            {
                "group": item.group,
                "name": item.name,
                "declared": item.declared or None,
                "measured": item.measured,
                "verdict": item.verdict.value,
            }
            for item in report.measurements
        ],
        "kept": [{"module": module, "id": identifier} for module, identifier in report.kept],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _row(item: Measurement, first: int, second: int, style: Style) -> str:
    meaning, sign = _SIGNS[item.verdict]
    name = item.name + " " * (first - cells(item.name))
    declared = item.declared + " " * (second - cells(item.declared))
    return f"  {style(meaning, sign)} {name}  {style('dim', declared)}  {neutral(item.measured)}".rstrip()
