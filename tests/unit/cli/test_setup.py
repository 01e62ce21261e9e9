from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

import pytest

from syncdsl.project.call_backs import call_back_path

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Company

pytestmark = pytest.mark.acceptance


@pytest.fixture
def variables(company: Company) -> dict[str, str]:
    """Return the credentials of both systems as variables."""
    return company.sandbox.environment()


def test_everything_is_there(company: Company, variables: dict[str, str]) -> None:
    """On organisations that have everything nothing is created, and the next command is named."""
    result = company.run("setup", **variables)
    assert result.code == 0, result.err
    assert "everything is ready" in result.out
    assert "✗" not in result.out
    assert "syncdsl schema pull" in result.err
    assert not [path for path in company.calls() if "settings/fields" in path and "POST" in path]


def test_currencies_of_one_side(company: Company, variables: dict[str, str]) -> None:
    """A currency in use in the CRM and missing in Books is created there after a yes, once."""
    company.remove_currency("GBP")
    looked = company.run("setup", "books", "--check", **variables)
    assert "currency GBP is missing" in looked.out
    assert looked.code == 0, "a currency is advice: the rules run without it"
    asked = company.run("setup", "books", **variables)
    assert asked.code == 3
    assert "error[SD611]" in asked.err
    few = company.refresh_token("ZohoBooks.contacts.ALL", "ZohoBooks.invoices.ALL", "ZohoBooks.settings.READ")
    refused = company.run("setup", "books", "--yes", **{**variables, "SYNCDSL_BOOKS_REFRESH_TOKEN": few})
    assert refused.code == 6
    assert "error[SD723]" in refused.err
    assert "`ZohoBooks.settings.CREATE`" in refused.err
    assert "`New Currency`: GBP" in refused.err
    made = company.run("setup", "books", "--yes", **variables)
    assert made.code == 0, made.err
    assert "created books: currency GBP" in made.err
    again = company.run("setup", "books", "--yes", **variables)
    assert "created" not in again.err
    assert "everything is ready" in again.out


def test_few_scopes(company: Company) -> None:
    """A token that lacks scopes is said with each of them and why, and the command fails."""
    token = company.refresh_token("ZohoBooks.contacts.ALL", "ZohoBooks.settings.ALL")
    variables = {**company.sandbox.environment(), "SYNCDSL_BOOKS_REFRESH_TOKEN": token}
    result = company.run("setup", "books", "--check", **variables)
    assert result.code == 1
    assert "the token lacks `ZohoBooks.invoices.READ` (read invoices)" in result.out
    assert "syncdsl login books" in result.out
    assert token not in result.out + result.err


def test_a_refused_token(company: Company, variables: dict[str, str]) -> None:
    """A token that does not hold any more ends the command with where it is set and what to do."""
    result = company.run("setup", "--check", **{**variables, "SYNCDSL_CRM_REFRESH_TOKEN": "1000.gone"})
    assert result.code == 6
    assert "error[SD702]" in result.err
    assert "1000.gone" not in result.err


def address_in(text: str, base: str) -> str:
    """Return the one address below a public one that a text names."""
    [found] = set(re.findall(re.escape(base) + r"/hooks/[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])", text))
    return str(found)


def test_webhooks_with_a_secret_in_the_keyring(company: Company) -> None:
    """The secret is made once, kept and not printed; the text has the clicks, the address and where the secret is."""
    assert company.sign_in("books").code == 0
    command = ("setup", "books", "--webhooks", "https://sync.example")
    looked = company.run(*command, "--check")
    assert looked.code == 0, looked.err
    assert "https://sync.example/hooks/…" in looked.out
    assert "webhook_secret" not in company.kept["syncdsl:my-sync-sandbox-books"]
    result = company.run(*command)
    assert result.code == 0, result.err
    secret = company.kept["syncdsl:my-sync-sandbox-books"]["webhook_secret"]
    assert re.fullmatch(r"[A-Za-z0-9]{12,50}", secret)
    assert secret not in result.out + result.err
    assert address_in(result.out, "https://sync.example").endswith(call_back_path("sandbox", "books", secret))
    assert "`New Workflow Rule`" in result.out.replace("\n", " ")
    assert "keyring get syncdsl:my-sync-sandbox-books webhook_secret" in result.out
    assert '`call_back = "https://sync.example"`' in result.err
    again = company.run(*command)
    assert again.out == result.out
    assert company.kept["syncdsl:my-sync-sandbox-books"]["webhook_secret"] == secret


def test_webhooks_with_variables(company: Company, variables: dict[str, str]) -> None:
    """With variables the secret goes into a private file, or comes from the variable that is set."""
    command = ("setup", "books", "--webhooks", "https://sync.example")
    refused = company.run(*command, **variables)
    assert refused.code == 3
    assert "`SYNCDSL_BOOKS_WEBHOOK_SECRET` is not set" in refused.err
    file = company.run.folder.parent / "hooks.env"
    made = company.run(*command, "--env-file", str(file), **variables)
    assert made.code == 0, made.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    name, _, secret = file.read_text(encoding="utf-8").strip().partition("=")
    assert name == "SYNCDSL_BOOKS_WEBHOOK_SECRET"
    assert secret not in made.out + made.err
    known = company.run(*command, **variables, SYNCDSL_BOOKS_WEBHOOK_SECRET=secret)
    assert known.code == 0
    assert address_in(known.out, "https://sync.example") == address_in(made.out, "https://sync.example")


def test_webhooks_at_the_address_of_the_environment(company: Company, variables: dict[str, str]) -> None:
    """`--webhooks` alone goes by `call_back`; the CRM is subscribed to, so there is only its address to show."""
    secret = {"SYNCDSL_CRM_WEBHOOK_SECRET": "canary0secret0of0ours"}
    unknown = company.run("setup", "crm", "--webhooks", **variables, **secret)
    assert unknown.code == 3
    assert "`call_back = " in unknown.err
    file = company.run.folder / "syncdsl.toml"
    heading = "[environments.sandbox]\n"
    text = company.settings.replace(heading, f'{heading}call_back = "https://sync.example/"\n')
    file.write_text(text, encoding="utf-8")
    shown = company.run("setup", "crm", "--webhooks", "--env", "sandbox", **variables, **secret)
    assert shown.code == 0, shown.err
    assert "nothing to click" in shown.out
    assert "printenv SYNCDSL_CRM_WEBHOOK_SECRET" in shown.out
    assert secret["SYNCDSL_CRM_WEBHOOK_SECRET"] not in shown.out + shown.err
    path = call_back_path("sandbox", "crm", secret["SYNCDSL_CRM_WEBHOOK_SECRET"])
    assert address_in(shown.out, "https://sync.example") == f"https://sync.example{path}"
    assert "call_back" not in shown.err


def test_webhooks_need_one_connection_and_https(company: Company, variables: dict[str, str]) -> None:
    """Webhooks are set up for one system, at an address that nobody can listen to, unless it is this machine's."""
    both = company.run("setup", "--webhooks", "https://sync.example", **variables)
    assert "takes one CONNECTION" in both.err
    plain = company.run("setup", "books", "--webhooks", "http://sync.example", **variables)
    assert plain.code == 3
    assert "begins with `https://`" in plain.err
    secret = {"SYNCDSL_BOOKS_WEBHOOK_SECRET": "canary0secret0of0ours"}
    here = company.run("setup", "books", "--webhooks", "http://127.0.0.1:8087", **variables, **secret)
    assert here.code == 0, here.err
    assert address_in(here.out, "http://127.0.0.1:8087")
