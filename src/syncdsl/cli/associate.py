"""`syncdsl associate` and `syncdsl dissociate`: which record a document belongs to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import style_of, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.engine.associations import Done
    from syncdsl.engine.run import Run


@click.command(cls=Command)
@click.argument("record")
@click.argument("document")
@format_option("text", "json")
@environment_option
@click.pass_obj
def associate(settings: Globals, *, record: str, document: str, output: str, environment: str | None) -> int:
    """Associate a quote, sales order, invoice or expense with a record of the CRM.

    RECORD is one of the module that `associate:` names in the `transactions` statement of the rules, DOCUMENT one of
    the books; both are written `connection.Module/id`, or with the name or number in place of the id. The record has
    to belong to the document's customer: its account is the customer's partner, or the account above it is.

    The books keep the association on the document; syncdsl remembers who made it and when. Given again it does
    nothing. What the rules made for a record is associated with it by that, for good.

    \b
    Examples:
      syncdsl associations --search pump
      syncdsl associations "crm.Deals/Pump" --search INV
      syncdsl associate "crm.Deals/Pump" books.invoices/INV-000001
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.engine.associations import associate as perform  # noqa: PLC0415 - the help needs none of it

    done = _perform(settings, environment, lambda run: perform(run, record, document))
    _show(done, output, associated=True)
    return FINE


@click.command(cls=Command)
@click.argument("record")
@click.argument("document")
@format_option("text", "json")
@environment_option
@click.pass_obj
def dissociate(settings: Globals, *, record: str, document: str, output: str, environment: str | None) -> int:
    """Take a document and the record it is associated with apart.

    RECORD and DOCUMENT are written as for `syncdsl associate`. What the rules made for a record stays with it: that is
    how syncdsl knows not to make it again.

    \b
    Examples:
      syncdsl associations "crm.Deals/Pump"
      syncdsl dissociate "crm.Deals/Pump" books.invoices/INV-000001
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.engine.associations import dissociate as perform  # noqa: PLC0415 - the help needs none of it

    done = _perform(settings, environment, lambda run: perform(run, record, document))
    _show(done, output, associated=False)
    return FINE


def _perform(settings: Globals, environment: str | None, act: Callable[[Run], Done]) -> Done:
    from syncdsl.cli.looking import opened_pull  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with (
        shown_progress(settings) as progress,
        opened_pull(workspace, settings, name, progress.progress) as run,
    ):
        return act(run)


def _show(done: Done, output: str, *, associated: bool) -> None:
    if output == "json":
        from syncdsl.render.associations_json import render_done_json  # noqa: PLC0415 - only for this format

        write(render_done_json(done, associated=associated))
        return
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - needed only now

    style = style_of(sys.stdout)
    document = f"{neutral(done.document.label)} ({neutral(done.document.text)})"
    record = f"{neutral(done.record.label)} ({neutral(done.record.text)})"
    if not done.changed:
        write(f"{document} is associated with {record} already; nothing was done.\n")
        return
    verb = "is associated with" if associated else "is not associated any more with"
    write(f"{style('good', 'Done.')} {document} {verb} {record}.\n")
