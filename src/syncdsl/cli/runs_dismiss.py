"""`syncdsl runs dismiss`: let refused writes rest until something about them changes."""

from __future__ import annotations

import sys

import click

from syncdsl.cli.ending import FINE
from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.runs import chosen_environment
from syncdsl.cli.terminal import style_of, write


@click.command(cls=Command)
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@click.option("--comment", default="", metavar="TEXT", help="Why; kept with the decision.")
@environment_option
@click.pass_obj
def dismiss(settings: Globals, *, records: tuple[str, ...], comment: str, environment: str | None) -> int:
    """Dismiss refused writes: they are not tried again until the record changes on either side, or the rules do.

    RECORD is `connection.Module/id`, or its name or number in place of the id; the record on either side may be named,
    or the id of the refused write as `runs failed` shows it.
    What is dismissed no longer counts as failed and is in no preview, but for its number. As soon as anything else
    would be written, it is tried again like any change. `syncdsl runs retry` takes a dismissal back.

    \b
    Examples:
      syncdsl runs dismiss crm.Accounts/4600000000001 --comment "a test record"
      syncdsl runs dismiss "crm.Accounts/Acme Limited" books.invoices/INV-000012
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.chosen_rules import in_force  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import now, open_workspace  # noqa: PLC0415 - the same
    from syncdsl.cli.runs_failed import named_items  # noqa: PLC0415 - the same
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.service import NOT_FAILED  # noqa: PLC0415 - the same
    from syncdsl.engine.choices import DISMISS  # noqa: PLC0415 - the same
    from syncdsl.engine.deciding import Wish, judge_wishes, take  # noqa: PLC0415 - the same
    from syncdsl.engine.run_account import refused_items  # noqa: PLC0415 - the same
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - the same
    from syncdsl.project.running import user_name  # noqa: PLC0415 - the same
    from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same
    from syncdsl.render.style import counted  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(chosen_environment(environment))
    with open_project_state(workspace, name) as state:
        known = [*refused_items(state), *refused_items(state, dismissed=True)]
        items = named_items(state, in_force(state, name), records, known)
        wishes = [Wish(place=item.id, id=item.id, words=DISMISS, comment=comment) for item in items]
        judged = judge_wishes(wishes, {item.id: item for item in items})
        if judged.problems:
            raise Fault(
                NOT_FAILED,
                "\n".join(problem for _, problem in judged.problems),
                help="`syncdsl runs retry` tries it now; nothing was dismissed",
            )
        take(state, judged.taken, user_name(), now())
    if not settings.quiet:
        style = style_of(sys.stdout)
        lines = [f"{style('good', 'Dismissed')} {counted(len(items), 'refused write')}, until something changes."]
        lines += [f"  {neutral(item.label)}  {style('dim', neutral(item.reason))}" for item in items[:20]]
        write("\n".join(lines) + "\n")
    return FINE
