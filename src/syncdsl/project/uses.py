"""What rule files draw on: the files they `use`, and the shipped sets that they `use` or are `like`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from syncdsl.analysis import Library, UsedFile
from syncdsl.diagnostics import Diagnostic, Fault, SourceFile, did_you_mean
from syncdsl.diagnostics.codes.composition import UNKNOWN_USE, USE_OUTSIDE
from syncdsl.lint.paths import read_source
from syncdsl.project.inside import PathProblem, resolve_inside
from syncdsl.project.rule_files import SUFFIX, shown_path
from syncdsl.project.shipped import shipped_rules
from syncdsl.syntax import Like, Program, TextLiteral, Use, parse, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from syncdsl.diagnostics import Code, Span

MAX_USED = 200
"""Most files that one program uses, those used by used files counted."""


@dataclass(slots=True, kw_only=True)
class Uses:
    """The used files, each after the one that uses it; what is wrong with them; and whether one could not be read."""

    files: list[UsedFile] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)
    unread: bool = False


def resolve_uses(programs: Sequence[tuple[SourceFile, Program]], project: Path) -> Uses:
    """Read every file that rules use, and those that used files use; a file counts once, also one of the program's own.

    Nothing outside of `project` is read, also not through a symbolic link; shipped sets come with syncdsl.
    """
    uses = Uses()
    seen = {str(Path(source.path).resolve()) for source, _ in programs}
    pending = [(source, use) for source, program in programs for use in _uses_of(program)]
    while pending:
        source, use = pending.pop(0)
        file = _named(use, source, project, uses)
        if file is None or (identity := str(Path(file.path).resolve())) in seen:
            continue
        seen.add(identity)
        if len(uses.files) == MAX_USED:
            uses.unread = True
            _report(uses, UNKNOWN_USE, f"more than {MAX_USED} files are used", use.span, "join some of them")
            break
        parsed = parse(file.source)
        if not file.shipped:
            uses.findings += parsed.diagnostics
            uses.unread = uses.unread or not parsed.complete
        uses.files.append(UsedFile(source=file.source, program=parsed.program, at=use.span, shipped=file.shipped))
        pending += [(file.source, inner) for inner in _uses_of(parsed.program)]
    return uses


def _uses_of(program: Program) -> Iterator[Use]:
    return (item for item in program.statements if isinstance(item, Use))


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    source: SourceFile
    path: str
    shipped: bool


def _named(use: Use, source: SourceFile, project: Path, uses: Uses) -> _File | None:
    """Return the file that a `use` names; None after reporting what is wrong with it."""
    if isinstance(use.what, TextLiteral):
        return _in_project(use.what, source, project, uses) if use.what.value else None
    name = use.what.text
    found = shipped_set(name)
    if found is not None:
        return _File(source=found[0], path=found[0].path, shipped=True)
    if all(use.what.parts):
        uses.unread = True
        known = shipped_names()
        near = did_you_mean(name, known)
        help_ = f"did you mean `{near}`?" if near else f"there is {', '.join(f'`{item}`' for item in known)}"
        _report(uses, UNKNOWN_USE, f"no shipped set is called `{name}`", use.what.span, help_)
    return None


def _in_project(text: TextLiteral, source: SourceFile, project: Path, uses: Uses) -> _File | None:
    found = resolve_inside(project, Path(source.path), text.value, suffix=SUFFIX)
    if isinstance(found, PathProblem):
        uses.unread = True
        near = None if found.outside else did_you_mean(text.value, _neighbours(source, text.value, project))
        help_ = f"did you mean `{near}`?" if near else found.help
        _report(uses, USE_OUTSIDE if found.outside else UNKNOWN_USE, found.message, text.span, help_)
        return None
    path = shown_path(found)
    try:
        return _File(source=read_source(path), path=str(path), shipped=False)
    except Fault as fault:
        uses.unread = True
        _report(uses, UNKNOWN_USE, fault.message, text.span, fault.help or "make the file readable")
        return None


def _neighbours(source: SourceFile, written: str, project: Path) -> list[str]:
    """Return the rule files in the folder that a path names, as it would name them; none from outside."""
    folder = written.rpartition("/")[0]
    place = (Path(source.path).absolute().parent / folder).resolve()
    if not place.is_relative_to(project.resolve()) or not place.is_dir():
        return []
    return [f"{folder}/{item.name}" if folder else item.name for item in place.glob(f"*{SUFFIX}")]


def _report(uses: Uses, code: Code, message: str, span: Span, advice: str) -> None:
    uses.findings.append(Diagnostic(code=code, message=message, span=span, help=advice))


def library_for(programs: Iterable[Program]) -> Library:
    """Return the shipped sets that statements of these programs are `like`, and those that these are like."""
    found: dict[str, tuple[SourceFile, Program]] = {}
    pending = list(programs)
    while pending:
        for node in walk(pending.pop()):
            if isinstance(node, Like):
                name = ".".join(node.path.parts[:2])
                entry = shipped_set(name) if name not in found else None
                if entry is not None:
                    found[name] = entry
                    pending.append(entry[1])
    return Library(sets=found, names=shipped_names())


@cache
def shipped_names() -> tuple[str, ...]:
    """Return the names of all shipped sets, such as `zoho.accounts`."""
    return tuple(
        sorted(
            f"{vendor.name}.{file.name.removesuffix(SUFFIX)}"
            for vendor in shipped_rules().iterdir()
            if vendor.is_dir()
            for file in vendor.iterdir()
            if file.name.endswith(SUFFIX)
        )
    )


@cache
def shipped_set(name: str) -> tuple[SourceFile, Program] | None:
    """Return a shipped set by its name; None when there is none."""
    if name not in shipped_names():
        return None
    vendor, _, base = name.partition(".")
    text = shipped_rules().joinpath(vendor, base + SUFFIX).read_text(encoding="utf-8")
    source = SourceFile(f"{vendor}/{base}{SUFFIX}", text)
    return source, parse(source).program
