"""Canary secrets through a whole cycle with every kind of failure: no byte that the program writes holds one."""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, quote_plus, urlencode

import httpx
import pytest
from tests.acceptance.conftest import SECRETS, clean_environment

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.acceptance.conftest import MakeProject, Project, Sandbox

CANARIES = {
    "client_secret": 'canary-client+/"sec\\ret ü&=',
    "refresh_token": "1000.canary-refresh+/=.ffee",
    "webhook_secret": "canarywebhooksecret0123456789",
}
WRONG = "canary-wrong-refresh-token"
SANDBOX = {name.lower(): value for name, value in SECRETS.items()}

Answer = tuple[int, dict[str, Any], dict[str, str]]
Mood = Callable[["Proxy", str, str], Answer | None]
"""What a proxy answers to a method and a path; None: what the sandbox answers."""


@dataclass
class Proxy:
    """Stands before one system: knows the canaries where the sandbox has its own secrets, and can be in a mood."""

    url: str
    mood: Mood = lambda _proxy, _method, _path: None
    issued: list[str] = field(default_factory=list)

    def echo(self, *secrets: str) -> str:
        """Return every secret it was sent in every form, as a system might that says too much."""
        sent = secrets or (CANARIES["client_secret"], CANARIES["refresh_token"], *self.issued)
        return " ".join(form.decode() for secret in sent for form in forms(secret))


@pytest.fixture
def proxies(sandbox: Sandbox) -> Iterator[tuple[Proxy, Proxy]]:
    """Start a proxy before each system."""
    started = [_start(url) for url in (sandbox.crm_url, sandbox.books_url)]
    yield started[0][0], started[1][0]
    for _, server, thread in started:
        server.shutdown()
        server.server_close()
        thread.join()


def _start(target: str) -> tuple[Proxy, ThreadingHTTPServer, threading.Thread]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            moody = proxy.mood(proxy, self.command, self.path)
            status, content, headers = moody_answer(moody) if moody is not None else self._passed_on(body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _passed_on(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
            asks = self.path.startswith("/oauth/")
            if asks:
                given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                for name, canary in CANARIES.items():
                    if given.get(name) == canary:
                        given[name] = SANDBOX[name]
                body = urlencode(given).encode()
            kept = {name: value for name, value in self.headers.items() if name not in {"Host", "Content-Length"}}
            answer = httpx.request(self.command, target + self.path, headers=kept, content=body, trust_env=False)
            if asks and "access_token" in answer.json():
                proxy.issued.append(answer.json()["access_token"])
            named = {name: answer.headers[name] for name in ("Content-Type", "Retry-After") if name in answer.headers}
            return answer.status_code, answer.content, named

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names http.server looks for

        def log_message(self, *_args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy = Proxy(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    return proxy, server, thread


def moody_answer(answer: Answer) -> tuple[int, bytes, dict[str, str]]:
    status, data, headers = answer
    return status, json.dumps(data).encode(), {"Content-Type": "application/json", **headers}


def forms(secret: str) -> list[bytes]:
    """Return a secret in the forms that it could leave the program in."""
    plain = secret.encode()
    texts = [secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]]
    texts.append(json.dumps(secret, ensure_ascii=False)[1:-1])
    return [*(text.encode() for text in texts), base64.b64encode(plain), base64.urlsafe_b64encode(plain)]


def cores(secret: str) -> list[bytes]:
    """Return what is searched for: every form, and in base64 what no neighbour changes, at each beginning."""
    found = forms(secret)
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret.encode())
        core = encoded[4 if before else 0 : -4]
        found += [core, core.translate(bytes.maketrans(b"+/", b"-_"))]
    return found


@dataclass
class Watched:
    """A project whose every output is kept."""

    project: Project
    sandbox: Sandbox
    outputs: list[subprocess.CompletedProcess[str]] = field(default_factory=list)

    def run(self, *arguments: str, code: int | None = None, env: dict[str, str] | None = None) -> str:
        """Run a command; whatever it writes is searched in the end."""
        done = self.project.run("-vv", *arguments, code=code, env=env)
        self.outputs.append(done)
        # Also what was left alone for failing is well again.
        self.sandbox.control("clock/advance", {"seconds": 700})
        return done.stdout + done.stderr


@pytest.fixture
def watched(make_project: MakeProject, sandbox: Sandbox, proxies: tuple[Proxy, Proxy], tmp_path: Path) -> Watched:
    """Return a project that reaches the sandbox through the proxies, on a clock that stands still."""
    httpx.put(f"{sandbox.crm_url}/_sandbox/clock", json={"frozen": True}).raise_for_status()
    project = make_project(sandbox)
    settings = project.folder / "syncdsl.toml"
    text = settings.read_text(encoding="utf-8")
    crm, books = proxies
    text = text.replace(sandbox.crm_url, crm.url).replace(sandbox.books_url, books.url)
    settings.write_text(text, encoding="utf-8")
    project.environment = {**clean_environment(tmp_path / "cache"), "SYNCDSL_CLOCK": sandbox.crm_url}
    for system in ("CRM", "BOOKS"):
        project.environment[f"SYNCDSL_{system}_CLIENT_ID"] = SECRETS["CLIENT_ID"]
        for name, value in CANARIES.items():
            project.environment[f"SYNCDSL_{system}_{name.upper()}"] = value
    return Watched(project=project, sandbox=sandbox)


def test_no_canary_leaves_the_program(
    watched: Watched, proxies: tuple[Proxy, Proxy], sandbox: Sandbox, tmp_path: Path
) -> None:
    """Preview, apply and every kind of refusal, with -vv, as text and as JSON: all bytes written are searched."""
    crm, books = proxies

    def both(mood: Mood) -> None:
        crm.mood = books.mood = mood

    def api(status: int, **headers: str) -> Mood:
        def mood(proxy: Proxy, _method: str, path: str) -> Answer | None:
            if path.startswith("/oauth/"):
                return None
            return status, {"code": "X", "message": f"failed: {proxy.echo()}"}, headers

        return mood

    sandbox.account(Account_Name="Acme GmbH", Phone="+49 30 1234567")
    watched.run("--log-format", "json", "plan", "--format", "json", "--out", "changes.json", code=0)

    # Writes whose answer is an error that repeats everything: they stay in doubt, and the journal says why.
    both(lambda proxy, method, path: api(500)(proxy, method, path) if method in {"POST", "PUT"} else None)
    watched.run("--log-format", "json", "apply", "--yes")
    with closing(sqlite3.connect(watched.project.state)) as state:
        details = [str(detail) for (detail,) in state.execute("SELECT detail FROM intent")]
    assert any("***" in detail for detail in details), details
    for status, wait in ((500, None), (429, "600"), (400, None)):
        both(api(status, **({"Retry-After": wait} if wait else {})))
        assert "***" in watched.run("plan")
    refusal = {"error": crm.echo(WRONG, CANARIES["client_secret"])}
    both(lambda _proxy, _method, path: (200, refusal, {}) if path.startswith("/oauth/") else None)
    assert "SD702" in watched.run("plan", env={"SYNCDSL_CRM_REFRESH_TOKEN": WRONG})
    both(lambda _proxy, _method, _path: None)
    sandbox.control("expire-tokens", {})
    watched.run("doctor")
    watched.run("apply", "--yes", code=0)

    issued = [*crm.issued, *books.issued]
    assert len(issued) >= 2
    assert (watched.project.folder / ".syncdsl" / "shared.db").is_file()
    searched = {
        f"output {number}: {' '.join(done.args[3:])}": (done.stdout + done.stderr).encode()
        for number, done in enumerate(watched.outputs)
    }
    for path in tmp_path.rglob("*"):
        if path.is_file():
            searched[str(path)] = path.read_bytes()
    assert any(name.endswith("shared.db") for name in searched)
    assert any("cache" in name for name in searched)
    for secret in (*CANARIES.values(), WRONG, *issued, *SANDBOX.values()):
        if secret == SANDBOX["client_id"]:
            continue
        for core in cores(secret):
            assert [name for name, content in searched.items() if core in content] == [], secret


def test_the_search_finds_what_is_there() -> None:
    """The search itself works: a secret is found in base64 at every alignment, escaped and plain."""
    secret = CANARIES["client_secret"]
    for before in range(5):
        content = base64.b64encode(b"x" * before + secret.encode() + b"yz")
        assert any(core in content for core in cores(secret))
    for form in forms(secret):
        assert any(core in b"x" + form + b"y" for core in cores(secret))
