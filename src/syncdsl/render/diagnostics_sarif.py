"""Findings as SARIF 2.1.0, the format that code scanning services read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from syncdsl.render.code_markdown import code_markdown, code_plain
from syncdsl.render.fingerprints import Fingerprints
from syncdsl.render.neutral import neutral_json, neutral_lines
from syncdsl.render.places import below, file_uri, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.diagnostics import Code, Diagnostic, Fix, SourceFile, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://pypi.org/project/syncdsl/"
ROOT = "%SRCROOT%"

_AREAS = {"1": "syntax", "2": "names", "3": "types", "4": "proofs", "5": "lint"}


def render_sarif(findings: Sequence[Diagnostic], sources: Mapping[str, SourceFile], *, root: str, version: str) -> str:
    """Return the SARIF log of findings in `sources`; files below `root` are named relative to it.

    Columns and offsets count Unicode code points, as everywhere in syncdsl; end columns are exclusive.
    """
    codes = sorted({item.code.id: item.code for item in findings}.values(), key=lambda code: code.id)
    numbers = {code.id: number for number, code in enumerate(codes)}
    known = Fingerprints(sources)
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "syncdsl",
                        "version": version,
                        "semanticVersion": version,
                        "informationUri": HOME,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "invocations": [{"executionSuccessful": True}],
                "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the checked-out repository."}}},
                "artifacts": [
                    {"location": _artifact(file, root), "sourceLanguage": "syncdsl", "encoding": "utf-8"}
                    for file in sources
                ],
                "columnKind": "unicodeCodePoints",
                "results": [_result(item, numbers, known, root) for item in findings],
            }
        ],
    }
    return neutral_json(json.dumps(log, indent=2, ensure_ascii=False)) + "\n"


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.id,
        "name": "".join(word.capitalize() for word in code.name.split("-")),
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.explanation.strip()},
        "help": {"text": code_plain(code), "markdown": code_markdown(code)},
        "helpUri": HOME,
        "defaultConfiguration": {"level": code.severity.value},
        "properties": {"tags": [_AREAS.get(code.id[2], "project")]},
    }


def _result(item: Diagnostic, numbers: Mapping[str, int], known: Fingerprints, root: str) -> dict[str, Any]:
    text = _message(item.message)
    if item.help:
        text += f"\nhelp: {_message(item.help)}"
    words, number = known.of(item)
    result: dict[str, Any] = {
        "ruleId": item.code.id,
        "ruleIndex": numbers[item.code.id],
        "level": item.level.value,
        "message": {"text": text},
        "locations": [_location(item.span, root)] if item.span.file else [],
        "partialFingerprints": {"syncdsl/v1": f"{words}:{number}"},
    }
    if item.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": _message(related.message)}, **_location(related.span, root)}
            for number, related in enumerate(item.related, start=1)
        ]
    if item.fixes:
        result["fixes"] = [_fix(fix, root) for fix in item.fixes]
    return result


def _location(span: Span, root: str) -> dict[str, Any]:
    if not span.file:
        return {}
    return {"physicalLocation": {"artifactLocation": _artifact(span.file, root), "region": _region(span)}}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }


def _artifact(file: str, root: str) -> dict[str, str]:
    inside = below(root, file)
    if inside is None:
        return {"uri": file_uri(file)}
    return {"uri": quoted(inside), "uriBaseId": ROOT}


def _fix(fix: Fix, root: str) -> dict[str, Any]:
    return {
        "description": {"text": _message(fix.title)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(fix.span.file, root),
                "replacements": [{"deletedRegion": _region(fix.span), "insertedContent": {"text": fix.replacement}}],
            }
        ],
        "properties": {"safe": fix.safe},
    }


def _message(text: str) -> str:
    """Return plain text of a SARIF message, with neither links (`[text](target)`) nor placeholders (`{0}`)."""
    return neutral_lines(text).replace("](", "] (").replace("{", "{{").replace("}", "}}")
