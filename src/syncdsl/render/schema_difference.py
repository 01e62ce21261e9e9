"""What `schema diff` prints: the changes of every snapshot, and the findings they bring to the rules."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syncdsl.render.diagnostics_json import finding_data
from syncdsl.render.diagnostics_text import render_text as render_findings
from syncdsl.render.neutral import neutral_json
from syncdsl.render.schema_text import render_schema_difference
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.schema.difference import Difference, changed_statistics, differences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.schema.snapshot import SchemaSnapshot

FORMAT = "syncdsl/schema-diff/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two snapshots of one system; `connection` is None where files were compared that belong to no project."""

    connection: str | None
    path: str
    before: SchemaSnapshot
    after: SchemaSnapshot
    differences: tuple[Difference, ...] = field(init=False)
    statistics: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "differences", differences(self.before, self.after))
        object.__setattr__(self, "statistics", changed_statistics(self.before, self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """The findings that rules have with the later snapshots and not with the earlier ones."""

    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceFile]


def render_text(
    compared: Sequence[Compared], impact: Impact | None, style: Style = PLAIN, *, quiet: bool = False
) -> str:
    """Return the changes, then the findings they bring with the lines of the rules."""
    parts = [
        render_schema_difference(item.path, item.differences, item.statistics, style)
        for item in compared
        if not quiet or item.differences
    ]
    if impact is None:
        return "".join(parts)
    if impact.findings:
        parts += ["\n", render_findings(impact.findings, impact.sources, style)]
        said = f"{counted(len(impact.findings), 'finding')} in rules that were fine before"
        parts.append(style("error", said) + "\n")
    elif not quiet:
        parts.append(style("good", "no rule breaks") + "\n")
    return "".join(parts)


def render_json(compared: Sequence[Compared], impact: Impact | None) -> str:
    """Return changes and findings as JSON; `findings` is null where no rules were checked."""
    data = {
        "format": FORMAT,
        "snapshots": [_snapshot(item) for item in compared],
        "findings": None if impact is None else [finding_data(item) for item in impact.findings],
    }
    return neutral_json(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _snapshot(item: Compared) -> dict[str, Any]:
    return {
        "connection": item.connection,
        "path": item.path,
        "changes": [
            {
                "module": change.module,
                "field": change.field,
                "what": change.what,
                "kind": change.kind.value,
                "weight": change.weight.value,
                "before": change.before,
                "after": change.after,
            }
            for change in item.differences
        ],
        "statistics": list(item.statistics),
    }
