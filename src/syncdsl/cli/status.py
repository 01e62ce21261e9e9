"""`syncdsl status`: whether all is well, on one screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE, PARTLY
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import style_of, width_of, write

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.engine.status import EnvironmentStatus, FilesFact
    from syncdsl.project.workspace import Workspace
    from syncdsl.state import State


@click.command(cls=Command)
@click.option(
    "--all", "everything", is_flag=True, help="Every environment of the project, one row each, the worst first."
)
@format_option("text", "json")
@environment_option
@click.pass_obj
def status(settings: Globals, *, everything: bool, output: str, environment: str | None) -> int:
    """Show how an environment stands: who serves it and what is due, what fails, and what waits for people.

    It looks at what the state knows and asks neither system, so it costs no call, and works while a run is under way
    and while no daemon runs. `syncdsl doctor` asks the systems.

    Ends with 0 when all is well, and 7 when something needs a person: a module fails, an alert is open, or the daemon
    is gone without having ended. With `--quiet` it says so in one line.

    \b
    Examples:
      syncdsl status
      syncdsl status --env production --quiet || mail -s "syncdsl" ops@example.com
      syncdsl status --all
      syncdsl status --format json | jq '.environments[].needs'
    """  # noqa: D301 - \b keeps click from filling the lines
    if everything and environment is not None and _is_given("environment"):
        raise click.UsageError("name an environment or say `--all`, not both")
    from syncdsl.cli.running import now, open_workspace  # noqa: PLC0415 - the help needs none of it

    workspace = open_workspace(settings)
    moment = now()
    if everything:
        found = sorted((_told(workspace, name, moment) for name in workspace.settings.environments), key=_rank)
    else:
        found = [_status(workspace, workspace.settings.environment_name(environment), moment)]
    _show(found, moment, output, everything=everything, quiet=settings.quiet)
    return FINE if all(one.well for one in found) else PARTLY


def _is_given(option: str) -> bool:
    from click.core import ParameterSource  # noqa: PLC0415 - the help needs none of it

    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


def _show(
    found: Sequence[EnvironmentStatus], moment: dt.datetime, output: str, *, everything: bool, quiet: bool
) -> None:
    if output == "json":
        from syncdsl.render.status_json import render_status_json  # noqa: PLC0415 - only for this format

        write(render_status_json(found))
        return
    from syncdsl.render.status_text import render_all, render_line, render_status  # noqa: PLC0415 - the same

    style, width = style_of(sys.stdout), width_of(sys.stdout)
    if quiet:
        for one in found:
            write(render_line(one, style))
    elif everything:
        write(render_all(found, moment, style, width))
    else:
        write(render_status(found[0], moment, style, width))


def _rank(one: EnvironmentStatus) -> tuple[int, int, str]:
    """Return where an environment stands in a list: the worst first."""
    worst = 0 if one.fault is not None else 1 if one.needs else 2 if one.refused or one.reviews else 3
    return worst, -len(one.needs), one.environment


def _told(workspace: Workspace, environment: str, moment: dt.datetime) -> EnvironmentStatus:
    """Return how an environment stands; of one that cannot be looked at, why: it hides none of the others."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.engine.status import EnvironmentStatus, Trouble  # noqa: PLC0415 - the same

    try:
        return _status(workspace, environment, moment)
    except Fault as fault:
        trouble = Trouble(about="state", message=str(fault), help=fault.help or "")
        return EnvironmentStatus(environment=environment, fault=trouble)


def _status(workspace: Workspace, environment: str, moment: dt.datetime) -> EnvironmentStatus:
    import socket  # noqa: PLC0415 - the help needs none of it

    from syncdsl.engine.status import status_of  # noqa: PLC0415 - the same
    from syncdsl.project.looking import open_to_look  # noqa: PLC0415 - the same

    tables = workspace.settings.environments[environment].connections
    with open_to_look(workspace, environment) as state:
        return status_of(
            state,
            environment,
            host=socket.gethostname(),
            now=moment,
            files=_files(workspace, state),
            adapters={name: table.adapter for name, table in tables.items()},
        )


def _files(workspace: Workspace, state: State) -> FilesFact:
    from syncdsl.cli.chosen_rules import what_waits  # noqa: PLC0415 - the help needs none of it

    digest = state.digest_in_force()
    return "none" if digest is None else what_waits(workspace, state, digest)
