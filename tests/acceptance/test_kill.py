"""`kill -9` at random moments of a two-way sync under faults: in the end both sides agree, once, with nothing lost.

A share of `python -m tests.acceptance.kill`, which kills 50 runs over 2,000 records and prints a table.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.acceptance.kill.__main__ import faults_of, table, use_state
from tests.acceptance.kill.killing import Killing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import Project, Sandbox

SEED = 2
RECORDS = 200


def demand(project: Project, sandbox: Sandbox, folder: Path, *, kills: int, where: str) -> None:
    """Kill, and demand that nothing is wrong and that kills met a create in flight, by the sandbox's ledger."""
    result = Killing(project, sandbox, folder, seed=SEED, records=RECORDS).play(kills)
    sys.stdout.write(table(result, where) + "\n")
    assert result.kills == kills
    assert faults_of(result, at_least=1) == []


def test_killed_runs_leave_both_sides_in_agreement(project: Project, sandbox: Sandbox, tmp_path: Path) -> None:
    """Four kills with the state in a file."""
    demand(project, sandbox, tmp_path, kills=4, where="SQLite")


def test_killed_runs_with_the_state_on_a_server(
    project: Project, sandbox: Sandbox, tmp_path: Path, postgres_url: str
) -> None:
    """Two kills with the state on PostgreSQL, whose session the killed run leaves behind."""
    use_state(project.folder, postgres_url)
    demand(project, sandbox, tmp_path, kills=2, where="PostgreSQL")
