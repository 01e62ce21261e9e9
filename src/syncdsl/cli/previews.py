"""What commands share that show a change set: its formats, and saving it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.options import format_option
from syncdsl.cli.terminal import say, style_of, width_of, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TextIO

    from syncdsl.changes.approvals import Judged
    from syncdsl.changes.change_set import ChangeSet


def preview_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--format` with the formats of a preview, and `--output-file`."""
    into = click.option(
        "--output-file",
        "file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the format into FILE, and text to the screen.",
    )
    return format_option("text", "json", "markdown", "html")(into(function))


def show(
    changes: ChangeSet,
    output: str,
    *,
    quiet: bool,
    file: Path | None = None,
    approvals: Sequence[Judged] | None = None,
) -> None:
    """Write a change set to stdout, or in its format into a file and as text to stdout."""
    from syncdsl.render.changes_text import render_changes, render_verdict  # noqa: PLC0415 - the help needs none of it

    if file is not None:
        from syncdsl.project.private import private_stream  # noqa: PLC0415 - only for a file

        with private_stream(file) as stream:
            _write(changes, output, stream, approvals)
        say(f"wrote {file}")
    elif output != "text":
        _write(changes, output, sys.stdout, approvals)
        return
    style, width = style_of(sys.stdout), width_of(sys.stdout)
    told = render_verdict if quiet else render_changes
    write(told(changes, style, width, approvals=approvals))


def _write(changes: ChangeSet, output: str, stream: TextIO, approvals: Sequence[Judged] | None) -> None:
    """Write a change set in a format; each is loaded only where it is asked for."""
    match output:
        case "json":
            from syncdsl.render.changes_json import write_changes_json  # noqa: PLC0415 - the same

            write_changes_json(changes, stream, approvals)
        case "markdown":
            from syncdsl.render.changes_markdown import render_changes_markdown  # noqa: PLC0415 - the same

            stream.write(render_changes_markdown(changes, approvals))
        case "html":
            from syncdsl.render.changes_html import write_changes_html  # noqa: PLC0415 - the same

            write_changes_html(changes, stream, approvals)
        case _:
            from syncdsl.render.changes_text import render_changes  # noqa: PLC0415 - the same

            stream.write(render_changes(changes, approvals=approvals))


def save(changes: ChangeSet, out: Path) -> None:
    """Save a change set where only its owner can read it."""
    from syncdsl.changes.saved import SavedChangeSet, write_change_set  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.private import write_private  # noqa: PLC0415 - the same

    write_private(out, write_change_set(SavedChangeSet(changes=changes)))
    say(f"saved to {out} ({changes.digest})")
