"""A project as commands use it: settings, rule files, schemas, and what the rules come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, Severity, without_echoes
from syncdsl.diagnostics.codes.project import MISSING_SCHEMA, UNREADABLE_FILE
from syncdsl.project.discovery import CONFIGURATION
from syncdsl.project.inside import refuse_outside
from syncdsl.project.levels import LintSettings, read_lint_settings, weighed
from syncdsl.project.rule_files import SUFFIX, rule_files, shown_path
from syncdsl.project.today import today

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.analysis.landmarks import Landmark
    from syncdsl.analysis.rehearsals import Rehearsal
    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.plan.plan import Plan
    from syncdsl.project.settings import Settings
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.syntax.nodes import Program


_ROOMS = ("syntax", "lint", "diagnostics", "analysis", "plan", "functions", "schema", "project")
_PACKAGES = ("syncdsl-", "pydantic-", "phonenumbers-", "tzdata-")
"""What an answer of `check` comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checking rule files came to; there is a plan only when there is no error."""

    sources: dict[str, SourceFile]
    findings: tuple[Diagnostic, ...]
    schemas: dict[str, SchemaSnapshot] = field(default_factory=dict)
    plan: Plan | None = None
    contained: bool = False
    """Whether the findings depend on no file but the sources, the schemas and what is shipped."""
    used: frozenset[str] = frozenset()
    """The paths among `sources` of files that are only used: they are analysed, and linted where they are rules."""
    tests: tuple[Rehearsal, ...] = ()
    """The rules' own tests as they are run, where they were asked for and nothing is wrong."""
    landmarks: tuple[Landmark, ...] = ()
    """The places whose use by these tests is counted."""

    @property
    def failed(self) -> bool:
        """Whether there is an error or a warning."""
        return any(item.level is not Severity.NOTE for item in self.findings)


@dataclass(frozen=True)
class Workspace:
    """The project in `folder`.

    `replaced`: snapshots, by connection, that stand for those on file.
    """

    folder: Path
    replaced: Mapping[str, SchemaSnapshot] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        """The settings, read once."""
        from syncdsl.project.settings import read_settings  # noqa: PLC0415 - loads pydantic

        return read_settings(self.folder)

    @cached_property
    def lint_settings(self) -> LintSettings:
        """What finding rule files needs, read without what settings need."""
        return read_lint_settings(self.folder / CONFIGURATION)

    @property
    def schema_folder(self) -> Path:
        """Where the schema snapshots are."""
        return self.folder / self.settings.project.schema_

    def schema_path(self, connection: str) -> Path:
        """Return the file of a connection's schema snapshot."""
        return self.schema_folder / f"{connection}.json"

    def rule_files(self) -> list[Path]:
        """Return the project's rule files, sorted, as messages name them.

        Raises Fault SD609 when there are none.
        """
        folder = self.lint_settings.rules
        if not folder.is_dir():
            raise Fault(
                UNREADABLE_FILE,
                f"the project's folder of rules `{shown_path(folder)}` does not exist",
                help=f"make it, or set `rules` under `[project]` in {CONFIGURATION}",
            )
        return rule_files([shown_path(folder)])

    def findings(self, files: Sequence[Path] | None = None, *, cache: bool = True) -> Checked:
        """Return what `check` finds; with `cache` the answer of an earlier time if it holds, which has no plan.

        Raises Fault as `check` does.
        """
        from syncdsl.lint import cache as answers  # noqa: PLC0415 - loaded by the commands that check

        sources = self._sources(files)
        key = self._key(sources) if cache and not self.replaced else None
        found = answers.load(key) if key is not None else None
        if found is not None:
            return Checked(sources={source.path: source for source in sources}, findings=tuple(found), contained=True)
        checked = self.check_sources(sources)
        if key is not None and checked.contained:
            answers.store(key, checked.findings)
        return checked

    def _key(self, sources: Sequence[SourceFile]) -> str | None:
        from syncdsl.lint import cache as answers  # noqa: PLC0415 - loaded by the commands that check
        from syncdsl.project.shipped import shipped_rules  # noqa: PLC0415 - the same

        shipped = shipped_rules()
        if not isinstance(shipped, Path):
            return None
        beside = [
            self.folder / CONFIGURATION,
            *sorted(self.lint_settings.schemas.glob("*.json")),
            *sorted(shipped.rglob(f"*{SUFFIX}")),
        ]
        levels = self.lint_settings.levels
        return answers.key(sources, levels, rooms=_ROOMS, packages=_PACKAGES, beside=beside, today=today())

    def check(self, files: Sequence[Path] | None = None, *, tests: bool = False) -> Checked:
        """Lint and analyse rule files, all of the project's when none are given; with `tests` make their tests ready.

        Raises Fault: SD602 for settings, SD604 and SD605 for schema snapshots, SD609 for unreadable files.
        """
        return self.check_sources(self._sources(files), tests=tests)

    def _sources(self, files: Sequence[Path] | None) -> list[SourceFile]:
        from syncdsl.lint.paths import read_sources  # noqa: PLC0415 - loaded by the commands that check

        return read_sources(files or self.rule_files())

    def check_sources(self, sources: Sequence[SourceFile], *, tests: bool = False) -> Checked:
        """Lint and analyse texts that need not be what the files hold; used files are read where they are.

        Raises Fault: SD602 for settings, SD604 and SD605 for schema snapshots.
        """
        from syncdsl.lint.engine import lint  # noqa: PLC0415 - loads the grammar
        from syncdsl.syntax import parse  # noqa: PLC0415 - the same

        parsed = [parse(source) for source in sources]
        programs = [(source, result.program) for source, result in zip(sources, parsed, strict=True)]
        return self._analyse(programs, lint(sources, dict(self.settings.lint.levels), parsed), tests=tests)

    def plan_digest(self, sources: Mapping[str, SourceFile]) -> str | None:
        """Return the digest of the plan with texts in place of files; None when there is none, for want of schemas too.

        Texts of the project's own rule files stand in for those among all of them; others are a program of their own.
        """
        from syncdsl.lint.paths import read_source  # noqa: PLC0415 - loaded by the commands that fix

        try:
            own = {file.absolute(): file for file in self.rule_files()}
            named = {Path(path).absolute(): source for path, source in sources.items()}
            if named.keys() <= own.keys():
                program = [named.get(path) or read_source(file) for path, file in own.items()]
            else:
                program = list(sources.values())
            plan = self.check_sources(program).plan
        except Fault:
            return None
        return plan.digest if plan is not None else None

    def _analyse(
        self, programs: Sequence[tuple[SourceFile, Program]], findings: list[Diagnostic], *, tests: bool
    ) -> Checked:
        from syncdsl.analysis import analyse  # noqa: PLC0415 - loaded by the commands that check
        from syncdsl.lint.schema_engine import lint_schemas  # noqa: PLC0415 - the same
        from syncdsl.lint.suppressions import without_suppressed  # noqa: PLC0415 - the same
        from syncdsl.project.uses import library_for, resolve_uses  # noqa: PLC0415 - the same

        uses = resolve_uses(programs, self.folder)
        used = {file.source.path: file.source for file in uses.files if not file.shipped}
        sources = {source.path: source for source, _ in programs} | used
        findings = findings + weighed(uses.findings, self.settings.lint.levels)
        schemas = self.schemas(declared_connections(program for _, program in programs))
        library = library_for([*(program for _, program in programs), *(file.program for file in uses.files)])
        analysis = analyse(programs, schemas, used=uses.files, library=library, unread_uses=uses.unread, tests=tests)
        found = [*analysis.diagnostics, *lint_schemas(programs, schemas)]
        findings += weighed(found, self.settings.lint.levels)
        findings = without_suppressed(
            findings, list(sources.values()), self.settings.lint.levels, today=today(), analysed=True, unlinted=used
        )
        failed = any(item.level is Severity.ERROR for item in findings)
        return Checked(
            sources=sources,
            findings=_sorted(without_echoes(findings)),
            schemas=schemas,
            plan=None if failed else analysis.plan,
            contained=not uses.unread and not uses.findings and all(file.shipped for file in uses.files),
            used=frozenset(used),
            tests=() if failed else analysis.tests,
            landmarks=() if failed else analysis.landmarks,
        )

    def schemas(self, connections: Iterable[str]) -> dict[str, SchemaSnapshot]:
        """Read the schema snapshots of these connections.

        Raises Fault: SD604 that names every missing one at once, SD605 for a damaged one.
        """
        from syncdsl.schema.snapshot import read_snapshot  # noqa: PLC0415 - loads pydantic

        names = list(connections)
        paths = {name: shown_path(self.schema_path(name)) for name in names if name not in self.replaced}
        for path in paths.values():
            refuse_outside(path, self.folder)
        missing = [(name, path) for name, path in paths.items() if not path.is_file()]
        if missing:
            listed = " and ".join(f"`{path}`" for _, path in missing)
            unread = " ".join(name for name, _ in missing)
            what, them = ("is no schema snapshot", "it") if len(missing) == 1 else ("are no schema snapshots", "them")
            raise Fault(
                MISSING_SCHEMA,
                f"there {what} {listed}",
                help=f"write {them} with `syncdsl schema pull {unread}`, review and commit {them}",
            )
        return {name: read_snapshot(paths[name]) if name in paths else self.replaced[name] for name in names}


def declared_connections(programs: Iterable[Program]) -> list[str]:
    """Return the names of the connections that rules declare, in order, each once."""
    from syncdsl.syntax.nodes import Connection  # noqa: PLC0415 - loaded by the commands that check

    names: dict[str, None] = {}
    for program in programs:
        for statement in program.statements:
            if isinstance(statement, Connection) and statement.name.text:
                names[statement.name.text] = None
    return list(names)


def _sorted(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    unique = {(item.sort_key): item for item in findings}
    return tuple(unique[key] for key in sorted(unique))


__all__ = ["SUFFIX", "Checked", "Workspace", "declared_connections"]
