"""Commands in processes of their own that need not load the program: forked from one that has.

A test run starts thousands of commands, and loading takes most of the time of each. So a server loads the program once
and forks for each command, with the command's own folder, environment and streams. What a command does with memory,
files, signals and its exit code is that of a process of its own; only the loading is not done anew, which the tests of
starting (`tests/unit/cli/test_start.py`) and of killing do with the real command.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BESIDE = (
    "alembic.command",
    "alembic.runtime.migration",
    "authlib.integrations.base_client",
    "authlib.oauth2.client",
    "certifi",
    "cryptography.fernet",
    "cryptography.hazmat.primitives.kdf.hkdf",
    "httpcore",
    "httpx",
    "platformdirs",
    "rich.console",
    "rich.progress",
    "lark",
    "sqlalchemy.dialects.sqlite",
    "starlette.applications",
    "tenacity",
    "uvicorn",
)
"""What the server loads before it forks, beside the whole program."""

NOT_LOADED = ("__main__", "migrations", "service")
"""Parts of the program that few commands need, by a part of their names."""

REAL = "SYNCDSL_TEST_REAL_COMMANDS"
"""The variable that has every command loaded anew."""

LENGTH = 8
STREAMS = 3


@dataclass(slots=True, kw_only=True)
class Started:
    """A command that runs; as much of `subprocess.Popen` as tests need."""

    pid: int
    stdout: TextIO
    line: socket.socket
    code: int | None = None

    def terminate(self) -> None:
        """Ask it to end."""
        if self.code is None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code, once it has ended."""
        if self.code is None:
            self.line.settimeout(timeout)
            self.code = int(_all_of(self.line, LENGTH).decode())
            self.line.close()
        return self.code


@dataclass(frozen=True, slots=True)
class Forked:
    """The server; `run` is what `subprocess.run` would be."""

    process: subprocess.Popen[bytes]
    address: str

    def run(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        stdin: str,
        timeout: float,
        strict: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, and return its exit code and what it said; `strict` makes warnings errors."""
        with (
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
            closing(socket.socket(socket.AF_UNIX)) as line,
        ):
            given.write(stdin.encode())
            given.seek(0)
            line.settimeout(timeout)
            line.connect(self.address)
            what = {"arguments": list(arguments), "cwd": str(cwd), "env": dict(env), "strict": strict}
            order = json.dumps(what).encode()
            socket.send_fds(line, [len(order).to_bytes(LENGTH, "big")], [one.fileno() for one in (given, out, err)])
            line.sendall(order)
            try:
                _all_of(line, LENGTH)
                code = int(_all_of(line, LENGTH).decode())
            except TimeoutError:
                raise subprocess.TimeoutExpired(list(arguments), timeout) from None
            return subprocess.CompletedProcess(list(arguments), code, _text(out), _text(err))

    def start(self, arguments: Sequence[str], *, env: Mapping[str, str]) -> Started:
        """Start the command and leave it running; its standard output can be read."""
        reading, writing = os.pipe()
        line = socket.socket(socket.AF_UNIX)
        line.connect(self.address)
        what = {"arguments": list(arguments), "cwd": str(Path.cwd()), "env": dict(env), "strict": False}
        order = json.dumps(what).encode()
        with Path(os.devnull).open("rb") as nothing:
            socket.send_fds(line, [len(order).to_bytes(LENGTH, "big")], [nothing.fileno(), writing, 2])
        line.sendall(order)
        os.close(writing)
        pid = int(_all_of(line, LENGTH).decode())
        return Started(pid=pid, stdout=os.fdopen(reading, encoding="utf-8"), line=line)

    def stop(self) -> None:
        """End the server."""
        self.process.kill()
        self.process.wait(timeout=10)


def _text(file: Any) -> str:
    file.seek(0)
    found: str = file.read().decode("utf-8", "replace").replace("\r\n", "\n")
    return found


@cache
def server() -> Forked | None:
    """Return the server of this process, started when it is first asked for; None where there cannot be one."""
    if not hasattr(os, "pidfd_open") or os.environ.get(REAL):
        return None
    folder = Path(tempfile.mkdtemp(prefix="syncdsl-"))
    found = _started(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(found.stop)
    return found


def _started(folder: Path) -> Forked:
    address = str(folder / "s")
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__)), address, str(os.getpid())], stdin=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while True:
        with closing(socket.socket(socket.AF_UNIX)) as line, suppress(OSError):
            line.connect(address)
            return Forked(process, address)
        assert process.poll() is None, "the server of commands ended"
        assert time.monotonic() < deadline, "the server of commands does not listen"
        time.sleep(0.02)


def _all_of(line: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        piece = line.recv(length - len(found))
        if not piece:
            raise ConnectionError("the server of commands ended")
        found += piece
    return found


# -- the server --------------------------------------------------------------------------------------------------------


def _serve(address: str, parent: int) -> None:
    _load()
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(address)
        server.listen(64)
        server.settimeout(1.0)
        while True:
            try:
                line, _ = server.accept()
            except TimeoutError:
                if os.getppid() != parent:
                    return
                _collect()
                continue
            # One process watches over each command, so that several run at a time.
            if os.fork() == 0:
                server.close()
                os._exit(_watch(line))
            line.close()
            _collect()


def _load() -> None:
    """Load the program. What reads its environment when it is loaded is left to the commands: a keyring does."""
    package = import_module("syncdsl")
    for module in walk_packages(package.__path__, "syncdsl."):
        if not any(part in module.name for part in NOT_LOADED):
            import_module(module.name)
    for name in BESIDE:
        with suppress(ImportError):
            import_module(name)
    # The sandbox makes its tables at the first query, which takes longer than all else that it begins with.
    import_module("syncdsl.sandbox.crm.coql.grammar").parser()
    assert "keyring" not in sys.modules


def _collect() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _watch(line: socket.socket) -> int:
    with line:
        try:
            head, streams, _, _ = socket.recv_fds(line, LENGTH, STREAMS)
        except OSError:
            return 0
        if not head:
            return 0
        line.setblocking(True)
        order = json.loads(_all_of(line, int.from_bytes(head, "big")))
        child = os.fork()
        if child == 0:
            line.close()
            _become(order, streams)
        for stream in streams:
            os.close(stream)
        with suppress(OSError):
            line.sendall(str(child).rjust(LENGTH).encode())
        ended = os.pidfd_open(child)
        ready, _, _ = select.select([ended, line.fileno()], [], [])
        if ended not in ready:
            # Whoever asked is gone.
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        with suppress(OSError):
            line.sendall(str(os.waitstatus_to_exitcode(status)).rjust(LENGTH).encode())
        return 0


def _become(order: dict[str, Any], streams: list[int]) -> None:
    """Be the command, and end as it does."""
    code = 70
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.chdir(order["cwd"])
        os.environ.clear()
        os.environ.update(order["env"])
        time.tzset()
        # What Python itself does when it starts.
        sys.path[:0] = [path for path in order["env"].get("PYTHONPATH", "").split(os.pathsep) if path]
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the process's own streams
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - the same
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115 - the same
        if order["strict"]:
            warnings.simplefilter("error")
        sys.argv = ["syncdsl", *order["arguments"]]
        import_module("syncdsl.cli").main(prog_name="syncdsl")
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    except BaseException:  # noqa: BLE001 - it is shown, as Python itself would
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        atexit._run_exitfuncs()
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
