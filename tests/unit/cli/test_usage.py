from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from syncdsl.cli import COMMANDS, main
from syncdsl.project import template

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Syncdsl

USAGE_ERRORS = [
    (["explan"], "there is no command `explan`; did you mean `explain`?"),
    (["init"], "missing argument `DIR`"),
    (["plan", "--ouy", "x"], "no such option"),
    (["plan", "--format", "yaml"], "`yaml` is not one of"),
    (["lint", "--format"], "requires an argument"),
    (["approve"], "missing argument `FILE`"),
    (["apply", "a", "b"], "unexpected extra argument"),
    (["--log-format", "xml", "lint"], "`xml` is not one of"),
    (["explain", "SD999"], "there is no code `SD999`"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE_ERRORS)
def test_usage_errors_end_with_3(syncdsl: Syncdsl, arguments: list[str], message: str) -> None:
    """A command line that is not understood says why in one message on stderr, and ends with 3."""
    result = syncdsl(*arguments)
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("error[SD610]: ")
    assert message in result.err
    assert "= help: " in result.err
    assert "Traceback" not in result.err


def test_an_unknown_code_suggests_the_nearest(syncdsl: Syncdsl) -> None:
    """A mistyped name leads to the right one."""
    assert "did you mean `guard-exceeded`?" in syncdsl("explain", "guard-exceded").err


def test_version(syncdsl: Syncdsl) -> None:
    """The version is that of the installed package."""
    assert syncdsl("--version").out == f"syncdsl {version('syncdsl')}\n"


def test_without_a_command_the_help_is_shown(syncdsl: Syncdsl) -> None:
    """Nothing to do is no mistake: the help says where to begin."""
    result = syncdsl()
    assert result.code == 0
    assert "syncdsl demo" in result.out


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("name", ["", *COMMANDS, "schema pull", "schema diff"])
def test_every_help_answers(name: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command has a help, with both spellings."""
    main([*name.split(), option], standalone_mode=False)
    assert capsys.readouterr().out.startswith("Usage: ")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "sandbox"])
def test_every_help_teaches_by_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every help shows the command as one would type it."""
    main([name, "--help"], standalone_mode=False)
    shown = capsys.readouterr().out
    assert "Examples:" in shown
    assert f"  syncdsl {name}" in shown


def test_faults_as_json(syncdsl: Syncdsl) -> None:
    """With `--log-format json` a fault is one JSON object on stderr."""
    result = syncdsl("plan", "--log-format", "json")
    assert result.code == 3
    said = json.loads(result.err)
    assert (said["code"], said["exit_code"], said["level"]) == ("SD601", 3, "error")


def test_outside_a_project(syncdsl: Syncdsl) -> None:
    """A command that needs a project says how to get one."""
    for command in ("check", "compile", "plan", "lint"):
        result = syncdsl(command)
        assert (result.code, result.out) == (3, "")
        assert "error[SD601]" in result.err
        assert "syncdsl init DIR" in result.err


def test_a_mistake_of_ours_is_one_message(
    syncdsl: Syncdsl, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What nobody expected ends with 70, without a traceback unless asked for, and without a word from the outside."""

    def fail(_folder: object) -> None:
        raise ValueError("\x1b[2J secret")

    monkeypatch.setattr(template, "create_project", fail)
    for arguments, traceback in ((["init", "x"], False), (["init", "x", "-v"], True)):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 70
        said = capsys.readouterr().err
        assert "error[SD901]: syncdsl made a mistake: ValueError" in said
        assert ("Traceback" in said) is traceback
        assert "\x1b" not in said
    assert syncdsl.folder.is_dir()


def test_interrupted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends with 130."""

    def stop(_folder: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(template, "create_project", stop)
    with pytest.raises(SystemExit) as ended:
        main(["init", "x"])
    assert ended.value.code == 130
    assert capsys.readouterr().err.strip() == "interrupted"
