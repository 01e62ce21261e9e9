"""`syncdsl show`: a saved change set, as it was previewed."""

from __future__ import annotations

from pathlib import Path

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, format_option


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@format_option("text", "json")
@click.pass_obj
def show(settings: Globals, *, file: Path, output: str) -> int:
    """Show a saved change set: what applying FILE would do, and who approved it.

    Nothing is read from the systems: what is shown is what would be performed, and what is refused when a record has
    moved on since. The project is not needed.

    \b
    Examples:
      syncdsl show monday.changes.json
      syncdsl show monday.changes.json --format json | jq .summary
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.plan import show as write_out  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.approving import read_signed  # noqa: PLC0415 - the same

    saved = read_signed(file)
    write_out(saved.changes, output, quiet=settings.quiet)
    return FINE
