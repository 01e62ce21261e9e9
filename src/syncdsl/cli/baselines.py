"""`--baseline` and `--update-baseline` of `lint` and `check`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncdsl.cli.terminal import say
from syncdsl.diagnostics import Fault, Severity
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE, USAGE
from syncdsl.render.style import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.lint.baseline import Baseline

_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineChoice:
    """Which baseline counts, if not the project's, and whether it is to be made."""

    file: Path | None
    update: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was judged: `whole` when it was all of the project, `analysed` when with names, types and proofs.

    With `keep` no file is written.
    """

    findings: Sequence[Diagnostic]
    sources: Mapping[str, SourceFile]
    whole: bool
    analysed: bool
    keep: bool


def baseline_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets them as `baseline`."""

    @wraps(function)
    def command(*arguments: Any, baseline: Path | None, update_baseline: bool, **rest: Any) -> Any:
        return function(*arguments, baseline=BaselineChoice(file=baseline, update=update_baseline), **rest)

    options = (
        click.option(
            "--baseline",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Do not report findings that this file lists; without it the one of syncdsl.toml.",
        ),
        click.option("--update-baseline", is_flag=True, help="Make the baseline, or shrink it; it never grows."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def not_known(
    choice: BaselineChoice, configured: Path | None, run: Run, *, project: Path | None, quiet: bool
) -> list[Diagnostic]:
    """Return the findings that no baseline lists; keep the baseline small on the way.

    It shrinks by itself after a run over the whole project that read all of it, except on a build server (`CI` is set)
    and where it may not be written. Raises Fault: SD609 for a baseline that is missing or cannot be read or written,
    SD641 for a damaged one.
    """
    from syncdsl.project.rule_files import shown_path  # noqa: PLC0415 - the help needs none of it

    path = choice.file or (shown_path(configured) if configured is not None else None)
    if path is None:
        if choice.update:
            raise Fault(
                USAGE, "there is no baseline to update", help="name it with `--baseline FILE`, or under `[lint]`"
            )
        return list(run.findings)
    if project is not None:
        from syncdsl.project.inside import refuse_outside  # noqa: PLC0415 - only for this option

        refuse_outside(path, project)
    from syncdsl.lint.baseline import Places, compare  # noqa: PLC0415 - only for this option

    places = Places(run.sources.values(), project or path.absolute().parent)
    known = _known(path, choice, run, places, quiet=quiet)
    compared = compare(known, run.findings, places, lambda code: run.analysed or code.startswith("SD5"))
    gone = known.size - compared.shrunk.size
    if gone and run.whole and not run.keep and not _unread(run):
        _shrink(path, compared.shrunk, gone, by_hand=choice.update, quiet=quiet)
    if choice.update and not quiet and any(item.level is not Severity.NOTE for item in compared.findings):
        say(f"`{path}` was not made larger: a baseline never grows; mend what is new, or allow it with a reason")
    return compared.findings


def _known(path: Path, choice: BaselineChoice, run: Run, places: Any, *, quiet: bool) -> Baseline:
    from syncdsl.diagnostics.reading import read_plain  # noqa: PLC0415 - only for this option
    from syncdsl.lint.baseline import baseline_of, read_baseline, write_baseline  # noqa: PLC0415 - the same
    from syncdsl.project.rewriting import write_text  # noqa: PLC0415 - the same

    if os.path.lexists(path):
        return read_baseline(read_plain(path, _LARGEST), path)
    if not choice.update:
        raise Fault(
            UNREADABLE_FILE,
            f"there is no baseline `{path}`",
            help=f"`syncdsl check --baseline {path} --update-baseline` makes it",
        )
    if not run.whole:
        raise Fault(USAGE, "a baseline is made for a whole project", help="name no files, or the project alone")
    made = baseline_of(run.findings, places)
    if run.keep:
        return made
    write_text(path, write_baseline(made))
    if not quiet:
        say(f"`{path}` lists {counted(made.size, 'known finding')}")
    return made


def _shrink(path: Path, shrunk: Baseline, gone: int, *, by_hand: bool, quiet: bool) -> None:
    from syncdsl.lint.baseline import write_baseline  # noqa: PLC0415 - only for this option
    from syncdsl.project.rewriting import write_text  # noqa: PLC0415 - the same

    frozen = _on_a_build_server() or not os.access(path, os.W_OK)
    if frozen and not by_hand:
        if not quiet:
            say(f"`{path}` lists {counted(gone, 'finding')} too many; a run that may write makes it smaller")
        return
    write_text(path, write_baseline(shrunk))
    if not quiet:
        say(f"`{path}` is smaller by {counted(gone, 'finding')}; it lists {shrunk.size:,} now")


def _on_a_build_server() -> bool:
    return os.environ.get("CI", "").casefold() not in {"", "0", "false", "no"}


def _unread(run: Run) -> bool:
    """Tell whether an error may have hidden findings."""
    return any(item.level is Severity.ERROR and not item.code.id.startswith("SD5") for item in run.findings)
