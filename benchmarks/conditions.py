"""Evaluating one typical condition for many records: syncdsl against `common-expression-language` and `rule-engine`.

Each side compiles the condition once, and each is used in the quickest way that was found for it. The headline begins
where a run does, with a record as a mapping of its fields, and counts what a side needs to see it: nothing for syncdsl
and rule-engine; CEL is given only the fields that the condition reads, in one context that is used again. The second
table leaves that out: CEL has a context made beforehand for every record. All must agree on every record. Short rounds
alternate; a figure is the least of the processor's time, since whatever else runs only adds to it. The two pick
lists hold few values, as such fields do: syncdsl remembers what it answered for a text.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import platform
import random
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import cel
import rule_engine

from syncdsl.analysis import analyse
from syncdsl.diagnostics import SourceFile
from syncdsl.plan.evaluation import compile_expression
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.schema.values import Value

RECORDS = 200
REPEATS = 5
READ = ("Account_Type", "Employees", "Rating")
ROUNDS = 200
REPORT = Path(__file__).parent / "reports" / "conditions.md"
SCHEMAS = Path(__file__).parents[1] / "rules" / "zoho" / "schema"
CONDITION = 'Account_Type == "Customer" and Employees >= 50 and Rating in ("Active", "Acquired")'
CEL = 'Account_Type == "Customer" && Employees >= 50 && Rating in ["Active", "Acquired"]'
RULE_ENGINE = 'Account_Type == "Customer" and Employees >= 50 and Rating in ["Active", "Acquired"]'
RULES = f"""language 1
connection crm: zoho_crm
connection books: zoho_books
module customers: crm.Accounts -> books.customers
    where crm: {CONDITION}
    dedupe: Account_Name == contact_name
    on duplicate: skip
    map:
        Account_Name -> contact_name
"""


class World:
    """What conditions see besides a record; a run makes one for each connection."""

    __slots__ = ()
    today = dt.date(2026, 1, 31)
    row: Mapping[str, Value] = {}

    def follow(self, _reference: Value, _name: str) -> Value:
        """Return nothing: the condition reads a record alone."""
        return None


def compiled() -> Evaluator:
    """Return the condition as a run evaluates it."""
    source = SourceFile("benchmark.sync", RULES)
    schemas = {name: read_snapshot(SCHEMAS / f"{name}.json") for name in ("crm", "books")}
    analysis = analyse([(source, parse(source).program)], schemas)
    if analysis.plan is None:
        sys.exit("\n".join(item.message for item in analysis.diagnostics))
    pair = analysis.plan.pairs["customers"]
    where = next(side.where for side in (pair.left, pair.right) if side.where is not None)
    return compile_expression(where, analysis.plan.tables)


def records() -> list[dict[str, Any]]:
    """Return records of which the condition lets through some."""
    seeded = random.Random(3)
    return [
        {
            "Account_Name": f"Company {number}",
            "Account_Type": seeded.choice(["Customer", "Customer", "Prospect"]),
            "Employees": seeded.randrange(1, 200),
            "Rating": seeded.choice(["Active", "Acquired", "Shut Down"]),
            "Phone": "+49 30 1234",
            "Website": "https://example.com",
        }
        for number in range(RECORDS)
    ]


Sides: TypeAlias = "dict[str, tuple[Callable[[Iterable[Any]], list[Any]], list[Any]]]"
"""How each side answers for records, and its records."""


def from_records(plain: list[dict[str, Any]]) -> Sides:
    """Return the sides as they begin with the fields of a record."""
    own, world = compiled(), World()
    execute, context = cel.compile(CEL).execute, cel.Context()
    add = context.add_variable

    def cel_answers(records: Iterable[dict[str, Any]]) -> list[Any]:
        answers = []
        for record in records:  # `READ`, written out: a loop takes longer
            add("Account_Type", record["Account_Type"])
            add("Employees", record["Employees"])
            add("Rating", record["Rating"])
            answers.append(execute(context))
        return answers

    return {
        "syncdsl": (lambda records: [own(fields, world) for fields in records], decimals(plain)),
        "common-expression-language": (cel_answers, plain),
        "rule-engine": (rule_engine_answers(), plain),
    }


def prepared(plain: list[dict[str, Any]]) -> Sides:
    """Return the sides with everything that can be made beforehand."""
    own, world = compiled(), World()
    execute = cel.compile(CEL).execute
    return {
        "syncdsl": (lambda records: [own(fields, world) for fields in records], decimals(plain)),
        "common-expression-language": (
            lambda contexts: [execute(context) for context in contexts],
            [cel.Context(variables={name: item[name] for name in READ}) for item in plain],
        ),
        "rule-engine": (rule_engine_answers(), plain),
    }


def rule_engine_answers() -> Callable[[Iterable[Any]], list[Any]]:
    """Return how rule-engine answers; with the types of the fields declared it takes longer."""
    matches = rule_engine.Rule(RULE_ENGINE).matches
    return lambda records: [matches(record) for record in records]


def decimals(plain: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records with numbers as adapters read them."""
    return [{**item, "Employees": Decimal(item["Employees"])} for item in plain]


def measured(sides: Sides) -> dict[str, float]:
    """Return the least seconds of each side."""
    answers = {name: [bool(answer) for answer in test(items)] for name, (test, items) in sides.items()}
    first = answers["syncdsl"]
    if any(answer != first for answer in answers.values()) or not 0 < sum(first) < RECORDS:
        sys.exit("the sides do not agree")
    times = dict.fromkeys(sides, math.inf)
    for _ in range(ROUNDS):
        for name, (test, items) in sides.items():
            begin = time.process_time()
            for _ in range(REPEATS):
                test(items)
            times[name] = min(times[name], (time.process_time() - begin) / REPEATS)
    return times


def table(times: dict[str, float]) -> list[str]:
    """Return the lines of a table."""
    own = times["syncdsl"]
    rows = [f"| {name} | {seconds / RECORDS * 1e9:,.0f} | {seconds / own:.1f} |" for name, seconds in times.items()]
    return ["| side | ns a record | times as long |", "|---|---:|---:|", *rows, ""]


def main() -> int:
    """Measure, print the tables and write the report."""
    plain = records()
    told = (
        f"`{CONDITION}`, for {RECORDS:,} records; written by `benchmarks/conditions.py` on Python"
        f" {platform.python_version()} with {os.cpu_count()} cores. Compiled once, the least of {ROUNDS} alternating"
        " rounds; all sides agree on every record."
    )
    lines = ["# Evaluation of a condition", "", told, "", "## From the fields of a record", ""]
    lines += ["Goals: at least 10 times as long as syncdsl for CEL, 40 for rule-engine.", ""]
    lines += table(measured(from_records(plain)))
    lines += ["## With contexts made beforehand", ""]
    lines += ["No goal: what evaluating alone takes where CEL's values have been made before the clock starts.", ""]
    lines += table(measured(prepared(plain)))
    text = "\n".join(lines)
    print(text)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
