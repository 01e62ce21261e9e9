"""The installed command as a subprocess, against a sandbox in a process of its own, over real HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.acceptance.forking import Started, server

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("starlette", reason="the sandbox extra is not installed")

COMMAND = (sys.executable, "-m", "syncdsl")
SECRETS = {
    "CLIENT_ID": "sandbox-client",
    "CLIENT_SECRET": "sandbox-secret",
    "REFRESH_TOKEN": "sandbox-refresh",
}
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
READING_POSTS = ("/oauth/v2/token", "/crm/v8/coql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A running sandbox, and its systems as a person or another program uses them."""

    process: subprocess.Popen[str] | Started
    crm_url: str
    books_url: str
    crm_organization: str
    books_organization: str
    crm: httpx.Client
    books: httpx.Client

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Use a control endpoint."""
        url = f"{self.crm_url}/_sandbox/{path}"
        answer = httpx.get(url) if body is None else httpx.post(url, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def last(self) -> int:
        """Return the number of the latest request."""
        entries = self.control("ledger?after=0")["entries"]
        return entries[-1]["seq"] if entries else 0

    def writes(self, after: int) -> list[dict[str, Any]]:
        """Return the mutating requests behind a ledger number."""
        entries = self.control(f"ledger?after={after}")["entries"]
        return [entry for entry in entries if entry["method"] in WRITES and not entry["path"].endswith(READING_POSTS)]

    def account(self, **fields: Any) -> str:
        """Create an account in the CRM and return its id."""
        answer = self.crm.post("/Accounts", json={"data": [{"Currency": "EUR", **fields}]})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"][0]["details"]["id"])

    def deal(self, **fields: Any) -> str:
        """Create a deal in the CRM and return its id."""
        answer = self.crm.post("/Deals", json={"data": [{"Currency": "EUR", **fields}]})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"][0]["details"]["id"])

    def change(self, module: str, record_id: str, **fields: Any) -> None:
        """Change a CRM record as a person would."""
        answer = self.crm.put(f"/{module}/{record_id}", json={"data": [fields]})
        assert answer.status_code == 200, answer.text

    def customers(self) -> list[dict[str, Any]]:
        """Return every customer in Books, in detail."""
        rows = self.books.get("/contacts", params={"contact_type": "customer"}).json()["contacts"]
        return [self.books.get(f"/contacts/{row['contact_id']}").json()["contact"] for row in rows]

    def invoices(self) -> list[dict[str, Any]]:
        """Return every invoice in Books, in detail."""
        rows = self.books.get("/invoices").json()["invoices"]
        return [self.books.get(f"/invoices/{row['invoice_id']}").json()["invoice"] for row in rows]


StartSandbox = Callable[..., Sandbox]


@contextmanager
def sandboxes() -> Iterator[StartSandbox]:
    """Start sandboxes; they end with the block."""
    started: list[Sandbox] = []

    def start(*options: str, records: int = 0) -> Sandbox:
        arguments = ["sandbox", "--format", "json", "--exit-with-parent", "--records", str(records), *options]
        forked = server()
        process: subprocess.Popen[str] | Started = (
            subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True)
            if forked is None
            else forked.start(arguments, env=os.environ)
        )
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        form = {"grant_type": "refresh_token", **{name.lower(): value for name, value in SECRETS.items()}}
        token = httpx.post(f"{facts['crm_url']}/oauth/v2/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Zoho-oauthtoken {token}"}
        sandbox = Sandbox(
            process=process,
            crm_url=facts["crm_url"],
            books_url=facts["books_url"],
            crm_organization=facts["crm_organization"],
            books_organization=facts["books_organization"],
            crm=httpx.Client(base_url=facts["crm_url"] + "/crm/v8", headers=headers),
            books=httpx.Client(
                base_url=facts["books_url"] + "/books/v3",
                headers=headers,
                params={"organization_id": facts["books_organization"]},
            ),
        )
        started.append(sandbox)
        return sandbox

    yield start
    for sandbox in started:
        sandbox.crm.close()
        sandbox.books.close()
        sandbox.process.terminate()
        assert sandbox.process.stdout is not None
        sandbox.process.stdout.close()
        sandbox.process.wait(timeout=10)


@pytest.fixture
def start_sandbox() -> Iterator[StartSandbox]:
    """Start sandboxes; they end with the test."""
    with sandboxes() as start:
        yield start


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[Sandbox]:
    """Return an empty pair of systems that all tests of a module share."""
    with sandboxes() as start:
        yield start()


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    """Return an empty pair of systems."""
    return start_sandbox()


@dataclass(slots=True)
class Project:
    """A project in a folder, and the command run in it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = COMMAND

    def run(
        self,
        *arguments: str,
        code: int | None = 0,
        env: dict[str, str] | None = None,
        stdin: str = "",
        seconds: float = 120,
    ) -> subprocess.CompletedProcess[str]:
        """Run the command to its end; whatever happens, no traceback reaches the user."""
        variables = {**self.environment, **(env or {})}
        forked = server() if self.program == COMMAND else None
        if forked is not None:
            done = forked.run(arguments, cwd=self.folder, env=variables, stdin=stdin, timeout=seconds)
        else:
            done = subprocess.run(
                [*self.program, *arguments],
                cwd=self.folder,
                env=variables,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        if code is not None:
            assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command and leave it running."""
        return subprocess.Popen(
            [*self.program, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def rules(self, text: str) -> None:
        """Replace the rules."""
        for path in (self.folder / "rules").glob("*.sync"):
            path.unlink()
        (self.folder / "rules" / "main.sync").write_text(text, encoding="utf-8")

    def plan(self, name: str = "changes.json") -> dict[str, Any]:
        """Preview, save, and return the change set."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        self.run("plan", "--out", name)
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return data

    def kinds(self) -> list[str]:
        """Preview and return the kinds of its effects, holds left out."""
        return [effect["kind"] for effect in self.plan()["effects"] if effect["kind"] != "hold"]

    @property
    def state(self) -> Path:
        """The state file."""
        return self.folder / ".syncdsl" / "sandbox.db"


MakeProject = Callable[[Sandbox], Project]


def clean_environment(cache: Path) -> dict[str, str]:
    """Return an environment without anything of the developer's own; tests share one cache, as a user's commands do."""
    own = ("SYNCDSL", "NO_COLOR", "FORCE", "GITHUB_", "GITLAB_", "XDG_CONFIG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    places = {"SYNCDSL_CACHE_DIR": str(cache), "XDG_CONFIG_HOME": str(cache / "config")}
    return {**kept, **places, "PYTHONDONTWRITEBYTECODE": "1"}


def project_maker(folder: Path, cache: Path) -> MakeProject:
    """Return what makes projects in a folder, as `init` writes them and pointed at a sandbox."""
    count = 0

    def make(sandbox: Sandbox) -> Project:
        nonlocal count
        count += 1
        environment = clean_environment(cache)
        project = Project(folder, environment)
        project.run("init", f"project{count}")
        project.folder = folder / f"project{count}"
        settings = project.folder / "syncdsl.toml"
        text = settings.read_text(encoding="utf-8")
        for old, new in (
            ("http://127.0.0.1:8085", sandbox.crm_url),
            ("http://127.0.0.1:8086", sandbox.books_url),
            ("20098765432", sandbox.crm_organization),
            ("20087654321", sandbox.books_organization),
        ):
            text = text.replace(old, new)
        settings.write_text(text, encoding="utf-8")
        # A handful of records: one of them is more than the template's 20 %.
        rules = project.folder / "rules" / "customers.sync"
        rules.write_text(
            rules.read_text(encoding="utf-8").replace("updates <= 20 %", "updates <= 100 %"), encoding="utf-8"
        )
        for system in ("CRM", "BOOKS"):
            project.environment.update({f"SYNCDSL_{system}_{name}": value for name, value in SECRETS.items()})
        return project

    return make


@pytest.fixture
def make_project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeProject:
    """Make projects in the test's own folder."""
    return project_maker(tmp_path, tmp_path_factory.getbasetemp() / "cache")


@pytest.fixture(scope="module")
def make_module_project(tmp_path_factory: pytest.TempPathFactory) -> MakeProject:
    """Make projects that all tests of a module share."""
    return project_maker(tmp_path_factory.mktemp("shared"), tmp_path_factory.getbasetemp() / "cache")


@pytest.fixture
def project(make_project: MakeProject, sandbox: Sandbox) -> Project:
    """Return the project of `init`, pointed at the empty sandbox."""
    return make_project(sandbox)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait for a condition of another process; fail with its name when it does not come about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.02)
