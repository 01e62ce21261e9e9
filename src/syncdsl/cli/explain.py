"""`syncdsl explain`: what a code means and what to do about it."""

from __future__ import annotations

import sys

import click

from syncdsl.cli.options import Command
from syncdsl.cli.terminal import style_of, width_of, write


@click.command(cls=Command)
@click.argument("code", required=False)
def explain(*, code: str | None) -> None:
    """Explain a code that a message showed, by its number or its name; without one, list all codes.

    \b
    Examples:
      syncdsl explain SD201
      syncdsl explain unknown-field
      syncdsl explain
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.diagnostics import ALL_CODES, Fault, did_you_mean, find_code  # noqa: PLC0415 - the help needs none
    from syncdsl.diagnostics.codes.project import USAGE  # noqa: PLC0415 - the same
    from syncdsl.render.code_text import render_code, render_codes  # noqa: PLC0415 - the same

    style, width = style_of(sys.stdout), width_of(sys.stdout)
    if code is None:
        write(render_codes(ALL_CODES, style))
        return
    found = find_code(code)
    if found is None:
        # A number that is near another says nothing: only names are misspelt.
        near = did_you_mean(code, [item.name for item in ALL_CODES])
        raise Fault(
            USAGE,
            f"there is no code `{code}`",
            help=f"did you mean `{near}`?" if near else "`syncdsl explain` lists all codes",
        )
    write(render_code(found, style, width))
