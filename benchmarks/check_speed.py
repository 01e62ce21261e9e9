"""`syncdsl lint` and `syncdsl check` of 100 generated files against yamllint and sqlfluff, all in one run.

Every side is its command line as people run it in CI, on files with the same number of lines. Rounds alternate, so that
noise meets all sides alike; a figure is lines per second of processor time at the median. sqlfluff takes minutes for
100 files: it is given a few of the same length, less the time it takes for an empty one.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from programs import GUARD, rule_file

FILES = 100
LINES = 300
SQL_FILES = 2
ROUNDS = 3
SQL_ROUNDS = 1
REPORT = Path(__file__).parent / "reports" / "check_speed.md"
SCHEMAS = Path(__file__).parents[1] / "rules" / "zoho" / "schema"
CHECKED = "syncdsl check (which lints too), uncached"


def processor_time() -> float:
    """Return the seconds that the commands so far kept a processor busy: other work on the machine counts little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass
class Side:
    """One command and what it was given."""

    name: str
    command: list[str]
    folder: Path
    lines: int
    seconds: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Run the command once; its answer must be that nothing is wrong."""
        begin = processor_time()
        done = subprocess.run(self.command, cwd=self.folder, check=False, capture_output=True, text=True)
        self.seconds.append(processor_time() - begin)
        if done.returncode:
            sys.exit(f"{self.name} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


class Result(NamedTuple):
    """How fast a side was."""

    name: str
    seconds: float
    speed: float


def yaml_of(number: int, lines: int) -> str:
    """Return a YAML file of as many lines, nested like a rule file."""
    body = ["---"]
    index = 0
    while len(body) < lines:
        body += [f"module_{number}_{index}:", '  view: "All Accounts"', "  map:"]
        body += [f"    Field_{field}: field_{field}_{index}" for field in range(12)]
        index += 1
    return "\n".join(body[:lines]) + "\n"


def sql_of(number: int, lines: int) -> str:
    """Return a SQL file of about as many lines: clean queries of twelve lines and an empty one between."""
    body: list[str] = []
    index = 0
    while len(body) + 13 <= lines:
        columns = [f"    account_{number}.field_{column} AS column_{column}," for column in range(8)]
        body += ["SELECT", *columns, f"    account_{number}.name"]
        body += [f"FROM accounts_{number}_{index} AS account_{number}"]
        body += [f"WHERE account_{number}.revenue > {index} AND account_{number}.country = 'Country {index}';", ""]
        index += 1
    return "\n".join(body[:-1]) + "\n"


def sides(scratch: Path) -> tuple[list[Side], list[Side]]:
    """Write all files; return the sides, and those that take long."""
    binaries = Path(sys.executable).parent
    rules, yamls, sqls, empty = (scratch / name for name in ("sync", "yaml", "sql", "empty"))
    for folder in (rules / "rules", rules / "schema", yamls, sqls, empty):
        folder.mkdir(parents=True)
    (rules / "syncdsl.toml").write_text("", encoding="utf-8")
    for schema in SCHEMAS.glob("*.json"):
        (rules / "schema" / schema.name).write_bytes(schema.read_bytes())
    total = yaml_total = sql_total = 0
    for number in range(FILES):
        text = rule_file(number, LINES) + (GUARD if number == 0 else "")
        lines = text.count("\n")
        total += lines
        (rules / "rules" / f"{number:03}.sync").write_text(text, encoding="utf-8")
        yaml = yaml_of(number, lines)
        yaml_total += yaml.count("\n")
        (yamls / f"{number:03}.yaml").write_text(yaml, encoding="utf-8")
        if number < SQL_FILES:
            sql = sql_of(number, lines)
            sql_total += sql.count("\n")
            (sqls / f"{number:03}.sql").write_text(sql, encoding="utf-8")
    (empty / "empty.sql").write_text("SELECT 1 AS one;\n", encoding="utf-8")
    syncdsl = str(binaries / "syncdsl") if "PYTHONPATH" not in os.environ else ""
    own = [syncdsl] if syncdsl else [sys.executable, "-m", "syncdsl"]
    sqlfluff = [str(binaries / "sqlfluff"), "lint", "--dialect", "ansi", "--nocolor", "."]
    quick = [
        Side("syncdsl lint, uncached", [*own, "lint", "--no-cache"], rules, total),
        Side(CHECKED, [*own, "check", "--no-cache"], rules, total),
        Side("syncdsl lint, cached", [*own, "lint"], rules, total),
        Side("syncdsl check, cached", [*own, "check"], rules, total),
        Side("yamllint, default rules", [str(binaries / "yamllint"), "."], yamls, yaml_total),
    ]
    slow = [Side("sqlfluff", sqlfluff, sqls, sql_total), Side("sqlfluff, nothing to do", sqlfluff, empty, 1)]
    return quick, slow


def measured(quick: list[Side], slow: list[Side]) -> list[Result]:
    """Run all sides in turn."""
    for side in quick:  # fills caches, among them those of the operating system
        side.run()
        side.seconds.clear()
    for number in range(ROUNDS):
        for side in [*quick, *(slow if number < SQL_ROUNDS else [])]:
            side.run()
    results = []
    for side in quick:
        seconds = statistics.median(side.seconds)
        results.append(Result(side.name, seconds, side.lines / seconds))
    full, start = (statistics.median(side.seconds) for side in slow)
    speed = slow[0].lines / (full - start)
    results.append(Result(f"sqlfluff, {SQL_FILES} files, without its start", full - start, speed))
    return results


def report(results: list[Result], lines: int) -> str:
    """Return the table."""
    speeds = {result.name: result.speed for result in results}
    checked = speeds[CHECKED]
    yamllint = speeds["yamllint, default rules"]
    sqlfluff = results[-1].speed
    told = (
        f"{FILES} generated files, {lines:,} lines, one program; written by `benchmarks/check_speed.py` on Python"
        f" {platform.python_version()} with {os.cpu_count()} cores. Processor time of whole commands with their start,"
        f" median of {ROUNDS} alternating rounds. sqlfluff was given {SQL_FILES} files of the same length once, and the"
        " time that it takes for an empty file is not counted against it."
    )
    rows = [f"| {item.name} | {item.seconds:.2f} | {item.speed:,.0f} |" for item in results]
    return "\n".join([
        "# Speed of lint and check",
        "",
        told,
        "",
        "| command | seconds | lines a second |",
        "|---|---:|---:|",
        *rows,
        "",
        "| ratio | figure | goal |",
        "|---|---:|---:|",
        f"| check uncached to yamllint | {checked / yamllint:.1f} | at least 1 |",
        f"| check uncached to sqlfluff | {checked / sqlfluff:.0f} | at least 25 |",
        f"| lint cached, lines a second | {speeds['syncdsl lint, cached']:,.0f} | at least 100,000 |",
        f"| check cached, lines a second | {speeds['syncdsl check, cached']:,.0f} | at least 100,000 |",
        "",
    ])  # fmt: skip


def main() -> int:
    """Measure, print the table and write the report."""
    with tempfile.TemporaryDirectory() as scratch:
        quick, slow = sides(Path(scratch))
        os.environ["SYNCDSL_CACHE_DIR"] = str(Path(scratch) / "cache")
        results = measured(quick, slow)
    text = report(results, quick[0].lines)
    print(text)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
