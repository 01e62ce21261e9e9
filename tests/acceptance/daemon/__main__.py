"""`python -m tests.acceptance.daemon storm|month|ten|reaction`: what takes too long for every day, with its figures."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.acceptance.conftest import project_maker, sandboxes, wait_until
from tests.acceptance.daemon.month import month
from tests.acceptance.daemon.serving import serving
from tests.acceptance.daemon.storm import RULES, storm
from tests.acceptance.daemon.ten import sandboxes_for, ten_pairs
from tests.postgres import server

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

GOAL_SECONDS = 2.0
"""Seconds from a stage change to the invoice in the books, at the median."""

SHOWN = 20


def main() -> int:
    """Play one of them and print what came of it; return 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.daemon", description=__doc__)
    parser.add_argument("what", choices=("storm", "month", "ten", "reaction"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--edits", type=int, default=5_000, help="edits of a storm")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long a storm takes")
    parser.add_argument("--days", type=float, default=30.0, help="days of a month")
    parser.add_argument("--deals", type=int, default=50, help="deals whose reaction is measured")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="syncdsl-daemon-")))
        start = stack.enter_context(sandboxes())
        make = project_maker(folder, folder / "cache")
        if given.what == "reaction":
            sandbox = start()
            return _reaction(make(sandbox), sandbox, given.deals)
        if given.what == "storm":
            one, other = start(), start()
            result: Any = storm(
                make(one), one, make(other), other,
                seed=given.seed, companies=200, edits=given.edits, seconds=given.seconds,
            )  # fmt: skip
        elif given.what == "month":
            sandbox = start()
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            result = month(make(sandbox), sandbox, patch, days=given.days, seed=given.seed)
        else:
            ten = sandboxes_for(start)
            postgres = stack.enter_context(server())
            result = ten_pairs(make(ten[0]), ten, postgres, ticks=20, schema="ten")
    for one_field in fields(result):
        sys.stdout.write(f"{one_field.name:14}{_shown(getattr(result, one_field.name))}\n")
    return 1 if getattr(result, "wrong", ()) else 0


def _shown(value: object) -> str:
    if isinstance(value, list) and len(value) > SHOWN:
        return f"{value[:2]} … {value[-2:]}, {len(value)} in all"
    return str(value)


def _reaction(project: Project, sandbox: Sandbox, deals: int) -> int:
    """Measure the time from a stage that a person sets to the invoice in the books, one deal after the other."""
    project.rules(RULES)
    acme = sandbox.account(Account_Name="Acme")
    project.run("apply", "--yes")
    seconds: list[float] = []
    with serving(project, sandbox) as daemon:
        daemon.wait_until_ready()
        for number in range(deals):
            facts = {"Deal_Name": f"Deal {number}", "Stage": "Qualification", "Amount": 10 + number}
            deal = sandbox.deal(**facts, Account_Name={"id": acme})
            wait_until(lambda: daemon.metric("syncdsl_dirty_records") == 0 and daemon.state() == "idle", "it rests")
            begin = time.monotonic()
            sandbox.change("Deals", deal, Stage="Closed Won")
            wait_until(lambda number=number: _invoices(sandbox) > number, "the invoice is there")  # type: ignore[misc]
            seconds.append(time.monotonic() - begin)
        daemon.stop()
    median = statistics.median(seconds)
    worst = max(seconds)
    sys.stdout.write(
        f"from a stage to its invoice, {deals} deals: median {median:.2f} s, longest {worst:.2f} s (goal: median "
        f"{GOAL_SECONDS:.0f} s)\n"
    )
    return 0 if median <= GOAL_SECONDS else 1


def _invoices(sandbox: Any) -> int:
    rows = sandbox.books.get("/invoices", params={"per_page": "200"}).json()["invoices"]
    return len(rows)


if __name__ == "__main__":
    sys.exit(main())
