"""Tests of the rules are run by the engine itself, over two systems in memory."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.world import CUSTOMERS, INVOICES
from tests.unit.trial.rehearsed import results_of

if TYPE_CHECKING:
    from pathlib import Path

RULES = CUSTOMERS + INVOICES


def outcome(steps: str, rules: str = RULES) -> str:
    """Return what a test with these steps comes to."""
    return results_of(f'{rules}\ntest "it":\n{steps}').one.outcome


def test_what_is_given_is_linked_and_fires_nothing() -> None:
    """A given account has its partner, a given won deal makes no invoice, and switching on is quiet."""
    steps = """
    given crm.Accounts "Acme": Name = "Acme"
    given deal "D": Stage = "Won", Amount = 5, Account = "Acme"
    expect nothing else
    expect nothing again
    change crm.Accounts "Acme": Phone = "1"
    expect update customers "Acme": phone == "1"
    expect nothing else
"""
    assert outcome(steps) == "passed"


def test_what_changes_afterwards_fires() -> None:
    """A deal that is made as won after the rules were switched on, with its account in one block, has an invoice."""
    steps = """
    change crm.Accounts "Acme": Name = "Acme"
    change deal "D": Stage = "Won", Amount = 5, Account = "Acme"
    expect create customers: name == "Acme"
    expect create invoice "D": line.rate == 5, line.name == "D", customer.name == "Acme"
    expect nothing else
    expect nothing again
"""
    assert outcome(steps) == "passed"


def test_blocks_of_changes_are_apart() -> None:
    """Effects are those since the last step: what an earlier block did is not there to be expected again."""
    steps = """
    given crm.Accounts "Acme":
    given deal "D": Stage = "Open", Amount = 5, Account = "Acme"
    change deal "D": Stage = "Won"
    expect create invoice
    change crm.Accounts "Acme": Phone = "1"
    expect create invoice
"""
    result = results_of(f'{RULES}\ntest "it":\n{steps}').one
    assert [failure.place.line for failure in result.failures] == [result.line + 7]


def test_each_effect_meets_one_expectation() -> None:
    """Two expectations of one effect are one too many, whichever of them is the broad one."""
    changes = """
    given crm.Accounts "Acme":
    given deal "D": Stage = "Open", Amount = 5, Account = "Acme"
    given deal "E": Stage = "Open", Amount = 6, Account = "Acme"
    change deal "D": Stage = "Won"
"""
    both = "    expect create invoice\n    expect create invoice: line.rate == 5\n"
    assert outcome(changes + both) == "failed"
    assert outcome(changes + '    change deal "E": Stage = "Won"\n' + both + "    expect nothing else\n") == "passed"


def test_a_surplus_effect_is_named() -> None:
    """`expect nothing else` lists what nothing expects, with its values and its rule."""
    steps = '    change crm.Accounts "Acme": Phone = "1"\n    expect nothing else\n'
    failure = results_of(f'{RULES}\ntest "it":\n{steps}').failure
    assert failure.kind == "surplus"
    (item,) = failure.surplus
    assert (item.kind, item.subject, item.record) == ("create", "customers", 'for "Acme" in books')
    assert ("phone", '"1"') in item.fields


def test_a_second_run_that_is_not_quiet_fails() -> None:
    """`expect nothing again` runs the rules once more: what waits for that run shows."""
    rules = CUSTOMERS.replace("Phone <-> phone", "Phone <-> phone\n        Parent <-> parent")
    steps = """
    change crm.Accounts "A": Parent = "B"
    change crm.Accounts "B": Parent = "A"
    expect create customers "A"
    expect create customers "B"
    expect nothing again
"""
    quiet = """
    change crm.Accounts "A": Phone = "1"
    expect create customers "A"
    expect nothing again
"""
    assert outcome(quiet, rules) == "passed"
    with pytest.raises(AssertionError, match="no record here has the label `B`"):
        outcome(steps, rules)


def test_a_hold_can_be_expected_and_counts() -> None:
    """What waits is an effect of the run in which it began to wait, and of no later one."""
    steps = """
    given crm.Accounts "Acme":
    change deal "D": Stage = "Won", Amount = 5
    expect hold deal "D"
    expect nothing else
    expect nothing again
    change deal "D": Account = "Acme"
    expect create invoice
    expect nothing else
"""
    assert outcome(steps) == "passed"
    assert outcome(steps.replace('expect hold deal "D"', "expect create invoice")) == "failed"


def test_actions_on_documents_are_effects() -> None:
    """Void is expected of the document; the made one is live until then."""
    rules = RULES + "\nwhen deal.stage == lost: void invoice\n"
    steps = """
    given crm.Accounts "Acme":
    given deal "D": Stage = "Open", Amount = 5, Account = "Acme"
    change deal "D": Stage = "Won"
    expect create invoice
    change deal "D": Stage = "Lost"
    expect void invoice "D"
    expect nothing else
    expect nothing again
"""
    assert outcome(steps, rules) == "passed"


def test_days_go_by() -> None:
    """`today` sets the day of both systems; a later one lets conditions that name it turn true."""
    rules = RULES.replace("deal.stage == won", "deal.Due < today()").replace(
        "        line:", "        today() -> date\n        line:"
    )
    steps = """
    today: 2026-05-01
    given crm.Accounts "Acme":
    given deal "D": Due = 2026-05-03, Amount = 5, Account = "Acme"
    today: 2026-05-03
    expect nothing else
    today: 2026-05-04
    expect create invoice: date == 2026-05-04
    expect nothing else
"""
    assert outcome(steps, rules) == "passed"


def test_without_a_date_it_is_the_first_of_january() -> None:
    """Tests are the same on every day: without `today` they begin on 2026-01-01."""
    rules = RULES.replace("        line:", "        today() -> date\n        line:")
    steps = """
    given crm.Accounts "Acme":
    change deal "D": Stage = "Won", Amount = 5, Account = "Acme"
    expect create invoice: date == 2026-01-01
"""
    assert outcome(steps, rules) == "passed"


def test_backfill_happens_when_the_rules_are_switched_on() -> None:
    """What `backfill` makes of what is given is there to be expected before anything changes."""
    rules = RULES + "    backfill: since 2025-01-01\n"
    steps = """
    given crm.Accounts "Acme":
    given deal "D": Stage = "Won", Amount = 5, Account = "Acme"
    expect create invoice "D"
    expect nothing else
    expect nothing again
"""
    assert outcome(steps, rules) == "passed"


def test_backfill_is_over_when_something_changes() -> None:
    """Where nothing is expected of switching on, it has happened all the same before the first change."""
    rules = RULES + "    backfill: since 2025-01-01\n"
    steps = """
    given crm.Accounts "Acme":
    given deal "D": Stage = "Won", Amount = 5, Account = "Acme"
    change deal "E": Stage = "Won", Amount = 6, Account = "Acme"
    expect create invoice "E"
    expect nothing else
"""
    assert outcome(steps, rules) == "passed"


def test_cases_repeat_the_test_row_by_row() -> None:
    """Each row is a test of its own with a name of its own; one that fails says which."""
    steps = """
    cases stage, amount:
        "Won", 5
        "Lost", 6
    given crm.Accounts "Acme":
    given deal "D": Stage = "Open", Amount = amount, Account = "Acme"
    change deal "D": Stage = stage
    expect create invoice: line.rate == amount
"""
    report = results_of(f'{RULES}\ntest "it":\n{steps}').report
    assert [(one.title, one.outcome) for one in report.results] == [
        ('it ["Won", 5]', "passed"),
        ('it ["Lost", 6]', "failed"),
    ]


def test_fields_that_are_required_are_filled() -> None:
    """A test says only what it is about: the name is the label, and what else its system requires is there."""
    steps = """
    change crm.Accounts "Acme":
        Phone = "1"
    expect create customers: name == "Acme"
""".replace(":\n        Phone", ": Phone")
    assert outcome(steps) == "passed"


def test_guards_do_not_stop_a_test() -> None:
    """Guards are about many records: what one would stop is approved, as a person does who read it."""
    steps = """
    given crm.Accounts "Acme":
    change crm.Accounts "Acme": Phone = "1"
    expect update customers
"""
    assert outcome(steps, RULES + "\nguard: updates <= 1 %\n") == "passed"


def test_what_the_other_system_refuses_is_no_effect() -> None:
    """A write that is refused meets nothing, and the nearest miss says who refused it and why."""
    lines = "Name <-> name\n        Notes -> notes"
    rules = CUSTOMERS.replace("Name == name", "Notes == notes").replace("Name <-> name", lines)
    steps = """
    given crm.Accounts "Acme": Notes = "1"
    change crm.Accounts "Twin": Name = "Acme", Notes = "2"
    expect create customers "Twin"
"""
    failure = results_of(f'{rules}\ntest "it":\n{steps}').failure
    assert failure.nearest is not None
    assert failure.nearest.refused is not None
    assert "has this value" in failure.nearest.refused


def test_given_records_that_cannot_be_linked_break_the_test() -> None:
    """Two given accounts that share the dedupe key are in doubt from the beginning: no test can go on from there."""
    steps = """
    given crm.Accounts "A": Name = "Acme"
    given crm.Accounts "B": Name = "Acme"
    change crm.Accounts "A": Phone = "1"
    expect update customers
"""
    result = results_of(f'{RULES}\ntest "it":\n{steps}').one
    assert result.outcome == "broken"
    assert "share the key" in result.failures[0].message
    assert result.failures[0].place.line == result.line + 2


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ('    given books.customers "A": name = "X"\n    given books.customers "B": name = "X"\n', "has this value"),
        ('    given crm.Accounts "A": Phone = "1"\n    change crm.Accounts "A": Name = empty\n', "must not be empty"),
    ],
    ids=["not unique", "required"],
)
def test_what_a_system_would_not_take_breaks_the_test(steps: str, told: str) -> None:
    """A record that its system would refuse cannot be given, nor can a person change one to it."""
    result = results_of(f'{RULES}\ntest "it":\n{steps}    expect nothing else\n').one
    assert result.outcome == "broken"
    assert told in result.failures[0].message


def test_a_stage_that_was_gone_through_counts() -> None:
    """Changes of one block come one after the other: a stage in between is seen, as the CRM's history tells it."""
    rules = RULES + "\nwhen deal.stage == lost: void invoice\n"
    steps = """
    given crm.Accounts "Acme":
    given deal "D": Stage = "Open", Amount = 5, Account = "Acme"
    change deal "D": Stage = "Won"
    change deal "D": Stage = "Open"
    expect create invoice
"""
    assert outcome(steps, rules) == "passed"


def test_tests_do_not_know_of_each_other() -> None:
    """Each begins with systems and a state of its own: the same test twice passes twice."""
    one = '    change crm.Accounts "Acme": Phone = "1"\n    expect create customers\n    expect nothing else\n'
    report = results_of(f'{RULES}\ntest "a":\n{one}\ntest "b":\n{one}').report
    assert [result.outcome for result in report.results] == ["passed", "passed"]


def test_tests_that_are_given_the_same_begin_the_same() -> None:
    """What is given is linked once for all that share it; what one of them does is unknown to the next."""
    given = '    given crm.Accounts "Acme":\n    given deal "D": Stage = "Open", Amount = 5, Account = "Acme"\n'
    won = f"""{given}    change deal "D": Stage = "Won"
    change crm.Accounts "Acme": Phone = "1"
    expect create invoice: line.rate == 5
    expect update customers "Acme": phone == "1"
    expect nothing else
    expect nothing again
"""
    tests = "".join(f'\ntest "{name}":\n{won}' for name in "abc")
    other = f'\ntest "d":\n{won.replace("Amount = 5", "Amount = 6")}'
    report = results_of(RULES + tests + other).report
    assert [result.outcome for result in report.results] == ["passed", "passed", "passed", "failed"]
    assert report.results[3].failures[0].judged[0].actual == (("line.rate", "6"),)


def test_fail_fast_leaves_the_rest() -> None:
    """After the first that does not pass nothing is run, and it is counted what was not."""
    one = '    change crm.Accounts "Acme": Phone = "1"\n    expect nothing else\n'
    report = results_of(f'{RULES}\ntest "a":\n{one}\ntest "b":\n{one}', fail_fast=True).report
    assert (len(report.results), report.skipped, report.passed) == (1, 1, False)


def test_nothing_is_connected_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No socket is opened, and no file stays, whatever a test comes to."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    steps = '    change crm.Accounts "Acme": Phone = "1"\n    expect create customers\n'
    assert outcome(steps) == "passed"
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_no_rule_is_about_changes_nothing() -> None:
    """A module that the rules do not name may be in a test: nothing happens to it."""
    assert outcome('    change crm.Contacts "C": Mail = "a@example.com"\n    expect nothing else\n') == "passed"


def test_what_cannot_fire_is_told() -> None:
    """Without a record for the trigger, or without a trigger for the action, that is the reason."""
    steps = '    change crm.Accounts "A": Phone = "1"\n    expect create invoice\n    expect void invoice\n'
    first, second = results_of(f'{RULES}\ntest "it":\n{steps}').one.failures
    assert any("the test has no such record" in note for note in first.notes)
    assert "no `when` of the rules says `void invoice`" in second.notes


def test_what_a_line_skips_is_an_effect() -> None:
    """`else skip` leaves a record out, once: `expect skip` is met by that, and a second run does not count it again."""
    rules = CUSTOMERS.replace("Phone <-> phone", "Phone <-> phone\n        Tier -> tier, else skip")
    steps = """
    given crm.Accounts "B": Tier = "A"
    change crm.Accounts "A": Tier = "too long"
    change crm.Accounts "B": Tier = "too long", Phone = "1"
    expect skip customers "A"
    expect skip customers "B"
    expect nothing else
    expect nothing again
"""
    assert outcome(steps, rules) == "passed"
    assert outcome(steps.replace('skip customers "A"', 'create customers "A"'), rules) == "failed"


def test_conflicts_and_duplicates_can_be_expected() -> None:
    """What `on conflict` and `on duplicate` make of records that people wrote on both sides is there to be expected."""
    rules = CUSTOMERS.replace("overwrite in books", "skip")
    steps = """
    given crm.Accounts "Acme": Phone = "1"
    given books.customers "Other": phone = "9"
    change crm.Accounts "Acme": Phone = "2"
    change crm.Accounts "Twin": Name = "Third"
    change books.customers "Third": phone = "3"
    expect update customers "Acme": phone == "2"
    expect skip customers "Twin"
    expect skip customers "Third"
    expect nothing else
    expect nothing again
"""
    assert outcome(steps, rules) == "passed"
    conflict = CUSTOMERS.replace("    map:", "    on conflict: review\n    map:")
    both = """
    given crm.Accounts "Acme": Phone = "1"
    given books.customers "Acme": phone = "1"
    change crm.Accounts "Acme": Phone = "2"
    change books.customers "Acme": phone = "3"
    expect hold customers "Acme"
    expect nothing else
    expect nothing again
"""
    assert outcome(both, conflict) == "passed"


def test_links_can_be_expected() -> None:
    """Two records that come to both sides at once are linked."""
    steps = """
    change crm.Accounts "Acme": Phone = "1"
    change books.customers "Acme": phone = "1"
    expect link customers "Acme"
    expect nothing else
    expect nothing again
"""
    assert outcome(steps) == "passed"


def test_what_is_given_is_at_rest() -> None:
    """What a partner gives back to the record it was made from happens before the rules count as switched on."""
    rules = CUSTOMERS.replace("Phone <-> phone", "Phone <-> phone\n        Name -> company")
    steps = """
    given books.customers "Beta":
    change books.customers "Beta": phone = "1"
    expect update crm.Accounts: Phone == "1"
    expect nothing else
    expect nothing again
"""
    assert outcome(steps, rules) == "passed"


def test_what_an_update_writes_into_lines_is_known() -> None:
    """A draft follows its deal, and its lines can be expected as those of a new document."""
    steps = """
    given crm.Accounts "Acme":
    change deal "D": Stage = "Won", Amount = 5, Account = "Acme"
    expect create invoice
    change deal "D": Amount = 6
    expect update invoice "D": line.rate == 6
    expect nothing else
    expect nothing again
"""
    assert outcome(steps) == "passed"
    assert outcome(steps.replace("line.rate == 6", 'line.rate == 6, customer.name == "Acme"')) == "failed"
