"""Measures the checker on the corpus: of the planted faults, how many are found, and with how many reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tests.corpus.planter import BASES, MANIFEST, ROOT, read

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Diagnostic, Severity, SourceFile, without_echoes
from syncdsl.lint.engine import lint
from syncdsl.project.uses import library_for, resolve_uses
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.corpus.planter import Case, Fault

    from syncdsl.schema.snapshot import SchemaSnapshot

RECALL = 0.98
CASCADE = 1.1
"""The goals: at least so many of the faults found, at most so many reports for a fault."""


@cache
def schemas() -> dict[str, SchemaSnapshot]:
    """Return the shipped schemas."""
    folder = ROOT / "rules" / "zoho" / "schema"
    return {name: read_snapshot(folder / f"{name}.json") for name in ("crm", "books")}


def check(files: Mapping[str, str]) -> list[Diagnostic]:
    """Check a program as `syncdsl check` does, with the shipped schemas; return errors and warnings, sorted."""
    sources = [SourceFile(path, text) for path, text in files.items()]
    found = lint(sources, {})
    programs = [(source, parse(source).program) for source in sources]
    uses = resolve_uses(programs, ROOT / "tests" / "corpus")
    library = library_for([*(program for _, program in programs), *(file.program for file in uses.files)])
    analysis = analyse(programs, schemas(), used=uses.files, library=library, unread_uses=uses.unread)
    unique = {item.sort_key: item for item in without_echoes([*found, *uses.findings, *analysis.diagnostics])}
    return [unique[key] for key in sorted(unique) if unique[key].level is not Severity.NOTE]


@cache
def of_the_base(name: str) -> Counter[tuple[str, str]]:
    """Return what is said of a base without faults, which is no report of any."""
    return Counter((item.code.id, item.message) for item in check(BASES[name].files(BASES[name].text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the checker said of a case: the report of each fault, None where there is none, and all further ones."""

    case: Case
    found: tuple[tuple[Fault, Diagnostic | None], ...]
    further: tuple[Diagnostic, ...]

    @property
    def reports(self) -> int:
        """How many reports there are."""
        return sum(report is not None for _, report in self.found) + len(self.further)


def judge(case: Case) -> Outcome:
    """Check a case and give each fault the nearest report that no other has."""
    before = Counter(of_the_base(case.base.name))
    reports: list[Diagnostic] = []
    for item in check(case.files()):
        if before[item.code.id, item.message]:
            before[item.code.id, item.message] -= 1
        else:
            reports.append(item)
    found: dict[int, Diagnostic] = {}
    for reach in (0, 1):
        for index, fault in enumerate(case.faults):
            if index in found or reach > fault.kind.tolerance:
                continue
            for item in reports:
                if item.span.file == case.base.file and abs(item.span.line - fault.expected) == reach:
                    found[index] = item
                    reports.remove(item)
                    break
    return Outcome(
        case=case,
        found=tuple((fault, found.get(index)) for index, fault in enumerate(case.faults)),
        further=tuple(reports),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures of some outcomes."""

    faults: int
    found: int
    reports: int

    @property
    def recall(self) -> float:
        """Faults found of all."""
        return self.found / self.faults

    @property
    def cascade(self) -> float:
        """Reports for a fault."""
        return self.reports / self.faults


def figures(outcomes: Iterable[Outcome]) -> Figures:
    """Count."""
    chosen = list(outcomes)
    return Figures(
        faults=sum(len(item.found) for item in chosen),
        found=sum(report is not None for item in chosen for _, report in item.found),
        reports=sum(item.reports for item in chosen),
    )


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the published table: a row for each kind of fault, and what they come to.

    A report that belongs to no fault counts for the kind of the first fault of its case.
    """
    faults: Counter[str] = Counter()
    found: Counter[str] = Counter()
    reports: Counter[str] = Counter()
    for outcome in outcomes:
        for fault, report in outcome.found:
            faults[fault.kind.name] += 1
            found[fault.kind.name] += report is not None
            reports[fault.kind.name] += report is not None
        reports[outcome.case.faults[0].kind.name] += len(outcome.further)
    lines = [f"{'kind of fault':<45} {'faults':>6} {'found':>6} {'reports':>7}"]
    lines += [f"{name:<45} {faults[name]:>6} {found[name]:>6} {reports[name]:>7}" for name in faults]
    rows = (
        ("all", list(outcomes)),
        ("in shipped sets", [item for item in outcomes if item.case.base.shipped]),
        ("in other programs", [item for item in outcomes if not item.case.base.shipped]),
        ("two in one file", [item for item in outcomes if len(item.found) > 1]),
    )
    lines.append("")
    for name, chosen in rows:
        one = figures(chosen)
        lines.append(
            f"{name:<20} {len(chosen):>4} files, {one.faults:>4} faults: recall {one.recall:.3f}, "
            f"reports per fault {one.cascade:.3f}"
        )
    return "\n".join(lines)


def outcomes() -> list[Outcome]:
    """Return what the checker says of the whole corpus."""
    return [judge(case) for case in read(MANIFEST.read_text(encoding="utf-8"))]


def misses(outcome: Outcome) -> str:
    """Return what was not found in a case and what was said without need; nothing when all is well."""
    lines = [
        f"  not found: {fault.kind.name}, expected in line {fault.expected}"
        for fault, report in outcome.found
        if report is None
    ]
    lines += [
        f"  too much: {item.span.file}:{item.span.line}: {item.code.id} {item.message}" for item in outcome.further
    ]
    if not lines:
        return ""
    planted = [f"  planted: {fault.kind.name}: {' | '.join(fault.new)}" for fault, _ in outcome.found]
    return "\n".join([f"case {outcome.case.number:03}: {outcome.case.base.name}", *planted, *lines])


if __name__ == "__main__":
    judged = outcomes()
    print("\n".join(filter(None, map(misses, judged))))  # noqa: T201 - what the command is for
    print(table(judged))  # noqa: T201 - the same
