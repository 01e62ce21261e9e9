"""The command as a subprocess, in a folder and an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from syncdsl.cli.demo import _point_to
from syncdsl.cli.demo_world import running_sandbox

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
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "syncdsl", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment, **environment},
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
class Company:
    """A project whose two organisations are emulated, and a keyring of its own."""

    run: Syncdsl
    sandbox: Sandbox
    keyring_file: Path

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
        everything += ["ZohoCRM.coql.READ", "ZohoBooks.fullaccess.all"]
        return str(self.control("POST", "grants", {"scopes": list(scopes) or everything})["code"])

    def sign_in(self, connection: str, *options: str) -> Result:
        """Sign in with a new code, into the keyring unless the options say something else."""
        client = "client_id=sandbox-client\nclient_secret=sandbox-secret\n"
        place = () if any(option.startswith(("--env-file", "--keyring")) for option in options) else ("--keyring",)
        return self.run("login", connection, "--code-stdin", *place, *options, stdin=f"{client}code={self.code()}\n")

    def ledger(self) -> str:
        """Return every request the sandbox got, as text."""
        return json.dumps(self.control("GET", "ledger?after=0"))


@pytest.fixture(scope="module")
def organisations() -> Iterator[Sandbox]:
    """Start an empty pair of systems for the tests of a file."""
    pytest.importorskip("starlette", reason="the sandbox extra is not installed")
    with running_sandbox(0) as sandbox:
        yield sandbox


@pytest.fixture
def company(syncdsl: Syncdsl, project: Path, organisations: Sandbox) -> Company:
    """Return a project pointed at the pair, nobody signed in yet."""
    _point_to(project / "syncdsl.toml", organisations)
    file = project.parent / "keyring.json"
    syncdsl.environment |= {
        "PYTHONPATH": str(BACKENDS),
        "PYTHON_KEYRING_BACKEND": "file_keyring.FileKeyring",
        "KEYRING_FILE": str(file),
    }
    return Company(syncdsl, organisations, file)
