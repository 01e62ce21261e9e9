"""`syncdsl why`: the decisions behind a record, or one field of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option, now_option
from syncdsl.cli.terminal import style_of, width_of, write

if TYPE_CHECKING:
    from syncdsl.engine.explaining.answers import Why


@click.command(cls=Command)
@click.argument("record")
@click.argument("field", required=False)
@now_option
@format_option("text", "json")
@environment_option
@click.pass_obj
def why(settings: Globals, *, record: str, field: str | None, now: bool, output: str, environment: str | None) -> int:
    """Tell why RECORD is as it is, or FIELD of it: the rule with its line, both sides then and now, who won and why.

    RECORD is `connection.Module/id`, or its name or number in place of the id. Of a document it is told which trigger
    made it, when, and where each of its fields came from. Of a record that no rule did anything about, why not.

    Nothing is read from the systems: what runs have read and done counts. With `--now` the record and what belongs to
    it are read afresh. Nothing is written, neither way.

    \b
    Examples:
      syncdsl why books.invoices/INV-000017
      syncdsl why crm.Accounts/4600000000001 Phone
      syncdsl why "books.customers/Acme Limited" --now
      syncdsl why books.invoices/INV-000017 --format json | jq .documents
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.explaining import opened_look_at, with_sources  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.engine.explaining.why import why as explained  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with opened_look_at(workspace, settings, name, record, now=now) as (look, named, sources):
        answer: Why = with_sources(explained(look, named, field), sources)
    if output == "json":
        from syncdsl.render.why_json import render_why_json  # noqa: PLC0415 - only for this format

        write(render_why_json(answer))
        return FINE
    from syncdsl.render.why_text import render_why  # noqa: PLC0415 - only for this format

    write(render_why(answer, style_of(sys.stdout), width_of(sys.stdout)))
    return FINE
