"""What came of the faults seeded into the engine, as a table for people and as a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.mutation.engine.seeded import Seeded
    from tests.mutation.running import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fault and what came of it; `said` is what the failing test said."""

    asked: str
    wrong: str
    file: str
    killer: str
    word: str
    seconds: float
    said: str


def rows(seeded: Sequence[Seeded], outcomes: Mapping[str, Outcome]) -> list[Row]:
    """Return one row for each fault, in their order."""
    found = []
    for item in seeded:
        outcome = outcomes[item.fault.name]
        killed = outcome.word == "noticed"
        found.append(
            Row(
                asked=item.asked or "",
                wrong=item.fault.wrong,
                file=item.fault.file,
                killer=item.invariant,
                word="killed" if killed else "survived" if outcome.word == "missed" else outcome.word,
                seconds=outcome.seconds,
                said=_short(outcome.message) if killed else outcome.detail,
            )
        )
    return found


def as_text(table: Sequence[Row]) -> str:
    """Return the table for a terminal."""
    file, killer = max(len(row.file) for row in table), max(len(row.killer) for row in table)
    lines = [f"{'where':{file}}  {'by':{killer}}  result    seconds  fault"]
    lines += [
        f"{row.file:{file}}  {row.killer:{killer}}  {row.word:8}  {row.seconds:7.1f}  {row.wrong}" for row in table
    ]
    return "\n".join(lines) + "\n"


def as_page(table: Sequence[Row]) -> str:
    """Return the table in Markdown."""
    killed = sum(row.word == "killed" for row in table)
    lines = [
        "# Mutation test of the engine",
        "",
        (
            "Written by `make mutants`: every fault of `tests/mutation/engine/faults/` is put into the engine, one at "
            "a time, and one named test has to notice: an invariant of `tests/invariants/`, or a contract test of the "
            "conformance kit where the rule lives in an adapter. No other test is asked. The seconds include the start "
            "of a process."
        ),
        "",
        f"{killed} of {len(table)} killed.",
        "",
        "| fault | asked for as | where | killed by | seconds | what the test said |",
        "|---|---|---|---|---:|---|",
        *(
            f"| {_cell(row.wrong)} | {_cell(row.asked)} | `{row.file}` | "
            f"{row.killer if row.word == 'killed' else f'**{row.word}** ({row.killer})'} | {row.seconds:.0f} | "
            f"{_cell(row.said)} |"
            for row in table
        ),
        "",
    ]
    return "\n".join(lines)


def _short(message: str) -> str:
    line = message.partition("\n")[0].removeprefix("tests.simulator.violation.").removeprefix("AssertionError: ")
    return line if len(line) <= 160 else line[:157] + "…"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
