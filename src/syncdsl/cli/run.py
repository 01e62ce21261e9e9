"""`syncdsl run`: the daemon that syncs by schedule, and at once when a system says that something changed."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals
from syncdsl.cli.terminal import say, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.service.assembly import Assembled, Place

NOBODY = "none"


@click.command(cls=Command)
@click.argument("projects", nargs=-1, metavar="[PROJECT]...", type=click.Path(path_type=Path))
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
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default="127.0.0.1:8087",
    show_default=True,
    help="Where the systems call back, through your TLS proxy; opened where an environment has a `call_back`.",
)
@click.option(
    "--operate",
    metavar="HOST:PORT",
    default="127.0.0.1:8088",
    show_default=True,
    help="Where health checks and metrics are; `none` for no such port.",
)
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Private file of environment variables with secrets, read again before each connection.",
)
@click.option("--test-alerts", is_flag=True, help="Send a test to everybody whom `[alerts]` names, and end.")
@click.pass_obj
def run(
    settings: Globals,
    *,
    projects: tuple[Path, ...],
    environments: tuple[str, ...],
    everything: bool,
    listen: str,
    operate: str,
    env_file: Path | None,
    test_alerts: bool,
) -> int:
    """Run every day: sync by the schedule in syncdsl.toml, and at once when a system says that something changed.

    Each environment is a pair of its own: one that fails or is slow delays none of the others. The rules are those in
    force; changed files wait until `apply` or `enable` puts them in force, and then the daemon takes them over. It asks
    nobody, so rules that make documents need a guard `per day`.

    SIGTERM ends it: calls under way are waited for, and the next start goes on. After a crash it goes on the same way.
    One daemon serves a state; a second one is refused. `syncdsl status` shows what it does, `syncdsl pause` holds it
    back.

    Ends with 0 after a signal, 3, 6 or 8 when it cannot begin.

    \b
    Examples:
      syncdsl run
      syncdsl run --env production --env-file /etc/syncdsl/secrets.env
      syncdsl run --all --operate 127.0.0.1:9100
      syncdsl run customers/* --env production --log-format json
      syncdsl run --test-alerts
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.logs import start_logging  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.env_file import use_env_file  # noqa: PLC0415 - the same
    from syncdsl.project.services import project_clock  # noqa: PLC0415 - the same
    from syncdsl.service.address import read_address  # noqa: PLC0415 - the same
    from syncdsl.service.assembly import assemble  # noqa: PLC0415 - the same

    def read_secrets() -> None:
        if env_file is not None:
            use_env_file(env_file)

    if everything and environments:
        raise click.UsageError("`--all` serves every environment; leave `--env` away")
    start_logging(settings)
    if not settings.quiet and not settings.verbose:
        logging.getLogger("syncdsl").setLevel(logging.INFO)
    read_secrets()
    places = list(_places(settings, projects, environments, everything=everything))
    if test_alerts:
        return _test(places)
    assembled = assemble(
        places,
        clock=project_clock(),
        listen=read_address(listen, option="--listen"),
        operate=read_address(operate, option="--operate") if operate != NOBODY else None,
        reconnecting=read_secrets,
    )
    assembled.daemon.stop_on_signals()
    if not settings.quiet:
        _say_what_begins(places, assembled)
    assembled.daemon.serve()
    return FINE


def _places(
    settings: Globals, projects: Sequence[Path], environments: Sequence[str], *, everything: bool
) -> Iterator[Place]:
    """Yield what is served, each once."""
    from syncdsl.project.discovery import locate_project  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.workspace import Workspace  # noqa: PLC0415 - the same
    from syncdsl.service.assembly import Place  # noqa: PLC0415 - the same

    folders = dict.fromkeys(locate_project(folder) for folder in projects or (settings.project,))
    for folder in folders:
        workspace = Workspace(folder)
        names = sorted(workspace.settings.environments) if everything else environments or (None,)
        for name in dict.fromkeys(workspace.settings.environment_name(wanted) for wanted in names):
            label = f"{folder.resolve().name}/{name}" if len(folders) > 1 else name
            yield Place(workspace=workspace, environment=name, label=label)


def _say_what_begins(places: Sequence[Place], assembled: Assembled) -> None:
    say(f"serving {', '.join(place.label for place in places)}; Ctrl-C or SIGTERM ends it")
    if assembled.listens_at is not None:
        say(f"the systems call back at {assembled.listens_at}, through your proxy")
    if assembled.operates_at is not None:
        say(f"health and metrics at http://{assembled.operates_at}/healthz and /metrics")


def _test(places: Sequence[Place]) -> int:
    from syncdsl.service.telling import send_test  # noqa: PLC0415 - only for this option

    for place in places:
        for name in send_test(place.workspace.settings.alerts, environment=place.label):
            write(f"{place.label}: {name} took a test\n")
    return FINE
