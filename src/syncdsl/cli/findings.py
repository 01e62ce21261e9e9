"""What `lint` and `check` share: showing findings in the format asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.terminal import style_of, write
from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, SourceFile


def show_findings(
    findings: Sequence[Diagnostic], sources: Mapping[str, SourceFile], output: str, *, notes: bool, quiet: bool
) -> int:
    """Write findings to stdout and return the exit code: notes never fail, and are shown on request."""
    shown = [item for item in findings if notes or item.level is not Severity.NOTE]
    match output:
        case "json":
            from syncdsl.render.diagnostics_json import render_json  # noqa: PLC0415 - only for this format

            write(render_json(shown, len(sources)))
        case "concise":
            from syncdsl.render.diagnostics_concise import render_concise  # noqa: PLC0415 - only for this format

            write(render_concise(shown))
        case _:
            from syncdsl.render.diagnostics_text import render_summary, render_text  # noqa: PLC0415 - the same

            style = style_of(sys.stdout)
            write(render_text(shown, sources, style))
            if not quiet:
                write(render_summary(shown, len(sources), style))
    failing = any(item.level is not Severity.NOTE for item in findings)
    return FINDINGS if failing else FINE
