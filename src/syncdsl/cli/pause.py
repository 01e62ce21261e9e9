"""`syncdsl pause`: hold a daemon's runs back for a while."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import say, style_of, write

if TYPE_CHECKING:
    import datetime as dt

    from syncdsl.state import State
    from syncdsl.state.pausing import Pause


@click.command(cls=Command)
@click.option("--for", "duration", metavar="DURATION", help="Resume by itself after this time, such as 30m, 2h or 1d.")
@click.option("--reason", default="", metavar="TEXT", help="Why; shown to whoever looks.")
@environment_option
@click.pass_obj
def pause(settings: Globals, *, duration: str | None, reason: str, environment: str | None) -> int:
    """Pause an environment: a daemon ends the run that is under way and begins no other.

    It goes on receiving meanwhile, and everything that changes is synced once the pause is over: after `--for`, or
    with `syncdsl resume`. `sync` and `apply` by hand still work.

    `syncdsl disable` is different: it switches syncing off for everybody, so that `sync` and `apply` do nothing either.

    \b
    Examples:
      syncdsl pause --for 2h --reason "price lists are imported"
      syncdsl pause --env production
      syncdsl resume --env production
    """  # noqa: D301 - \b keeps click from filling the lines
    import socket  # noqa: PLC0415 - the help needs none of it

    from syncdsl.cli.running import now, open_workspace  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same
    from syncdsl.project.schedules import seconds_of  # noqa: PLC0415 - the same
    from syncdsl.state.pausing import pause as hold_back  # noqa: PLC0415 - the same
    from syncdsl.state.pausing import paused  # noqa: PLC0415 - the same

    seconds = seconds_of(duration) if duration is not None else None
    if duration is not None and not seconds:
        raise click.UsageError(f"`{duration}` is no duration; write it as `30m`, `2h` or `1d`")
    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    moment = now()
    until = _later(moment, seconds) if seconds else None
    with open_project_state(workspace, name) as state:
        before = paused(state, moment)
        hold_back(state, by=user_name(), at=moment, until=until, reason=reason.strip())
        serving = state.serving(socket.gethostname(), moment)
    style = style_of(sys.stdout)
    ends = f"until {until:%Y-%m-%d %H:%M} UTC" if until is not None else "until `syncdsl resume`"
    head = style("warning", "Paused" if before is None else "Still paused")
    write(f"{head} in {name} {style.prose(ends)}. A daemon begins no runs; `sync` and `apply` by hand work.\n")
    if not settings.quiet and (serving is None or not serving.alive):
        say(f"no daemon serves {name} at the moment; one that starts begins no runs either")
    return FINE


def _later(moment: dt.datetime, seconds: float) -> dt.datetime:
    import datetime as dt  # noqa: PLC0415 - the help needs none of it

    try:
        return moment + dt.timedelta(seconds=seconds)
    except OverflowError:
        raise click.UsageError("that is longer than any calendar; leave `--for` away") from None


def say_when_paused(state: State, environment: str, settings: Globals) -> None:
    """Say that a daemon's runs are paused while a command by hand goes on all the same."""
    from syncdsl.cli.running import now  # noqa: PLC0415 - the callers have loaded it
    from syncdsl.state.pausing import paused  # noqa: PLC0415 - the same

    found = None if settings.quiet else paused(state, now())
    if found is not None:
        say(f"a daemon's runs are paused in {environment} {pause_text(found)}; this one is by hand and goes on")


def pause_text(found: Pause) -> str:
    """Return since when, by whom, until when and why something is paused."""
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - needed only now

    parts = [f"since {found.at:%Y-%m-%d %H:%M} UTC by {neutral(found.by) or 'somebody'}"]
    parts += [f"until {found.until:%Y-%m-%d %H:%M} UTC"] if found.until is not None else []
    return ", ".join(parts) + (f" ({neutral(found.reason)})" if found.reason else "")
