"""`syncdsl resume`: let a daemon that was paused go on."""

from __future__ import annotations

import sys

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import say, style_of, write


@click.command(cls=Command)
@environment_option
@click.pass_obj
def resume(settings: Globals, *, environment: str | None) -> int:
    """End a pause: a daemon begins with what is due by now, and with everything that changed meanwhile.

    Says how long the pause lasted. What `syncdsl disable` switched off is switched on by `syncdsl enable` instead.

    \b
    Examples:
      syncdsl resume
      syncdsl resume --env production
    """  # noqa: D301 - \b keeps click from filling the lines
    import socket  # noqa: PLC0415 - the help needs none of it

    from syncdsl.cli.running import now, open_workspace  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same
    from syncdsl.render.verify_text import duration_text  # noqa: PLC0415 - the same
    from syncdsl.state.pausing import resume as go_on  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    moment = now()
    with open_project_state(workspace, name) as state:
        ended = go_on(state, by=user_name(), at=moment)
        serving = state.serving(socket.gethostname(), moment)
        off = state.switched_off()
    if ended is None:
        write(f"Nothing is paused in {name}.\n")
        return FINE
    lasted = duration_text(max(int((moment - ended.at).total_seconds()), 0))
    style = style_of(sys.stdout)
    by = neutral(ended.by) or "somebody"
    write(f"{style('good', 'Resumed.')} {name} was paused for {lasted}, by {by}.\n")
    if off is not None:
        say(style_of(sys.stderr).prose("syncing is switched off there all the same: `syncdsl enable` switches it on"))
    elif not settings.quiet and (serving is None or not serving.alive):
        say(style_of(sys.stderr).prose(f"no daemon serves {name} at the moment: `syncdsl run --env {name}` starts one"))
    return FINE
