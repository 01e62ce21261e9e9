from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

ALLOWED = '\n# allow SD501: for the next release, until 2026-06-01\ntable kinds:\n    "Goods" <-> "goods"\n'


def test_suppressions_count_for_lint_and_check_alike(syncdsl: Syncdsl, project: Path) -> None:
    """Until the day that is written; on the next, what was suppressed is found again, and so is the suppression."""
    file = project / "rules" / "customers.sync"
    file.write_text(file.read_text() + ALLOWED)
    for command in ("lint", "check"):
        assert syncdsl(command, SYNCDSL_TODAY="2026-06-01").code == 0
        over = syncdsl(command, "--format", "concise", SYNCDSL_TODAY="2026-06-02")
        assert over.code == 1
        assert [line.split()[1] for line in over.out.splitlines()] == ["SD594", "SD501"]
    refused = syncdsl("lint", SYNCDSL_TODAY="tomorrow")
    assert refused.code == 3
    assert "`SYNCDSL_TODAY` holds no day" in refused.err


def test_a_suppression_in_a_used_file_is_judged_where_it_is_linted(syncdsl: Syncdsl, project: Path) -> None:
    """`check` reads a used file for its names; what only lint would find there is not called unused."""
    (project / "shared").mkdir()
    (project / "shared" / "part.sync").write_text("language 1\n" + ALLOWED.replace(", until 2026-06-01", ""))
    file = project / "rules" / "customers.sync"
    file.write_text(file.read_text() + '\nuse "../shared/part.sync"\n')
    result = syncdsl("check", "--format", "concise")
    assert "SD593" not in result.out
    assert result.code == 0, result.out + result.err
