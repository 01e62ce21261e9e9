"""From paths to findings: reads the files, asks the cache, and loads the parser only when it has to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Fault, SourceFile
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE
from syncdsl.lint import cache as answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path


def lint_paths(
    paths: Sequence[Path], levels: Mapping[str, str], *, cache: bool = True, today: date | None = None
) -> list[tuple[SourceFile, list[Diagnostic]]]:
    """Lint rule files as one program and return each with its findings, sorted.

    `levels` says by code, its id or its name, what weighs other than usual: `off`, `note`, `warning` or `error`.
    With `today` suppressions count and are judged; without, the findings are those before suppressing.

    Raises Fault SD609 for a file that cannot be read.
    """
    sources = [read_source(path) for path in dict.fromkeys(paths)]
    key = answers.key(sources, levels, today) if cache else None
    found = answers.load(key) if key is not None else None
    if found is None:
        from syncdsl.lint.engine import lint  # noqa: PLC0415 - loads the parser, which unchanged files do not need

        found = lint(sources, levels, today=today)
        if key is not None:
            answers.store(key, found)
    return _by_file(sources, found)


def read_source(path: Path) -> SourceFile:
    """Read one rule file, line ends as they are, without a byte-order mark.

    Raises Fault SD609 when it cannot be read or is not UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Fault(
            UNREADABLE_FILE, f"`{path}` is not text in UTF-8", help="save the file with the encoding UTF-8"
        ) from None
    except OSError as error:
        raise Fault(UNREADABLE_FILE, f"`{path}` cannot be read: {error.strerror}") from None
    return SourceFile(str(path), text)


def _by_file(
    sources: Sequence[SourceFile], findings: Iterable[Diagnostic]
) -> list[tuple[SourceFile, list[Diagnostic]]]:
    sorted_in: dict[str, list[Diagnostic]] = {source.path: [] for source in sources}
    for item in findings:
        sorted_in[item.span.file].append(item)
    return [(source, sorted_in[source.path]) for source in sources]
