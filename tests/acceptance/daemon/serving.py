"""A daemon in a process of its own, and the two systems that call it back."""

from __future__ import annotations

import signal
import socket
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from tests.acceptance.conftest import wait_until

from syncdsl.project.call_backs import call_back_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.acceptance.conftest import Project, Sandbox

SECRETS = {"crm": "canary0crm0hooks", "books": "canary0books0hooks"}


@dataclass
class Serving:
    """A daemon that serves a project: its process, and its operator's port."""

    project: Project
    options: Sequence[str]
    operate: int
    process: subprocess.Popen[str]

    def health(self, path: str = "readyz") -> Any:
        """Return what a health check answers; None where nobody does."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.operate}/{path}", timeout=5).json()
        except httpx.HTTPError:
            return None

    def metric(self, name: str) -> float:
        """Return the sum of a metric's samples."""
        text = httpx.get(f"http://127.0.0.1:{self.operate}/metrics", timeout=5).text
        return sum(
            float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} "))
        )

    def state(self) -> str:
        """Return what the only pair does."""
        told = self.health("healthz")
        return str(told["pairs"][0]["state"]) if told is not None else ""

    def wait_until_ready(self) -> None:
        """Wait until every pair has begun, and was synced."""

        def ready() -> bool:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}: {log_of(self.project)}"
            told = self.health()
            return told is not None and told["ok"] and all(pair["last_success"] for pair in told["pairs"])

        wait_until(ready, "the daemon is ready", seconds=60)

    def kill(self) -> None:
        """Kill it as the kernel does, and start another one at the same addresses."""
        self.process.kill()
        self.process.wait(timeout=30)
        self.process = started(self.project, self.options)

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def log_of(project: Project) -> str:
    """Return what daemons of a project said so far."""
    path = project.folder / "daemon.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def free_port() -> int:
    """Return a port of this machine that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def started(project: Project, options: Sequence[str]) -> subprocess.Popen[str]:
    """Start the daemon; what it says goes on in the same file."""
    with (project.folder / "daemon.log").open("a", encoding="utf-8") as log:
        return subprocess.Popen(
            [*project.program, "run", *options],
            cwd=project.folder,
            env=project.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            text=True,
        )


def configure(project: Project, more: str) -> None:
    """Add lines to the table of the project's environment."""
    path = project.folder / "syncdsl.toml"
    text = path.read_text(encoding="utf-8")
    head = "[environments.sandbox]\n"
    assert head in text
    path.write_text(text.replace(head, head + more + "\n", 1), encoding="utf-8")


@contextmanager
def serving(project: Project, sandbox: Sandbox | None = None, *options: str) -> Iterator[Serving]:
    """Serve a project whose rules are in force; with a sandbox it is called back by both systems."""
    operate = free_port()
    given = ["--operate", f"127.0.0.1:{operate}", *options]
    if sandbox is not None:
        listen = free_port()
        base = f"http://127.0.0.1:{listen}"
        configure(project, f'call_back = "{base}"')
        given += ["--listen", f"127.0.0.1:{listen}"]
        for name, secret in SECRETS.items():
            project.environment[f"SYNCDSL_{name.upper()}_WEBHOOK_SECRET"] = secret
        url = call_back_url(base, "sandbox", "books", SECRETS["books"])
        for entity in ("contact", "invoice"):
            hook = {"entity": entity, "events": ["create", "edit", "delete"], "url": url, "secret": SECRETS["books"]}
            sandbox.control("books/webhooks", hook)
    found = Serving(project, given, operate, started(project, given))
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
        found.process.wait(timeout=30)
    assert "Traceback" not in log_of(project), log_of(project)[-4000:]
