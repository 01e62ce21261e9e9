"""What `lint` and `check` share: their options for findings, and showing them in the format asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, assert_never

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import format_option
from syncdsl.cli.terminal import style_of, write
from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Literal

    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.render.style import Style

    Format = Literal["text", "concise", "json", "sarif", "github", "junit", "gitlab"]

FORMATS = ("text", "concise", "json", "sarif", "github", "junit", "gitlab")


class Reporting(TypedDict):
    """How findings are reported: the values of the options that `findings_options` adds."""

    output: Format
    output_file: Path | None
    notes: bool
    fail_level: Literal["error", "warning"]


def findings_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--format`, `--output-file`, `--notes` and `--fail-level`."""
    for option in (
        click.option(
            "--fail-level",
            type=click.Choice(("error", "warning")),
            default="warning",
            show_default=True,
            help="The lightest finding that ends the command with 1.",
        ),
        click.option("--notes", is_flag=True, help="Show notes too; they never fail."),
        click.option(
            "--output-file",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Write the --format into FILE, and text to the screen.",
        ),
        format_option(*FORMATS),
    ):
        function = option(function)
    return function


def show_findings(
    findings: Sequence[Diagnostic],
    sources: Mapping[str, SourceFile],
    reporting: Reporting,
    *,
    command: str,
    quiet: bool,
) -> int:
    """Write findings of `syncdsl COMMAND` to stdout, or to a file with text on stdout, and return the exit code.

    Notes never fail, and are shown on request only, in every format. Raises Fault SD609 for a file that cannot be
    written.
    """
    shown = [item for item in findings if reporting["notes"] or item.level is not Severity.NOTE]
    file = reporting["output_file"]
    screen: Format = reporting["output"]
    if file is not None:
        save(file, _rendered(shown, sources, reporting, command=command, quiet=False))
        screen = "text"
    style = style_of(sys.stdout)
    write(_rendered(shown, sources, {**reporting, "output": screen}, command=command, quiet=quiet, style=style))
    return FINDINGS if any(fails(item, reporting["fail_level"]) for item in findings) else FINE


def fails(item: Diagnostic, level: Literal["error", "warning"]) -> bool:
    """Return whether a finding fails a command that fails from `level` on."""
    return item.level is Severity.ERROR or (item.level is Severity.WARNING and level == "warning")


def _rendered(
    shown: Sequence[Diagnostic],
    sources: Mapping[str, SourceFile],
    reporting: Reporting,
    *,
    command: str,
    quiet: bool,
    style: Style | None = None,
) -> str:
    match reporting["output"]:
        case "json":
            from syncdsl.render.diagnostics_json import render_json  # noqa: PLC0415 - only for this format

            return render_json(shown, len(sources))
        case "concise":
            from syncdsl.render.diagnostics_concise import render_concise  # noqa: PLC0415 - only for this format

            return render_concise(shown)
        case "sarif":
            from importlib.metadata import version  # noqa: PLC0415 - only for this format

            from syncdsl.render.diagnostics_sarif import render_sarif  # noqa: PLC0415 - only for this format

            return render_sarif(shown, sources, root=_repository(), version=version("syncdsl"))
        case "github":
            from syncdsl.render.diagnostics_github import render_github  # noqa: PLC0415 - only for this format

            return render_github(shown, _repository())
        case "junit":
            from syncdsl.render.diagnostics_junit import render_junit  # noqa: PLC0415 - only for this format

            level = reporting["fail_level"]
            return render_junit(shown, sources, suite=f"syncdsl {command}", fails=lambda item: fails(item, level))
        case "gitlab":
            from syncdsl.render.diagnostics_gitlab import render_gitlab  # noqa: PLC0415 - only for this format

            return render_gitlab(shown, sources, root=_repository())
        case "text":
            from syncdsl.render.diagnostics_text import render_summary, render_text  # noqa: PLC0415 - only for text
            from syncdsl.render.style import PLAIN  # noqa: PLC0415 - the same

            style = style or PLAIN
            return render_text(shown, sources, style) + ("" if quiet else render_summary(shown, len(sources), style))
        case _:
            assert_never(reporting["output"])


def _repository() -> str:
    """Return the folder below which CI services name files: the one they checked out, else the current one."""
    import os  # noqa: PLC0415 - only for formats of CI services

    from syncdsl.render.places import below  # noqa: PLC0415 - the same

    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR")
    return root if root and below(root, ".") is not None else "."


def save(path: Path, text: str) -> None:
    """Write a result into a file. Raises Fault SD609 when it cannot be written."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - only when a file is wanted
    from syncdsl.diagnostics.codes.project import UNREADABLE_FILE  # noqa: PLC0415 - the same

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise Fault(UNREADABLE_FILE, f"`{path}` cannot be written: {error.strerror}") from None
