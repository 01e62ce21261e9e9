"""`syncdsl disable`: switch syncing off; nothing is lost."""

from __future__ import annotations

import sys

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import say, style_of, write


@click.command(cls=Command)
@click.option("--yes", is_flag=True, help="Do not ask.")
@environment_option
@click.pass_obj
def disable(settings: Globals, *, yes: bool, environment: str | None) -> int:
    """Switch syncing off for an environment, after saying what stops and what is kept.

    `sync` then does nothing and `apply` is refused. Everything that is known stays: `enable` goes on where it stopped,
    and changes made meanwhile on either side travel then.

    `syncdsl pause` is different: it only holds a daemon back, and `sync` and `apply` by hand still work.

    \b
    Examples:
      syncdsl disable
      syncdsl disable --env production --yes
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.asking import agreed, refuse_unasked  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import now, open_workspace  # noqa: PLC0415 - the same
    from syncdsl.engine.lifecycle import disable as switch_off  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same
    from syncdsl.render.holdings import facts, kept_parts  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    refuse_unasked(f"syncing is to stop in `{name}`", yes=yes)
    style = style_of(sys.stdout)
    with open_project_state(workspace, name) as state:
        off = state.switched_off()
        if off is not None:
            write(f"Syncing is off in {name} since {off.at:%Y-%m-%d %H:%M} UTC, by {off.by or 'somebody'}.\n")
            return FINE
        kept = ", ".join(kept_parts(state.holdings())) or "nothing is there yet"
        rows = [
            ("stops", "`syncdsl sync` does nothing, `syncdsl apply` is refused"),
            ("goes on", "`syncdsl plan`, `syncdsl links` and everything else that only reads"),
            ("kept", kept),
            ("", "sign-ins, the rules in force, and cursors: what changes meanwhile travels when it goes on"),
        ]
        write(f"{style('bold', f'Switching syncing off in {name}')}\n{facts(rows, style)}")
        if not agreed(f"Switch syncing off in {name}?", yes=yes):
            write("Nothing was changed.\n")
            return FINE
        running = switch_off(state, user=user_name(), now=now())
    write(f"{style('good', 'Off.')} {style.prose('`syncdsl enable` goes on where it stopped.')}\n")
    if running is not None:
        say(f"a run of {running} is under way; it ends what it began, and no other one begins")
    return FINE
