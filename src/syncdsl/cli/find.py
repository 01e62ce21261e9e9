"""`syncdsl find`: look a record up in the CRM by its name, see what the rules make of it, and pull it in at once."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import Command, Globals, environment_option, format_option
from syncdsl.cli.terminal import is_terminal, style_of, width_of, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.changes.effects import RecordName
    from syncdsl.cli.progress import Shown
    from syncdsl.engine.searching import Search
    from syncdsl.project.workspace import Workspace


@click.command(cls=Command)
@click.argument("text")
@click.option("--module", metavar="NAME", help="Only what this `module` statement syncs, with those nested in it.")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=200),
    default=20,
    show_default=True,
    metavar="N",
    help="How many records of each module are asked for.",
)
@click.option("--pull", metavar="ID", help="Sync the hit with this id now, with what it needs.")
@click.option("--no-pull", is_flag=True, help="Do not ask which hit to pull in.")
@click.option("--yes", is_flag=True, help="Do not ask: the only hit, or the one of `--pull`, is pulled in.")
@format_option("text", "json")
@environment_option
@click.pass_obj
def find(
    settings: Globals,
    *,
    text: str,
    module: str | None,
    limit: int,
    pull: str | None,
    no_pull: bool,
    yes: bool,
    output: str,
    environment: str | None,
) -> int:
    """Find records in the CRM by their name: TEXT is the name or a part of it.

    Searches the modules that the rules sync from the left: accounts by name with all their contacts below them,
    contacts by first and last name, vendors and products likewise. Of each record it says whether it is linked and
    with whom, else whether it is in scope or why not, and what a sync would make of it.

    On a terminal it asks which one to pull in now: that record alone is synced, with whatever it refers to. The
    changes are shown before they are made. The rules are those in force, as of `syncdsl sync`; the files' while none
    are.

    Ends with 0 when something was found, 1 when nothing was, and after pulling a record in as `syncdsl apply` does.

    \b
    Examples:
      syncdsl find acme
      syncdsl find "Ada Lovelace" --module customers --yes
      syncdsl find acme --pull 4150868000000376007
      syncdsl find acme --format json | jq '.search.hits[].record.id'
    """  # noqa: D301 - \b keeps click from filling the lines
    _refuse(text, pull, no_pull=no_pull, yes=yes, output=output)
    from syncdsl.cli.looking import opened_look  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.cli.running import open_workspace  # noqa: PLC0415 - the same
    from syncdsl.engine.searching import search  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(environment)
    with (
        shown_progress(settings) as progress,
        opened_look(workspace, settings, name, progress.progress) as run,
    ):
        found = search(run, text.strip(), module=module, limit=limit)
    asks = output == "text" and not (no_pull or yes or pull) and is_terminal(sys.stdin) and is_terminal(sys.stdout)
    _show(found, output, numbered=asks)
    if not found.hits:
        return FINDINGS
    record = _asked(found) if asks else _named(found, pull, yes=yes)
    return FINE if record is None else _pull(workspace, settings, name, record, yes=yes)


def _refuse(text: str, pull: str | None, *, no_pull: bool, yes: bool, output: str) -> None:
    if not text.strip():
        raise click.UsageError("`TEXT` is empty: what is to be found?")
    if no_pull and (pull or yes):
        raise click.UsageError("`--no-pull` excludes `--pull` and `--yes`")
    if (pull or yes) and output == "json":
        raise click.UsageError("`--format json` shows what was found; pull a record in without it")
    if pull and not yes and not is_terminal(sys.stdin):
        from syncdsl.diagnostics import Fault  # noqa: PLC0415 - only for mistakes
        from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - the same

        raise Fault(NEEDS_ANSWER, "there is no terminal to ask whether the changes are wanted", help="say `--yes`")


def _show(found: Search, output: str, *, numbered: bool) -> None:
    if output == "json":
        from syncdsl.render.find_json import render_search_json  # noqa: PLC0415 - only for this format

        write(render_search_json(found))
        return
    from syncdsl.render.find_text import render_search  # noqa: PLC0415 - only for this format

    write(render_search(found, style_of(sys.stdout), width_of(sys.stdout), numbered=numbered))
    sys.stdout.flush()


def _asked(found: Search) -> RecordName | None:
    """Ask which hit to pull in; none by default."""
    records = found.records
    last = len(records)
    number = click.prompt(
        f"\nPull one in now? Its number (1 to {last}), 0 for none" if last > 1 else "\nPull it in now? 1, or 0 for no",
        type=click.IntRange(0, last),
        default=0,
        err=True,
    )
    return records[number - 1] if number else None


def _named(found: Search, pull: str | None, *, yes: bool) -> RecordName | None:
    """Return the hit that the call names; raises a usage error when it names none, or not one alone."""
    if pull is not None:
        named = [record for record in found.records if record.id == pull]
        if not named:
            raise click.UsageError(f"`{pull}` is none of the records that were found")
        return named[0]
    if yes and len(found.records) > 1:
        raise click.UsageError(f"{len(found.records)} records were found; name the one that is meant: `--pull ID`")
    return found.records[0] if yes else None


def _pull(workspace: Workspace, settings: Globals, environment: str, record: RecordName, *, yes: bool) -> int:
    """Sync one record with what it needs, after showing what that changes; return the exit code of an apply."""
    from syncdsl.cli.apply import result  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.looking import opened_pull  # noqa: PLC0415 - the same
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.engine.run import apply  # noqa: PLC0415 - the same

    with (
        shown_progress(settings) as progress,
        opened_pull(workspace, settings, environment, progress.progress) as run,
    ):
        focus = frozenset({(record.connection, record.module, str(record.id))})
        report = apply(replace(run, focus=focus), confirm=_confirmation(progress, settings, yes=yes))
    return result(report)


def _confirmation(progress: Shown, settings: Globals, *, yes: bool) -> Callable[[ChangeSet], bool]:
    """Return what shows the changes of one record and asks."""

    def confirm(changes: ChangeSet) -> bool:
        from syncdsl.render.changes_text import render_changes, render_verdict  # noqa: PLC0415 - needed only now

        progress.pause()
        style = style_of(sys.stdout)
        shown = (
            render_verdict(changes, style, width_of(sys.stdout))
            if settings.quiet
            else render_changes(changes, style, width_of(sys.stdout))
        )
        write("\n" + shown)
        sys.stdout.flush()
        if yes or not changes.changes or changes.exceeded:
            return True
        return click.confirm(f"\nApply these to {changes.environment}?", default=False, err=True)

    return confirm
