"""From paths to findings: reads the files, asks the cache, and loads the parser only when it has to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Fault, SourceFile
from syncdsl.diagnostics.codes.project import TOO_MUCH, UNREADABLE_FILE
from syncdsl.diagnostics.reading import read_plain
from syncdsl.diagnostics.source import MAX_BYTES
from syncdsl.lint import cache as answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

MAX_FILES = 10_000
MAX_PROGRAM = 64 * MAX_BYTES
"""How many characters the files of one program may have together."""

_LESS = "name fewer folders; what is kept apart by `[project] rules` is checked apart"


def lint_paths(
    paths: Sequence[Path], levels: Mapping[str, str], *, cache: bool = True, today: date | None = None
) -> list[tuple[SourceFile, list[Diagnostic]]]:
    """Lint rule files as one program and return each with its findings, sorted.

    `levels` says by code, its id or its name, what weighs other than usual: `off`, `note`, `warning` or `error`.
    With `today` suppressions count and are judged; without, the findings are those before suppressing.

    Raises Fault: SD609 for a file that cannot be read, SD640 when they are too many or too large together.
    """
    sources = read_sources(paths)
    key = answers.key(sources, levels, today=today) if cache else None
    found = answers.load(key) if key is not None else None
    if found is None:
        from syncdsl.lint.engine import lint  # noqa: PLC0415 - loads the parser, which unchanged files do not need

        found = lint(sources, levels, today=today)
        if key is not None:
            answers.store(key, found)
    return _by_file(sources, found)


def read_sources(paths: Sequence[Path]) -> list[SourceFile]:
    """Read the rule files of a program, each once.

    Raises Fault: SD609 for a file that cannot be read, SD640 when they are too many or too large together.
    """
    unique = list(dict.fromkeys(paths))
    if len(unique) > MAX_FILES:
        raise Fault(TOO_MUCH, f"there are {len(unique):,} rule files, more than {MAX_FILES:,}", help=_LESS)
    sources: list[SourceFile] = []
    size = 0
    for path in unique:
        source = read_source(path)
        size += len(source.text)
        if size > MAX_PROGRAM:
            raise Fault(TOO_MUCH, f"the rule files are larger than {MAX_PROGRAM // MAX_BYTES} MiB together", help=_LESS)
        sources.append(source)
    return sources


def read_source(path: Path) -> SourceFile:
    """Read one rule file, line ends as they are, without a byte-order mark; of a file that is too large the beginning.

    Raises Fault SD609 when it cannot be read, is no plain file or is not UTF-8.
    """
    content = read_plain(path, MAX_BYTES)
    try:
        text = content.decode("utf-8-sig", errors="ignore" if len(content) > MAX_BYTES else "strict")
    except UnicodeDecodeError:
        raise Fault(
            UNREADABLE_FILE, f"`{path}` is not text in UTF-8", help="save the file with the encoding UTF-8"
        ) from None
    if len(content) > MAX_BYTES:
        text = text.ljust(MAX_BYTES + 1)  # it stays too large, whatever its end was cut to
    return SourceFile(str(path), text)


def _by_file(
    sources: Sequence[SourceFile], findings: Iterable[Diagnostic]
) -> list[tuple[SourceFile, list[Diagnostic]]]:
    sorted_in: dict[str, list[Diagnostic]] = {source.path: [] for source in sources}
    for item in findings:
        sorted_in[item.span.file].append(item)
    return [(source, sorted_in[source.path]) for source in sources]
