"""`syncdsl schema`: the snapshots that rules are checked against."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import CHANGES, FINDINGS, FINE
from syncdsl.cli.options import CONTEXT, Command, Globals, environment_option, format_option, global_options
from syncdsl.cli.terminal import style_of, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.project.workspace import Workspace
    from syncdsl.render.schema_difference import Compared, Impact
    from syncdsl.schema.snapshot import SchemaSnapshot

FILE = ".json"


@click.group(context_settings=CONTEXT, params=list(global_options()))
def schema() -> None:
    """Read the schemas that rules are checked against.

    \b
    Examples:
      syncdsl schema pull
      syncdsl schema diff
    """  # noqa: D301 - \b keeps click from filling the lines


@schema.command(cls=Command, short_help="Write the snapshots of both systems anew.")
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@click.option(
    "--statistics/--no-statistics",
    default=True,
    show_default=True,
    help="Look at up to 2,000 records of each module and keep how full its fields are; no value is kept.",
)
@environment_option
@click.pass_obj
def pull(settings: Globals, *, connections: tuple[str, ...], statistics: bool, environment: str | None) -> int:
    """Read what both systems look like now, write schema/CONNECTION.json, and say what changed.

    Review the change and commit it: checking rules needs no network because of these files.

    \b
    Examples:
      syncdsl schema pull
      syncdsl schema pull books --env production
      syncdsl schema pull --no-statistics
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    for connection in _wanted(workspace, name, connections):
        found, without = _pulled(workspace, name, connection, statistics=statistics)
        _store(workspace, connection, found, without, quiet=settings.quiet)
    return FINE


@schema.command(cls=Command, short_help="Say what changed since, and which rules it breaks.")
@click.argument("names", nargs=-1, metavar="[CONNECTION]... | OLD.json NEW.json")
@click.option(
    "--against",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Compare the one CONNECTION with this snapshot, and read nothing from the system.",
)
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 when something changed and no rule breaks.")
@format_option("text", "json")
@environment_option
@click.pass_obj
def diff(
    settings: Globals,
    *,
    names: tuple[str, ...],
    against: Path | None,
    detailed_exitcode: bool,
    output: str,
    environment: str | None,
) -> int:
    """Say what changed in the systems since the snapshots were written, and which rules that breaks.

    Reads what the systems look like now, writes nothing, and checks the project's rules against it. Changes are
    breaking, risky (it depends on the rules and records) or harmless. With two snapshot files it compares these alone.
    Ends with 0 when no rule breaks, 1 when one does.

    \b
    Examples:
      syncdsl schema diff
      syncdsl schema diff crm --env production --format json
      syncdsl schema diff crm --against crm-after-the-update.json
      syncdsl schema diff old/crm.json schema/crm.json
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it

    if any(name.endswith(FILE) for name in names):
        if len(names) != 2 or against is not None:
            raise click.UsageError("two snapshot files are compared with each other: OLD.json NEW.json")
        return _show(_files(*names), None, output, detailed=detailed_exitcode, settings=settings)
    workspace = open_workspace(settings)
    compared = _connections(workspace, names, against, environment)
    impact = _impact(workspace, compared)
    return _show(compared, impact, output, detailed=detailed_exitcode, settings=settings)


def _wanted(workspace: Workspace, environment: str, connections: tuple[str, ...]) -> tuple[str, ...]:
    """Return the connections meant, all that the environment configures when none is named."""
    from syncdsl.project.environment import connection_table  # noqa: PLC0415 - the help needs none of it

    wanted = connections or tuple(sorted(workspace.settings.environments[environment].connections))
    for connection in wanted:
        connection_table(workspace, environment, connection)
    return wanted


def _pulled(
    workspace: Workspace, environment: str, connection: str, *, statistics: bool
) -> tuple[SchemaSnapshot, list[str]]:
    """Return what a system looks like now, and the modules whose records could not be looked at."""
    from syncdsl.project.environment import open_connection  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.statistics import with_statistics  # noqa: PLC0415 - the same

    with closing(open_connection(workspace, environment, connection, None)) as opened:
        found = opened.schema()
    if not statistics:
        return found, []
    with closing(open_connection(workspace, environment, connection, found)) as opened:
        return with_statistics(opened, found)


def _files(old: str, new: str) -> list[Compared]:
    from syncdsl.render.schema_difference import Compared  # noqa: PLC0415 - the help needs none of it
    from syncdsl.schema.snapshot import read_snapshot  # noqa: PLC0415 - the same

    before, after = read_snapshot(Path(old)), read_snapshot(Path(new))
    return [Compared(connection=None, path=new, before=before, after=after)]


def _connections(
    workspace: Workspace, names: tuple[str, ...], against: Path | None, environment: str | None
) -> list[Compared]:
    """Compare the snapshots on file with another file, or with what the systems look like now."""
    from syncdsl.project.inside import refuse_outside  # noqa: PLC0415 - the same
    from syncdsl.project.rule_files import shown_path  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.schema_difference import Compared  # noqa: PLC0415 - the same
    from syncdsl.schema.snapshot import read_snapshot  # noqa: PLC0415 - the same

    chosen = workspace.settings.environment_name(environment)
    wanted = _wanted(workspace, chosen, names)
    if against is not None and len(wanted) != 1:
        raise click.UsageError("`--against` takes exactly one CONNECTION")
    found = []
    for connection in wanted:
        path = shown_path(workspace.schema_path(connection))
        refuse_outside(path, workspace.folder)
        before = read_snapshot(path)
        if against is not None:
            after = read_snapshot(against)
        else:
            after, _ = _pulled(workspace, chosen, connection, statistics=False)
            # Statistics are not read for a comparison; those on file are no difference.
            before = before.without_statistics()
        found.append(Compared(connection=connection, path=str(path), before=before, after=after))
    return found


def _impact(workspace: Workspace, compared: Sequence[Compared]) -> Impact:
    """Check the rules with both snapshots and return the findings that are new."""
    from syncdsl.diagnostics import Severity  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.workspace import Workspace  # noqa: PLC0415 - the same
    from syncdsl.render.schema_difference import Impact  # noqa: PLC0415 - the same

    replaced = {item.connection: item.after for item in compared if item.connection is not None}
    known = {item.sort_key for item in workspace.check().findings}
    checked = Workspace(workspace.folder, replaced).check()
    new = [item for item in checked.findings if item.level is not Severity.NOTE and item.sort_key not in known]
    return Impact(findings=tuple(new), sources=checked.sources)


def _show(
    compared: Sequence[Compared], impact: Impact | None, output: str, *, detailed: bool, settings: Globals
) -> int:
    from syncdsl.render import schema_difference as render  # noqa: PLC0415 - the help needs none of it

    if output == "json":
        write(render.render_json(compared, impact))
    else:
        write(render.render_text(compared, impact, style_of(sys.stdout), quiet=settings.quiet))
    if impact is not None and impact.findings:
        return FINDINGS
    changed = any(item.differences or item.statistics for item in compared)
    return CHANGES if detailed and changed else FINE


def _store(
    workspace: Workspace, connection: str, found: SchemaSnapshot, without: Sequence[str], *, quiet: bool
) -> None:
    from syncdsl.project.inside import refuse_outside  # noqa: PLC0415 - the same
    from syncdsl.project.rule_files import shown_path  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.schema_text import render_schema_change  # noqa: PLC0415 - the same
    from syncdsl.schema.snapshot import write_snapshot  # noqa: PLC0415 - the same

    path = workspace.schema_path(connection)
    refuse_outside(path, workspace.folder)
    before = _before(path)
    if before != found:
        _write(path, write_snapshot(found))
    if not quiet:
        write(render_schema_change(str(shown_path(path)), before, found, style_of(sys.stdout), without=without))


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
