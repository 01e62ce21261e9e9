"""The lint baseline: findings that were there when checking began, and are not to be reported until they multiply.

Findings are known by their code and the rule they stand in, with a count, so that a baseline outlives moved lines. It
shrinks when findings go and never grows: once there is one, a new finding is mended, suppressed with a reason, or seen.
"""

from __future__ import annotations

import json
import os
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from syncdsl.diagnostics import Fault, Severity, SourceFile, find_code
from syncdsl.diagnostics.codes.project import BAD_BASELINE
from syncdsl.lint.suppressions import suppressible
from syncdsl.syntax.comments import logical_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic

FORMAT = "syncdsl/baseline/1"
_HEADER = re.compile(r'(?:"(?:\\.|[^"\\\n])*"|`[^`\n]*`|[^:#"`])*')
_NAMELESS = re.compile(r"(?:guard|language\b.*|)")


class Entry(NamedTuple):
    """What a baseline knows a finding by: `file` is empty unless the rule has no name of its own."""

    code: str
    rule: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """How many findings of each entry are known."""

    counts: Mapping[Entry, int]

    @property
    def size(self) -> int:
        """How many findings are known in all."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Findings that are not in the baseline, and the baseline without those that are gone."""

    findings: list[Diagnostic]
    shrunk: Baseline


class Places:
    """Tells in which rule a finding stands; `folder` is what the paths of nameless rules start at."""

    def __init__(self, sources: Iterable[SourceFile], folder: Path) -> None:
        self._sources = {source.path: source for source in sources}
        self._folder = folder
        self._starts: dict[str, tuple[list[int], list[str]]] = {}

    def entry(self, item: Diagnostic) -> Entry:
        """Return what a baseline knows a finding by."""
        starts, names = self._rules(item.span.file)
        at = bisect_right(starts, item.span.line)
        rule = names[at - 1] if at else ""
        nameless = _NAMELESS.fullmatch(rule) is not None
        return Entry(item.code.id, rule, self._relative(item.span.file) if nameless else "")

    def _rules(self, path: str) -> tuple[list[int], list[str]]:
        if path not in self._starts:
            source = self._sources.get(path, SourceFile(path, ""))
            lines = [line for line in logical_lines(source) if line.column == 0]
            self._starts[path] = [line.first for line in lines], [_name(source, line.first) for line in lines]
        return self._starts[path]

    def _relative(self, path: str) -> str:
        return Path(os.path.relpath(Path(path).absolute(), self._folder.absolute())).as_posix()


def _name(source: SourceFile, line: int) -> str:
    """Return the head of a statement up to its colon, such as `module customers` or `when deal.stage == won`."""
    match = _HEADER.match(source.line(line))
    return " ".join(match.group().split()) if match else ""


def baseline_of(findings: Iterable[Diagnostic], places: Places) -> Baseline:
    """Return the baseline that knows these findings: not notes, nor errors with which the rules cannot run."""
    return Baseline(counts=Counter(places.entry(item) for item in findings if _counts(item)))


def compare(
    baseline: Baseline, findings: Sequence[Diagnostic], places: Places, judged: Callable[[str], bool]
) -> Compared:
    """Return the findings that are not known, and what remains of the baseline; `judged` tells which codes were.

    Of an entry with more findings than are known all are returned: nobody can tell which of them is new.
    """
    entries = [places.entry(item) if _counts(item) else None for item in findings]
    found = Counter(entry for entry in entries if entry is not None)
    new = [
        item
        for item, entry in zip(findings, entries, strict=True)
        if entry is None or found[entry] > baseline.counts.get(entry, 0)
    ]
    remaining = {
        entry: min(count, found[entry]) if judged(entry.code) else count for entry, count in baseline.counts.items()
    }
    return Compared(findings=new, shrunk=Baseline(counts={entry: count for entry, count in remaining.items() if count}))


def _counts(item: Diagnostic) -> bool:
    return item.level is not Severity.NOTE and suppressible(item.code)


def write_baseline(baseline: Baseline) -> str:
    """Return the JSON of a baseline, sorted, one entry a line."""
    lines = [
        json.dumps(
            {"rule": entry.rule, **({"file": entry.file} if entry.file else {}), "code": entry.code, "count": count},
            ensure_ascii=False,
        )
        for entry, count in sorted(baseline.counts.items(), key=lambda one: (one[0].file, one[0].rule, one[0].code))
    ]
    listed = ",\n    ".join(lines)
    body = f"[\n    {listed}\n  ]" if lines else "[]"
    return f'{{\n  "format": {json.dumps(FORMAT)},\n  "findings": {body}\n}}\n'


def read_baseline(content: bytes, path: Path) -> Baseline:
    """Return the baseline in a file's content.

    Raises Fault SD641 when it is none, or of another version.
    """
    try:
        data: Any = json.loads(content.decode("utf-8"))
        if not isinstance(data, dict) or data.keys() != {"format", "findings"}:
            raise _fault(path, "it is not what `--update-baseline` writes")
        if data["format"] != FORMAT:
            raise _fault(path, "it was written by another version of syncdsl")
        counts: dict[Entry, int] = {}
        for item in data["findings"]:
            entry, count = _entry(item)
            if entry in counts:
                raise _fault(path, "an entry stands in it twice; was it merged by hand?")
            counts[entry] = count
    except RecursionError:
        raise _fault(path, "it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise _fault(path, f"line {error.lineno} is not JSON; was a merge left unfinished?") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(path, "it is not what `--update-baseline` writes") from None
    return Baseline(counts=counts)


def _entry(item: Any) -> tuple[Entry, int]:
    if not isinstance(item, dict) or item.keys() | {"file"} != {"rule", "file", "code", "count"}:
        raise ValueError
    code, rule, file, count = item["code"], item["rule"], item.get("file", ""), item["count"]
    if not all(isinstance(text, str) for text in (code, rule, file)) or find_code(code) is None:
        raise ValueError
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError
    (rule + file).encode()  # a lone surrogate could not be written again
    return Entry(code, rule, file), count


def _fault(path: Path, why: str) -> Fault:
    return Fault(
        BAD_BASELINE,
        f"the baseline `{path}` cannot be used: {why}",
        help="restore it from the repository, or delete it and make a new one with `--update-baseline`",
    )
