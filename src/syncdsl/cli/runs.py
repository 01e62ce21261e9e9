"""`syncdsl runs`: the last runs, and what they failed with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.lazy import Entry, LazyGroup
from syncdsl.cli.options import CONTEXT, Globals, environment_option, format_option, global_options
from syncdsl.cli.terminal import style_of, write

if TYPE_CHECKING:
    from syncdsl.project.workspace import Workspace

LAST = 20
"""How many runs are listed without `--limit`."""

_SECTION = "Commands"
ENTRIES = {
    "show": Entry(
        target="syncdsl.cli.runs_show:show",
        summary="Show one run: what it did, and what it could not.",
        section=_SECTION,
    ),
    "failed": Entry(
        target="syncdsl.cli.runs_failed:failed", summary="List the records whose writes are refused.", section=_SECTION
    ),
    "retry": Entry(
        target="syncdsl.cli.runs_retry:retry", summary="Try refused writes again at once.", section=_SECTION
    ),
    "dismiss": Entry(
        target="syncdsl.cli.runs_dismiss:dismiss",
        summary="Let refused writes rest until something changes.",
        section=_SECTION,
    ),
}


@click.group(
    cls=LazyGroup,
    entries=ENTRIES,
    context_settings=CONTEXT,
    params=list(global_options()),
    invoke_without_command=True,
    subcommand_metavar="[COMMAND …]",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the last N runs; without it 20.")
@click.option(
    "--failed", "troubled", is_flag=True, help="Only those that a fault ended, or of which writes were refused."
)
@format_option("text", "json")
@environment_option
@click.pass_context
def runs(
    context: click.Context, *, limit: int | None, troubled: bool, output: str, environment: str | None
) -> int | None:
    """List the last runs: when and why each began, how much it wrote of what, and what ended it.

    A run is one apply, sync, or run of a daemon. Figures are writes: added, updated, deleted (made inactive and voided,
    too), failed (refused by a system), and held for a person. Nothing is read from the systems.

    \b
    Examples:
      syncdsl runs
      syncdsl runs --failed --limit 5
      syncdsl runs --format json | jq '.runs[] | select(.failed > 0) | .id'
      syncdsl runs show 3fa9
      syncdsl runs failed
    """  # noqa: D301 - \b keeps click from filling the lines
    if context.invoked_subcommand is not None:
        if limit is not None or troubled or output != "text":
            raise click.UsageError(f"options for the list do not go with `{context.invoked_subcommand}`")
        context.meta[_ENVIRONMENT] = environment
        return None
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it

    workspace = open_workspace(context.ensure_object(Globals))
    name = workspace.settings.environment_name(environment)
    return list_runs(workspace, name, output, limit or LAST, troubled=troubled)


_ENVIRONMENT = "syncdsl.runs.environment"


def chosen_environment(given: str | None) -> str | None:
    """Return the environment that was given to a command of this group, or before its name."""
    found: str | None = given or click.get_current_context().meta.get(_ENVIRONMENT)
    return found


def list_runs(workspace: Workspace, environment: str, output: str, limit: int, *, troubled: bool = False) -> int:
    """Write the list of the last runs."""
    from syncdsl.engine.run_account import listed  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.looking import open_to_look  # noqa: PLC0415 - the same

    with open_to_look(workspace, environment) as state:
        found = listed(state, state.troubled_runs(limit) if troubled else state.runs(limit))
    if output == "json":
        from syncdsl.render.runs_json import render_runs_json  # noqa: PLC0415 - only for this format

        write(render_runs_json(found))
        return FINE
    from syncdsl.render.runs_text import render_runs  # noqa: PLC0415 - only for this format

    if troubled and not found:
        write(style_of(sys.stdout)("good", "No run failed, and no write was refused.") + "\n")
        return FINE
    write(render_runs(found, style_of(sys.stdout)))
    return FINE
