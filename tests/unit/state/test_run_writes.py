"""What runs wrote, as the journal tells it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from syncdsl.state import Intent, Resolution, ReviewItem
from syncdsl.state.run_writes import RunCounts

if TYPE_CHECKING:
    from syncdsl.state import State
    from syncdsl.state.records import IntentState, Operation

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def intent(iid: str, op: Operation = "update") -> Intent:
    return Intent(
        iid=iid,
        op=op,
        connection="books",
        module="customers",
        record_id=None if op == "create" else f"r-{iid}",
        pair_or_document="customers",
        source_connection="crm",
        source_module="Accounts",
        source_id=f"s-{iid}",
        payload={"fields": {}},
        payload_hash="h",
        fence=1,
    )


def write(state: State, run: str, *writes: tuple[str, Operation, IntentState]) -> None:
    """Begin a run that writes these: each with its id, what it does, and what it comes to."""
    state.start_run(run, "apply", "digest", NOW)
    state.add_intents([intent(iid, op) for iid, op, _ in writes])
    state.mark_sent([iid for iid, _, _ in writes], NOW)
    for iid, _, came_to in writes:
        state.resolve_intent(iid, came_to, remote_id=f"made-{iid}" if came_to == "done" else None, detail="because")


def end(state: State, run: str, failed: int = 0, error: dict[str, str] | None = None) -> None:
    state.end_run(run, NOW, {"failed": failed}, error=error)


def test_runs_are_counted_by_what_their_writes_came_to(state: State) -> None:
    """Each write once, in the run that brought it to its end; a run that wrote nothing is not among them."""
    write(
        state,
        "a",
        ("1", "create", "done"),
        ("2", "update", "done"),
        ("3", "key", "done"),
        ("4", "delete", "done"),
        ("5", "deactivate", "done"),
        ("6", "void", "done"),
        ("7", "send", "done"),
        ("8", "create", "rejected"),
        ("9", "update", "dropped"),
        ("10", "create", "ambiguous"),
    )
    write(state, "b", ("11", "update", "done"))
    state.resolve_intents([Resolution(iid="10", state="done", remote_id="found")])
    state.start_run("c", "apply", "digest", NOW)
    assert state.run_counts(["a", "b", "c", "none"]) == {
        "a": RunCounts(added=1, updated=2, deleted=3, acted=1, failed=1, dropped=1, unknown=1),
        "b": RunCounts(added=1, updated=1),
    }
    assert state.run_counts(["b"]) == {"b": RunCounts(added=1, updated=1)}
    assert not RunCounts().any
    assert RunCounts(unknown=1).any


def test_the_writes_of_a_run_tell_their_record_and_reason(state: State) -> None:
    """In their order, with what was made for whom, the rule, and why one was refused."""
    write(state, "a", ("1", "create", "done"), ("2", "create", "rejected"), ("3", "update", "done"))
    write(state, "b", ("4", "update", "done"))
    found = state.run_writes("a")
    assert [(one.kind, one.record_id, one.source[2], one.detail) for one in found] == [
        ("added", "made-1", "s-1", "because"),
        ("failed", None, "s-2", "because"),
        ("updated", "made-3", "s-3", "because"),
    ]
    assert {(one.rule, one.connection, one.module) for one in found} == {("customers", "books", "customers")}
    assert state.run_writes("none") == []


def test_a_run_is_found_by_the_first_letters_of_its_id(state: State) -> None:
    """All that begin so, literally: signs that a pattern would read mean themselves."""
    for run in ("abc1", "abd2", "a%c3"):
        state.start_run(run, "apply", "digest", NOW)
    assert [run.id for run in state.runs_called("ab")] == ["abc1", "abd2"]
    assert [run.id for run in state.runs_called("a%")] == ["a%c3"]
    assert state.runs_called("x") == []


def test_runs_in_trouble_are_found_among_many(state: State) -> None:
    """A fault, a refusal or an end that never came, the newest first; however many went well between them."""
    for number in range(450):
        run = f"{number:04}"
        state.start_run(run, "apply", "digest", NOW + dt.timedelta(minutes=number // 3))
        if number == 5:
            end(state, run, failed=2)
        elif number == 300:
            end(state, run, error={"code": "SD701", "message": "no answer"})
        elif number != 20:
            end(state, run)
    assert [run.id for run in state.troubled_runs(10)] == ["0300", "0020", "0005"]
    assert [run.id for run in state.troubled_runs(1)] == ["0300"]


def test_the_questions_of_a_run_are_found(state: State) -> None:
    """Those it opened, whatever became of them."""
    for item_id, run in (("bbbbbbbb", "a"), ("cccccccc", "b")):
        item = ReviewItem(
            id=item_id,
            kind="conflict",
            rule="customers",
            location="",
            reason="",
            connection="crm",
            module="Accounts",
            record_id="1",
            label="Acme",
            opened=NOW,
            opened_run=run,
        )
        state.open_reviews([item])
    state.close_reviews(["bbbbbbbb"], NOW)
    assert [item.id for item in state.reviews_opened_by("a")] == ["bbbbbbbb"]
