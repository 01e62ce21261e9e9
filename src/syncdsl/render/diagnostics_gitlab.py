"""Findings as a code quality report of GitLab, which shows them in a merge request and beside its lines.

The form is a part of Code Climate's: one array of findings, each with what GitLab asks for and no more.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import Severity
from syncdsl.render.fingerprints import Fingerprints
from syncdsl.render.neutral import neutral, neutral_json
from syncdsl.render.places import below

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.diagnostics import Diagnostic, SourceFile

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}

_PROJECT = "syncdsl.toml"
"""Where a finding about the project as a whole is shown: GitLab leaves out what has no file."""


def render_gitlab(findings: Sequence[Diagnostic], sources: Mapping[str, SourceFile], *, root: str) -> str:
    """Return the report of findings in `sources`; files below `root`, the checked-out repository, are named from it.

    A fingerprint is that of the same finding in the same file while the words of its line stay; no two are alike.
    """
    known = Fingerprints(sources)
    return (
        neutral_json(json.dumps([_entry(item, known, root) for item in findings], indent=2, ensure_ascii=False)) + "\n"
    )


def _entry(item: Diagnostic, known: Fingerprints, root: str) -> dict[str, Any]:
    file = item.span.file or _PROJECT
    path = below(root, file) or file
    words, number = known.of(item)
    text = f"{item.code.id}: {neutral(item.message)}"
    if item.help:
        text += f"; help: {neutral(item.help)}"
    return {
        "description": text,
        "check_name": item.code.name,
        "fingerprint": hashlib.sha256(json.dumps([path, words, number]).encode()).hexdigest()[:40],
        "severity": _SEVERITIES[item.level],
        "location": {"path": path, "lines": {"begin": item.span.line, "end": item.span.end_line}},
    }
