"""`syncdsl undo`: put back what a run wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.options import Command, Globals, environment_option
from syncdsl.cli.terminal import is_terminal, say, style_of

if TYPE_CHECKING:
    from syncdsl.changes.change_set import Undone
    from syncdsl.engine.run import Run


@click.command(cls=Command)
@click.argument("what", metavar="RUN|RECORD")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Save it; apply nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@environment_option
@click.pass_obj
def undo(settings: Globals, *, what: str, out: Path | None, yes: bool, environment: str | None) -> int:
    """Put back what a run wrote: every field gets the value that it had before, where nobody changed it since.

    RUN is the id of a run, or the beginning of one, as `syncdsl runs` shows it. For a RECORD (`connection.Module/id`,
    or its name or number in place of the id) it is what was written to it last, to it alone.

    It is a change set like any other: it is previewed, guards hold for it, it can be saved, reviewed, approved and
    applied. What somebody changed since, on either side, goes to review: `syncdsl review list` shows it. Documents are
    voided, never deleted; records that were made are set inactive. What cannot be put back is told. The other side is
    left as it is, so the next run finds nothing to do.

    \b
    Examples:
      syncdsl undo 4f2a
      syncdsl undo 4f2a --out back.changes.json
      syncdsl undo "books.customers/Acme Limited"
    """  # noqa: D301 - \b keeps click from filling the lines
    from dataclasses import replace  # noqa: PLC0415 - the help needs none of it

    from syncdsl.cli.apply import confirmation, result  # noqa: PLC0415 - the same
    from syncdsl.cli.ending import FINE  # noqa: PLC0415 - the same
    from syncdsl.cli.previews import save, show  # noqa: PLC0415 - the same
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.cli.running import ensure_key, open_workspace, opened_run_in_force  # noqa: PLC0415 - the same
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - the same
    from syncdsl.engine.run import apply as perform  # noqa: PLC0415 - the same
    from syncdsl.engine.run import preview  # noqa: PLC0415 - the same

    if out is None and not yes and not is_terminal(sys.stdin):
        raise Fault(
            NEEDS_ANSWER,
            "there is no terminal to ask whether this is wanted",
            help="save and review it (`--out FILE`, then `syncdsl apply FILE`), or say `--yes`",
        )
    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    if out is not None:
        ensure_key(workspace, name)
    scratch = out is not None
    with (
        shown_progress(settings) as progress,
        opened_run_in_force(workspace, settings, name, progress.progress, scratch=scratch, sweep=False) as opened,
    ):
        run = replace(opened, undoes=_undone(opened, what))
        if out is None:
            return result(perform(run, confirm=confirmation(progress, settings, None, yes=yes)))
        changes = preview(run)
    show(changes, "text", quiet=settings.quiet)
    save(changes, out)
    if changes.changes and not settings.quiet:
        verb = "approve" if changes.exceeded else "apply"
        say("\n" + style_of(sys.stderr).prose(f"`syncdsl {verb} {out}`"))
    return FINE


def _undone(run: Run, what: str) -> Undone:
    """Return what is to be put back.

    Raises Fault: SD851 when a record was never written, SD874 when there is no such run, and those of `Subjects.find`.
    """
    from syncdsl.changes.change_set import Undone  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.runs_show import named_run  # noqa: PLC0415 - the same
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.undo import NOTHING_TO_UNDO  # noqa: PLC0415 - the same
    from syncdsl.engine.subject import Subjects  # noqa: PLC0415 - the same

    if "/" not in what and "." not in what:
        return Undone(run=named_run(run.state, what).id)
    record = Subjects(run.state, run.plan, run.schemas).find(what)
    last = run.state.last_write_to(record.connection, record.module, record.id or "")
    if last is None:
        raise Fault(
            NOTHING_TO_UNDO,
            f"syncdsl never wrote anything to `{record.text}`",
            help="`syncdsl history RECORD` tells what it knows of a record",
        )
    return Undone(run=last, record=record.text)
