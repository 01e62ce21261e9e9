"""`syncdsl check`: everything that can be known about rules before they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.baselines import BaselineChoice, Run, baseline_options, not_known
from syncdsl.cli.collection import paused_collection
from syncdsl.cli.findings import findings_options, show_findings
from syncdsl.cli.fixing import Fixing, fixing_options, mend, verdict
from syncdsl.cli.options import Command, Globals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Unpack

    from syncdsl.cli.findings import Reporting
    from syncdsl.diagnostics import Diagnostic
    from syncdsl.project.workspace import Checked, Workspace


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@findings_options
@fixing_options
@baseline_options
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@click.pass_obj
def check(
    settings: Globals,
    *,
    paths: tuple[Path, ...],
    no_cache: bool,
    fixing: Fixing,
    baseline: BaselineChoice,
    **reporting: Unpack[Reporting],
) -> int:
    """Lint rules, then check every name, type and mapping against the schema snapshots.

    PATHS are rule files, or a project; without any it is the project around the current folder. Needs no network:
    the snapshots in schema/ say what both systems look like. Rule files of one project are checked together; naming
    some of them shows their findings only. Ends with 0 when all is clean, 1 when there are findings; with
    `--fail-level error` warnings are shown and end with 0.

    \b
    Examples:
      syncdsl check
      syncdsl check rules/customers.sync --format concise
      syncdsl check my-sync --notes
      syncdsl check --format json | jq .summary
      syncdsl check --format github --fail-level error
      syncdsl check --format sarif --output-file check.sarif
      syncdsl check --format junit --output-file check.xml
      syncdsl check --format gitlab --output-file check.json
      syncdsl check --fix
      syncdsl check --unsafe-fixes --diff
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.project.discovery import locate_project  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.workspace import Workspace  # noqa: PLC0415 - the same

    start = None
    if paths:
        start = paths[0] if paths[0].is_dir() else paths[0].parent
    workspace = Workspace(locate_project(settings.project, start))
    with paused_collection():
        checked, wanted = _checked(workspace, paths, cache=not no_cache)
    found: Sequence[Diagnostic] = checked.findings
    texts = checked.sources
    changed = False
    if fixing.wanted:
        mended = mend(
            fixing,
            [source for path, source in texts.items() if path not in checked.used],
            lambda sources: workspace.check_sources(sources).findings,
            workspace.plan_digest,
            project=workspace.folder,
            only=wanted,
            quiet=settings.quiet,
        )
        found, texts, changed = mended.findings, texts | mended.sources, mended.changed
    found = not_known(
        baseline,
        workspace.lint_settings.baseline,
        Run(findings=found, sources=texts, whole=_whole(workspace, texts), analysed=True, keep=fixing.diff),
        project=workspace.folder,
        quiet=settings.quiet,
    )
    findings = [item for item in found if wanted is None or item.span.file in wanted]
    sources = {path: source for path, source in texts.items() if wanted is None or path in wanted}
    if fixing.diff:
        return verdict(findings, reporting, changed=changed)
    return show_findings(findings, sources, reporting, command="check", quiet=settings.quiet)


def _whole(workspace: Workspace, checked: Iterable[str]) -> bool:
    """Tell whether all rule files of the project were checked."""
    return {file.absolute() for file in workspace.rule_files()} <= {Path(path).absolute() for path in checked}


def _checked(workspace: Workspace, paths: tuple[Path, ...], *, cache: bool) -> tuple[Checked, set[str] | None]:
    """Check what the paths mean, and return which files to report on (None: all)."""
    from syncdsl.project.rule_files import rule_files  # noqa: PLC0415 - the help needs none of it

    if not paths or any(path.absolute() == workspace.folder for path in paths):
        return workspace.findings(cache=cache), None
    named = rule_files(paths)
    own = {file.absolute() for file in workspace.rule_files()}
    if not {file.absolute() for file in named} <= own:
        return workspace.findings(named, cache=cache), None
    # The project's other files stay in view: rules contradict each other across files.
    chosen = {file.absolute() for file in named}
    checked = workspace.findings(cache=cache)
    return checked, {path for path in checked.sources if Path(path).absolute() in chosen}
