"""`syncdsl associations`: the documents of a record, and what could be associated."""

from __future__ import annotations

import sys

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import style_of, write


@click.command(cls=Command)
@click.argument("record", required=False)
@click.option("--search", metavar="TEXT", help="List candidates whose name or number contains this.")
@format_option("text", "json")
@environment_option
@click.pass_obj
def associations(
    settings: Globals, *, record: str | None, search: str | None, output: str, environment: str | None
) -> int:
    """List the quotes, sales orders, invoices and expenses that are associated with a record of the CRM.

    Of each it says whether a person associated it, with whom and when, or the rules made it. With `--search` it lists
    candidates: without RECORD the records that documents can be associated with, deleted ones left out; with RECORD
    the documents of its customer that belong to no record yet.

    Ends with 0 when something was found, else with 1. Nothing is written.

    \b
    Examples:
      syncdsl associations "crm.Deals/Pump"
      syncdsl associations --search pump
      syncdsl associations "crm.Deals/Pump" --search INV
      syncdsl associations "crm.Deals/Pump" --format json | jq '.documents[].document.id'
    """  # noqa: D301 - \b keeps click from filling the lines
    if record is None and not (search or "").strip():
        raise click.UsageError("name a record, or say `--search TEXT` to find one")
    from syncdsl.cli.looking import opened_look  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.engine import association_list  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with (
        shown_progress(settings) as progress,
        opened_look(workspace, settings, name, progress.progress) as run,
    ):
        if record is None:
            found = association_list.search_records(run, (search or "").strip())
        elif search is None:
            found = association_list.associations(run, record)
        else:
            found = association_list.search_documents(run, record, search.strip())
    if output == "json":
        from syncdsl.render.associations_json import render_associations_json  # noqa: PLC0415 - only for this format

        write(render_associations_json(found))
    else:
        from syncdsl.render.associations_text import render_associations  # noqa: PLC0415 - only for this format

        write(render_associations(found, style_of(sys.stdout)))
    return FINE if found.documents or found.records else FINDINGS
