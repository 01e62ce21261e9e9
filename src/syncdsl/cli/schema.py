"""`syncdsl schema`: the snapshots that rules are checked against."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from syncdsl.cli.options import CONTEXT, Command, Globals, environment_option, global_options
from syncdsl.cli.terminal import style_of, write

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.project.workspace import Workspace
    from syncdsl.schema.snapshot import SchemaSnapshot


@click.group(context_settings=CONTEXT, params=list(global_options()))
def schema() -> None:
    """Read the schemas that rules are checked against.

    \b
    Examples:
      syncdsl schema pull
    """  # noqa: D301 - \b keeps click from filling the lines


@schema.command(cls=Command)
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@environment_option
@click.pass_obj
def pull(settings: Globals, *, connections: tuple[str, ...], environment: str | None) -> int:
    """Read what both systems look like now, write schema/CONNECTION.json, and say what changed.

    Review the change and commit it: checking rules needs no network because of these files.

    \b
    Examples:
      syncdsl schema pull
      syncdsl schema pull books --env production
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.environment import connection_table, open_connection  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    wanted = connections or tuple(sorted(workspace.settings.environments[name].connections))
    for connection in wanted:
        connection_table(workspace, name, connection)
    for connection in wanted:
        with closing(open_connection(workspace, name, connection, None)) as opened:
            found = opened.schema()
        _store(workspace, connection, found, quiet=settings.quiet)
    return 0


def _store(workspace: Workspace, connection: str, found: SchemaSnapshot, *, quiet: bool) -> None:
    from syncdsl.project.rule_files import shown_path  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.schema_text import render_schema_change  # noqa: PLC0415 - the same
    from syncdsl.schema.snapshot import write_snapshot  # noqa: PLC0415 - the same

    path = workspace.schema_path(connection)
    before = _before(path)
    if before is None or before.digest != found.digest:
        _write(path, write_snapshot(found))
    if not quiet:
        write(render_schema_change(str(shown_path(path)), before, found, style_of(sys.stdout)))


def _before(path: Path) -> SchemaSnapshot | None:
    """Return the snapshot on file; a damaged one is replaced like a missing one."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.schema.snapshot import read_snapshot  # noqa: PLC0415 - the same

    try:
        return read_snapshot(path)
    except Fault:
        return None


def _write(path: Path, text: str) -> None:
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - only when it fails
    from syncdsl.diagnostics.codes.project import UNREADABLE_FILE  # noqa: PLC0415 - the same

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Fault(UNREADABLE_FILE, f"`{path}` cannot be written: {error.strerror}") from None
