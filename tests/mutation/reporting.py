"""What came of the faults, as a table on the terminal and as a page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.mutation.fault import Fault
    from tests.mutation.running import Outcome

GOAL = 0.97


def score(outcomes: Sequence[Outcome]) -> float:
    """Return the share of the faults that tests notice."""
    return sum(outcome.noticed for outcome in outcomes) / len(outcomes) if outcomes else 1.0


def table(outcomes: Sequence[Outcome]) -> list[tuple[str, int, int]]:
    """Return by file how many faults there are, and how many of them are noticed."""
    all_of_them = Counter(outcome.fault.file for outcome in outcomes)
    noticed = Counter(outcome.fault.file for outcome in outcomes if outcome.noticed)
    return [(file, count, noticed[file]) for file, count in sorted(all_of_them.items())]


def page(outcomes: Sequence[Outcome], equivalent: Sequence[Fault]) -> str:
    """Return the report in Markdown."""
    noticed = sum(outcome.noticed for outcome in outcomes)
    endless = sum(outcome.word == "endless" for outcome in outcomes)
    lines = [
        "# Mutation test of the checker",
        "",
        (
            "Written by `make mutate`: every fault of `tests/mutation/faults/` is put into the checker, one at a time, "
            "and the checker's own tests have to notice."
        ),
        "",
        "| | figure | goal |",
        "|---|---:|---:|",
        f"| faults | {len(outcomes)} | |",
        f"| noticed | {noticed} | |",
        f"| of these, tests that did not end | {endless} | |",
        f"| missed | {len(outcomes) - noticed} | |",
        f"| score | {score(outcomes):.3f} | at least {GOAL} |",
        f"| listed as equivalent, not tried | {len(equivalent)} | |",
        "",
        "## By file",
        "",
        "| file | faults | noticed |",
        "|---|---:|---:|",
        *(f"| `{file}` | {count} | {found} |" for file, count, found in table(outcomes)),
        "",
        "## Missed",
        "",
        *([f"- `{item.fault.file}`: {item.fault.wrong}" for item in outcomes if not item.noticed] or ["None."]),
        "",
        "## Equivalent",
        "",
        *([f"- `{item.file}`: {item.wrong}. {item.equivalent}" for item in equivalent] or ["None."]),
        "",
        "## Noticed",
        "",
        "| fault | first noticed by |",
        "|---|---|",
        *(f"| `{item.fault.file}`: {_cell(item.fault.wrong)} | {_test(item)} |" for item in outcomes if item.noticed),
        "",
    ]
    return "\n".join(lines)


def _test(item: Outcome) -> str:
    if item.word == "endless":
        return "tests that did not end"
    name = item.detail.removeprefix("tests/").partition("[")[0]
    return f"`{name}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
