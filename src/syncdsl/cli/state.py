"""`syncdsl state`: what is remembered between runs is examined, backed up, put back, and moved."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import CONTEXT, Command, Globals, environment_option, format_option, global_options
from syncdsl.cli.state_migrate import migrate
from syncdsl.cli.terminal import is_terminal, style_of, write
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from syncdsl.state.backup import Backup

_FILE = click.Path(path_type=Path)


@click.group(context_settings=CONTEXT, params=list(global_options()))
def state() -> None:
    """Look after what is remembered between runs: links, what was read last, the journal and the history.

    It is a file of SQLite, or a schema on a PostgreSQL server, as `state` of the environment in syncdsl.toml says.
    Losing it costs time and no record: links are rebuilt from the keys on the records. A backup keeps the rest too:
    the history, decisions, and which side a field was last changed on.

    \b
    Examples:
      syncdsl state check
      syncdsl state backup state-$(date +%F).db
      syncdsl state restore state-2026-01-31.db
      syncdsl state migrate "postgresql://sync@db.example.com/sync?schema=acme"
    """  # noqa: D301 - \b keeps click from filling the lines


state.add_command(migrate)


@state.command(cls=Command, short_help="Examine the state; changes nothing.")
@format_option("text", "json")
@environment_option
@click.pass_obj
def check(settings: Globals, *, output: str, environment: str | None) -> int:
    """Examine the state: its database, its tables, every stored value, and that each record has one partner.

    Changes nothing, and runs may go on meanwhile. ✗ is damage, with what to do about it; ! are writes of an interrupted
    run, which the next one settles. Ends with 1 when there is a ✗.

    \b
    Examples:
      syncdsl state check
      syncdsl state check --env production --format json | jq .tables
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.state_text import render_state, render_state_json  # noqa: PLC0415 - the same
    from syncdsl.state.checking import check_state  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    report = check_state(workspace.settings.state_url(name), base=workspace.folder)
    if output == "json":
        write(render_state_json(report, environment=name))
    else:
        write(render_state(report, style_of(sys.stdout), quiet=settings.quiet))
    return FINDINGS if report.troubles else FINE


@state.command(cls=Command, short_help="Copy the state into a new file.")
@click.argument("file", type=_FILE)
@environment_option
@click.pass_obj
def backup(settings: Globals, *, file: Path, environment: str | None) -> int:
    """Copy the state, as it is at one moment, into FILE, which must be new. Runs may go on meanwhile.

    FILE holds what the state holds, records of customers among it: only its user may read it, so keep it that way.
    It is a file of SQLite wherever the state is kept, and can be restored to either kind of place.

    \b
    Examples:
      syncdsl state backup monday.db
      syncdsl state backup /backups/sync-$(date +%F).db --env production
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same
    from syncdsl.state.backup import back_up  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    back_up(workspace.settings.state_url(name), base=workspace.folder, file=file)
    if not settings.quiet:
        write(f"Backed up the state of {neutral(name)} to {neutral(str(file))} ({file.stat().st_size:,} bytes).\n")
    return FINE


@state.command(cls=Command, short_help="Put a backup in the place of the state.")
@click.argument("file", type=_FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@environment_option
@click.pass_obj
def restore(settings: Globals, *, file: Path, yes: bool, environment: str | None) -> int:
    """Put FILE, which `syncdsl state backup` wrote, in the place of the state.

    The file is examined first, and no run may be under way. The state that is there now is kept beside the new one,
    damaged or not, and the command says where. What happened since the backup is found again by the next run, which
    reads both systems completely; records that were created since are known by their keys, so none is created twice.

    \b
    Examples:
      syncdsl state restore monday.db
      syncdsl state restore monday.db --yes --env production
      syncdsl plan             see what the next run would do
    """  # noqa: D301 - \b keeps click from filling the lines
    import datetime as dt  # noqa: PLC0415 - the help needs none of it
    import socket  # noqa: PLC0415 - the same

    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.project.private import own_folder  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same
    from syncdsl.project.services import OWN_FOLDER  # noqa: PLC0415 - the same
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same
    from syncdsl.state.backup import describe, opened_backup, put_back  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    url = workspace.settings.state_url(name)
    with opened_backup(file) as found:
        if not settings.quiet:
            write(_described(file, describe(found)))
            sys.stdout.flush()
        if not yes and not _agreed(name):
            write("Nothing was restored.\n")
            return FINE
        own_folder(workspace.folder / OWN_FOLDER)
        now = dt.datetime.now(dt.UTC)
        owner = user_name() or "syncdsl"
        done = put_back(url, base=workspace.folder, backup=found, owner=owner, host=socket.gethostname(), now=now)
    if not settings.quiet:
        style = style_of(sys.stdout)
        kept = f"The state before is kept: {neutral(done.kept)}.\n" if done.kept else ""
        advice = style.prose("`syncdsl plan` shows what the next run would do; it reads both systems completely.")
        write(f"{style('good', 'Restored')} {done.rows:,} rows. {kept}{advice}\n")
    return FINE


def _agreed(environment: str) -> bool:
    if not is_terminal(sys.stdin):
        from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - only for mistakes

        raise Fault(
            NEEDS_ANSWER,
            "nobody can be asked whether to replace the state; nothing was done",
            help="say `--yes`; the state that is there now is kept beside the restored one",
        )
    return click.confirm(f"\nPut it in the place of the state of {environment}?", default=False, err=True)


def _described(file: Path, found: Backup) -> str:
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the help needs none of it
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    lines = [f"{neutral(str(file))} is sound:"]
    if found.last_run is not None:
        lines.append(f"  its last run began {found.last_run.astimezone():%Y-%m-%d %H:%M:%S}")
    for name, organisation in sorted(found.organisations.items()):
        lines.append(f"  {neutral(name)}: organisation {neutral(organisation)}")
    lines.append(f"  {counted(found.links, 'link')}, {counted(found.history, 'entry', 'entries')} of history")
    if found.doubtful:
        lines.append(f"  {counted(found.doubtful, 'write')} in doubt, which the next apply settles")
    return "\n".join(lines) + "\n"
