"""The runbook keeps its word: every command in it, and in the units beside it, exists and takes those options."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from syncdsl.cli import main
from syncdsl.cli.options import Globals
from syncdsl.diagnostics import ALL_CODES
from syncdsl.project.settings import Settings

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "operations.md"
UNITS = sorted((ROOT / "examples" / "systemd").iterdir())
_CODE = re.compile(r"^```sh\n(.*?)^```|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"(?:^|[ /'])syncdsl( [^|;&'\n]*)")


def commands() -> list[str]:
    """Return what follows `syncdsl` in the code of the page and in the units."""
    page = PAGE.read_text(encoding="utf-8")
    code = [block or inline for block, inline in _CODE.findall(page)]
    lines = [line.partition(" # ")[0] for text in code for line in text.splitlines()]
    lines = [
        line for line in lines if not re.match(r"(systemctl|journalctl|useradd|install|chown|ln|cp|git|sudo)\b", line)
    ]
    for unit in UNITS:
        lines += [line for line in unit.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart=")]
    found = [match[1].strip() for line in lines if "pip install" not in line for match in _COMMAND.finditer(line)]
    return sorted(set(found))


@pytest.mark.parametrize("command", commands())
def test_each_command_exists(command: str) -> None:
    """A command is known, takes these options and arguments, and has a help."""
    words = shlex.split(re.sub(r"\$\$\(.*?\)", "now", command))
    context = click.Context(main, info_name="syncdsl", obj=Globals())
    found: click.Command = main
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        chosen = found.get_command(context, name)
        assert chosen is not None, f"there is no `{name}` in `{context.command_path}`"
        found, context = chosen, click.Context(chosen, info_name=name, parent=context, obj=context.obj)
    parsed = found.make_context(str(context.info_name), words, parent=context.parent)
    assert found.get_help(parsed)


def test_there_are_commands_to_look_at() -> None:
    """The page is read, and so are the units."""
    found = commands()
    assert len(found) > 30
    assert any(command.startswith("run --env production --env-file") for command in found)
    assert any(command.startswith("state backup /var/backups") for command in found)


def test_codes_and_settings_exist() -> None:
    """Every code on the page is one, and its settings can be read."""
    text = PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"\bSD\d{3}\b", text)) <= {code.id for code in ALL_CODES}
    blocks = re.findall(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        Settings.model_validate(tomllib.loads(block))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_can_be_read(unit: Path) -> None:
    """A unit has the sections of its kind, and starts what is installed as the page says."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text(encoding="utf-8"))
    assert {"Unit", "Service" if unit.suffix == ".service" else "Timer"} <= set(parser.sections())
    if unit.suffix == ".service":
        assert "/opt/syncdsl/bin/syncdsl " in parser["Service"]["ExecStart"]
        assert parser["Service"]["EnvironmentFile"] == "/etc/syncdsl/my-sync.env"
        assert parser["Service"]["NoNewPrivileges"] == "true"
