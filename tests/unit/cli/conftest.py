"""The command as a subprocess, in a folder and an environment of its own."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import httpx
import keyring
import keyring.core
import pytest
from tests.acceptance.forking import server

from syncdsl.cli import main
from syncdsl.cli.demo import _point_to
from syncdsl.cli.demo_world import SIGN_IN, running_sandbox
from syncdsl.project.template import create_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.cli.demo_world import Sandbox


@dataclass(frozen=True, slots=True)
class Result:
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass
class Syncdsl:
    """Runs the command without a terminal; only what a test sets is in its environment."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Result:
        """Run one command line."""
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment, **environment}
        forked = server()
        if forked is not None:
            done = forked.run(arguments, cwd=self.folder, env=variables, stdin=stdin, timeout=60, strict=True)
        else:
            done = subprocess.run(
                [sys.executable, "-W", "error", "-m", "syncdsl", *arguments],
                cwd=self.folder,
                env=variables,
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
        return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def syncdsl(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Syncdsl:
    """Return the command in an empty folder; the parser's tables are built once for all tests."""
    return Syncdsl(tmp_path, {"SYNCDSL_CACHE_DIR": str(tmp_path_factory.getbasetemp() / "cache")})


@pytest.fixture
def project(syncdsl: Syncdsl) -> Path:
    """Return a project that `init` made."""
    assert syncdsl("init", "my-sync").code == 0
    syncdsl.folder /= "my-sync"
    return syncdsl.folder


BACKENDS = Path(__file__).parents[2] / "backends"


@dataclass
class Here(Syncdsl):
    """Runs the command in this process, which many short commands need; nothing else differs."""

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Result:
        """Run one command line."""
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment, **environment}
        out, err, before = io.StringIO(), io.StringIO(), keyring.get_keyring()
        log = logging.getLogger("syncdsl")
        logged = (log.handlers, log.level, log.propagate)
        code: object = 0
        with (
            patch.dict(os.environ, variables, clear=True),
            patch.object(sys, "stdin", io.StringIO(stdin)),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            keyring.set_keyring(keyring.core.load_keyring(variables["PYTHON_KEYRING_BACKEND"]))
            try:
                main(list(arguments))
            except SystemExit as ended:
                code = ended.code
            finally:
                keyring.set_keyring(before)
                log.handlers, log.propagate = logged[0], logged[2]
                log.setLevel(logged[1])
        return Result(code if isinstance(code, int) else 1, out.getvalue(), err.getvalue())


@dataclass
class Company:
    """A project whose two organisations are emulated, and a keyring of its own."""

    run: Here
    sandbox: Sandbox
    keyring_file: Path
    began: int

    @property
    def settings(self) -> str:
        """What syncdsl.toml says."""
        return (self.run.folder / "syncdsl.toml").read_text(encoding="utf-8")

    @property
    def kept(self) -> dict[str, dict[str, str]]:
        """What the keyring holds, by entry."""
        found: dict[str, dict[str, str]] = {}
        if self.keyring_file.exists():
            found = json.loads(self.keyring_file.read_text(encoding="utf-8"))
        return found

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Use a control endpoint of the sandbox."""
        answer = httpx.request(method, f"{self.sandbox.crm_url}/_sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def code(self, *scopes: str) -> str:
        """Return a one-time code for these scopes, as the console hands it out; without scopes one for everything."""
        everything = ["ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.org.ALL", "ZohoCRM.users.ALL"]
        everything += ["ZohoCRM.coql.READ", "ZohoSearch.securesearch.READ", "ZohoBooks.fullaccess.all"]
        return str(self.control("POST", "grants", {"scopes": list(scopes) or everything})["code"])

    def refresh_token(self, *scopes: str) -> str:
        """Return a refresh token with these scopes alone."""
        return str(self.control("POST", "grants", {"scopes": list(scopes)})["refresh_token"])

    def remove_currency(self, code: str) -> None:
        """Remove a currency from Books, as a person does in its settings."""
        token = httpx.post(
            f"{self.sandbox.crm_url}/oauth/v2/token",
            data={"grant_type": "refresh_token", **{name.lower(): value for name, value in SIGN_IN.items()}},
        ).json()["access_token"]
        with httpx.Client(
            base_url=f"{self.sandbox.books_url}/books/v3/settings",
            headers={"Authorization": f"Zoho-oauthtoken {token}"},
            params={"organization_id": self.sandbox.books_organization},
        ) as books:
            rows = books.get("/currencies").json()["currencies"]
            (found,) = [row["currency_id"] for row in rows if row["currency_code"] == code]
            answer = books.delete(f"/currencies/{found}")
            assert answer.is_success, answer.text

    def sign_in(self, connection: str, *options: str) -> Result:
        """Sign in with a new code, into the keyring unless the options say something else."""
        client = "client_id=sandbox-client\nclient_secret=sandbox-secret\n"
        place = () if any(option.startswith(("--env-file", "--keyring")) for option in options) else ("--keyring",)
        return self.run("login", connection, "--code-stdin", *place, *options, stdin=f"{client}code={self.code()}\n")

    def calls(self) -> list[str]:
        """Return the paths of the requests since the test began."""
        entries = self.control("GET", f"ledger?after={self.began}")["entries"]
        return [entry["path"] for entry in entries]


@pytest.fixture(scope="module")
def organisations() -> Iterator[Sandbox]:
    """Start an empty pair of systems for the tests of a file."""
    pytest.importorskip("starlette", reason="the sandbox extra is not installed")
    with running_sandbox(0) as sandbox:
        yield sandbox


@pytest.fixture
def company(syncdsl: Syncdsl, organisations: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Return a new project pointed at the pair, nobody signed in yet."""
    run = Here(syncdsl.folder / "my-sync", syncdsl.environment)
    create_project(run.folder)
    _point_to(run.folder / "syncdsl.toml", organisations)
    file = syncdsl.folder / "keyring.json"
    monkeypatch.syspath_prepend(str(BACKENDS))
    run.environment |= {
        "PYTHONPATH": str(BACKENDS),
        "PYTHON_KEYRING_BACKEND": "file_keyring.FileKeyring",
        "KEYRING_FILE": str(file),
    }
    entries = httpx.get(f"{organisations.crm_url}/_sandbox/ledger?after=0").json()["entries"]
    return Company(run, organisations, file, entries[-1]["seq"] if entries else 0)
