"""A project as commands use it: settings, rule files, schemas, and what the rules come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, Severity
from syncdsl.diagnostics.codes.project import MISSING_SCHEMA, UNREADABLE_FILE
from syncdsl.project.discovery import CONFIGURATION
from syncdsl.project.inside import refuse_outside
from syncdsl.project.levels import weighed
from syncdsl.project.rule_files import SUFFIX, rule_files, shown_path
from syncdsl.project.settings import Settings, read_settings
from syncdsl.project.today import today

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.syntax.nodes import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checking rule files came to; there is a plan only when there is no error."""

    sources: dict[str, SourceFile]
    findings: tuple[Diagnostic, ...]
    schemas: dict[str, SchemaSnapshot] = field(default_factory=dict)
    plan: Plan | None = None
    used: frozenset[str] = frozenset()
    """The paths among `sources` of files that are only used: they are analysed, and linted where they are rules."""

    @property
    def failed(self) -> bool:
        """Whether there is an error or a warning."""
        return any(item.level is not Severity.NOTE for item in self.findings)


@dataclass(frozen=True)
class Workspace:
    """The project in `folder`."""

    folder: Path

    @cached_property
    def settings(self) -> Settings:
        """The settings, read once."""
        return read_settings(self.folder)

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
        folder = self.folder / self.settings.project.rules
        if not folder.is_dir():
            raise Fault(
                UNREADABLE_FILE,
                f"the project's folder of rules `{shown_path(folder)}` does not exist",
                help=f"make it, or set `rules` under `[project]` in {CONFIGURATION}",
            )
        return rule_files([shown_path(folder)])

    def check(self, files: Sequence[Path] | None = None) -> Checked:
        """Lint and analyse rule files, all of the project's when none are given.

        Raises Fault: SD602 for settings, SD604 and SD605 for schema snapshots, SD609 for unreadable files.
        """
        from syncdsl.lint import lint_paths  # noqa: PLC0415 - loaded by the commands that check

        linted = lint_paths(files or self.rule_files(), dict(self.settings.lint.levels))
        return self._analyse([source for source, _ in linted], [item for _, items in linted for item in items])

    def check_sources(self, sources: Sequence[SourceFile]) -> Checked:
        """Lint and analyse texts that need not be what the files hold; used files are read where they are.

        Raises Fault: SD602 for settings, SD604 and SD605 for schema snapshots.
        """
        from syncdsl.lint.engine import lint  # noqa: PLC0415 - loads the grammar

        return self._analyse(sources, lint(sources, dict(self.settings.lint.levels)))

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

    def _analyse(self, linted: Sequence[SourceFile], findings: list[Diagnostic]) -> Checked:
        from syncdsl.analysis import analyse  # noqa: PLC0415 - loaded by the commands that check
        from syncdsl.lint.suppressions import without_suppressed  # noqa: PLC0415 - the same
        from syncdsl.project.uses import library_for, resolve_uses  # noqa: PLC0415 - the same
        from syncdsl.syntax import parse  # noqa: PLC0415 - loads the grammar

        programs = [(source, parse(source).program) for source in linted]
        uses = resolve_uses(programs, self.folder)
        used = {file.source.path: file.source for file in uses.files if not file.shipped}
        sources = {source.path: source for source in linted} | used
        findings = findings + weighed(uses.findings, self.settings.lint.levels)
        schemas = self.schemas(declared_connections(program for _, program in programs))
        library = library_for([*(program for _, program in programs), *(file.program for file in uses.files)])
        analysis = analyse(programs, schemas, used=uses.files, library=library, unread_uses=uses.unread)
        findings += weighed(analysis.diagnostics, self.settings.lint.levels)
        findings = without_suppressed(
            findings, list(sources.values()), self.settings.lint.levels, today=today(), analysed=True, unlinted=used
        )
        failed = any(item.level is Severity.ERROR for item in findings)
        return Checked(
            sources=sources,
            findings=_sorted(findings),
            schemas=schemas,
            plan=None if failed else analysis.plan,
            used=frozenset(used),
        )

    def schemas(self, connections: Iterable[str]) -> dict[str, SchemaSnapshot]:
        """Read the schema snapshots of these connections.

        Raises Fault: SD604 that names every missing one at once, SD605 for a damaged one.
        """
        from syncdsl.schema.snapshot import read_snapshot  # noqa: PLC0415 - loads pydantic

        paths = {name: shown_path(self.schema_path(name)) for name in connections}
        for path in paths.values():
            refuse_outside(path, self.folder)
        missing = [(name, path) for name, path in paths.items() if not path.is_file()]
        if missing:
            listed = " and ".join(f"`{path}`" for _, path in missing)
            names = " ".join(name for name, _ in missing)
            raise Fault(
                MISSING_SCHEMA,
                f"there is no schema snapshot {listed}",
                help=f"write it with `syncdsl schema pull {names}`, review it and commit it",
            )
        return {name: read_snapshot(path) for name, path in paths.items()}


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
