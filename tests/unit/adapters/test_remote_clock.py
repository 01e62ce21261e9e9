from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.remote_clock import RemoteClock
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Remote:
    """A clock behind HTTP, as a sandbox has one."""

    url: str
    now: float = 1000.0
    frozen: bool = True
    advances: list[float] = field(default_factory=list)
    looks: int = 0
    pace: float = 0.0
    status: int = 200


@pytest.fixture
def remote() -> Iterator[Remote]:
    """Start a clock that stands still."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.command == "POST":
                clock.advances.append(json.loads(body)["seconds"])
                clock.now += clock.advances[-1]
            else:
                clock.looks += 1
                clock.now += clock.pace
            text = json.dumps({"now": clock.now, "frozen": clock.frozen}).encode()
            self.send_response(clock.status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _answer  # noqa: N815 - the names http.server looks for

        def log_message(self, *_args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    clock = Remote(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield clock
    server.shutdown()
    server.server_close()
    thread.join()


def test_waiting_moves_a_clock_that_stands_still(remote: Remote) -> None:
    clock = RemoteClock(remote.url)
    clock.sleep(3600.5)
    assert clock.now() == 4600.5
    assert remote.advances == [3600.5]


def test_threads_that_wait_together_move_it_once(remote: Remote) -> None:
    """Eight threads wait a minute from the same moment on, over several connections: one minute passes."""
    begun = threading.Barrier(8)

    class Together(RemoteClock):
        def now(self) -> float:
            seen = super().now()
            begun.wait(timeout=10)
            return seen

    clocks = [Together(remote.url) for _ in range(8)]
    threads = [threading.Thread(target=clock.sleep, args=(60,)) for clock in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert remote.now == 1060.0
    assert remote.advances == [60.0]


def test_a_running_clock_is_waited_for(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked at until its time has come, and not moved."""
    remote.frozen, remote.pace = False, 10.0
    monkeypatch.setattr("syncdsl.adapters.remote_clock.LOOK_SECONDS", 0.001)
    RemoteClock(remote.url).sleep(25)
    assert remote.advances == []
    assert remote.looks == 4


@pytest.mark.parametrize(
    "url",
    ["http://example.com:8085", "https://127.0.0.1:8085", "http://127.0.0.1", "127.0.0.1:8085", "http://u@127.0.0.1:1"],
)
def test_a_clock_is_on_this_machine(url: str) -> None:
    with pytest.raises(Fault) as caught:
        RemoteClock(url)
    assert caught.value.code.id == "SD602"
    assert "SYNCDSL_CLOCK" in (caught.value.help or "")


def test_a_clock_that_does_not_answer_is_a_fault() -> None:
    with pytest.raises(Fault) as caught:
        RemoteClock("http://127.0.0.1:9").sleep(1)
    assert caught.value.code.id == "SD701"


def test_an_answer_that_is_no_time_is_a_fault(remote: Remote) -> None:
    remote.status = 500
    with pytest.raises(Fault) as caught:
        RemoteClock(remote.url).now()
    assert caught.value.code.id == "SD701"
