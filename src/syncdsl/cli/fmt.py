"""`syncdsl fmt`: rule files in their one canonical form."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.collection import paused_collection
from syncdsl.cli.ending import FINDINGS, FINE
from syncdsl.cli.options import Command, Globals
from syncdsl.cli.terminal import say, style_of, write
from syncdsl.diagnostics import Fault, SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.diagnostics import Diagnostic

_STDIN = Path("-")


@dataclass(slots=True)
class _Outcome:
    """What formatting came to: files with their canonical text, and those that are left alone."""

    formatted: list[tuple[SourceFile, SourceFile]] = field(default_factory=list)
    errors: list[Diagnostic] = field(default_factory=list)
    broken: dict[str, SourceFile] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[tuple[SourceFile, SourceFile]]:
        """The files that are not in their canonical form."""
        return [(old, new) for old, new in self.formatted if old.text != new.text]


@click.command("fmt", cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", is_flag=True, help="Write nothing; name the files that are not canonical and end with 1.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change, and end with 1 if anything would.")
@click.pass_obj
def fmt(settings: Globals, *, paths: tuple[Path, ...], check: bool, diff: bool) -> int:
    """Write rule files in their canonical form: one way to lay out each program.

    PATHS are rule files, folders or projects; without any it is the project around the current folder, and `-` reads
    one file from standard input and writes it to standard output. What the rules mean stays the same and every comment
    is kept: both are proved before a file is written. A file with syntax errors is left alone. Ends with 0 when all is
    well, 1 when a file has errors or, with --check or --diff, would change.

    \b
    Examples:
      syncdsl fmt
      syncdsl fmt --check rules
      syncdsl fmt - < draft.sync
    """  # noqa: D301 - \b keeps click from filling the lines
    if _STDIN in paths:
        if len(paths) > 1:
            raise click.UsageError("`-` stands alone: it reads one file from standard input")
        outcome = _formatted([_standard_input()])
        if not (check or diff):
            for _, new in outcome.formatted:
                _write_bytes(new.text)
            return _ended(outcome, changed=False)
    else:
        with paused_collection():
            outcome = _formatted(_sources(settings, paths))
    changes = outcome.changes
    if diff:
        from syncdsl.render.diff_text import render_diff  # noqa: PLC0415 - only for this option

        style = style_of(sys.stdout)
        write("".join([render_diff(old.path, old.text, new.text, style) for old, new in changes]))
    elif check:
        from syncdsl.render.neutral import neutral  # noqa: PLC0415 - only for this option

        write("".join([f"would reformat {neutral(old.path)}\n" for old, _ in changes]))
    else:
        _rewrite(settings, changes)
    if not settings.quiet and not outcome.mistakes:
        say(_summary(outcome, "would be reformatted" if check or diff else "reformatted"))
    return _ended(outcome, changed=bool(changes) and (check or diff))


def _rewrite(settings: Globals, changes: Iterable[tuple[SourceFile, SourceFile]]) -> None:
    from syncdsl.project.discovery import find_project, locate_project  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.rewriting import rewrite_files  # noqa: PLC0415 - the same

    by_project: dict[Path | None, list[tuple[SourceFile, SourceFile]]] = {}
    for old, new in changes:
        home = locate_project(settings.project) if settings.project else find_project(Path(old.path).parent)
        by_project.setdefault(home, []).append((old, new))
    for project, pairs in by_project.items():
        rewrite_files(pairs, project)


def _sources(settings: Globals, paths: Sequence[Path]) -> list[SourceFile]:
    from syncdsl.lint.paths import read_sources  # noqa: PLC0415 - the help needs none of it
    from syncdsl.project.discovery import locate_project  # noqa: PLC0415 - the same
    from syncdsl.project.rule_files import rule_files, shown_path  # noqa: PLC0415 - the same

    return read_sources(rule_files(paths or [shown_path(locate_project(settings.project))]))


def _standard_input() -> SourceFile:
    from syncdsl.diagnostics.codes.project import UNREADABLE_FILE  # noqa: PLC0415 - only for `-`
    from syncdsl.diagnostics.source import MAX_BYTES  # noqa: PLC0415 - the same

    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        return SourceFile("<stdin>", " " * len(content))  # refused for its size, whatever stands in it
    try:
        return SourceFile("<stdin>", content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Fault(UNREADABLE_FILE, "what came from standard input is not text in UTF-8") from None


def _formatted(sources: Iterable[SourceFile]) -> _Outcome:
    from syncdsl.diagnostics import Severity  # noqa: PLC0415 - the help needs none of it
    from syncdsl.format import FormatterMistake, NotFormatted, format_source  # noqa: PLC0415 - the same

    outcome = _Outcome()
    for source in sources:
        try:
            outcome.formatted.append((source, SourceFile(source.path, format_source(source))))
        except NotFormatted as refused:
            outcome.broken[source.path] = source
            outcome.errors += [item for item in refused.diagnostics if item.level is Severity.ERROR]
        except FormatterMistake as mistake:
            outcome.mistakes.append(str(mistake))
    return outcome


def _summary(outcome: _Outcome, verb: str) -> str:
    from syncdsl.render.style import counted  # noqa: PLC0415 - the help needs none of it

    changed = len(outcome.changes)
    alone = len(outcome.formatted) - changed
    counts = [f"{counted(changed, 'file')} {verb}"] if changed else []
    if alone or not (changed or outcome.broken):
        counts.append(f"{counted(alone, 'file')} already formatted")
    if outcome.broken:
        counts.append(f"{counted(len(outcome.broken), 'file')} with errors left alone")
    return ", ".join(counts)


def _ended(outcome: _Outcome, *, changed: bool) -> int:
    if outcome.errors:
        from syncdsl.render.diagnostics_text import render_text  # noqa: PLC0415 - only for mistakes

        sys.stdout.flush()
        sys.stderr.write(render_text(outcome.errors, outcome.broken, style_of(sys.stderr)))
    if outcome.mistakes:
        from syncdsl.diagnostics.codes.internal import INTERNAL  # noqa: PLC0415 - only for mistakes of ours

        raise Fault(
            INTERNAL,
            "\n".join([f"{mistake}; the file is left as it is" for mistake in outcome.mistakes]),
            help="please report it with the file",
        )
    return FINDINGS if changed or outcome.errors else FINE


def _write_bytes(text: str) -> None:
    """Write a file to stdout as it is, whatever the encoding and the line ends of the terminal."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
