"""`syncdsl plan`: what an apply would change now. Writes nothing to either system."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import CHANGES, FINE, PARTLY
from syncdsl.cli.options import Command, Globals, environment_option, sweep_option
from syncdsl.cli.previews import preview_options, save, show
from syncdsl.cli.targets import target_option, targeted
from syncdsl.cli.terminal import say, style_of

if TYPE_CHECKING:
    from syncdsl.changes.change_set import ChangeSet


@click.command(cls=Command)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Save the change set.")
@click.option(
    "--pseudonymise",
    is_flag=True,
    help="Put invented names, addresses and numbers in place of real ones, to share it; it can still be applied.",
)
@click.option("--in-force", is_flag=True, help="Preview what `syncdsl sync` would do: by the rules in force.")
@click.option(
    "--offline",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="SNAPSHOT",
    help="Preview what `syncdsl snapshot take` recorded; needs neither credentials nor network.",
)
@click.option(
    "--compare",
    metavar="REF|DIR",
    help="Show only what differs from the rules of a git commit, branch or tag, or of the project in a folder.",
)
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 when there are changes.")
@target_option
@preview_options
@sweep_option
@environment_option
@click.pass_obj
def plan(
    settings: Globals,
    *,
    out: Path | None,
    pseudonymise: bool,
    in_force: bool,
    offline: Path | None,
    compare: str | None,
    targets: tuple[str, ...],
    detailed_exitcode: bool,
    output: str,
    file: Path | None,
    sweep: bool,
    environment: str | None,
) -> int:
    """Preview: read both systems and show every change that an apply would make, with its reason.

    Nothing is written to either system. A saved change set can be reviewed, approved and applied exactly as it is;
    it holds customers' data, so only you can read the file. Fields that a schema snapshot marks as sensitive are never
    in it: keyed digests stand for their values, which an apply reads anew.

    The rules are those of the project's files, which an apply puts in force. With `--in-force` they are those in force
    now, whatever the files say: it shows what the next `syncdsl sync` would do, and a change set saved of it is applied
    by these rules.

    With `--target` only some modules of the rules are looked at, or some records, with what they need.

    With `--offline` the preview is of what a snapshot recorded, with neither credentials nor network nor state.

    With `--compare` two versions of the rules are previewed on the same records, both as if they were applied now, and
    only what they would do differently is shown.

    Ends with 7 when a module could not be read: what needs it is held and not in the preview, everything else is.

    \b
    Examples:
      syncdsl plan
      syncdsl plan --env production --out monday.changes.json
      syncdsl plan --in-force
      syncdsl plan --target customers
      syncdsl plan --offline monday.snapshot
      syncdsl plan --compare main
      syncdsl plan --format json | jq .summary
      syncdsl plan --format html --output-file preview.html
      syncdsl plan --detailed-exitcode; echo $?
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.progress import shown_progress  # noqa: PLC0415 - the help needs none of it
    from syncdsl.cli.running import ensure_key, open_workspace, opened_run, opened_run_in_force  # noqa: PLC0415 - the same
    from syncdsl.engine.run import preview  # noqa: PLC0415 - the same

    workspace = open_workspace(settings)
    if offline is not None:
        from syncdsl.cli.offline import opened_offline, recorded_environment  # noqa: PLC0415 - only for this option

        environment = recorded_environment(offline, environment)
    name = workspace.settings.environment_name(environment)
    if compare is not None:
        from syncdsl.cli.comparing import compare_rules, ending_of, show_comparison  # noqa: PLC0415 - as above

        if out is not None or in_force:
            raise click.UsageError("a comparison shows how two versions differ; `--out` and `--in-force` are of one")
        with shown_progress(settings) as progress:
            comparison = compare_rules(
                workspace,
                settings,
                name,
                progress.progress,
                named=compare,
                offline=offline,
                targets=targets,
                sweep=sweep,
                privacy="pseudonyms" if pseudonymise else "sensitive",
            )
        show_comparison(comparison, output, quiet=settings.quiet)
        return ending_of(comparison, detailed=detailed_exitcode)
    opened = partial(opened_run_in_force if in_force else opened_run, scratch=True)
    if offline is not None:
        opened = partial(opened_offline, path=offline, by_force=in_force)
    elif out is not None:
        ensure_key(workspace, name)
    with (
        shown_progress(settings) as progress,
        opened(workspace, settings, name, progress.progress, sweep=sweep) as run,
    ):
        if out is not None and targets and not in_force and run.state.digest_in_force() != run.plan.digest:
            raise click.UsageError(
                "rules come into force as a whole: a change set of a part of them can be saved of those in force alone "
                "(`--in-force`)"
            )
        changes = preview(targeted(run, targets), privacy="pseudonyms" if pseudonymise else "sensitive")
    show(changes, output, quiet=settings.quiet, file=file)
    if out is not None:
        save(changes, out)
    if (output == "text" or file is not None) and not settings.quiet:
        _next_step(changes, out, name if environment else None, in_force=in_force)
    if changes.unreadable:
        return PARTLY
    return CHANGES if detailed_exitcode and changes.changes else FINE


def _next_step(changes: ChangeSet, out: Path | None, environment: str | None, *, in_force: bool) -> None:
    if not changes.changes or changes.observed == "snapshot":
        return
    chosen = f" --env {environment}" if environment else ""
    style = style_of(sys.stderr)
    if changes.exceeded:
        command = (
            f"syncdsl approve {out}" if out else f"syncdsl plan{' --in-force' if in_force else ''}{chosen} --out FILE"
        )
        why = "a guard stops this until somebody approves exactly it"
    else:
        command = f"syncdsl apply {out}" if out else f"syncdsl {'sync' if in_force else 'apply'}{chosen}"
        why = "to apply exactly this" if out else "to apply it"
    say(f"\n{style.prose(f'`{command}`')} {style('dim', why)}")
