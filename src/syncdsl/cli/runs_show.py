"""`syncdsl runs show`: one run, and what it did."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.runs import chosen_environment
from syncdsl.cli.terminal import style_of, width_of, write

if TYPE_CHECKING:
    from syncdsl.engine.subject import Subjects
    from syncdsl.state import Run, State


@click.command(cls=Command)
@click.argument("run_id", metavar="RUN")
@format_option("text", "json")
@environment_option
@click.pass_obj
def show(settings: Globals, *, run_id: str, output: str, environment: str | None) -> int:
    """Show one run: when and why it began and who began it, what it wrote by rule and system, and what it could not.

    RUN is its id, as `syncdsl runs` lists it; the first letters are enough. A refused write is told in the system's own
    words, with what has become of it since. Records are called as they were read last; nothing is read now.

    \b
    Examples:
      syncdsl runs show 3fa9c1d2
      syncdsl runs show 3fa9 --format json | jq '.writes[] | select(.kind == "failed") | .reason'
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it
    from syncdsl.engine.run_account import run_account  # noqa: PLC0415 - the same
    from syncdsl.project.looking import open_to_look  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(chosen_environment(environment))
    with open_to_look(workspace, name) as state:
        account = run_account(state, named_run(state, run_id), _subjects(state))
    if output == "json":
        from syncdsl.render.runs_json import model_text  # noqa: PLC0415 - only for this format

        write(model_text(account))
        return FINE
    from syncdsl.render.runs_text import render_run  # noqa: PLC0415 - only for this format

    write(render_run(account, style_of(sys.stdout), width_of(sys.stdout)))
    return FINE


def named_run(state: State, wanted: str) -> Run:
    """Return the run whose id begins so. Raises Fault SD874 when there is none, or several."""
    from syncdsl.diagnostics import Fault, did_you_mean  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.service import NO_SUCH_RUN  # noqa: PLC0415 - the same

    found = state.runs_called(wanted.strip()) if wanted.strip() else []
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"`{run.id}`" for run in found[-5:])
        raise Fault(
            NO_SUCH_RUN,
            f"{len(found):,} runs have an id that begins with `{wanted}`: {listed}{' …' if len(found) > 5 else ''}",
            help="give more letters of the one that is meant",
        )
    near = did_you_mean(wanted, {known for run in state.runs(200) for known in (run.id, run.id[: len(wanted)])})
    hint = f"did you mean `{near}`? " if near else ""
    raise Fault(NO_SUCH_RUN, f"no run `{wanted}` is on file", help=f"{hint}`syncdsl runs` lists the last ones")


def _subjects(state: State) -> Subjects | None:
    """Return what knows records by their names; None while no rules are in force that can be read."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.engine.in_force import rules_in_force  # noqa: PLC0415 - the same
    from syncdsl.engine.subject import Subjects  # noqa: PLC0415 - the same

    try:
        force = rules_in_force(state)
    except Fault:
        return None
    return Subjects(state, force.plan, force.schemas) if force is not None else None
