"""`syncdsl plan --compare`: what a change of the rules changes in what would be done."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from syncdsl.changes.comparison import Beginning, compare, version_of
from syncdsl.cli.ending import CHANGES, FINE, PARTLY
from syncdsl.cli.offline import run_on
from syncdsl.cli.running import checked_rules
from syncdsl.cli.targets import targeted
from syncdsl.cli.terminal import style_of, width_of, write
from syncdsl.diagnostics import Fault, Severity
from syncdsl.diagnostics.codes.snapshots import OTHER_RULES_FAIL
from syncdsl.engine.run import preview, rename_former
from syncdsl.engine.snapshot.restoring import opened_snapshot, refuse_unfit
from syncdsl.engine.snapshot.taking import take_snapshot
from syncdsl.project.environment import open_connections, open_project_state
from syncdsl.project.other_rules import other_rules
from syncdsl.project.private import private_bytes
from syncdsl.project.running import run_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.changes.change_set import ChangeSet, Privacy
    from syncdsl.changes.comparison import Comparison, Version
    from syncdsl.cli.options import Globals
    from syncdsl.engine.progress import Progress
    from syncdsl.engine.snapshot.restoring import OpenSnapshot
    from syncdsl.plan.plan import Plan
    from syncdsl.project.other_rules import OtherRules
    from syncdsl.project.workspace import Workspace
    from syncdsl.schema.snapshot import SchemaSnapshot

HERE = "these files"
"""What the rules of the project's files are called."""


def compare_rules(
    workspace: Workspace,
    settings: Globals,
    environment: str,
    progress: Progress,
    *,
    named: str,
    offline: Path | None,
    targets: Sequence[str],
    sweep: bool,
    privacy: Privacy,
) -> Comparison:
    """Return how the rules of the files differ from others in what they would do now, or on a snapshot.

    Raises Fault: SD613 to SD615 for rules that cannot be had, and those of a preview.
    """
    with ExitStack() as stack:
        other = stack.enter_context(other_rules(named, workspace.folder))
        old_plan, old_schemas = _compiled(other, settings)
        plan, checked = checked_rules(workspace, settings)
        path = offline
        if path is None:
            path = Path(stack.enter_context(TemporaryDirectory(prefix="syncdsl-"))) / "systems.snapshot"
            with (
                open_connections(workspace, environment, plan, checked.schemas) as connections,
                open_project_state(workspace, environment, scratch=True) as state,
                private_bytes(path) as stream,
            ):
                run = run_of(workspace, environment, plan, checked.schemas, connections, state, progress, sweep=sweep)
                take_snapshot(run, stream, others=[old_plan])
        snapshot = stack.enter_context(opened_snapshot(path))
        with _naming(other, offline):
            refuse_unfit(snapshot.header, path, environment, old_plan, old_schemas)
        if offline is not None:
            refuse_unfit(snapshot.header, path, environment, plan, checked.schemas)

        def decided(name: str, plan: Plan, schemas: Mapping[str, SchemaSnapshot]) -> Version:
            return _version(
                name, snapshot, workspace, environment, plan, schemas, progress, targets, sweep=sweep, privacy=privacy
            )

        before = decided(other.name, old_plan, old_schemas)
        after = decided(HERE, plan, checked.schemas)
        return compare(
            before, after, environment=environment, taken=snapshot.header.taken, privacy=_least(privacy, snapshot)
        )


def show_comparison(comparison: Comparison, output: str, *, quiet: bool) -> None:
    """Write a comparison to stdout. Raises UsageError for a format that there is none in."""
    match output:
        case "json":
            from syncdsl.render.comparison_json import render_comparison_json  # noqa: PLC0415 - only this format

            write(render_comparison_json(comparison))
        case "markdown":
            from syncdsl.render.comparison_markdown import render_comparison_markdown  # noqa: PLC0415 - the same

            write(render_comparison_markdown(comparison))
        case "text":
            from syncdsl.render.comparison_text import render_comparison  # noqa: PLC0415 - the same

            write(render_comparison(comparison, style_of(sys.stdout), width_of(sys.stdout), quiet=quiet))
        case _:
            raise click.UsageError(f"a comparison is written as text, markdown or json, not as {output}")


def ending_of(comparison: Comparison, *, detailed: bool) -> int:
    """Return the exit code of a comparison."""
    if comparison.before.unreadable or comparison.after.unreadable:
        return PARTLY
    return CHANGES if detailed and not comparison.identical else FINE


def _compiled(other: OtherRules, settings: Globals) -> tuple[Plan, dict[str, SchemaSnapshot]]:
    """Return the plan of the other rules; their findings are shown when they do not check."""
    checked = other.workspace.check()
    if checked.plan is not None:
        return other.placed(checked.plan), checked.schemas
    if not settings.quiet:
        from syncdsl.render.diagnostics_text import render_text  # noqa: PLC0415 - only for findings

        shown = [item for item in checked.findings if item.level is Severity.ERROR]
        sys.stderr.write(other.shown(render_text(shown, checked.sources, style_of(sys.stderr))))
    raise Fault(
        OTHER_RULES_FAIL,
        f"the rules of `{other.name}` have mistakes, so there is nothing to compare with",
        help="name another version, at which they check",
    )


def _version(
    name: str,
    snapshot: OpenSnapshot,
    workspace: Workspace,
    environment: str,
    plan: Plan,
    schemas: Mapping[str, SchemaSnapshot],
    progress: Progress,
    targets: Sequence[str],
    *,
    sweep: bool,
    privacy: Privacy,
) -> Version:
    """Return what a version of the rules would do, decided as if it were applied now, on a copy of the state."""
    with run_on(snapshot, workspace, environment, plan, schemas, progress, sweep=sweep) as run:
        rename_former(run)
        begins = [
            Beginning(text=one.text, location=one.location)
            for one in plan.triggers
            if run.state.activation(one.digest) is None
        ]
        changes: ChangeSet = preview(targeted(run, targets), privacy=privacy)
    return version_of(name, changes, begins)


def _least(privacy: Privacy, snapshot: OpenSnapshot) -> Privacy:
    return "pseudonyms" if "pseudonyms" in {privacy, snapshot.header.privacy} else "sensitive"


@contextmanager
def _naming(other: OtherRules, offline: Path | None) -> Iterator[None]:
    """Say of which rules it is that they cannot be previewed."""
    try:
        yield
    except Fault as fault:
        if offline is None:
            message = fault.message.partition("hold what these rules read: ")[2] or fault.message
            raise Fault(
                fault.code,
                f"the rules of `{other.name}` read what the present schema snapshots do not have: {message}",
                help="compare with a version of the rules that fits them",
            ) from None
        raise Fault(fault.code, f"{fault.message} (the rules of `{other.name}`)", help=fault.help) from None
