"""What came of the faults, as a table and as a page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tests.mutation.fault import Fault

GOAL = 0.97
"""The share of the faults that tests have to notice."""


def table(faults: Sequence[Fault], noticed: Collection[str]) -> list[tuple[str, int, int]]:
    """Return by file how many faults there are, and how many of them are noticed."""
    counts = Counter(fault.file for fault in faults)
    found = Counter(fault.file for fault in faults if fault.name in noticed)
    return [(file, count, found[file]) for file, count in sorted(counts.items())]


def page(faults: Sequence[Fault], noticed: Mapping[str, str]) -> str:
    """Return the report in Markdown; `noticed` says by the name of a fault which test noticed it."""
    tried = [fault for fault in faults if fault.equivalent is None]
    found = [fault for fault in tried if fault.name in noticed]
    missed = [fault for fault in tried if fault.name not in noticed]
    equivalent = [fault for fault in faults if fault.equivalent is not None]
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
        f"| faults | {len(tried)} | |",
        f"| noticed | {len(found)} | |",
        f"| missed | {len(missed)} | |",
        f"| score | {len(found) / len(tried):.3f} | at least {GOAL} |",
        f"| listed as equivalent, not tried | {len(equivalent)} | |",
        "",
        "## By file",
        "",
        "| file | faults | noticed |",
        "|---|---:|---:|",
        *(f"| `{file}` | {count} | {some} |" for file, count, some in table(tried, noticed)),
        "",
        "## Missed",
        "",
        *([f"- `{fault.file}`: {fault.wrong}." for fault in missed] or ["None."]),
        "",
        "## Equivalent",
        "",
        *([f"- `{fault.file}`: {fault.wrong}. {fault.equivalent}" for fault in equivalent] or ["None."]),
        "",
        "## Noticed",
        "",
        "| fault | noticed by |",
        "|---|---|",
        *(f"| `{fault.file}`: {_cell(fault.wrong)} | {_test(noticed[fault.name])} |" for fault in found),
        "",
    ]
    return "\n".join(lines)


def _test(detail: str) -> str:
    """Return the test without its parameters, or why there is none to name."""
    return f"`{detail.removeprefix('tests/').partition('[')[0]}`" if detail.startswith("tests/") else detail


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
