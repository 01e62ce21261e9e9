"""`[lint.levels]`: how much each check weighs. Read without pydantic, because `lint` answers in milliseconds."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import ALL_CODES, Fault, Severity, did_you_mean
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION
from syncdsl.project.toml_file import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from syncdsl.diagnostics import Diagnostic
    from syncdsl.project.toml_file import TomlFile

LEVELS = ("off", "note", "warning", "error")
DEFAULT_RULES = "rules"
DEFAULT_SCHEMAS = "schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintSettings:
    """What `lint` needs of a project: where its rules are, the levels that are not the default, and the baseline.

    Whether an earlier answer of `check` still holds depends on the snapshots in `schemas` besides.
    """

    rules: Path
    schemas: Path
    levels: dict[str, str]
    baseline: Path | None = None


def read_lint_settings(configuration: Path) -> LintSettings:
    """Read what `lint` needs from a `syncdsl.toml`.

    Raises Fault SD602 when that part cannot be used; the rest is judged by the commands that need it.
    """
    file = read_toml(configuration)
    project = file.data.get("project", {})
    rules = project.get("rules", DEFAULT_RULES) if isinstance(project, dict) else DEFAULT_RULES
    schemas = project.get("schema", DEFAULT_SCHEMAS) if isinstance(project, dict) else DEFAULT_SCHEMAS
    lint = file.data.get("lint", {})
    levels = lint.get("levels", {}) if isinstance(lint, dict) else {}
    if not isinstance(rules, str) or not isinstance(levels, dict):
        raise Fault(
            BAD_CONFIGURATION,
            f"{file.place(('project', 'rules'))}: `rules` is the name of a folder, and `[lint.levels]` a table",
            help='write `rules = "rules"` under `[project]` and `SD505 = "error"` under `[lint.levels]`',
        )
    check_levels(file, levels)
    refuse_escape(file, ("project", "rules"), rules)
    baseline = lint.get("baseline") if isinstance(lint, dict) else None
    if baseline is not None and (not isinstance(baseline, str) or not baseline):
        raise Fault(
            BAD_CONFIGURATION,
            f"{file.place(('lint', 'baseline'))}: `baseline` is the name of a file",
            help='write `baseline = "baseline.json"` under `[lint]`',
        )
    if baseline is not None:
        refuse_escape(file, ("lint", "baseline"), baseline)
    return LintSettings(
        rules=configuration.parent / rules,
        schemas=configuration.parent / (schemas if isinstance(schemas, str) else DEFAULT_SCHEMAS),
        levels=levels,
        baseline=configuration.parent / baseline if baseline is not None else None,
    )


def refuse_escape(file: TomlFile, key: tuple[str, str], folder: str) -> None:
    """Let pass a path that lies in the project.

    Raises Fault SD602 for one that leads out of it: what lies there is none of the project's business.
    """
    home = os.path.normpath(file.path.parent.absolute())
    if not Path(os.path.normpath(Path(home) / folder)).is_relative_to(home) or "\0" in folder:
        raise Fault(
            BAD_CONFIGURATION,
            f"{file.place(key)}: `{key[-1]}` leads out of the project",
            help=f'name a place in the project, such as `{key[-1]} = "{key[-1]}"`',
        )


def check_levels(file: TomlFile, levels: dict[str, Any]) -> None:
    """Judge the table of levels.

    Raises Fault SD602 for an unknown code, an unknown level, and for making light of an error.
    """
    findings = [code for code in ALL_CODES if code.exit_code == 1]
    known = {name: code for code in findings for name in (code.id, code.name)}
    for name, level in levels.items():
        place = file.place(("lint", "levels", name))
        code = known.get(name)
        if code is None:
            near = did_you_mean(name, [code.name for code in findings])
            raise Fault(
                BAD_CONFIGURATION,
                f"{place}: `{name}` is no code of a finding",
                help=f"did you mean `{near}`?" if near else "`syncdsl explain` lists all codes",
            )
        if level not in LEVELS:
            raise Fault(
                BAD_CONFIGURATION,
                f"{place}: `{level}` is no level",
                help="a level is one of " + ", ".join(f"`{item}`" for item in LEVELS),
            )
        if code.severity is Severity.ERROR and level != "error" and not code.id.startswith("SD5"):
            raise Fault(
                BAD_CONFIGURATION,
                f"{place}: `{name}` is an error that no level can lower",
                help=f"the rules cannot run with it; `syncdsl explain {code.id}` says how to mend it",
            )


def weighed(findings: Iterable[Diagnostic], levels: Mapping[str, str]) -> list[Diagnostic]:
    """Return findings with the levels in force; those that are off are left out."""
    kept: list[Diagnostic] = []
    for item in findings:
        level = levels.get(item.code.id, levels.get(item.code.name))
        if level is None:
            kept.append(item)
        elif level != "off":
            kept.append(replace(item, severity=Severity(level)))
    return kept
