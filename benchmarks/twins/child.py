"""Runs one thing in a process of its own and tells its wall time, the processor's time and its peak memory.

    python -m twins.child seed FOLDER NUMBER SIDES
    python -m twins.child (plan | sweep | apply) FOLDER URL
    python -m twins.child dlt FOLDER URL (full | MOMENT)

Programs are loaded and rules compiled before the time begins. The answer is one line of JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twins.world import SideName


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What one process came to: seconds, megabytes, and how many effects or rows there were.

    `whole` are the seconds of the process with its start, the others begin when programs are loaded.
    """

    wall: float
    processor: float
    peak: float
    count: int
    whole: float


def measure(*arguments: str) -> Measure:
    """Run this program and return what it measured."""
    command = [sys.executable, "-m", "twins.child", *arguments]
    begin = time.perf_counter()
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False, env=_quiet()
    )
    whole = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return Measure(**json.loads(done.stdout.splitlines()[-1]), whole=whole)


def _quiet() -> dict[str, str]:
    return {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}


def main() -> None:
    """Prepare, run, and print."""
    what, folder, *rest = sys.argv[1:]
    run = _prepared(what, Path(folder), rest)
    wall, processor = time.perf_counter(), time.process_time()
    count = run()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "processor": processor, "peak": peak, "count": count}))


def _prepared(what: str, folder: Path, rest: list[str]) -> Callable[[], int]:
    match what:
        case "seed":
            return _seeding(folder, int(rest[0]), rest[1].split(","))
        case "dlt":
            return _loading(folder, rest[0], rest[1])
        case _:
            return _syncing(what, folder, rest[0])


def _seeding(folder: Path, number: int, sides: list[str]) -> Callable[[], int]:
    from twins.state import SIDES, seed  # noqa: PLC0415 - each contender loads its own programs alone

    read: tuple[SideName, ...] = tuple(side for side in SIDES if side in sides)

    def run() -> int:
        seed(folder, number, read)
        return number

    return run


def _syncing(what: str, folder: Path, url: str) -> Callable[[], int]:
    import httpx  # noqa: PLC0415 - each contender loads its own programs alone

    from syncdsl.engine.run import apply, preview  # noqa: PLC0415 - the same
    from twins.connection import NOW  # noqa: PLC0415 - the same
    from twins.rules import compiled  # noqa: PLC0415 - the same
    from twins.state import LATER, opened_run  # noqa: PLC0415 - the same

    compiled()
    client = httpx.Client(base_url=url, trust_env=False)

    def call(target: str, body: bytes = b"") -> bytes:
        answer = client.post(target, content=body) if body else client.get(target)
        return answer.raise_for_status().content

    def run() -> int:
        # The other side was read completely not long ago: only this one is swept.
        now = LATER + dt.timedelta(hours=20) if what == "sweep" else NOW
        with opened_run(folder, call, scratch=what != "apply", now=now) as started:
            if what == "apply":
                return len(apply(started, confirm=lambda _: True).done)
            return len(preview(started).effects)

    return run


def _loading(folder: Path, url: str, since: str) -> Callable[[], int]:
    # Each contender loads its own programs alone; these are installed for the benchmarks only: no types here.
    dlt: Any = import_module("dlt")
    requests: Any = import_module("dlt.sources.helpers.requests")
    query = "" if since == "full" else f"&since={since}"

    def accounts() -> Iterator[list[dict[str, Any]]]:
        session, begin, more = requests.Client().session, 0, True
        while more:
            answer = session.get(f"{url}/crm/rows?from={begin}{query}").json()
            yield answer["rows"]
            begin, more = begin + len(answer["rows"]), answer["more"]

    pipeline = dlt.pipeline(
        pipeline_name="twins",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.duckdb(str(folder / "loaded.duckdb")),
        dataset_name="mirror",
    )

    def run() -> int:
        rows = dlt.resource(accounts, name="accounts", primary_key="id", write_disposition="merge")
        pipeline.run(rows, loader_file_format="parquet")
        with pipeline.sql_client() as client:
            counted = client.execute_sql("SELECT count(*) FROM accounts")
        return int(counted[0][0]) if counted else 0

    return run


if __name__ == "__main__":
    main()
