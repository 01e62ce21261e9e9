from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from syncdsl.diagnostics import Fault
from syncdsl.project.settings import read_settings, settings_schema
from syncdsl.project.shipped import shipped_rules

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = shipped_rules().joinpath("zoho", "template", "syncdsl.toml").read_text(encoding="utf-8")

VALID = """
[environments.live]
state = "sqlite:///live.db"
[environments.live.connections.crm]
adapter = "zoho_crm"
"""


def fault(folder: Path, text: str) -> Fault:
    """Return what reading these settings is refused with."""
    (folder / "syncdsl.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Fault) as refused:
        read_settings(folder)
    return refused.value


def test_the_template_fits_the_published_schema() -> None:
    """What `init` writes is valid, and so is everything that stands in its comments."""
    validator = Draft202012Validator(settings_schema())
    validator.validate(tomllib.loads(TEMPLATE))
    everything = "\n".join(
        line.removeprefix("# ")
        if line.startswith(("# [", "# state", "# adapter", "# data", "# org", "# cred"))
        else line
        for line in TEMPLATE.splitlines()
    )
    data = tomllib.loads(everything)
    assert set(data["environments"]) == {"sandbox", "production"}
    validator.validate(data)


def test_the_template_is_read(tmp_path: Path) -> None:
    """The settings say what the file says."""
    (tmp_path / "syncdsl.toml").write_text(TEMPLATE, encoding="utf-8")
    settings = read_settings(tmp_path)
    assert settings.environment_name(None) == "sandbox"
    assert settings.environments["sandbox"].connections["crm"].adapter == "zoho_crm"
    assert settings.project.schema_ == "schema"


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        ('[projct]\nrules = "r"', "syncdsl.toml:1: unknown key `projct`", "did you mean `project`?"),
        ('[project]\n\nrule = "r"', "syncdsl.toml:3: unknown key `rule` in `[project]`", "did you mean `rules`?"),
        ("[project]\nxyzzy = 1", "syncdsl.toml:2: unknown key `xyzzy`", "known here: `rules`, `schema`"),
        ("[project]\nrules = 1", "syncdsl.toml:2: `rules` must be text", 'rules = "…"'),
        ("project = 1", "syncdsl.toml:1: `project` must be a table", "[project]"),
        ('[project]\nrules = ""', "syncdsl.toml:2: `rules` is empty", "give it a value"),
        (
            "[environments.a.connections.crm]\n",
            "syncdsl.toml:1: `adapter` is missing in `[environments.a.connections.crm]`",
            'adapter = "…"',
        ),
        (
            '[environments.a.connections.crm]\nadapter = "x"\ncredentials = "1000.abcdef.secret"',
            "syncdsl.toml:3: `credentials` holds no reference",
            "env:PREFIX",
        ),
        ('[lint.levels]\nSD610 = "off"', "syncdsl.toml:2: `SD610` is no code of a finding", "syncdsl explain"),
        ("[project\n", "syncdsl.toml:1: ", "values are written like"),
        ('a = "', "syncdsl.toml:1: ", "values are written like"),
        ("a = 1\na = 2", "syncdsl.toml:2: ", "values are written like"),
        ('environments.a.connections.crm = { adapter = "x", ulr = "y" }', "unknown key `ulr`", "did you mean `url`?"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, text: str, message: str, advice: str) -> None:
    """Every mistake is named with its line, and the message says what to do."""
    found = fault(tmp_path, text)
    assert found.code.id == "SD602"
    assert message in found.message
    assert advice in (found.help or "")


def test_a_secret_is_not_repeated(tmp_path: Path) -> None:
    """Who writes a secret into the file does not find it in messages and logs too."""
    found = fault(tmp_path, '[environments.a.connections.crm]\nadapter = "x"\ncredentials = "1000.abcdef.secret"')
    assert "1000.abcdef.secret" not in found.message


@pytest.mark.parametrize(
    "url", ["postgresql://ada:topsecret@host/db", "postgresql://ada@host/db?schema=a&password=topsecret"]
)
def test_a_password_has_no_place_in_the_state_url(tmp_path: Path, url: str) -> None:
    """A state URL with a password in it is refused with its line, and the password is not shown again."""
    found = fault(tmp_path, f'[environments.live]\nstate = "{url}"')
    assert "syncdsl.toml:2: the URL in `state` has a password in it" in found.message
    assert "PGPASSWORD" in (found.help or "")
    assert "topsecret" not in f"{found.message} {found.help}"


def test_the_state_url_may_come_from_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `env:NAME` the whole URL comes from the environment; a variable that is not set is named."""
    (tmp_path / "syncdsl.toml").write_text('[environments.live]\nstate = "env:STATE_URL"', encoding="utf-8")
    settings = read_settings(tmp_path)
    monkeypatch.setenv("STATE_URL", "postgresql://ada:topsecret@host/db")
    assert settings.state_url("live") == "postgresql://ada:topsecret@host/db"
    monkeypatch.delenv("STATE_URL")
    with pytest.raises(Fault, match="`STATE_URL`") as refused:
        settings.state_url("live")
    assert refused.value.code.id == "SD602"


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    """Two mistakes take one run to find, in the order of their lines."""
    found = fault(tmp_path, '[project]\nrulse = "a"\nshema = "b"\n')
    first, second = found.message.splitlines()
    assert first.startswith("syncdsl.toml:2: ")
    assert second.startswith("syncdsl.toml:3: ")


def test_environments_are_chosen(tmp_path: Path) -> None:
    """The only environment is the default; of several one must be named."""
    (tmp_path / "syncdsl.toml").write_text(VALID)
    assert read_settings(tmp_path).environment_name(None) == "live"
    (tmp_path / "syncdsl.toml").write_text(VALID + VALID.replace("live", "test"))
    settings = read_settings(tmp_path)
    assert settings.environment_name("test") == "test"
    with pytest.raises(Fault, match="several environments: `live`, `test`"):
        settings.environment_name(None)
    with pytest.raises(Fault, match="there is no environment `prod`"):
        settings.environment_name("prod")
    (tmp_path / "syncdsl.toml").write_text("")
    with pytest.raises(Fault, match="configures no environment"):
        read_settings(tmp_path).environment_name(None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("true", True), ("false", False), ("[]", ()), ('["workflow", "approval"]', ("workflow", "approval"))],
)
def test_automation_is_a_switch_or_a_list_of_kinds(written: str, expected: object, tmp_path: Path) -> None:
    """Which kinds there are is the adapter's to know."""
    text = f'[environments.p.connections.crm]\nadapter = "zoho_crm"\noptions.automation = {written}\n'
    (tmp_path / "syncdsl.toml").write_text(text, encoding="utf-8")
    options = read_settings(tmp_path).environments["p"].connections["crm"].options
    assert options.automation == expected


@pytest.mark.parametrize("written", ['"workflow"', "[1]", "1", "{ workflow = true }"])
def test_another_automation_is_told_once_and_in_plain_words(written: str, tmp_path: Path) -> None:
    """One problem, without the names of types."""
    text = f'[environments.p.connections.crm]\nadapter = "zoho_crm"\noptions.automation = {written}\n'
    (tmp_path / "syncdsl.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Fault) as caught:
        read_settings(tmp_path)
    expected = "`automation`: neither `true` nor `false` nor a list of names"
    assert caught.value.message == f"syncdsl.toml:3: {expected} in `[environments.p.connections.crm.options]`"
