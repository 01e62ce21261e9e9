from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Company

pytestmark = pytest.mark.acceptance

ENTRY = "syncdsl:my-sync-sandbox-crm"


def test_revoked_and_removed(company: Company) -> None:
    """The token is revoked at the system and gone from the keyring, and every line says what happened."""
    assert company.sign_in("crm").code == 0
    token = company.kept[ENTRY]["refresh_token"]
    result = company.run("logout", "crm", "--yes", "-vv")
    assert result.code == 0, result.err
    assert "revoke" in result.err, "-vv tells the calls"
    assert "revoked the refresh token of `crm`" in result.out
    assert "removed from the keyring entry `syncdsl:my-sync-sandbox-crm`: client_id, client_secret" in result.out
    assert token not in result.out + result.err
    assert company.kept[ENTRY] == {}
    form = {"grant_type": "refresh_token", "refresh_token": token}
    form |= {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    refused = httpx.post(f"{company.sandbox.crm_url}/oauth/v2/token", data=form).json()
    assert refused == {"error": "invalid_code"}
    again = company.run("logout", "crm", "--yes")
    assert again.code == 0
    assert "none was revoked" in again.out
    assert "sign in with `syncdsl login crm`" in company.run("schema", "pull", "crm").err


def test_nobody_is_signed_out_unasked(company: Company) -> None:
    """Without a terminal and without `--yes` nothing happens."""
    assert company.sign_in("crm").code == 0
    before = company.kept
    result = company.run("logout", "crm")
    assert result.code == 3
    assert "error[SD611]" in result.err
    assert company.kept == before
    assert "/oauth/v2/token/revoke" not in company.calls()


def test_only_here(company: Company) -> None:
    """`--only-here` removes what this machine keeps and leaves the token valid; the webhooks' secret stays."""
    assert company.sign_in("books").code == 0
    assert company.run("setup", "books", "--webhooks", "https://sync.example/books").code == 0
    assert company.run("logout", "books", "--only-here").code == 0
    assert company.kept["syncdsl:my-sync-sandbox-books"].keys() == {"webhook_secret"}
    assert "/oauth/v2/token/revoke" not in company.calls()


def test_a_token_that_is_no_longer_valid(company: Company) -> None:
    """A token that was revoked elsewhere is said to be so, and removed all the same."""
    assert company.sign_in("crm").code == 0
    token = company.kept[ENTRY]["refresh_token"]
    httpx.post(f"{company.sandbox.crm_url}/oauth/v2/token/revoke", params={"token": token}).raise_for_status()
    result = company.run("logout", "crm", "--yes")
    assert result.code == 0
    assert "was no longer valid" in result.out
    assert company.kept[ENTRY] == {}


def test_variables_are_named(company: Company) -> None:
    """Variables cannot be removed for somebody: they are named, without their values."""
    variables = company.sandbox.environment()
    result = company.run("logout", "crm", "--yes", **variables)
    assert result.code == 0
    assert "`SYNCDSL_CRM_REFRESH_TOKEN`" in result.out
    assert "sandbox-refresh" not in result.out + result.err


def test_a_token_is_kept_while_it_cannot_be_revoked(company: Company) -> None:
    """When the system does not answer nothing is removed: a token that nobody has cannot be revoked."""
    assert company.sign_in("crm").code == 0
    settings = company.run.folder / "syncdsl.toml"
    settings.write_text(company.settings.replace(company.sandbox.crm_url, "http://127.0.0.1:9"), encoding="utf-8")
    result = company.run("logout", "crm", "--yes")
    assert result.code == 6
    assert "error[SD701]" in result.err
    assert "refresh_token" in company.kept[ENTRY]
