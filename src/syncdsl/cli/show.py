"""`syncdsl show`: a saved change set, as it was previewed."""

from __future__ import annotations

from pathlib import Path

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals
from syncdsl.cli.previews import preview_options


@click.command(cls=Command)
@click.argument("saved", metavar="CHANGES", type=click.Path(path_type=Path))
@preview_options
@click.pass_obj
def show(settings: Globals, *, saved: Path, output: str, file: Path | None) -> int:
    """Show a saved change set: what applying it would do, and who approved it.

    Nothing is read from the systems: what is shown is what would be performed, and what is refused when a record has
    moved on since. The project is not needed.

    \b
    Examples:
      syncdsl show monday.changes.json
      syncdsl show monday.changes.json --format json | jq .summary
      syncdsl show monday.changes.json --format html --output-file monday.html
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.approvals import judged_here  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.previews import show as write_out  # noqa: PLC0415 - the same
    from syncdsl.project.approving import read_signed  # noqa: PLC0415 - the same

    found = read_signed(saved)
    write_out(found.changes, output, quiet=settings.quiet, file=file, approvals=judged_here(settings, found))
    return FINE
