"""`syncdsl access`: who has which role in the books because of the rules."""

from __future__ import annotations

import sys

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import CONTEXT, Command, Globals, environment_option, format_option, global_options
from syncdsl.cli.terminal import style_of, width_of, write


@click.group(context_settings=CONTEXT, params=list(global_options()))
def access() -> None:
    """See who has which role in the books because of an `access` rule.

    `access books "ROLE"` in the rules gives users of the CRM a role in the books. `syncdsl plan` shows who would get or
    lose it, `syncdsl apply` carries it out. Nobody loses access without a confirmation.

    \b
    Examples:
      syncdsl access list
      syncdsl access list --format json
    """  # noqa: D301 - \b keeps click from filling the lines


@access.command("list", cls=Command, short_help="List the users of every `access` rule.")
@click.option("--in-force", is_flag=True, help="By the rules in force, not those of the project's files.")
@format_option("text", "json")
@environment_option
@click.pass_obj
def list_access(settings: Globals, *, in_force: bool, output: str, environment: str | None) -> int:
    """List every user of every `access` rule; both systems are read, and nothing is written.

    \b
    The states:
      has it        syncdsl let this user in, and removes it when no rule names it any more
      will get it   the next `syncdsl apply` invites this user, or gives it the role
      waits         nothing is done, for the reason below it
      will lose it  the next `syncdsl apply` removes this user, after a confirmation
      not ours      had the role before, or was let in by a person: never removed

    What the rules say the role `may` do is listed to be checked by hand, in the books' own settings: no API tells what
    a role allows.

    \b
    Examples:
      syncdsl access list
      syncdsl access list --env production --in-force
      syncdsl access list --format json | jq '.access[].users[] | select(.state == "waits")'
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import open_workspace, opened_run, opened_run_in_force  # noqa: PLC0415 - the same
    from syncdsl.engine.access.listing import access_by_role  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    opened = opened_run_in_force if in_force else opened_run
    with (
        shown_progress(settings) as progress,
        opened(workspace, settings, name, progress.progress, scratch=True, sweep=False) as run,
    ):
        found = access_by_role(run)
    if output == "json":
        from syncdsl.render.access_json import render_access_json  # noqa: PLC0415 - only for this format

        write(render_access_json(name, found))
    else:
        from syncdsl.render.access_text import render_access  # noqa: PLC0415 - only for this format

        write(render_access(found, style_of(sys.stdout), width_of(sys.stdout)))
    return FINE
