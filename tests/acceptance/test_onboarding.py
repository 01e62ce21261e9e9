"""A real organisation from nothing: signed in, set up, described, previewed and synced, by commands alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Project, Sandbox, StartSandbox

pytestmark = pytest.mark.acceptance

BACKENDS = Path(__file__).parents[1] / "backends"
RULES = """\
language 1
connection crm: zoho_crm
connection books: zoho_books
module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    on duplicate: skip
    map:
        Account_Name <-> contact_name
        Phone <-> phone
guard: creates <= 5
"""
SETTINGS = """\
# Ours.
[environments.production.connections.crm]
adapter = "zoho_crm"
url = "{crm}"

[environments.production.connections.books]
adapter = "zoho_books"
url = "{books}"
"""


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    """Return organisations that nobody has prepared."""
    return start_sandbox("--no-key-fields")


@pytest.fixture
def project(make_project: MakeProject, sandbox: Sandbox) -> Project:
    """Return a project with a rule and two addresses: no credentials, no organisations, no schemas."""
    project = make_project(sandbox)
    settings = SETTINGS.format(crm=sandbox.crm_url, books=sandbox.books_url)
    (project.folder / "syncdsl.toml").write_text(settings, encoding="utf-8")
    for snapshot in (project.folder / "schema").iterdir():
        snapshot.unlink()
    project.rules(RULES)
    project.environment = {name: value for name, value in project.environment.items() if "SYNCDSL_CRM" not in name}
    project.environment = {name: value for name, value in project.environment.items() if "SYNCDSL_BOOKS" not in name}
    project.environment |= {
        "PYTHONPATH": str(BACKENDS),
        "PYTHON_KEYRING_BACKEND": "file_keyring.FileKeyring",
        "KEYRING_FILE": str(project.folder.parent / "keyring.json"),
    }
    return project


def sign_in(project: Project, sandbox: Sandbox, connection: str) -> str:
    """Sign in with a code for exactly the scopes that are printed, and return what was said."""
    scopes = project.run("login", connection, "--scopes", "-q").stdout.strip().split(",")
    code = sandbox.control("grants", {"scopes": scopes})["code"]
    given = f"client_id=sandbox-client\nclient_secret=sandbox-secret\ncode={code}\n"
    done = project.run("login", connection, "--code-stdin", "--keyring", stdin=given)
    return done.stdout + done.stderr


def test_from_nothing_to_a_synced_record(project: Project, sandbox: Sandbox) -> None:
    """Login, setup, schema pull, check, doctor, plan and apply lead to one customer with a key; no secret is in any
    output or file of the project.
    """  # noqa: D205 - one sentence
    sandbox.account(Account_Name="Pumpen Maier GmbH", Phone="+49 30 1234567")
    said = sign_in(project, sandbox, "crm") + sign_in(project, sandbox, "books")
    settings = (project.folder / "syncdsl.toml").read_text(encoding="utf-8")
    assert settings.startswith("# Ours.\n")
    assert f'organization = "{sandbox.crm_organization}"' in settings
    assert f'organization = "{sandbox.books_organization}"' in settings

    half = project.run("setup", "--yes", code=1)
    assert "created crm: key field `Syncdsl_Key` of Accounts" in half.stderr
    assert "✗ key field `cf_syncdsl_key` of Customers and Vendors is missing" in half.stdout
    assert "`Settings` > `Preferences` > `Customers and Vendors`" in half.stdout
    field = {"entity": "contact", "label": "Syncdsl Key", "data_type": "string", "unique": True}
    sandbox.control("books/custom-fields", field)
    whole = project.run("setup", "--yes")
    assert "everything is ready" in whole.stdout
    assert "created" not in whole.stderr

    pulled = project.run("schema", "pull")
    project.run("check")
    examined = project.run("doctor")
    assert "everything is ready" in examined.stdout
    previewed = project.run("plan")
    assert "Pumpen Maier GmbH" in previewed.stdout
    applied = project.run("apply", "--yes")
    (customer,) = sandbox.customers()
    assert customer["contact_name"] == "Pumpen Maier GmbH"
    assert customer["custom_field_hash"]["cf_syncdsl_key"].startswith("sd-")
    assert "No changes" in project.run("plan").stdout

    kept = json.loads((project.folder.parent / "keyring.json").read_text(encoding="utf-8"))
    secrets = {entry["refresh_token"] for entry in kept.values()} | {"sandbox-secret"}
    assert len(secrets) == 3
    outputs = [said, *(done.stdout + done.stderr for done in (half, whole, pulled, examined, previewed, applied))]
    files = [path.read_bytes() for path in project.folder.rglob("*") if path.is_file()]
    for secret in secrets:
        assert not [text for text in outputs if secret in text]
        assert not [content for content in files if secret.encode() in content]

    assert "revoked" in project.run("logout", "crm", "--yes").stdout
    assert "sign in with `syncdsl login crm`" in project.run("plan", code=3).stderr
