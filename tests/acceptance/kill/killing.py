"""A sync that is killed again and again at random moments, under faults, and then left to finish."""

from __future__ import annotations

import json
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from tests.acceptance.conftest import wait_until
from tests.acceptance.kill.companies import AT_FIRST, RULES, Companies, Judgement

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import Project, Sandbox

WRITES = r"/contacts(/\d+)?$|/Accounts(/upsert)?$"
CREATES = r"/contacts$|/Accounts(/upsert)?$"
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "latency", "seconds": 0.03, "path": WRITES, "probability": 0.7},
    {"kind": "latency", "seconds": 0.15, "path": CREATES, "probability": 0.2},
    {"kind": "drop_response", "path": WRITES, "probability": 0.04},
    {"kind": "drop_request", "probability": 0.02},
    {"kind": "delayed_landing", "seconds": 1, "path": CREATES, "probability": 0.01},
    {"kind": "status", "status": 429, "retry_after": 0, "probability": 0.02},
    {"kind": "status", "status": 500, "path": WRITES, "probability": 0.02},
    {"kind": "status", "status": 503, "retry_after": 0, "probability": 0.01},
    {"kind": "partial_batch", "probability": 0.2},
    {"kind": "expired_token", "probability": 0.001},
    {"kind": "truncated_page", "how": "bytes", "probability": 0.02},
)
"""What goes wrong all the time; each order gets a seed of its own. Lists that lie about their rows are another test.

Tokens end seldom: a system hands out ten in ten minutes, and fifty kills take hardly longer.
"""

FINE = {0, 4, 6, 7}
"""Exit codes of a run that was not killed: done, a guard, a system that does not answer, partly done."""

LATEST = 60
"""Calls of a run after which at the latest it is to be killed."""

HELD = 5
"""Every so many kills, from the first on, one hits while the answer of a committed create is held back."""

BETWEEN_LOOKS = 0.005
"""Seconds between two looks at the ledger."""

AT_CREATE = 0.6
"""Share of the kills that wait for a create to be under way after that many calls; the others hit whatever is."""

PATIENCE = 900.0
"""Seconds that a run which nobody kills may take, on a machine that has other things to do."""

MOST_RUNS = 12
"""Runs without faults after which both sides have to be quiet."""


@dataclass(slots=True, kw_only=True)
class Result:
    """What happened, and what is wrong."""

    seed: int
    records: int
    kills: int = 0
    in_flight: int = 0
    creates_in_flight: int = 0
    ended_before: int = 0
    struck: dict[str, int] = field(default_factory=dict)
    runs_until_quiet: int = 0
    quiet: bool = False
    percent: str = ""
    seconds: float = 0.0
    judgement: Judgement | None = None
    complaints: list[str] = field(default_factory=list)


class Killing:
    """One project against one sandbox; all that is left to chance follows from the seed."""

    def __init__(self, project: Project, sandbox: Sandbox, folder: Path, *, seed: int, records: int) -> None:
        self._project = project
        self._sandbox = sandbox
        self._log = folder / "killed.log"
        self._ledger = folder / "ledger.jsonl"
        self._random = Random(seed)
        self._in_force = False
        self.companies = Companies(sandbox, self._random, records)
        self.result = Result(seed=seed, records=records)
        project.rules(RULES)

    def play(self, kills: int, *, seconds: float = float("inf")) -> Result:
        """Kill that many runs, fewer when the seconds for it are over; then run until quiet, and judge."""
        begin = time.monotonic()
        self.companies.enter(int(self.companies.waiting * AT_FIRST))
        portion = -(-self.companies.waiting // max(1, kills))
        self._break()
        while (
            self.result.kills < kills
            and self.result.ended_before <= kills
            and not self.result.complaints
            and time.monotonic() - begin < seconds
        ):
            self._round(portion)
        self._calm()
        self.companies.enter(self.companies.waiting)
        self._until_quiet()
        self._empty_ledger()
        done = self._project.run("verify", "--format", "json", code=None, seconds=PATIENCE)
        if done.returncode != 0:
            self.result.complaints.append(f"verify ended with {done.returncode}: {done.stdout[:2000]}{done.stderr}")
        if done.stdout:
            self.result.percent = str(json.loads(done.stdout)["summary"]["percent"])
        self.result.judgement = self.companies.judge()
        self.result.seconds = time.monotonic() - begin
        return self.result

    def _round(self, portion: int) -> None:
        """Let people work, start a run, and kill it at a random moment."""
        self._without_faults(portion)
        self._empty_ledger()
        held = self.result.kills % HELD == 0
        if held:
            self._sandbox.control("hold-next-create", {})
        with self._log.open("w+", encoding="utf-8") as log:
            process = subprocess.Popen(
                [*self._project.program, *self._command()],
                cwd=self._project.folder,
                env=self._project.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            killed = self._kill(process, held=held)
            process.wait(timeout=PATIENCE)
        self._sandbox.control("release", {})
        said = self._log.read_text(encoding="utf-8")
        # Rules come into force before anything is written, so the first write tells that `sync` may follow.
        self._in_force = self._in_force or bool(self._look("ledger/summary")["writes"])
        if "Traceback" in said or (not killed and process.returncode not in FINE):
            self.result.complaints.append(f"a run ended with {process.returncode}: {said[-3000:]}")
        wait_until(lambda: not self._sandbox.control("ledger/open")["open"], "every call of a killed run is answered")
        if not killed:
            self.result.ended_before += 1
            return
        self.result.kills += 1
        gone = [entry for entry in self._sandbox.control("ledger")["entries"] if entry["client_gone"]]
        self.result.in_flight += bool(gone)
        self.result.creates_in_flight += any(_creates(entry) for entry in gone)

    def _empty_ledger(self) -> None:
        """Move what the ledger holds into a file, in which a failure is looked for."""
        with self._ledger.open("a", encoding="utf-8") as file:
            for entry in self._sandbox.control("ledger")["entries"]:
                file.write(json.dumps({"kills": self.result.kills, **entry}) + "\n")
        self._sandbox.crm.delete(f"{self._sandbox.crm_url}/_sandbox/ledger")

    def _command(self) -> tuple[str, ...]:
        """Return the command: `sync` most of the time once the rules are in force, before that `apply`."""
        return ("sync",) if self._in_force and self._random.random() < 0.8 else ("apply", "--yes")

    def _kill(self, process: subprocess.Popen[bytes], *, held: bool) -> bool:
        """Kill a run at a random moment, or while the answer of a create is `held`; return False when it ended before.

        A random moment comes after a random number of calls, most of the time when a create is under way then.
        """
        calls = self._random.randint(1, LATEST)
        at_create = self._random.random() < AT_CREATE

        def now() -> bool:
            if held:
                return bool(self._look("held")["held"])
            if self._look("ledger/summary")["calls"] < calls:
                return False
            return not at_create or any(map(_creates, self._look("ledger/open")["open"]))

        while process.poll() is None:
            if now():
                process.kill()
                return process.wait(timeout=60) == -9
            # One look after the other would take the processor from those who are looked at.
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=BETWEEN_LOOKS)
        return False

    def _look(self, path: str) -> Any:
        """Return what a control endpoint tells, over a connection that stays open: many looks are taken."""
        return self._sandbox.crm.get(f"{self._sandbox.crm_url}/_sandbox/{path}").json()

    def _without_faults(self, portion: int) -> None:
        """Let people enter and edit companies; they meet no faults."""
        self._note_struck()
        self._sandbox.crm.delete(f"{self._sandbox.crm_url}/_sandbox/faults")
        self.companies.enter(portion)
        self.companies.edit(6)
        self._break()

    def _break(self) -> None:
        for order in FAULTS:
            self._sandbox.control("faults", {**order, "seed": self._random.randrange(2**31)})

    def _note_struck(self) -> None:
        for order in self._sandbox.control("faults")["faults"]:
            self.result.struck[order["kind"]] = self.result.struck.get(order["kind"], 0) + order["struck"]

    def _calm(self) -> None:
        """Take the faults back and let everything land that is on its way."""
        self._note_struck()
        self._sandbox.crm.delete(f"{self._sandbox.crm_url}/_sandbox/faults")
        wait_until(lambda: self._sandbox.control("faults")["landing"] == 0, "what was delayed has landed")

    def _until_quiet(self) -> None:
        for number in range(1, MOST_RUNS + 1):
            before = self._sandbox.last()
            done = self._project.run("apply", "--yes", code=None, seconds=PATIENCE)
            if done.returncode not in FINE:
                self.result.complaints.append(f"a run ended with {done.returncode}: {done.stdout}\n{done.stderr}")
            if done.returncode == 0 and not self._sandbox.writes(before):
                self.result.runs_until_quiet, self.result.quiet = number, True
                return
        self.result.complaints.append(f"not quiet after {MOST_RUNS} runs: {done.stdout[-3000:]}")


def _creates(call: dict[str, Any]) -> bool:
    """Return whether a call makes records in either system."""
    path = str(call["path"])
    return call["method"] in {"POST", "PUT"} and (
        path.endswith(("/contacts", "/Accounts/upsert")) or (path.endswith("/Accounts") and call["method"] == "POST")
    )
