"""A real PostgreSQL server for tests.

`server()` starts one from the binaries of this machine (`initdb` and `postgres`, on the PATH or where Debian has
them) and ends it. It listens on a socket in its own folder and on a free port of 127.0.0.1, belongs to an ordinary
user even where the tests run as root, and does not wait for the disk. The fixtures of `tests/conftest.py` build on it:

- `postgres`: the server of a test session, one for each worker of pytest-xdist; a test is skipped without binaries.
- `postgres_url`: a URL whose schema no other test uses.

Neither needs anything to be set up: on Debian `apt-get install postgresql` brings the binaries.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "syncdsl"
DATABASE = "syncdsl"
PASSWORD = "open-sesame"
SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that runs: `socket` is the folder of its socket, where no password is asked for; on `port` it is."""

    socket: Path
    port: int
    pid: int

    def url(self, schema: str, *, database: str = DATABASE, user: str = USER) -> str:
        """Return the URL of a state through the socket."""
        return f"postgresql://{user}@/{database}?host={self.socket}&port={self.port}&schema={schema}"

    def tcp_url(self, schema: str, *, database: str = DATABASE, user: str = USER, port: int | None = None) -> str:
        """Return the URL of a state through TCP, where the password is `PASSWORD`."""
        return f"postgresql://{user}@127.0.0.1:{port or self.port}/{database}?schema={schema}"

    def connect(self, schema: str | None = None, *, database: str = DATABASE) -> psycopg.Connection:
        """Return a connection of another program, which commits each statement; with a schema it looks into that."""
        connection = psycopg.connect(host=str(self.socket), port=self.port, dbname=database, user=USER, autocommit=True)
        if schema is not None:
            connection.execute(f'SET search_path TO "{schema}"')
        return connection


def binaries() -> Path | None:
    """Return the folder of `initdb` and `postgres`; None where there are none."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


@contextmanager
def server() -> Iterator[Server]:
    """Start a server in a new folder, and end it and remove the folder afterwards. Raises LookupError without binaries.

    The folder is a short one of the system's own: the path of a socket may have a hundred characters.
    """
    place = binaries()
    if place is None:
        raise LookupError("initdb and postgres are not installed")
    folder = Path(tempfile.mkdtemp(prefix="syncdsl-pg-"))
    try:
        user = _own(folder)
        data = folder / "data"
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="ascii")
        if user is not None:
            os.chown(secret, user, -1)
        subprocess.run(
            [
                str(place / "initdb"), "-D", str(data), "-U", USER, "-E", "UTF8", "--no-sync", "--no-instructions",
                "--locale-provider=libc", "--locale=C.UTF-8", f"--pwfile={secret}",
                "--auth-local=trust", "--auth-host=scram-sha-256",
            ],
            check=True, capture_output=True, user=user, cwd=folder, timeout=SECONDS, env=_ENVIRONMENT,
        )  # fmt: skip
        port = _free_port()
        settings = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off",
            "full_page_writes": "off", "shared_buffers": "32MB", "max_connections": 60, "autovacuum_naptime": "10min",
        }  # fmt: skip
        options = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*_WITH_US, str(place / "postgres"), "-D", str(data), *options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=user, cwd=folder, env=_ENVIRONMENT,
                start_new_session=True,
            )  # fmt: skip
        try:
            running = Server(socket=folder, port=port, pid=process.pid)
            _wait(running, process, folder / "log")
            yield running
        finally:
            # At once, without writing anything down: the data are thrown away.
            process.send_signal(signal.SIGQUIT)
            process.wait(SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# Where util-linux is there, the server ends even when the tests are killed.
_WITH_US = [str(shutil.which("setpriv")), "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _own(folder: Path) -> int | None:
    """Give a folder to an ordinary user where the tests run as root, as which no server starts; return the user."""
    folder.chmod(0o755)
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, found.pw_uid, found.pw_gid)
        return found.pw_uid
    raise LookupError("there is no user that a server could run as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(running: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with running.connect(database="postgres") as connection:
                connection.execute(f"CREATE DATABASE {DATABASE}")
                return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-2000:]) from None
            time.sleep(0.02)
