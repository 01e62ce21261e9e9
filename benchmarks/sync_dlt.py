"""Reading and planning 200,000 linked records against dlt loading the same pages into DuckDB, both in one run.

On one side are 200,000 records, their linked partners are known from before. Both contenders read the same pages of 200
rows from a server of its own process over loopback HTTP, each in a process of its own: syncdsl to know what would have
to be written, dlt (parquet, merge by primary key) to have the rows in a table. (a) Everything is read for the first
time. (b) Nothing changed, everything is read again. (c) One record in a hundred was edited: syncdsl reads these and
writes their partners (the other side holds one more page of them), dlt loads these alone.

The pages are not the sandbox's. Zoho's list ends at 100,000 rows: beyond, the CRM's adapter goes on by queries and by
ids, which dlt has no likeness of. Rows become records by the code of the CRM's adapter.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx
from twins.child import Measure, measure
from twins.server import served

MOST_MEMORY = 300
"""Megabytes, at 1,000,000 records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; no `goal`: it is shown beside the others."""

    what: str
    ours: Measure
    theirs: Measure | None = None
    goal: float | None = None

    @property
    def ratio(self) -> float | None:
        """Our wall time to that of dlt."""
        return None if self.theirs is None else self.ours.wall / self.theirs.wall

    @property
    def missed(self) -> bool:
        """Whether the goal is missed."""
        return self.goal is not None and self.ratio is not None and self.ratio > self.goal

    def text(self) -> str:
        """Return the line."""
        line = f"{self.what:<34}{_figures(self.ours)}"
        if self.theirs is not None:
            line += f"{_figures(self.theirs)}{self.ratio:>8.2f}"
        if self.goal is not None:
            line += f"   goal <= {self.goal}: {'MISSED' if self.missed else 'met'}"
        return line


def _figures(of: Measure) -> str:
    return f"{of.wall:>8.1f} s{of.processor:>8.1f} s{of.peak:>7.0f} MB"


def contest(folder: Path, url: str, records: int) -> list[Row]:
    """Run both, in turns."""
    state, loaded = str(folder), str(folder)
    rows: list[Row] = []

    def note(row: Row) -> None:
        rows.append(row)
        print(row.text(), flush=True)

    def agree(count: int, expected: int, what: str) -> None:
        if count != expected:
            raise SystemExit(f"{what}: {count} instead of {expected}")

    first, load = measure("plan", state, url), measure("dlt", loaded, url, "full")
    agree(first.count, 0, "effects of the first plan")
    agree(load.count, records, "rows loaded")
    note(Row(what="(a) first read and plan", ours=first, theirs=load, goal=1.0))
    note(Row(what="    the same, stored (apply)", ours=measure("apply", state, url)))
    sweep, again = measure("sweep", state, url), measure("dlt", loaded, url, "full")
    agree(sweep.count, 0, "effects of the sweep")
    note(Row(what="(b) quiet full sweep", ours=sweep, theirs=again, goal=0.5))
    httpx.post(f"{url}/crm/edit?every=100").raise_for_status()
    changed = -(-records // 100)
    plan = measure("plan", state, url)
    agree(plan.count, changed, "effects after the edit")
    apply, delta = measure("apply", state, url), measure("dlt", loaded, url, "0")
    agree(apply.count, changed, "updates written")
    agree(delta.count, records, "rows after the edit")
    note(Row(what="(c) 1 % changed, plan", ours=plan, theirs=delta))
    note(Row(what="(c) 1 % changed, plan and write", ours=apply, theirs=delta, goal=1.0))
    return rows


def memory(folder: Path, url: str) -> list[Row]:
    """Run syncdsl alone."""
    rows: list[Row] = []
    for what, command in (
        ("first read and plan", "plan"),
        ("the same, stored (apply)", "apply"),
        ("quiet full sweep", "sweep"),
        ("1 % changed, plan and write", "apply"),
    ):
        if what.startswith("1 %"):
            httpx.post(f"{url}/crm/edit?every=100").raise_for_status()
        rows.append(Row(what=what, ours=measure(command, str(folder), url)))
        print(rows[-1].text(), flush=True)
    return rows


def main() -> int:
    """Print the table; fail where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--memory", action="store_true", help="measure the peak memory of syncdsl alone")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, served(given.records) as url:
        folder = Path(name)
        print(f"making a state with {given.records:,} links", flush=True)
        measure("seed", name, str(given.records), "books")
        heads = f"{'wall':>10}{'processor':>10}{'peak':>10}"
        print(f"{'':<34}{heads}" + ("" if given.memory else f"{heads}{'ratio':>8}"))
        if given.memory:
            rows = memory(folder, url)
            peak = max(row.ours.peak for row in rows)
            verdict = "met" if peak <= MOST_MEMORY else "MISSED"
            print(f"\npeak memory {peak:.0f} MB   goal <= {MOST_MEMORY} MB at 1,000,000 records: {verdict}")
            return int(peak > MOST_MEMORY)
        return int(any(row.missed for row in contest(folder, url, given.records)))


if __name__ == "__main__":
    sys.exit(main())
