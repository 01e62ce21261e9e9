"""How much of a rate limit is used, and whether it is ever exceeded: the Books adapter's transport against the sandbox.

Two processes with several threads each share 100 calls a minute and make 1,000 calls. The sandbox's clock stands still;
it is moved only when every thread waits, to the moment the first of them waits for, so that no call takes time but
those that wait for the limit. The sandbox refuses a call too many, and its ledger tells when each one came.
"""

from __future__ import annotations

import argparse
import heapq
import json
import subprocess
import sys
import tempfile
import threading
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.services import Clock

MINUTE = 60.0
LIMIT = 100
SECRETS = {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "sandbox-refresh"}
KEY = b"the benchmark's own processes"


@dataclass
class Conductor:
    """Moves the sandbox's clock when all threads wait, and wakes those whose time has come."""

    url: str
    actors: int
    now: float = 0.0
    waiting: list[tuple[float, int, Connection[Any, Any]]] = field(default_factory=list)
    busy: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    order: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        """Stop the clock."""
        answer = httpx.put(f"{self.url}/_sandbox/clock", json={"frozen": True}, trust_env=False).raise_for_status()
        self.now = answer.json()["now"]
        self.busy = self.actors

    def attend(self, line: Connection[Any, Any]) -> None:
        """Answer one thread until it has made all its calls."""
        with closing(line):
            try:
                while True:
                    seconds = line.recv()
                    with self.lock:
                        if seconds is None:
                            line.send(self.now)
                            continue
                        heapq.heappush(self.waiting, (self.now + seconds, next(self.order), line))
                        self._rest()
            except EOFError:
                with self.lock:
                    self._rest()

    def _rest(self) -> None:
        """One thread fewer is busy: when none is, time passes."""
        self.busy -= 1
        if self.busy or not self.waiting:
            return
        seconds = max(0.0, self.waiting[0][0] - self.now)
        path = f"{self.url}/_sandbox/clock/advance"
        self.now = httpx.post(path, json={"seconds": seconds}, trust_env=False).raise_for_status().json()["now"]
        while self.waiting and self.waiting[0][0] <= self.now + 1e-6:
            _, _, line = heapq.heappop(self.waiting)
            self.busy += 1
            line.send(self.now)


class ConductedClock:
    """The clock of one working process, over one line for each of its threads."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._own = threading.local()

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return self._ask(None)

    def monotonic(self) -> float:
        """Return the same: this clock only goes forward."""
        return self.now()

    def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved so far."""
        self._ask(seconds)

    def line(self) -> Connection[Any, Any]:
        """Return the line of this thread."""
        if not hasattr(self._own, "line"):
            self._own.line = Client(self._address, authkey=KEY)
        return self._own.line  # type: ignore[no-any-return]  # what a thread keeps for itself has no type

    def _ask(self, seconds: float | None) -> float:
        self.line().send(seconds)
        return float(self.line().recv())


class Standing:
    """The clock of the first call, before any other is made."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return self._now

    def monotonic(self) -> float:
        """Return the same."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Refuse: the first call waits for nothing."""
        raise AssertionError(f"the first call waits {seconds} s")


def work(clock: Clock, url: str, organization: str, shared: Path, shares: Sequence[int]) -> None:
    """Make calls in several threads, as one process of several."""
    from syncdsl.adapters.protocol import ConnectionSettings  # noqa: PLC0415 - the working processes alone need it
    from syncdsl.adapters.services import Services  # noqa: PLC0415 - the same
    from syncdsl.adapters.zoho.connect import connect  # noqa: PLC0415 - the same
    from syncdsl.adapters.zoho.limits import BOOKS  # noqa: PLC0415 - the same
    from syncdsl.adapters.zoho_books.dialect import BooksDialect  # noqa: PLC0415 - the same
    from syncdsl.state.shared import SharedFile  # noqa: PLC0415 - the same

    with closing(SharedFile(shared)) as file:
        settings = ConnectionSettings(
            name="books",
            adapter="zoho_books",
            data_centre=None,
            organization=organization,
            url=url,
            secrets=SECRETS,
            options={"limits": {"per_minute": LIMIT, "concurrency": 10}},
            services=Services(clock=clock, shared=file),
        )
        line = connect(settings, root="/books/v3", dialect=BooksDialect(), limits=BOOKS)

        def make(number: int) -> None:
            with closing(clock.line()) if isinstance(clock, ConductedClock) else nullcontext():
                for _ in range(number):
                    line.client.read("GET", "/contacts", params={"organization_id": organization, "per_page": "1"})

        makers = [threading.Thread(target=make, args=(number,)) for number in shares]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()
        line.close()


def parts(whole: int, number: int) -> list[int]:
    """Divide a number of calls."""
    return [whole // number + (1 if index < whole % number else 0) for index in range(number)]


def conduct(facts: dict[str, Any], *, processes: int, threads: int, calls: int, folder: Path) -> dict[str, float]:
    """Let all processes work, and return the figures."""
    url, organization = facts["books_url"], facts["books_organization"]
    httpx.put(f"{url}/_sandbox/limits", json={"books": {"per_minute": LIMIT}}, trust_env=False).raise_for_status()
    conductor = Conductor(url, processes * threads)
    shared = folder / "shared.db"
    # With the access token made, no thread waits for another one of its process, which the conductor would not notice.
    work(Standing(conductor.now), url, organization, shared, [1])
    with Listener(str(folder / "clock"), "AF_UNIX", backlog=processes * threads, authkey=KEY) as listener:
        command = [sys.executable, __file__, "--work", str(listener.address), url, organization, str(shared)]
        workers = [
            subprocess.Popen([*command, *(str(share) for share in parts(calls_of_one, threads))])
            for calls_of_one in parts(calls - 1, processes)
        ]
        attending = []
        for _ in range(processes * threads):
            try:
                line = listener.accept()
            except (EOFError, AuthenticationError):
                break
            attending.append(threading.Thread(target=conductor.attend, args=(line,)))
            attending[-1].start()
        codes = [worker.wait() for worker in workers]
        for thread in attending:
            thread.join()
    if any(codes):
        raise SystemExit(1)
    return figures(url)


def figures(url: str) -> dict[str, float]:
    """Return what the ledger tells."""
    entries = httpx.get(f"{url}/_sandbox/ledger", params={"after": "0"}, trust_env=False).json()["entries"]
    called = [entry for entry in entries if entry["path"].endswith("/contacts")]
    moments = sorted(datetime.fromisoformat(entry["time"]).timestamp() for entry in called)
    worst, oldest = 0, 0
    for newest, moment in enumerate(moments):
        while moments[oldest] <= moment - MINUTE:
            oldest += 1
        worst = max(worst, newest - oldest + 1)
    # In the time that was taken nobody could have made more: a minute's worth at once, and again after each minute.
    minutes = (moments[-1] - moments[0]) / MINUTE
    return {
        "calls": len(called),
        "refused": sum(1 for entry in called if entry["status"] == 429),
        "minutes": round(minutes, 2),
        "used_percent": round(100 * len(called) / (LIMIT * (minutes + 1)), 1),
        "worst_minute": worst,
    }


def main() -> int:
    """Print the figures."""
    if sys.argv[1:2] == ["--work"]:
        address, url, organization, shared, *shares = sys.argv[2:]
        work(ConductedClock(address), url, organization, Path(shared), [int(share) for share in shares])
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    given = parser.parse_args()
    command = [sys.executable, "-m", "syncdsl", "sandbox", "--format", "json", "--records", "0", "--exit-with-parent"]
    with (
        tempfile.TemporaryDirectory(prefix="syncdsl-rate-") as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox,
    ):
        try:
            assert sandbox.stdout is not None  # noqa: S101 - it was asked for
            facts = json.loads(sandbox.stdout.readline())
            found = conduct(
                facts, processes=given.processes, threads=given.threads, calls=given.calls, folder=Path(folder)
            )
        finally:
            sandbox.terminate()
    if given.format == "json":
        print(json.dumps(found))
    else:
        print(f"{given.processes} processes x {given.threads} threads under {LIMIT} calls a minute:")
        print(
            f"  {found['calls']} calls in {found['minutes']} minutes of the virtual clock, {found['refused']} refused"
        )
        print(f"  {found['used_percent']} % of the budget used; the worst sliding minute had {found['worst_minute']}")
    return 0 if found["worst_minute"] <= LIMIT and found["used_percent"] >= 95 and not found["refused"] else 1


if __name__ == "__main__":
    sys.exit(main())
