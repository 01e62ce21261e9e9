"""`syncdsl history`: what happened to a record and its partner; without a record, the last runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import say, style_of, width_of, write

if TYPE_CHECKING:
    from syncdsl.project.workspace import Workspace

LATEST = 50
"""How many events a person is shown without `--limit`."""


@click.command(cls=Command)
@click.argument("record", required=False)
@click.option("--field", metavar="NAME", help="Only this field and those that are mapped with it.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the last N events, or runs.")
@click.option("--prune", is_flag=True, help="Let go now of what is older than `history_days` of the environment.")
@format_option("text", "json")
@environment_option
@click.pass_obj
def history(
    settings: Globals,
    *,
    record: str | None,
    field: str | None,
    limit: int | None,
    prune: bool,
    output: str,
    environment: str | None,
) -> int:
    """Tell what happened to RECORD and its partner, in one story: when, which side, old and new, and why.

    RECORD is `connection.Module/id`, or its name or number in place of the id. What syncdsl wrote has the rule with its
    line, the write and who started the run; what it saw was changed by somebody in that system. Links and questions
    that were asked about it are told, too. Nothing is read from the systems.

    Without RECORD, the last runs are listed, as `syncdsl runs` lists them.

    \b
    Examples:
      syncdsl history crm.Accounts/4600000000001
      syncdsl history "books.customers/Acme Limited" --field phone
      syncdsl history books.invoices/INV-000012 --format json | jq .events
      syncdsl history --limit 5
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the help needs none of it

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    if prune:
        if record is not None or field is not None:
            raise click.UsageError("`--prune` is for the whole history: leave RECORD and `--field` away")
        return _prune(workspace, name)
    if record is None:
        if field is not None:
            raise click.UsageError("`--field` needs a RECORD")
        from syncdsl.cli.runs import LAST, list_runs  # noqa: PLC0415 - only without a record

        return list_runs(workspace, name, output, limit or LAST)
    return _story(workspace, settings, name, record, output, field=field, limit=limit)


def _story(
    workspace: Workspace,
    settings: Globals,
    environment: str,
    record: str,
    output: str,
    *,
    field: str | None,
    limit: int | None,
) -> int:
    from syncdsl.cli.chosen_rules import rules_to_look_by  # noqa: PLC0415 - the help needs none of it
    from syncdsl.engine.story import story_of  # noqa: PLC0415 - the same
    from syncdsl.engine.subject import Subjects  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same

    with open_project_state(workspace, environment, read_only=True) as state:
        plan, schemas = rules_to_look_by(workspace, settings, state, environment)
        subjects = Subjects(state, plan, schemas)
        found = subjects.find(record)
        shown = limit or (LATEST if output == "text" else None)
        story = story_of(state, plan, subjects, found, field=field, limit=shown)
    if output == "json":
        from syncdsl.render.history_json import render_story_json  # noqa: PLC0415 - only for this format

        write(render_story_json(story))
        return FINE
    from syncdsl.render.history_text import render_story  # noqa: PLC0415 - only for this format

    write(render_story(story, style_of(sys.stdout), width_of(sys.stdout)))
    return FINE


def _prune(workspace: Workspace, environment: str) -> int:
    import datetime as dt  # noqa: PLC0415 - the help needs none of it

    from syncdsl.cli.running import leased, now  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.render.report_text import pruned_text  # noqa: PLC0415 - the same

    days = workspace.settings.environments[environment].history_days
    if days is None:
        raise click.UsageError(
            f"`[environments.{environment}]` keeps everything: set `history_days` there, such as `history_days = 730`"
        )
    with open_project_state(workspace, environment) as state, leased(state):
        pruned = state.prune_history(now() - dt.timedelta(days=days))
        if pruned.any:
            state.scrub()
    say(f"{pruned_text(pruned)}; what is younger than {days:,g} days is kept")
    return FINE
