"""`syncdsl lint`: mistakes that need no schema to be seen. Answers for unchanged files from a cache."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.baselines import BaselineChoice, Run, baseline_options, not_known
from syncdsl.cli.collection import paused_collection
from syncdsl.cli.findings import findings_options, show_findings
from syncdsl.cli.fixing import Fixing, Mended, fixing_options, mend, verdict
from syncdsl.cli.options import Command, Globals

if TYPE_CHECKING:
    from typing import Unpack

    from syncdsl.cli.findings import Reporting
    from syncdsl.diagnostics import SourceFile


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@findings_options
@fixing_options
@baseline_options
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@click.pass_obj
def lint(
    settings: Globals,
    *,
    paths: tuple[Path, ...],
    no_cache: bool,
    fixing: Fixing,
    baseline: BaselineChoice,
    **reporting: Unpack[Reporting],
) -> int:
    """Find mistakes in rule files: syntax, and whatever needs no schema to be seen.

    PATHS are rule files, folders or projects; without any it is the project around the current folder. Works
    outside a project too. Ends with 0 when all is clean, 1 when there are findings; with `--fail-level error`
    warnings are shown and end with 0.

    \b
    Examples:
      syncdsl lint
      syncdsl lint rules/customers.sync
      syncdsl lint --format concise | wc -l
      syncdsl lint --format json | jq .summary
      syncdsl lint --format github --fail-level error
      syncdsl lint --format sarif --output-file lint.sarif
      syncdsl lint --format junit --output-file lint.xml
      syncdsl lint --format gitlab --output-file lint.json
      syncdsl lint --fix
      syncdsl lint --unsafe-fixes --diff
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.lint import lint_paths  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.discovery import CONFIGURATION, find_project, locate_project  # noqa: PLC0415 - the same
    from syncdsl.project.levels import read_lint_settings  # noqa: PLC0415 - the same
    from syncdsl.project.rule_files import rule_files, shown_path  # noqa: PLC0415 - the same
    from syncdsl.project.today import today  # noqa: PLC0415 - the same

    if settings.project is not None or not paths:
        project: Path | None = locate_project(settings.project)
    else:
        project = find_project(paths[0] if paths[0].is_dir() else paths[0].parent)
    configured = read_lint_settings(project / CONFIGURATION) if project is not None else None
    levels = configured.levels if configured is not None else {}
    files = rule_files(paths or ([shown_path(project)] if project is not None else []))
    with paused_collection():
        linted = lint_paths(files, levels, cache=not no_cache, today=today())
    findings = [item for _, items in linted for item in items]
    sources = {source.path: source for source, _ in linted}
    changed = False
    if fixing.wanted:
        mended = _mended(fixing, sources, levels, project, quiet=settings.quiet)
        findings, sources, changed = list(mended.findings), mended.sources, mended.changed
    findings = not_known(
        baseline,
        configured.baseline if configured is not None else None,
        Run(findings=findings, sources=sources, whole=_whole(paths, project), analysed=False, keep=fixing.diff),
        project=project,
        quiet=settings.quiet,
    )
    if fixing.diff:
        return verdict(findings, reporting, changed=changed)
    return show_findings(findings, sources, reporting, command="lint", quiet=settings.quiet)


def _whole(paths: tuple[Path, ...], project: Path | None) -> bool:
    """Tell whether the paths mean all of a project; outside of one, whatever is named is the whole."""
    return not paths or project is None or any(path.absolute() == project for path in paths)


def _mended(
    fixing: Fixing, sources: dict[str, SourceFile], levels: dict[str, str], project: Path | None, *, quiet: bool
) -> Mended:
    from syncdsl.lint.engine import lint as lint_sources  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.today import today  # noqa: PLC0415 - the same
    from syncdsl.project.workspace import Workspace  # noqa: PLC0415 - the same

    day = today()
    workspace = Workspace(project) if project is not None else None
    return mend(
        fixing,
        list(sources.values()),
        lambda texts: lint_sources(texts, levels, today=day),
        workspace.plan_digest if workspace is not None else lambda _: None,
        project=project,
        quiet=quiet,
    )
