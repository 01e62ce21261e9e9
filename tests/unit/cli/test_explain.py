from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.cli import main
from syncdsl.diagnostics import ALL_CODES

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Syncdsl

    from syncdsl.diagnostics import Code


@pytest.mark.parametrize("code", ALL_CODES, ids=lambda code: code.id)
def test_every_code_has_a_page(code: Code, capsys: pytest.CaptureFixture[str]) -> None:
    """Every code is explained by its number and by its name, in lines that fit."""
    for name in (code.id, code.id.lower(), code.name):
        main(["explain", name], standalone_mode=False)
        page = capsys.readouterr().out
        assert page.startswith(f"{code.id} {code.name}: {code.title}\n")
        assert f"Exit code: {code.exit_code}." in page
    body = page.partition("\n\n")[2].partition("Example:")[0]
    assert all(len(line) <= 88 for line in body.splitlines() if " " in line and not line.startswith("    "))


def test_a_code_says_how_safe_its_fix_is(capsys: pytest.CaptureFixture[str]) -> None:
    """What is said about fixes begins with how safe they are, and stands on the page."""
    for code in ALL_CODES:
        if code.fix:
            assert code.fix.startswith(("safe: ", "unsafe: "))
            assert not code.fix.endswith(".")
    main(["explain", "SD122"], standalone_mode=False)
    assert "\nFix, safe: writes `language 1`" in capsys.readouterr().out


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The list has every code once."""
    main(["explain"], standalone_mode=False)
    shown = capsys.readouterr().out
    assert [line.split()[0] for line in shown.splitlines() if line.startswith("  ")] == sorted(
        code.id for code in ALL_CODES
    )


def test_a_pipe_gets_no_colour(syncdsl: Syncdsl) -> None:
    """Escape sequences go to terminals only."""
    assert "\x1b" not in syncdsl("explain", "SD801").out


def test_colour_can_be_forced_and_refused(syncdsl: Syncdsl) -> None:
    """`FORCE_COLOR` colours a pipe; `NO_COLOR` is stronger."""
    assert "\x1b[" in syncdsl("explain", "SD801", FORCE_COLOR="1").out
    assert "\x1b" not in syncdsl("explain", "SD801", FORCE_COLOR="1", NO_COLOR="1").out
