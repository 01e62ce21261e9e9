"""`syncdsl apply`: perform a change set, each effect exactly once."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.approvals import judged_here
from syncdsl.cli.ending import FINE, PARTLY
from syncdsl.cli.options import Command, Globals, environment_option, sweep_option
from syncdsl.cli.targets import targeted
from syncdsl.cli.terminal import is_terminal, style_of, width_of, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.changes.saved import SavedChangeSet
    from syncdsl.cli.progress import Shown
    from syncdsl.engine.report import ApplyReport
    from syncdsl.engine.run import Run
    from syncdsl.project.workspace import Workspace


@click.command(cls=Command)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--skip-stale", is_flag=True, help="Of FILE, leave out what moved on since, and apply the rest.")
@sweep_option
@environment_option
@click.pass_obj
def apply(
    settings: Globals, *, file: Path | None, yes: bool, skip_stale: bool, sweep: bool, environment: str | None
) -> int:
    """Apply: show the preview, ask, and then perform exactly what was shown.

    The rules are those of the project's files; they are in force from then on, for `syncdsl sync`.

    With FILE, a change set that `plan --out` saved, exactly that one is performed without asking. When a record of it
    has changed since it was made, nothing is; with `--skip-stale` everything but what has to do with that record. What
    came up since is left for the next run. One that `plan --in-force` saved is performed by the rules in force.

    Interrupted at any point, the next run finds out what arrived and makes nothing twice.

    Ends with 0 when all went well, 4 when a guard refuses, 5 when FILE is stale, damaged or of another environment, 7
    when some changes were refused, held or left out while others were applied, or a module could not be read.

    \b
    Examples:
      syncdsl apply
      syncdsl apply --yes
      syncdsl apply monday.changes.json
      syncdsl apply monday.changes.json --skip-stale
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.project import NEEDS_ANSWER  # noqa: PLC0415 - the same
    from syncdsl.diagnostics.codes.runs import STALE_CHANGE_SET  # noqa: PLC0415 - the same

    if file is None and not yes and not is_terminal(sys.stdin):
        raise Fault(
            NEEDS_ANSWER,
            "there is no terminal to ask whether the changes are wanted",
            help="save and review a change set (`syncdsl plan --out FILE`, `syncdsl apply FILE`), or say `--yes`",
        )
    from syncdsl.cli.pause import say_when_paused  # noqa: PLC0415 - the same
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the same
    from syncdsl.cli.running import open_workspace, opened_run, opened_run_in_force  # noqa: PLC0415 - the same
    from syncdsl.engine.run import apply as perform  # noqa: PLC0415 - the same
    from syncdsl.engine.selecting import refuse_recorded  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.approving import consent_of, read_signed  # noqa: PLC0415 - the same
    from syncdsl.project.operator import read_operator  # noqa: PLC0415 - the same

    if skip_stale and file is None:
        raise click.UsageError("`--skip-stale` is for a saved change set: name its FILE")
    saved = read_signed(file) if file is not None else None
    expected = saved.changes if saved is not None else None
    if expected is not None:
        refuse_recorded(expected)
    workspace = open_workspace(settings)
    name = workspace.settings.environment_name(_environment(environment, expected))
    in_force = _made_in_force(workspace, name, expected)
    if expected is not None and expected.targets and not in_force:
        raise Fault(
            STALE_CHANGE_SET,
            "this change set is of a part of the rules that were in force, and others are now; nothing was applied",
            help="make a new one with `syncdsl plan --in-force --target NAME --out FILE`",
        )
    opened = opened_run_in_force if in_force else opened_run
    with (
        shown_progress(settings) as progress,
        opened(workspace, settings, name, progress.progress, scratch=False, sweep=sweep) as run,
    ):
        say_when_paused(run.state, name, settings)
        policy = read_operator(workspace.folder).policy(name)
        report = perform(
            _as_saved(replace(run, consent=consent_of(policy, saved)), expected),
            confirm=confirmation(progress, settings, saved, yes=yes),
            expected=expected,
            skip_stale=skip_stale,
        )
    return result(report)


def _as_saved(run: Run, expected: ChangeSet | None) -> Run:
    """Return the run that decides what a saved change set says: of a part of the rules, or of an undo."""
    if expected is None:
        return run
    return targeted(replace(run, undoes=expected.undoes), expected.targets)


def _environment(wanted: str | None, expected: ChangeSet | None) -> str | None:
    """Return the environment to use: a saved change set knows its own."""
    if expected is None:
        return wanted
    if wanted not in {None, expected.environment}:
        raise click.UsageError(
            f"the change set was made for the environment `{expected.environment}`, not for `{wanted}`"
        )
    return expected.environment


def _made_in_force(workspace: Workspace, environment: str, expected: ChangeSet | None) -> bool:
    """Return whether a change set was saved of the rules in force: then these perform it, whatever the files say."""
    if expected is None:
        return False
    from syncdsl.project.environment import open_project_state  # noqa: PLC0415 - only for a saved change set

    # As the apply opens it: to be only read, a large state would be copied.
    with open_project_state(workspace, environment) as state:
        return state.digest_in_force() == expected.plan


def confirmation(
    progress: Shown, settings: Globals, saved: SavedChangeSet | None, *, yes: bool
) -> Callable[[ChangeSet], bool]:
    """Return what shows the change set and asks; a saved one was read before, and an empty one asks nothing."""

    def confirm(changes: ChangeSet) -> bool:
        from syncdsl.render.changes_text import render_changes, render_verdict  # noqa: PLC0415 - needed only now

        progress.pause()
        style, width = style_of(sys.stdout), width_of(sys.stdout)
        approvals = judged_here(settings, saved) if saved is not None else None
        told = render_verdict if settings.quiet or saved is not None else render_changes
        write(told(changes, style, width, approvals=approvals))
        sys.stdout.flush()
        if yes or saved is not None or not changes.changes or changes.exceeded:
            return True
        return click.confirm(f"\nApply these to {changes.environment}?", default=False, err=True)

    return confirm


def result(report: ApplyReport) -> int:
    """Show what an apply came to and return the exit code."""
    _show(report)
    return _code(report)


def _show(report: ApplyReport) -> None:
    let_go = report.pruned is not None and report.pruned.any
    quiet = not report.changes.changes and not report.changes.unreadable
    if report.applied and quiet and not report.recovered and not let_go:
        return
    from syncdsl.render.report_text import render_report  # noqa: PLC0415 - needed only now

    write(render_report(report, style_of(sys.stdout), width_of(sys.stdout)))


def _code(report: ApplyReport) -> int:
    incomplete = (
        report.failed
        or report.unknown
        or report.moved_on
        or report.stale
        or report.waiting
        or report.changes.unreadable
    )
    held = report.done and report.changes.holds
    return PARTLY if incomplete or held else FINE
