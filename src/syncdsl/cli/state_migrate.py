"""`syncdsl state migrate`: the state of an environment moves to another place, as on a PostgreSQL server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import style_of, write
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from syncdsl.project.workspace import Workspace
    from syncdsl.state import State
    from syncdsl.state.moving import Moved


@click.command(cls=Command, short_help="Move the state to another place.")
@click.argument("url")
@click.option("--yes", is_flag=True, help="Do not ask.")
@environment_option
@click.pass_obj
def migrate(settings: Globals, *, url: str, yes: bool, environment: str | None) -> int:
    """Copy the state into the empty place that URL names, compare both, and set `state` in syncdsl.toml to it.

    URL is a schema on a PostgreSQL server, a new file of SQLite, or env:NAME, a variable that holds either. A URL with
    a password is taken from a variable alone. No run may be under way and no daemon may serve the state meanwhile.
    The state stays where it is, untouched: until something was synced from the new place, the old line in syncdsl.toml
    is the way back. Whoever is interrupted may begin again.

    \b
    Examples:
      syncdsl state migrate "postgresql://sync@db.example.com/sync?schema=acme"
      syncdsl state migrate env:STATE_URL --env production
      syncdsl state migrate sqlite:///.syncdsl/acme.db --yes
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.asking import agreed, refuse_unasked  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import leased, open_workspace  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same
    from syncdsl.state.keeping import exists  # noqa: PLC0415 - the same
    from syncdsl.state.moving import refuse_place  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    target = _target(url)
    refuse_unasked("the state shall move", yes=yes)
    if not exists(workspace.settings.state_url(name), workspace.folder):
        _refuse_missing(url)
    place = refuse_place(target, workspace.folder)
    with open_project_state(workspace, name) as state:
        _refuse_served(state)
        if not yes:
            write(f"The state of {neutral(name)}, {neutral(state.place)}, is copied to {neutral(place)},\n")
            write(f"and syncdsl.toml says so from then on. Runs wait meanwhile; {neutral(state.place)} stays.\n")
        if not agreed("Move it?", yes=yes):
            write("Nothing was moved.\n")
            return FINE
        with leased(state):
            _refuse_served(state)
            moved = _moved(state, target, workspace, settings)
            # While runs are still kept away: none may write to the old place once the new one has its copy.
            _use(workspace, name, url, moved)
        if not settings.quiet:
            write(_report(workspace, name, state.place, moved))
    return FINE


def _target(url: str) -> str:
    """Return the URL that is meant. Raises Fault SD877 for one with a password, SD602 for a variable not set."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - the help needs none of it

    from syncdsl.diagnostics.codes.service import BAD_MIGRATION_TARGET  # noqa: PLC0415 - the same
    from syncdsl.project.credentials import variable_of  # noqa: PLC0415 - the same
    from syncdsl.project.settings import StateUrl  # noqa: PLC0415 - the same

    try:
        TypeAdapter(StateUrl).validate_python(url)
    except ValidationError:
        raise Fault(
            BAD_MIGRATION_TARGET,
            "the URL has a password in it, which would stand in syncdsl.toml, and in the list of processes now",
            help="let it come from a variable: `export STATE_URL=…`, then `syncdsl state migrate env:STATE_URL`; or "
            "take it out, and give it in `PGPASSWORD` or `~/.pgpass`",
        ) from None
    return variable_of("place that the state shall move to", url, "postgresql://user@host/database")


def _refuse_missing(url: str) -> None:
    from syncdsl.diagnostics.codes.runs import NO_STATE  # noqa: PLC0415 - only for mistakes

    raise Fault(
        NO_STATE,
        "there is no state yet, so nothing to move",
        help=f'set `state = "{url}"` in syncdsl.toml; the first `syncdsl apply` makes the state there',
    )


def _refuse_served(state: State) -> None:
    """Raise Fault SD870 while a daemon serves the state: it would go on in the old place."""
    import socket  # noqa: PLC0415 - the help needs none of it

    from syncdsl.cli.running import now  # noqa: PLC0415 - the same

    serving = state.serving(socket.gethostname(), now())
    if serving is not None and serving.alive:
        from syncdsl.diagnostics.codes.service import DAEMON_RUNS  # noqa: PLC0415 - only for mistakes

        raise Fault(
            DAEMON_RUNS,
            f"a daemon of {serving.owner} (process {serving.pid} on {serving.host}) serves this state",
            help="stop it, move the state, and start it again: it would go on in the old place",
        )


def _moved(state: State, target: str, workspace: Workspace, settings: Globals) -> Moved:
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the help needs none of it
    from syncdsl.state.moving import count_rows, move_state  # noqa: PLC0415 - the same

    task = "copy the state"
    with shown_progress(settings) as shown:
        shown.progress.start(task, count_rows(state))
        moved = move_state(state, target, base=workspace.folder, told=lambda count: shown.progress.advance(task, count))
        shown.progress.finish(task, f"{moved.rows:,} rows, the same in both places")
    return moved


def _use(workspace: Workspace, environment: str, url: str, moved: Moved) -> None:
    from syncdsl.project.toml_editing import set_environment  # noqa: PLC0415 - the help needs none of it

    try:
        set_environment(workspace.folder, environment, {"state": url})
    except Fault as fault:
        raise Fault(
            fault.code, f"the state is copied to `{moved.place}`, but not in use yet: {fault.message}", help=fault.help
        ) from None


def _report(workspace: Workspace, environment: str, old: str, moved: Moved) -> str:
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the help needs none of it

    style = style_of(sys.stdout)
    before = workspace.settings.environments[environment].state
    back = f"set `state` back to `{before}`" if before is not None else "remove the line `state` again"
    lines = [
        f"{style('good', 'Moved')} {moved.rows:,} rows to {neutral(moved.place)}, and syncdsl.toml says so.",
        f"The old state is still there, untouched: {neutral(old)}.",
        f"To go back before anything else was synced, {back} under `[environments.{environment}]`;",
        "later, `syncdsl state migrate URL` to another empty place. Whatever else uses this state, such as another",
        "machine, needs the new line, too: two states of one pair of organisations would each miss what the other did.",
    ]
    return "".join(f"{style.prose(neutral(line))}\n" if index else f"{line}\n" for index, line in enumerate(lines))
