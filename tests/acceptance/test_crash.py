"""`kill -9` of an apply between the arrival of a create and its answer."""

from __future__ import annotations

import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.conftest import wait_until

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

CARELESS = (sys.executable, str(Path(__file__).parent / "careless.py"))
RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

# No dedupe key: nothing but the syncdsl key can tell that a record has arrived.
module customers: crm.Accounts -> books.customers
    map:
        Account_Name -> contact_name
        Phone -> phone

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate
            1 -> quantity

when deal.stage == won: create invoice

guard: creates <= 500
"""


def kill_in_flight(project: Project, sandbox: Sandbox, module: str) -> None:
    """Kill an apply while the sandbox has committed a create and holds its answer."""
    sandbox.control("hold-next-create", {"system": "books", "module": module})
    apply = project.start("apply", "--yes")
    wait_until(lambda: sandbox.control("held")["held"] == 1, "the create arrived and its answer is held")
    apply.kill()
    apply.wait(timeout=10)
    sandbox.control("release", {})


def rows(project: Project, query: str) -> list[tuple[object, ...]]:
    """Return rows of the state."""
    with closing(sqlite3.connect(project.state)) as state:
        return state.execute(query).fetchall()


def crash_a_customer(project: Project, sandbox: Sandbox) -> None:
    """Crash while one customer is created, run again, and demand one record, one link and nothing left to do."""
    project.rules(RULES)
    sandbox.account(Account_Name="Acme GmbH", Phone="+49 30 1234567")
    kill_in_flight(project, sandbox, "contacts")
    assert len(sandbox.customers()) == 1, "the create had arrived"
    assert rows(project, "select count(*) from link") == [(0,)], "its answer had not"
    project.run("apply", "--yes", code=None)
    assert [customer["contact_name"] for customer in sandbox.customers()] == ["Acme GmbH"]
    assert rows(project, "select count(*) from link") == [(1,)]
    assert project.kinds() == []


def crash_an_invoice(project: Project, sandbox: Sandbox) -> None:
    """Crash while one invoice is created, run again, and demand one invoice that the state knows."""
    project.rules(RULES)
    account = sandbox.account(Account_Name="Acme GmbH")
    deal = sandbox.deal(
        Deal_Name="Pump", Stage="Qualification", Amount=100, Account_Name={"id": account}, Closing_Date="2026-12-31"
    )
    project.run("apply", "--yes")
    sandbox.change("Deals", deal, Stage="Closed Won")
    kill_in_flight(project, sandbox, "invoices")
    assert len(sandbox.invoices()) == 1, "the create had arrived"
    project.run("apply", "--yes", code=None)
    (invoice,) = sandbox.invoices()
    assert rows(project, "select doc_id from instance") == [(invoice["invoice_id"],)]
    assert project.kinds() == []


def test_a_customer_whose_answer_was_lost_exists_once(project: Project, sandbox: Sandbox) -> None:
    """After a crash between arrival and answer a rerun leaves exactly one customer and one link."""
    crash_a_customer(project, sandbox)


def test_an_invoice_whose_answer_was_lost_exists_once(project: Project, sandbox: Sandbox) -> None:
    """After a crash between arrival and answer a rerun leaves exactly one invoice, and the state knows it."""
    crash_an_invoice(project, sandbox)


def test_without_recovery_the_customer_test_fails(project: Project, sandbox: Sandbox) -> None:
    """The same demands are not met when recovery is switched off, so the test above can fail."""
    project.program = CARELESS
    with pytest.raises(AssertionError):
        crash_a_customer(project, sandbox)


def test_without_recovery_the_invoice_test_fails(project: Project, sandbox: Sandbox) -> None:
    """The same demands are not met when recovery is switched off, so the test above can fail."""
    project.program = CARELESS
    with pytest.raises(AssertionError):
        crash_an_invoice(project, sandbox)


def test_a_crash_before_anything_arrived_is_no_different(project: Project, sandbox: Sandbox) -> None:
    """An intent that never left, or an answer that says the system failed, leads to exactly one record in the end."""
    project.rules(RULES)
    sandbox.account(Account_Name="Acme GmbH")
    sandbox.control("fail-next", {"system": "books", "status": 500, "count": 1, "method": "POST"})
    project.run("apply", "--yes", code=None)
    project.run("apply", "--yes", code=None)
    assert [customer["contact_name"] for customer in sandbox.customers()] == ["Acme GmbH"]
    assert project.kinds() == []


def test_two_runs_never_work_on_one_state(project: Project, sandbox: Sandbox) -> None:
    """While one apply is under way a second one ends with 8 and writes nothing; afterwards it may."""
    project.rules(RULES)
    sandbox.account(Account_Name="Acme GmbH")
    sandbox.control("hold-next-create", {"system": "books", "module": "contacts"})
    first = project.start("apply", "--yes")
    wait_until(lambda: sandbox.control("held")["held"] == 1, "the create arrived and its answer is held")
    before = sandbox.last()
    done = project.run("apply", "--yes", code=8)
    assert "SD804" in done.stderr
    assert sandbox.writes(before) == []
    sandbox.control("release", {})
    assert first.wait(timeout=30) == 0
    project.run("apply", "--yes")
    assert len(sandbox.customers()) == 1


def test_an_interrupt_ends_with_130_and_loses_nothing(project: Project, sandbox: Sandbox) -> None:
    """Ctrl-C while an answer is outstanding ends the run with 130; the next one finds what had arrived."""
    project.rules(RULES)
    sandbox.account(Account_Name="Acme GmbH")
    sandbox.control("hold-next-create", {"system": "books", "module": "contacts"})
    apply = project.start("apply", "--yes")
    wait_until(lambda: sandbox.control("held")["held"] == 1, "the create arrived and its answer is held")
    apply.send_signal(signal.SIGINT)
    sandbox.control("release", {})
    assert apply.wait(timeout=30) == 130
    project.run("apply", "--yes", code=None)
    assert len(sandbox.customers()) == 1
    assert rows(project, "select count(*) from link") == [(1,)]
    assert project.kinds() == []
