"""Findings as JSON in a versioned form, with its published JSON Schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import Severity
from syncdsl.render.neutral import neutral_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.diagnostics import Diagnostic, Span

FORMAT = "syncdsl/findings/1"


def render_json(findings: Sequence[Diagnostic], files: int) -> str:
    """Return the JSON of all findings among `files` checked files."""
    counts = {level.value: sum(item.level is level for item in findings) for level in Severity}
    data = {
        "format": FORMAT,
        "summary": {"files": files, "errors": counts["error"], "warnings": counts["warning"], "notes": counts["note"]},
        "findings": [finding_data(item) for item in findings],
    }
    return neutral_json(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def finding_data(item: Diagnostic) -> dict[str, Any]:
    """Return the JSON data of one finding."""
    return {
        "code": item.code.id,
        "name": item.code.name,
        "severity": item.level.value,
        "message": item.message,
        "help": item.help,
        "span": _span(item.span),
        "related": [{"message": related.message, "span": _span(related.span)} for related in item.related],
        "fixes": [
            {"title": fix.title, "safe": fix.safe, "span": _span(fix.span), "replacement": fix.replacement}
            for fix in item.fixes
        ],
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "start": span.start,
        "end": span.end,
    }


def findings_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `lint` and `check` print with `--format json`."""
    whole = {"type": "integer", "minimum": 0}
    from_one = {"type": "integer", "minimum": 1}
    text = {"type": "string"}
    span = {"$ref": "#/$defs/span"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Findings of syncdsl lint and syncdsl check",
        **_closed(
            {
                "format": {"const": FORMAT},
                "summary": _closed({"files": whole, "errors": whole, "warnings": whole, "notes": whole}),
                "findings": {"type": "array", "items": {"$ref": "#/$defs/finding"}},
            }
        ),
        "$defs": {
            "span": {
                "description": "Lines and columns count from 1, in characters; ends are exclusive.",
                **_closed(
                    {
                        "file": text,
                        "line": from_one,
                        "column": from_one,
                        "end_line": from_one,
                        "end_column": from_one,
                        "start": whole,
                        "end": whole,
                    }
                ),
            },
            "finding": _closed(
                {
                    "code": {"type": "string", "pattern": "^SD[0-9]{3}$"},
                    "name": text,
                    "severity": {"enum": [level.value for level in Severity]},
                    "message": text,
                    "help": {"type": ["string", "null"]},
                    "span": span,
                    "related": {"type": "array", "items": _closed({"message": text, "span": span})},
                    "fixes": {
                        "type": "array",
                        "items": _closed(
                            {"title": text, "safe": {"type": "boolean"}, "span": span, "replacement": text}
                        ),
                    },
                }
            ),
        },
    }


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
