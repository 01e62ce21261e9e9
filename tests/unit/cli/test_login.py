from __future__ import annotations

import re
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.unit.cli.dialogue import talk

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Company

pytestmark = pytest.mark.acceptance

CLIENT = "client_id=sandbox-client\nclient_secret=sandbox-secret\n"
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/oauth/v2/auth\S+")


def test_into_the_keyring(company: Company) -> None:
    """A code from stdin becomes a refresh token in the keyring, and syncdsl.toml says where; no secret is printed."""
    result = company.sign_in("crm", "-vv")
    assert result.code == 0, result.err
    assert "POST /oauth/v2/token" in result.err, "-vv tells the calls"
    assert "Signed in: crm opens" in result.out
    assert result.out.index("syncdsl login books") < result.out.index("syncdsl setup"), "what comes next, in order"
    (kept,) = company.kept.values()
    assert company.kept.keys() == {"syncdsl:my-sync-sandbox-crm"}
    assert kept.keys() == {"client_id", "client_secret", "refresh_token"}
    assert 'credentials = "keyring:my-sync-sandbox-crm"' in company.settings
    for secret in (kept["client_secret"], kept["refresh_token"]):
        assert secret not in result.out + result.err + company.settings
    assert company.run("doctor", "crm").code == 0


def test_again_into_the_same_entry(company: Company) -> None:
    """Signing in anew replaces the token where it was, with the client that is set already, and asks for no place."""
    assert company.sign_in("crm").code == 0
    first = company.kept["syncdsl:my-sync-sandbox-crm"]["refresh_token"]
    again = company.run("login", "crm", "--code-stdin", stdin=company.code())
    assert again.code == 0, again.err
    assert "syncdsl.toml" not in again.out
    assert company.kept["syncdsl:my-sync-sandbox-crm"]["refresh_token"] != first


def test_into_a_private_file(company: Company) -> None:
    """With `--env-file` the variables are in a file that only its owner reads; a shell that reads it can run."""
    file = company.run.folder.parent / "private" / "shop.env"
    for connection in ("crm", "books"):
        result = company.sign_in(connection, "--env-file", str(file))
        assert result.code == 0, result.err
        assert f"set -a; . {file}; set +a" in result.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    variables = dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())
    assert len(variables) == 6
    assert variables["SYNCDSL_CRM_REFRESH_TOKEN"] not in result.out + result.err
    assert company.run("plan", "-q", **variables).code == 0


@pytest.mark.parametrize(
    ("stdin", "code", "said"),
    [
        (f"{CLIENT}code=1000.wrong\n", "SD720", "the code is wrong, used up or too old (invalid_code)"),
        ("client_id=other\nclient_secret=x\ncode=1\n", "SD720", "the client id is not known there"),
        ("client_id=sandbox-client\nclient_secret=x\ncode=1\n", "SD720", "the client secret is wrong"),
        (CLIENT, "SD606", "stdin holds no code"),
        ("sandbox-code", "SD606", "there is no client_id and no client_secret"),
    ],
)
def test_refusals_say_what_to_do(company: Company, stdin: str, code: str, said: str) -> None:
    """Every refusal says which part was refused; nothing is kept and no setting changes."""
    before = company.settings
    result = company.run("login", "crm", "--code-stdin", "--keyring", stdin=stdin)
    assert f"error[{code}]" in result.err
    assert said in result.err
    assert "= help: " in result.err
    assert "1000.wrong" not in result.err
    assert (company.kept, company.settings) == ({}, before)


def test_a_code_is_good_once(company: Company) -> None:
    """A code that was used is refused with what that means."""
    code = company.code()
    assert company.run("login", "crm", "--code-stdin", "--keyring", stdin=f"{CLIENT}{code}").code == 0
    again = company.run("login", "crm", "--code-stdin", stdin=code)
    assert again.code == 6
    assert "used up" in again.err


def test_missing_scopes_are_named(company: Company) -> None:
    """A code without the scopes that the rules need is refused with the missing ones, and its token is revoked."""
    code = company.code("ZohoCRM.modules.accounts.ALL", "ZohoCRM.org.READ", "ZohoCRM.settings.ALL")
    result = company.run("login", "crm", "--code-stdin", "--keyring", stdin=f"{CLIENT}{code}")
    assert result.code == 6
    assert "error[SD721]" in result.err
    listed = re.findall(r"ZohoCRM\.\S+", result.err.partition("= help")[0])
    assert listed == ["ZohoCRM.modules.deals.READ", "ZohoCRM.coql.READ", "ZohoCRM.users.READ"]
    assert company.kept == {}
    assert company.calls()[-1] == "/oauth/v2/token/revoke"


def test_the_printed_scopes_are_enough(company: Company) -> None:
    """A token with exactly the scopes that `--scopes` prints signs in, pulls the schema and previews."""
    for connection in ("crm", "books"):
        scopes = company.run("login", connection, "--scopes", "-q").out.strip().split(",")
        code = company.code(*scopes)
        result = company.run("login", connection, "--code-stdin", "--keyring", stdin=f"{CLIENT}{code}")
        assert result.code == 0, result.err
    for command in (("schema", "pull"), ("setup", "--check"), ("plan",)):
        result = company.run(*command)
        assert result.code == 0, result.err + result.out


def test_another_organisation_is_not_taken(company: Company) -> None:
    """A sign-in that opens another organisation than the configured one is refused, and nothing is kept."""
    result = company.sign_in("books", "--organization", "42")
    assert result.code == 6
    assert "does not open organisation `42`" in result.err
    assert company.sandbox.books_organization in result.err
    assert company.kept == {}


def test_the_organisation_is_written(company: Company) -> None:
    """Without a configured organisation the one that the sign-in opens is written into syncdsl.toml."""
    settings = company.run.folder / "syncdsl.toml"
    text = company.settings.replace(f'organization = "{company.sandbox.crm_organization}"\n', "", 1)
    settings.write_text(text.replace(company.sandbox.books_organization, "…"), encoding="utf-8")
    assert company.sign_in("crm").code == 0
    assert company.sign_in("books").code == 0
    assert f'organization = "{company.sandbox.crm_organization}"' in company.settings
    assert f'organization = "{company.sandbox.books_organization}"' in company.settings
    assert "# Your own organisations" in company.settings


def test_a_place_is_chosen_before_the_code_is_used(company: Company) -> None:
    """Without a place, with two of them, with one in the project or a pipe, nothing is asked of the system."""
    for options, said in (
        ((), "say where the secrets go"),
        (("--keyring", "--show"), "exclude each other"),
        (("--show",), "needs a terminal"),
        (("--env-file", "shop.env"), "inside the project"),
    ):
        result = company.run("login", "crm", "--code-stdin", *options, stdin=CLIENT + "code=1")
        assert result.code == 3
        assert said in result.err
    assert company.calls() == []


def test_without_a_keyring(company: Company) -> None:
    """A machine without a keyring, and a locked one, are said before a code is used."""
    for environment, said in (
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, "this machine has none"),
        ({}, "it is locked"),
    ):
        company.keyring_file.write_text("locked", encoding="utf-8")
        result = company.run("login", "crm", "--code-stdin", "--keyring", stdin=CLIENT + "code=1", **environment)
        assert result.code == 3
        assert "error[SD620]" in result.err
        assert said in result.err
        assert "--env-file" in result.err


def test_at_a_terminal(company: Company) -> None:
    """A person is told where to click, asked for what is missing without showing it, and told where it went."""
    code = company.code()
    status, shown = talk(
        company.run.folder,
        {**company.run.environment, "PATH": "/usr/bin:/bin", "HOME": str(company.run.folder)},
        "login",
        "crm",
        answers=[
            ("Keep the secrets in this machine's keyring", "y"),
            ("Client id", "sandbox-client"),
            ("Client secret (not shown)", "sandbox-secret"),
            ("Code (not shown)", code),
        ],
    )
    assert status == 0, shown
    assert "ZohoCRM.modules.accounts.READ,ZohoCRM.modules.accounts.CREATE" in shown
    assert "sandbox-secret" not in shown
    assert code not in shown
    assert company.kept["syncdsl:my-sync-sandbox-crm"]["refresh_token"] not in shown


def test_shown_only_after_a_yes(company: Company) -> None:
    """`--show` shows the variables on a terminal after asking, and keeps them nowhere; a no leaves the code unused."""
    code = company.code()
    environment = {**company.run.environment, "PATH": "/usr/bin:/bin", "HOME": str(company.run.folder)}
    environment |= {"SYNCDSL_CRM_CLIENT_ID": "sandbox-client", "SYNCDSL_CRM_CLIENT_SECRET": "sandbox-secret"}
    command = ("login", "crm", "--show")
    status, shown = talk(company.run.folder, environment, *command, answers=[("Go on?", "n")])
    assert status == 130
    assert "REFRESH_TOKEN=" not in shown
    answers = [("Go on?", "y"), ("Code (not shown)", code)]
    status, shown = talk(company.run.folder, environment, *command, answers=answers)
    assert status == 0, shown
    assert re.search(r"^SYNCDSL_CRM_REFRESH_TOKEN=\S+$", shown, re.MULTILINE)
    assert company.kept == {}
    assert "kept nowhere" in shown


def consent(company: Company, *options: str, port: int = 0, state: str | None = None) -> tuple[int, str]:
    """Sign in with `--browser`, be the browser, and return exit code and everything said; `state` replaces ours."""
    command = [sys.executable, "-m", "syncdsl", "login", "crm", "--browser", "--no-open", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--code-stdin", "--keyring", *options],
        cwd=company.run.folder,
        env={**company.run.environment, "PATH": "/usr/bin:/bin", "HOME": str(company.run.folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(CLIENT)
        process.stdin.close()
        said = ""
        while not (found := ADDRESS.search(said)):
            line = process.stderr.readline()
            assert line, said
            said += line
        back = httpx.get(found[0])
        assert back.status_code == 302, back.text
        address = httpx.URL(back.headers["Location"])
        httpx.get(address.copy_with(path="/favicon.ico", query=None))
        page = httpx.get(address.copy_merge_params({"state": state}) if state else address)
        assert "You can close this window" in page.text
        out = process.stdout.read() if process.stdout else ""
        said += process.stderr.read()
        return process.wait(timeout=60), said + out


def test_consent_in_a_browser(company: Company) -> None:
    """The browser brings the code to a port of this machine; asked for are the fewest scopes, and a refresh token."""
    status, said = consent(company)
    assert status == 0, said
    address = httpx.URL(ADDRESS.findall(said)[0])
    assert "ZohoCRM.modules.deals.READ" in address.params["scope"].split(",")
    assert (address.params["access_type"], address.params["prompt"]) == ("offline", "consent")
    assert company.kept["syncdsl:my-sync-sandbox-crm"]["refresh_token"].startswith("1000.")
    assert "sandbox-secret" not in said


def test_the_answer_of_another_sign_in_is_not_used(company: Company) -> None:
    """With another `state` the code is not exchanged."""
    status, said = consent(company, state="somebody-elses")
    assert status == 6
    assert "error[SD722]" in said
    assert company.kept == {}
    assert company.calls() == ["/oauth/v2/auth"]


def test_adapters_without_a_sign_in(company: Company) -> None:
    """A connection that needs no secrets says so; one that nobody configured is named with the nearest."""
    settings = company.run.folder / "syncdsl.toml"
    text = company.settings + '\n[environments.sandbox.connections.memo]\nadapter = "memory"\n'
    settings.write_text(text, encoding="utf-8")
    result = company.run("login", "memo", "--scopes")
    assert result.code == 3
    assert "error[SD621]" in result.err
    assert "it needs no credentials" in result.err
    assert "did you mean `crm`?" in company.run("login", "crn", "--scopes").err


def test_scopes_of_an_environment_that_is_not_there_yet(company: Company) -> None:
    """With `--data-centre` the rules say which adapter it is, and the clicks lead to that data centre's console."""
    result = company.run("login", "crm", "--env", "production", "--data-centre", "ca", "--scopes")
    assert result.code == 0, result.err
    assert "https://api-console.zohocloud.ca" in result.out
    assert "Self Client" in result.out
    assert "there is no environment" in company.run("login", "crm", "--env", "production", "--scopes").err
    unknown = company.run("login", "crm", "--env", "production", "--data-centre", "xx", "--scopes")
    assert "there is no data centre `xx`" in unknown.err
