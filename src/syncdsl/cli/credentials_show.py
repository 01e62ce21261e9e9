"""`syncdsl credentials show`: where each secret comes from, and which are missing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import style_of, write


@click.command(cls=Command)
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Look for variables in a private file too, as the service reads it.",
)
@format_option("text", "json")
@environment_option
@click.pass_obj
def show(
    settings: Globals,
    *,
    connections: tuple[str, ...],
    env_file: Path | None,
    output: str,
    environment: str | None,
) -> int:
    """Show where each secret comes from and whether it is set, never what it is. Ends with 1 when one is missing.

    \b
    Examples:
      syncdsl credentials show
      syncdsl credentials show crm --env production --env-file /etc/syncdsl/shop.env
      syncdsl credentials show --format json | jq '.secrets[] | select(.present | not)'
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.env_file import use_env_file  # noqa: PLC0415 - the same
    from syncdsl.project.secret_sources import secret_sources  # noqa: PLC0415 - the same
    from syncdsl.render.secrets_text import render_secrets  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    if env_file is not None:
        use_env_file(env_file)
    sources = list(secret_sources(workspace, name, connections))
    if output == "json":
        from syncdsl.render.secrets_json import render_secrets_json  # noqa: PLC0415 - only for JSON

        write(render_secrets_json(sources, environment=name))
    else:
        write(render_secrets(sources, style_of(sys.stdout)))
    return FINE if all(item.present or item.optional for item in sources) else FINDINGS
