from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator

from syncdsl.render.diagnostics_json import findings_schema

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl


def spoil(project: Path, before: str, after: str) -> None:
    file = project / "rules" / "customers.sync"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def test_an_unknown_field_is_found(syncdsl: Syncdsl, project: Path) -> None:
    """`check` names the field, its place and the nearest one, and ends with 1."""
    spoil(project, "Phone <-> phone", "Phon <-> phone")
    result = syncdsl("check")
    assert result.code == 1
    assert "`Phon`" in result.out
    assert "rules/customers.sync:18:" in result.out
    assert "`Phone`" in result.out
    assert result.out.rstrip().splitlines()[-1].startswith("1 error in 1 file")


def test_concise_is_one_line_a_finding(syncdsl: Syncdsl, project: Path) -> None:
    """`--format concise` prints findings and nothing else."""
    spoil(project, "Phone <-> phone", "Phon <-> phone")
    result = syncdsl("check", "--format", "concise")
    assert result.code == 1
    (line,) = result.out.splitlines()
    assert line.startswith("rules/customers.sync:18:9: SD")


def test_json_fits_its_published_schema(syncdsl: Syncdsl, project: Path) -> None:
    """`--format json` is valid, clean or not."""
    validator = Draft202012Validator(findings_schema())
    for command in ("lint", "check"):
        validator.validate(json.loads(syncdsl(command, "--format", "json").out))
    spoil(project, "Phone <-> phone", "Phon <-> phone")
    data = json.loads(syncdsl("check", "--format", "json").out)
    validator.validate(data)
    assert data["summary"]["errors"] == 1


def test_a_syntax_error_stops_plan_and_compile(syncdsl: Syncdsl, project: Path) -> None:
    """Rules with an error are never run: the finding is shown on stderr and the command ends with 1."""
    spoil(project, "    map:", "    mpa:")
    for command in (["compile"], ["plan"], ["apply", "--yes"]):
        result = syncdsl(*command)
        assert (result.code, result.out) == (1, "")
        assert "error[SD1" in result.err
    assert not (project / ".syncdsl").exists()


def test_lint_needs_no_project(syncdsl: Syncdsl) -> None:
    """A rule file anywhere can be linted, and a folder of them."""
    (syncdsl.folder / "rules").mkdir()
    (syncdsl.folder / "rules" / "a.sync").write_text("language 1\n\nconnection crm: zoho_crm\n")
    for path in ("rules/a.sync", "rules", "."):
        assert syncdsl("lint", path).code in {0, 1}


def test_paths_that_are_not_there(syncdsl: Syncdsl, project: Path) -> None:
    """A path that does not exist, and a folder without rules, are named."""
    (project / "empty").mkdir()
    for command in ("lint", "check"):
        for path, message in (("nowhere.sync", "no file or folder"), ("empty", "no rule file in")):
            result = syncdsl(command, path)
            assert result.code == 3
            assert result.err.startswith("error[SD609]")
            assert message in result.err


def test_a_file_that_is_not_text(syncdsl: Syncdsl, project: Path) -> None:
    """Bytes that are no UTF-8 are a file that cannot be read, not a traceback."""
    (project / "rules" / "b.sync").write_bytes(b"\xff\xfe\x00")
    for command in ("lint", "check", "plan"):
        result = syncdsl(command)
        assert result.code == 3
        assert "SD609" in result.err
        assert "b.sync" in result.err


def test_control_characters_in_rules_are_shown(syncdsl: Syncdsl, project: Path) -> None:
    """A rule file cannot take over the terminal of whoever checks it."""
    spoil(project, "Phone <-> phone", "Ph\x1b[2Jon\u202e <-> phone")
    for output in ("text", "concise", "json"):
        shown = syncdsl("check", "--format", output)
        assert shown.code == 1
        assert {character for character in shown.out + shown.err if not character.isprintable()} <= {"\n"}


def test_compile_prints_the_plan(syncdsl: Syncdsl, project: Path) -> None:
    """`compile` prints a plan with its digest, the same every time, as text and as JSON."""
    assert project.is_dir()
    first, again = syncdsl("compile", "--format", "json"), syncdsl("compile", "--format", "json")
    assert first.code == 0
    assert first.out == again.out
    digest = json.loads(first.out)["digest"]
    assert digest.startswith("b2:")
    text = syncdsl("compile")
    assert text.code == 0
    assert digest in text.out
    assert "crm.Accounts" in text.out
