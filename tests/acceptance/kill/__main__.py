"""`python -m tests.acceptance.kill --kills 50 --records 2000 --seed 1 [--postgres]`: the whole proof, and its table."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.acceptance.conftest import project_maker, sandboxes
from tests.acceptance.kill.killing import Killing, Result

SHOWN = 20
"""How many records of a kind a failure names."""


def main() -> int:
    """Kill, judge and print; return 0 when nothing is wrong and enough kills met a create in flight, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true", help="keep the state on a PostgreSQL server")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the project, its state and the ledger there")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="kill no longer than this, then judge")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="syncdsl-kill-")))
        folder.mkdir(parents=True, exist_ok=True)
        sandbox = stack.enter_context(sandboxes())()
        project = project_maker(folder, folder / "cache")(sandbox)
        if given.postgres:
            from tests.postgres import server  # noqa: PLC0415 - only where one is asked for

            use_state(project.folder, stack.enter_context(server()).url("kill"))
        killing = Killing(project, sandbox, folder, seed=given.seed, records=given.records)
        sys.stdout.write(f"seed {given.seed}: {given.kills} kills, {given.records:,} records\n")
        sys.stdout.flush()
        result = killing.play(given.kills, seconds=given.seconds)
    sys.stdout.write(table(result, "PostgreSQL" if given.postgres else "SQLite") + "\n")
    wrong = faults_of(result, at_least=result.kills * 3 // 10)
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


def use_state(folder: Path, url: str) -> None:
    """Let a project keep its state under a URL."""
    path = folder / "syncdsl.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sqlite:///.syncdsl/sandbox.db", url), encoding="utf-8")


def table(result: Result, where: str) -> str:
    """Return the table of a result."""
    judged = result.judgement
    assert judged is not None
    struck = ", ".join(f"{kind} {number}" for kind, number in sorted(result.struck.items()))
    rows = {
        "state": where,
        "seed": result.seed,
        "records": f"{result.records:,}",
        "kills": result.kills,
        "with a call in flight": result.in_flight,
        "with a create in flight": result.creates_in_flight,
        "runs that ended before their kill": result.ended_before,
        "faults": struck,
        "runs until quiet": result.runs_until_quiet if result.quiet else "never",
        "duplicates": len(judged.duplicates),
        "lost": len(judged.lost),
        "differing": len(judged.differing),
        "verify": f"{result.percent} %",
        "seconds": f"{result.seconds:.0f}",
    }
    return "\n".join(f"{name:34}{value}" for name, value in rows.items())


def faults_of(result: Result, *, at_least: int) -> list[str]:
    """Return what is wrong with a result; `at_least` is the number of kills that must have met a create in flight."""
    judged = result.judgement
    assert judged is not None
    wrong = [*result.complaints]
    for what, found in (("duplicate", judged.duplicates), ("lost", judged.lost), ("differs", judged.differing)):
        wrong += [f"{what}: {one}" for one in found[:SHOWN]]
        if len(found) > SHOWN:
            wrong.append(f"{what}: {len(found) - SHOWN} more")
    if not result.kills:
        wrong.append("no run was killed")
    if result.creates_in_flight < at_least:
        wrong.append(f"only {result.creates_in_flight} kills met a create in flight, at least {at_least} have to")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
