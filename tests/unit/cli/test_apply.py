from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from syncdsl.changes.change_set import ChangeSet, GuardVerdict
from syncdsl.changes.effects import Hold, RecordName, Skip
from syncdsl.changes.saved import SavedChangeSet
from syncdsl.cli.apply import _code, _environment, confirmation
from syncdsl.cli.options import Globals
from syncdsl.cli.progress import Hidden
from syncdsl.engine.report import ApplyReport, Failure

if TYPE_CHECKING:
    from syncdsl.changes.effects import Effect

RECORD = RecordName(connection="crm", module="Accounts", id="1", label="Acme")
DONE = Skip(rule="r", location="r.sync:1", reason="because", record=RECORD, candidates=())
HELD = Hold(rule="r", location="r.sync:1", reason="because", why="value", record=RECORD)
OVER = GuardVerdict(text="creates <= 0", location="r.sync:9", value="1", limit="0", exceeded=True)


def change_set(*effects: Effect, guards: tuple[GuardVerdict, ...] = ()) -> ChangeSet:
    return ChangeSet(
        environment="live",
        organizations={},
        schemas={},
        plan="b2:0",
        state="b2:1",
        today="2026-06-01",
        effects=effects,
        expects={},
        baseline={},
        guards=guards,
    )


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (ApplyReport(changes=change_set(DONE), done=[DONE]), 0),
        (ApplyReport(changes=change_set()), 0),
        (ApplyReport(changes=change_set(HELD)), 0),
        (ApplyReport(changes=change_set(DONE, HELD), done=[DONE]), 7),
        (ApplyReport(changes=change_set(DONE), failed=[Failure(effect=DONE, code="1", message="no")]), 7),
        (ApplyReport(changes=change_set(DONE), unknown=[DONE]), 7),
        (ApplyReport(changes=change_set(DONE), moved_on=[DONE]), 7),
        (ApplyReport(changes=change_set(DONE), waiting=[DONE]), 7),
        (ApplyReport(changes=change_set(DONE, HELD), applied=False), 0),
    ],
)
def test_exit_codes(report: ApplyReport, code: int) -> None:
    """7 says that something was tried or applied and not all went through; what merely waits on and on is 0."""
    assert _code(report) == code


@pytest.mark.parametrize(
    ("changes", "expected", "yes"),
    [
        (change_set(), None, False),
        (change_set(HELD), None, False),
        (change_set(DONE), change_set(DONE), False),
        (change_set(DONE), None, True),
        (change_set(DONE, guards=(OVER,)), None, False),
    ],
)
def test_when_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: ChangeSet,
    expected: ChangeSet | None,
    *,
    yes: bool,
) -> None:
    """An empty, a saved, an agreed and a refused change set ask nothing, and each is shown."""
    monkeypatch.setattr(click, "confirm", lambda *_args, **_kwargs: pytest.fail("asked"))
    saved = SavedChangeSet(changes=expected) if expected is not None else None
    assert confirmation(Hidden(), Globals(), saved, yes=yes)(changes)
    assert "live" in capsys.readouterr().out


@pytest.mark.parametrize("answer", [True, False])
def test_the_answer_counts(monkeypatch: pytest.MonkeyPatch, *, answer: bool) -> None:
    """Otherwise the person at the terminal decides."""
    monkeypatch.setattr(click, "confirm", lambda *_args, **_kwargs: answer)
    assert confirmation(Hidden(), Globals(), None, yes=False)(change_set(DONE)) is answer


def test_a_saved_change_set_knows_its_environment() -> None:
    """It cannot be applied to another one by mistake."""
    saved = change_set(DONE)
    assert _environment(None, saved) == _environment("live", saved) == "live"
    assert _environment("test", None) == "test"
    with pytest.raises(click.UsageError, match="made for the environment `live`"):
        _environment("test", saved)
