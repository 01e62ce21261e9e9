"""`syncdsl review list` and `syncdsl review show`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.review import STATES, filter_options, found_items, item_of, now, opened_state
from syncdsl.cli.terminal import is_terminal, say, style_of, width_of, write

if TYPE_CHECKING:
    from syncdsl.project.workspace import Workspace
    from syncdsl.render.review_text import Known
    from syncdsl.state import ReviewItem, State


@click.command("list", cls=Command)
@filter_options("all")
@format_option("text", "json")
@environment_option
@click.pass_obj
def list_items(
    settings: Globals, *, kinds: tuple[str, ...], module: str | None, state: str, output: str, environment: str | None
) -> int:
    """List what waits for a person, by kind, the oldest first.

    Without `--state` that is what is open, and what is decided and not carried out yet.

    \b
    Examples:
      syncdsl review list
      syncdsl review list --kind conflict --module crm.Accounts
      syncdsl review list --state closed --format json
    """  # noqa: D301 - \b keeps click from filling the lines
    from click.core import ParameterSource  # noqa: PLC0415 - the help needs none of it

    given = click.get_current_context().get_parameter_source("state")
    states = STATES[state] if given is not ParameterSource.DEFAULT else ("open", "decided")
    with opened_state(settings, environment, read_only=True) as (_, opened):
        items = found_items(opened, states, kinds, module)
    if output == "json":
        from syncdsl.render.review_json import render_items_json  # noqa: PLC0415 - only for this format

        write(render_items_json(items))
        return FINE
    from syncdsl.render.review_text import render_reviews  # noqa: PLC0415 - the help needs none of it

    write(render_reviews(items, now(), style_of(sys.stdout), width_of(sys.stdout)))
    if not settings.quiet and any(item.state == "open" for item in items) and is_terminal(sys.stderr):
        style = style_of(sys.stderr)
        say(
            "\n"
            + style.prose(
                "`syncdsl review show ID` compares both sides; `syncdsl review export open.csv` is for deciding many"
            )
        )
    return FINE


@click.command(cls=Command)
@click.argument("item_id", metavar="ID")
@format_option("text", "json")
@environment_option
@click.pass_obj
def show(settings: Globals, *, item_id: str, output: str, environment: str | None) -> int:
    """Show one item: both values, the candidates field by field, the rule, and the commands that decide it.

    Fields are as they were read last; neither system is asked.

    \b
    Examples:
      syncdsl review show bq4xk7wt
      syncdsl review show bq4xk7wt --format json
    """  # noqa: D301 - \b keeps click from filling the lines
    with opened_state(settings, environment, read_only=True) as (workspace, state):
        item = item_of(state, item_id)
        known = _known(workspace, state, item)
    if output == "json":
        from syncdsl.render.review_json import render_item_json  # noqa: PLC0415 - only for this format

        write(render_item_json(item, known.fields))
        return FINE
    from syncdsl.render.review_text import render_review  # noqa: PLC0415 - the help needs none of it

    write(render_review(item, known, now(), style_of(sys.stdout), width_of(sys.stdout)))
    return FINE


def _known(workspace: Workspace, state: State, item: ReviewItem) -> Known:
    """Return what is known of an item: rules that do not compile at the moment only leave the comparison out."""
    from syncdsl.engine.choices import candidates_of  # noqa: PLC0415 - the help needs none of it
    from syncdsl.engine.in_force import rules_in_force  # noqa: PLC0415 - the same
    from syncdsl.render.review_text import Known  # noqa: PLC0415 - the same

    checked = workspace.check()
    force = rules_in_force(state)
    plan = force.plan if force is not None else checked.plan
    pair = plan.pairs.get(item.rule) if plan is not None else None
    path, _, number = item.location.rpartition(":")
    source = next((one for name, one in checked.sources.items() if name == path), None)
    lines = source.text.split("\n") if source is not None else []
    at = int(number) - 1 if number.isascii() and number.isdigit() else -1
    records = [(item.connection, item.module, item.record_id)]
    records += [(one.connection, one.module, one.id or "") for one in candidates_of(item)]
    fields: dict[tuple[str, str, str], Any] = {}
    for record in records:
        seen = state.seen_fields(*record)
        if seen is not None:
            fields[record] = seen
    return Known(pair=pair, line=lines[at].strip() if 0 <= at < len(lines) else None, fields=fields)


__all__ = ["list_items", "show"]
