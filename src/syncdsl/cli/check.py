"""`syncdsl check`: everything that can be known about rules before they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.collection import paused_collection
from syncdsl.cli.findings import findings_options, show_findings
from syncdsl.cli.options import Command, Globals

if TYPE_CHECKING:
    from typing import Unpack

    from syncdsl.cli.findings import Reporting
    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.project.workspace import Workspace


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@findings_options
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@click.pass_obj
def check(settings: Globals, *, paths: tuple[Path, ...], no_cache: bool, **reporting: Unpack[Reporting]) -> int:
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
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.project.discovery import locate_project  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.workspace import Workspace  # noqa: PLC0415 - the same

    start = None
    if paths:
        start = paths[0] if paths[0].is_dir() else paths[0].parent
    workspace = Workspace(locate_project(settings.project, start))
    with paused_collection():
        read, found, wanted = _checked(workspace, paths, cache=not no_cache)
    findings = [item for item in found if wanted is None or item.span.file in wanted]
    sources = {path: source for path, source in read.items() if wanted is None or path in wanted}
    return show_findings(findings, sources, reporting, command="check", quiet=settings.quiet)


def _checked(
    workspace: Workspace, paths: tuple[Path, ...], *, cache: bool
) -> tuple[dict[str, SourceFile], list[Diagnostic], set[str] | None]:
    """Check what the paths mean, and return sources, findings and which files to report on (None: all)."""
    from syncdsl.project.rule_files import rule_files  # noqa: PLC0415 - the help needs none of it

    if not paths or any(path.absolute() == workspace.folder for path in paths):
        return *workspace.findings(cache=cache), None
    named = rule_files(paths)
    own = {file.absolute() for file in workspace.rule_files()}
    if not {file.absolute() for file in named} <= own:
        return *workspace.findings(named, cache=cache), None
    # The project's other files stay in view: rules contradict each other across files.
    chosen = {file.absolute() for file in named}
    sources, found = workspace.findings(cache=cache)
    return sources, found, {path for path in sources if Path(path).absolute() in chosen}
