"""`syncdsl run`: the daemon that syncs by schedule, and at once when a system says that something changed."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals
from syncdsl.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.services import Clock
    from syncdsl.project.workspace import Workspace
    from syncdsl.service.daemon import Served


@click.command(cls=Command)
@click.argument("projects", nargs=-1, metavar="[PROJECT]...", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="NAME",
    envvar="SYNCDSL_ENV",
    show_envvar=True,
    help="Environment to serve; may be repeated. Without it the default one of each project.",
)
@click.option("--all", "everything", is_flag=True, help="Serve every environment of the projects.")
@click.pass_obj
def run(
    settings: Globals,
    *,
    projects: tuple[Path, ...],
    environments: tuple[str, ...],
    everything: bool,
) -> int:
    """Run every day: sync by the schedule in syncdsl.toml, and at once when a system says that something changed.

    Each environment is a pair of its own: one that fails or is slow delays none of the others. The rules are those in
    force; changed files wait until `apply` or `enable` puts them in force, and then the daemon takes them over. It asks
    nobody, so rules that make documents need a guard `per day`.

    SIGTERM ends it: calls under way are waited for, and the next start goes on. After a crash it goes on the same way.
    One daemon serves a state; a second one is refused.

    Ends with 0 after a signal, 3 or 8 when it cannot begin.

    \b
    Examples:
      syncdsl run
      syncdsl run --env production
      syncdsl run --all
      syncdsl run customers/* --env production --log-format json
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.logs import start_logging  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.services import project_clock  # noqa: PLC0415 - the same
    from syncdsl.service.daemon import Daemon  # noqa: PLC0415 - the same

    if everything and environments:
        raise click.UsageError("`--all` serves every environment; leave `--env` away")
    start_logging(settings)
    if not settings.quiet and not settings.verbose:
        logging.getLogger("syncdsl").setLevel(logging.INFO)
    clock = project_clock()
    served = [
        _served(workspace, name, label, clock)
        for workspace, name, label in _pairs(settings, projects, environments, everything=everything)
    ]
    for one in served:
        one.pair.begin()
        one.pair.release()
    daemon = Daemon(served)
    daemon.stop_on_signals()
    if not settings.quiet:
        say(f"serving {', '.join(one.pair.label for one in served)}")
    daemon.serve()
    sys.stderr.flush()
    return FINE


def _pairs(
    settings: Globals, projects: Sequence[Path], environments: Sequence[str], *, everything: bool
) -> Iterator[tuple[Workspace, str, str]]:
    """Yield what is served: project, environment, and the name that tells it from the others."""
    from syncdsl.project.discovery import locate_project  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.workspace import Workspace  # noqa: PLC0415 - the same

    for folder in projects or (settings.project,):
        workspace = Workspace(locate_project(folder))
        table = workspace.settings
        names = sorted(table.environments) if everything else environments or (None,)
        for wanted in names:
            name = table.environment_name(wanted)
            yield workspace, name, f"{workspace.folder.name}/{name}" if len(projects) > 1 else name


def _served(workspace: Workspace, environment: str, label: str, clock: Clock) -> Served:
    from syncdsl.service.daemon import Served  # noqa: PLC0415 - the help needs none of it
    from syncdsl.service.heart import Heart  # noqa: PLC0415 - the same
    from syncdsl.service.pair import Pair  # noqa: PLC0415 - the same
    from syncdsl.service.waiting import Bell  # noqa: PLC0415 - the same

    bell = Bell(clock)
    pair = Pair(workspace, environment, label=label, clock=clock, ring=bell.ring)
    return Served(pair, Heart(pair, workspace, clock, listening=lambda: None), bell)
