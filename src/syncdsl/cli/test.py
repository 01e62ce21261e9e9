"""`syncdsl test`: the rules' own tests, on this machine alone."""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import Command, Globals, format_option
from syncdsl.cli.terminal import say, style_of, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from syncdsl.analysis.rehearsals import Rehearsal
    from syncdsl.changes.covered import Coverage
    from syncdsl.changes.rehearsed import TestReport, TestResult
    from syncdsl.diagnostics import SourceFile
    from syncdsl.project.workspace import Checked, Workspace


@click.command("test", cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("-k", "named", metavar="TEXT", help="Only tests whose name contains TEXT, in any case.")
@click.option("-x", "--fail-fast", is_flag=True, help="Run no more tests after the first that does not pass.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write JUnit XML, too.")
@click.option("--coverage", is_flag=True, help="Show how much of the rules the tests exercise.")
@click.option("--annotate", is_flag=True, help="With the rules beside it: a mark for every line. Implies --coverage.")
@click.option(
    "--coverage-lcov",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write coverage as lcov, which CI services and editors read.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="End with 1 when less of the rules is covered. Implies --coverage.",
)
@format_option("text", "json", "junit")
@click.pass_obj
def test(
    settings: Globals,
    *,
    paths: tuple[Path, ...],
    named: str | None,
    fail_fast: bool,
    junit: Path | None,
    coverage: bool,
    annotate: bool,
    coverage_lcov: Path | None,
    fail_under: float | None,
    output: str,
) -> int:
    """Run the tests that stand in the rules, on two made-up systems in memory: nothing is connected.

    PATHS are rule files or a project; without any it is the project around the current folder. Named files choose
    which tests are run; the rules are all of the project's. Rules and tests are checked first, as `syncdsl check` does:
    with an error nothing is run. Ends with 0 when every test passed, 1 when one did not, or when less of the rules is
    covered than `--fail-under` asks for.

    \b
    Examples:
      syncdsl test
      syncdsl test -k invoice --fail-fast
      syncdsl test rules/deals_test.sync
      syncdsl test --coverage --fail-under 90
      syncdsl test --annotate
      syncdsl test --junit tests.xml --coverage-lcov coverage.info
    """  # noqa: D301 - \b keeps click from filling the lines
    from syncdsl.cli.running import checked_rules  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.discovery import locate_project  # noqa: PLC0415 - the same
    from syncdsl.project.workspace import Workspace  # noqa: PLC0415 - the same
    from syncdsl.trial.covering import Recorder  # noqa: PLC0415 - the same
    from syncdsl.trial.rehearsing import Rules, rehearse_all  # noqa: PLC0415 - the same

    start = None
    if paths:
        start = paths[0] if paths[0].is_dir() else paths[0].parent
    workspace = Workspace(locate_project(settings.project, start))
    plan, checked = checked_rules(workspace, settings, tests=True)
    tests = _chosen(checked, workspace, paths, named)
    measured = coverage or annotate or coverage_lcov is not None or fail_under is not None
    recorder = Recorder(checked.landmarks, checked.sources.keys()) if measured else None
    rules = Rules(plan=plan, schemas=checked.schemas)
    if recorder is not None:
        rules = replace(rules, compiling=recorder.compiling, watching=recorder.watching)
    style = style_of(sys.stdout)
    told: Callable[[TestResult], None] = lambda _result: None  # noqa: E731 - replaced below
    if output == "text" and not settings.quiet:
        from syncdsl.render.tests_text import render_result  # noqa: PLC0415 - only for text

        def told(result: TestResult) -> None:
            write(render_result(result, style))
            sys.stdout.flush()

    report = rehearse_all(tests, rules, fail_fast=fail_fast, told=told)
    found = recorder.coverage() if recorder is not None else None
    _show(report, found, checked.sources, output, annotate=annotate)
    _save(report, found, checked.sources, junit, coverage_lcov)
    if found is not None and fail_under is not None and found.percent < Decimal(str(fail_under)):
        say(f"{found.percent_text} % of the rules is covered, less than {fail_under:g} %")
        return FINDINGS
    return FINE if report.passed else FINDINGS


def _chosen(checked: Checked, workspace: Workspace, paths: Sequence[Path], named: str | None) -> tuple[Rehearsal, ...]:
    """Return the tests that the paths and the name mean. Raises Fault SD880 when there are none."""
    from syncdsl.diagnostics import Fault  # noqa: PLC0415 - the help needs none of it
    from syncdsl.diagnostics.codes.trials import NO_TESTS  # noqa: PLC0415 - the same
    from syncdsl.project.rule_files import rule_files  # noqa: PLC0415 - the same

    tests = checked.tests
    if not tests:
        raise Fault(NO_TESTS, "the rules have no test", help=_HOW)
    if paths and not any(path.absolute() == workspace.folder for path in paths):
        wanted = {file.absolute() for file in rule_files(paths)}
        tests = tuple(one for one in tests if Path(one.span.file).absolute() in wanted)
        if not tests:
            raise Fault(NO_TESTS, f"no test stands in {', '.join(f'`{path}`' for path in paths)}", help=_HOW)
    if named is not None:
        tests = tuple(one for one in tests if named.casefold() in one.title.casefold())
        if not tests:
            raise Fault(
                NO_TESTS,
                f"no test's name contains `{named}`",
                help="`syncdsl test` without `-k` runs all, and names each",
            )
    return tests


_HOW = (
    "write one into a rule file, or into a file of its own such as `rules/deals_test.sync`:\n"
    'test "a won deal becomes one invoice":\n'
    '    given deal "D1": Stage = "Qualification"\n'
    '    change deal "D1": Stage = "Closed Won"\n'
    "    expect create invoice\n"
    "    expect nothing else"
)


def _show(
    report: TestReport, coverage: Coverage | None, sources: Mapping[str, SourceFile], output: str, *, annotate: bool
) -> None:
    if output == "json":
        from syncdsl.render.tests_json import render_tests_json  # noqa: PLC0415 - only for this format

        write(render_tests_json(report, coverage))
        return
    if output == "junit":
        from syncdsl.render.tests_junit import render_tests_junit  # noqa: PLC0415 - only for this format

        write(render_tests_junit(report, sources))
        return
    from syncdsl.render.tests_text import render_failures, render_verdict  # noqa: PLC0415 - only for text

    style = style_of(sys.stdout)
    write(render_failures(report, sources, style))
    if coverage is not None:
        from syncdsl.render.coverage_text import render_annotated, render_coverage  # noqa: PLC0415 - only for coverage

        if annotate:
            write("\n" + render_annotated(coverage, sources, style))
        write("\n" + render_coverage(coverage, style))
    write("\n" + render_verdict(report, style))


def _save(
    report: TestReport,
    coverage: Coverage | None,
    sources: Mapping[str, SourceFile],
    junit: Path | None,
    lcov: Path | None,
) -> None:
    from syncdsl.cli.findings import save  # noqa: PLC0415 - the help needs none of it

    if junit is not None:
        from syncdsl.render.tests_junit import render_tests_junit  # noqa: PLC0415 - only when a file is wanted

        save(junit, render_tests_junit(report, sources))
    if lcov is not None and coverage is not None:
        from syncdsl.render.coverage_lcov import render_lcov  # noqa: PLC0415 - only when a file is wanted

        save(lcov, render_lcov(coverage))
