"""`syncdsl credentials` with two emulated organisations."""

from __future__ import annotations

import json
import os
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import jsonschema
import pytest
from tests.unit.cli.dialogue import talk

from syncdsl.project.rotation import SWITCH
from syncdsl.render.secrets_json import credentials_schema
from syncdsl.state import open_state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Company

    from syncdsl.state import State

ENTRY = "syncdsl:my-sync-sandbox-crm"
SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.org.ALL",
    "ZohoCRM.users.ALL",
    "ZohoCRM.coql.READ",
    "ZohoSearch.securesearch.READ",
    "ZohoBooks.fullaccess.all",
)


def state_of(company: Company) -> closing[State]:
    return closing(open_state("sqlite:///.syncdsl/sandbox.db", base=company.run.folder))


def own(company: Company, organization: str) -> None:
    """Let the state belong to an organisation of the CRM."""
    with state_of(company) as state:
        state.record_identity("sandbox", {"crm": {"organization": organization, "data_centre": "local"}})


def test_a_new_token_takes_the_place_of_the_old_one(company: Company) -> None:
    """A new token is tried and kept beside the rest, old access tokens go, and whoever serves the state is told."""
    assert company.sign_in("crm").code == 0
    assert company.run("doctor", "crm").code == 0
    own(company, company.sandbox.crm_organization)
    before = company.kept[ENTRY]
    cached = {name for name in before if name.startswith("access_token_")}
    assert cached
    token = company.refresh_token(*SCOPES)
    result = company.run("credentials", "update", "crm", "--stdin", stdin=f"refresh_token={token}\n")
    assert (result.code, result.err) == (0, "")
    after = company.kept[ENTRY]
    assert after["refresh_token"] == token
    assert after["client_secret"] == before["client_secret"]
    assert not cached & after.keys()
    assert token not in result.out + result.err
    assert "Replaced the secrets of crm: they open" in result.out
    with state_of(company) as state:
        switch = state.switch(SWITCH)
    assert switch is not None
    assert switch.value.keys() == {"crm"}
    assert company.run("schema", "pull", "crm").code == 0


def test_from_variables(company: Company) -> None:
    """`--from-env` takes those that are set, and nothing is said when they are the ones in use."""
    assert company.sign_in("crm").code == 0
    token = company.refresh_token(*SCOPES)
    for said in ("Replaced", "nothing changed"):
        result = company.run("credentials", "update", "crm", "--from-env", "NEW", NEW_REFRESH_TOKEN=token)
        assert result.code == 0, result.err
        assert said in result.out
    assert company.kept[ENTRY]["refresh_token"] == token


def test_in_a_private_file(company: Company) -> None:
    """Where the secrets are variables, they are replaced in the file that a service reads, and nothing else in it."""
    file = company.run.folder.parent / "private" / "shop.env"
    assert company.sign_in("crm", "--env-file", str(file)).code == 0
    file.write_text("# ours\nOTHER=1\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    token = company.refresh_token(*SCOPES)
    given = f"refresh_token={token}\n"
    refused = company.run("credentials", "update", "crm", "--stdin", stdin=given)
    assert (refused.code, "--env-file FILE" in refused.err) == (3, True)
    result = company.run("credentials", "update", "crm", "--stdin", "--env-file", str(file), stdin=given)
    assert result.code == 0, result.err
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# ours\nOTHER=1\n")
    assert f"SYNCDSL_CRM_REFRESH_TOKEN={token}\n" in text
    assert "SYNCDSL_CRM_CLIENT_SECRET=sandbox-secret\n" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shown = company.run("credentials", "show", "crm", "--env-file", str(file))
    assert shown.code == 0, shown.out
    assert token not in shown.out


@pytest.mark.parametrize(
    ("stdin", "code", "said"),
    [
        ("refresh_token=1000.wrong\n", "SD702", "does not accept"),
        ("client_secret=wrong\n", "SD702", "does not accept"),
        ("", "SD606", "no new secret of `crm` was given"),
        ("token=s3cret-value\n", "SD610", "line 1 of stdin is no secret of `crm`"),
    ],
)
def test_what_is_refused_changes_nothing(company: Company, stdin: str, code: str, said: str) -> None:
    """Wrong secrets and mistakes leave the old ones in place, and are never shown."""
    assert company.sign_in("crm").code == 0
    before = company.kept
    result = company.run("credentials", "update", "crm", "--stdin", stdin=stdin)
    assert f"error[{code}]" in result.err
    assert said in result.err
    assert "1000.wrong" not in result.err
    assert "s3cret" not in result.err
    names = ("client_id", "client_secret", "refresh_token")
    assert {name: company.kept[ENTRY][name] for name in names} == {name: before[ENTRY][name] for name in names}


def test_scopes_have_to_suffice(company: Company) -> None:
    """A token that lacks what the rules need is refused with the scopes that are missing: SD721."""
    assert company.sign_in("crm").code == 0
    before = company.kept[ENTRY]["refresh_token"]
    token = company.refresh_token("ZohoCRM.modules.accounts.ALL", "ZohoCRM.org.READ")
    result = company.run("credentials", "update", "crm", "--stdin", stdin=f"refresh_token={token}\n")
    assert "error[SD721]" in result.err
    assert "ZohoCRM.coql.READ" in result.err
    assert company.kept[ENTRY]["refresh_token"] == before


def test_another_organisation(company: Company) -> None:
    """Credentials that open another organisation than the state's, or the configured one, are refused: SD878."""
    for connection in ("crm", "books"):
        assert company.sign_in(connection).code == 0
    own(company, "42")
    before = company.kept[ENTRY]["refresh_token"]
    given = f"refresh_token={company.refresh_token(*SCOPES)}\n"
    result = company.run("credentials", "update", "crm", "--stdin", stdin=given)
    assert result.code == 3
    assert "error[SD878]" in result.err
    assert "the state belongs to 42" in result.err
    assert company.kept[ENTRY]["refresh_token"] == before
    settings = company.run.folder / "syncdsl.toml"
    text = company.settings.replace(f'organization = "{company.sandbox.books_organization}"', 'organization = "43"')
    settings.write_text(text, encoding="utf-8")
    assert "do not open organisation `43`" in company.run("credentials", "update", "books", "--stdin", stdin=given).err


def test_where_secrets_come_from(company: Company) -> None:
    """`show` names every variable and entry and whether it is set, as text and JSON, and ends with 1 when one lacks."""
    assert company.sign_in("crm").code == 0
    settings = company.run.folder / "syncdsl.toml"
    alerts = '\n[alerts]\nwebhook = "env:HOOK"\n[alerts.email]\nserver = "smtp://mail"\nfrom = "a@b"\nto = ["c@d"]\n'
    settings.write_text(company.settings + alerts + 'credentials = "env:MAIL"\n', encoding="utf-8")
    shown = company.run("credentials", "show", HOOK="https://hooks.example.com/T0KEN", MAIL_USER="ada")
    assert shown.code == 1
    assert "refresh_token   keyring entry syncdsl:my-sync-sandbox-crm" in shown.out
    document = json.loads(company.run("credentials", "show", "--format", "json", HOOK="https://T0KEN").out)
    jsonschema.validate(document, credentials_schema())
    assert document["complete"] is False
    found = {(item["owner"], item["name"]): item for item in document["secrets"]}
    assert found["crm", "refresh_token"]["present"] is True
    assert found["books", "refresh_token"] == {
        "owner": "books", "name": "refresh_token", "source": "variable SYNCDSL_BOOKS_REFRESH_TOKEN",
        "present": False, "optional": False, "problem": None,
    }  # fmt: skip
    assert found["crm", "webhook_secret"]["optional"] is True
    assert found["alerts.webhook", "url"]["present"] is True
    assert found["alerts.email", "password"]["source"] == "variable MAIL_PASSWORD"
    for secret in ("T0KEN", company.kept[ENTRY]["refresh_token"], "sandbox-secret"):
        assert secret not in shown.out
    assert company.run("credentials", "show", "crm").code == 0


def test_a_locked_keyring(company: Company) -> None:
    """A keyring that does not answer is neither set nor missing, and says why."""
    assert company.sign_in("crm").code == 0
    company.keyring_file.write_text("locked", encoding="utf-8")
    document = json.loads(company.run("credentials", "show", "crm", "--format", "json").out)
    assert {item["present"] for item in document["secrets"]} == {None}
    assert "locked" in document["secrets"][0]["problem"]


@pytest.mark.acceptance
def test_at_a_terminal(company: Company, tmp_path: Path) -> None:
    """A person is asked for each, not shown what they type, and keeps what is in use with Enter."""
    assert company.sign_in("crm").code == 0
    token = company.refresh_token(*SCOPES)
    environment = {**os.environ, **company.run.environment, "HOME": str(tmp_path), "TERM": "dumb"}
    environment["PYTHONPATH"] += os.pathsep + os.environ.get("PYTHONPATH", "")
    code, shown = talk(
        company.run.folder, environment, "credentials", "update", "crm",
        answers=[("Client id (", ""), ("Client secret (", ""), ("Refresh token (", token)],
    )  # fmt: skip
    assert code == 0, shown
    assert company.kept[ENTRY]["refresh_token"] == token
    assert token not in shown
