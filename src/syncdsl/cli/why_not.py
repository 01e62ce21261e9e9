"""`syncdsl why-not`: the first thing that keeps a record from being synced, and what would make it pass."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option, now_option
from syncdsl.cli.terminal import style_of, width_of, write

if TYPE_CHECKING:
    from syncdsl.engine.explaining.answers import WhyNot


@click.command(cls=Command)
@click.argument("record")
@click.argument("rule", required=False, metavar="[DOCUMENT|MODULE]")
@now_option
@format_option("text", "json")
@environment_option
@click.pass_obj
def why_not(
    settings: Globals, *, record: str, rule: str | None, now: bool, output: str, environment: str | None
) -> int:
    """Tell what keeps RECORD from being synced, or from getting a document: the first hurdle that fails.

    Hurdles stand in the order in which a run comes to them, and below the first that fails is what would make it pass.
    RECORD is `connection.Module/id`, or its name or number in place of the id. DOCUMENT or MODULE names one statement
    of the rules; without it, all that are about the record are told.

    Nothing is read from the systems: what runs have read and done counts. With `--now` the record and what belongs to
    it are read afresh, whether runs know it or not. Nothing is written, neither way.

    \b
    Examples:
      syncdsl why-not crm.Deals/4600000000088
      syncdsl why-not "crm.Deals/Pump for Acme" invoice
      syncdsl why-not crm.Accounts/4600000000001 customers --now
      syncdsl why-not crm.Deals/4600000000088 --format json | jq '.answers[].text'
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.explaining import opened_look_at, with_sources  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.engine.explaining.why_not import why_not as explained  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with opened_look_at(workspace, settings, name, record, now=now) as (look, named, sources):
        answer: WhyNot = with_sources(explained(look, named, rule), sources)
    if output == "json":
        from syncdsl.render.why_json import render_why_json  # noqa: PLC0415 - only for this format

        write(render_why_json(answer))
        return FINE
    from syncdsl.render.why_text import render_why_not  # noqa: PLC0415 - only for this format

    write(render_why_not(answer, style_of(sys.stdout), width_of(sys.stdout)))
    return FINE
