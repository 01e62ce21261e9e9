"""`syncdsl init`: a new project with a rule that works."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from syncdsl.cli.options import Command, Globals
from syncdsl.cli.terminal import style_of, write


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.pass_obj
def init(settings: Globals, *, folder: Path) -> None:
    """Make a new project in DIR: settings, a small rule file that works, and the schemas it is checked against.

    Nothing is overwritten.

    \b
    Examples:
      syncdsl init my-sync
      syncdsl init .
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.project.template import create_project  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same

    files = create_project(folder)
    if settings.quiet:
        return
    style = style_of(sys.stdout)
    name = neutral(str(folder))
    place = "" if folder.absolute() == Path.cwd() else f"cd {neutral(shlex.quote(str(folder)))} && "
    lines = [f"{style('good', 'A new project')} in {style('bold', name)}:", ""]
    about = {
        "syncdsl.toml": "environments: which organisations, which state",
        "rules/customers.sync": "accounts and customers; an invoice for every deal that is won",
        "schema/crm.json": "what the CRM looks like",
        "schema/books.json": "what the accounting system looks like",
        ".gitignore": "keeps state and saved change sets out of the repository",
    }
    lines += [f"  {file:<22}{style('dim', about[file])}" for file in files]
    steps = (
        (f"{place}syncdsl check", "check the rules"),
        ("syncdsl sandbox --crm-port 8085 --books-port 8086", "start both systems, in a second terminal"),
        ("syncdsl plan", "see what the rules would change there"),
    )
    lines += ["", "Next:", ""]
    width = max(len(command) for command, _ in steps) + 3
    lines += [f"  {style('code', command.ljust(width))}{style('dim', why)}" for command, why in steps]
    write("\n".join(lines) + "\n")
