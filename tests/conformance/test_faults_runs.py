"""Whole runs of the engine over both Zoho adapters while creates meet faults: one record per key, and then quiet.

Invariants I11 (at most once), I12 (no orphans), I28 (convergence) and I29 (quiescence) over real HTTP.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.weather import BOOKS, CRM, Side, made, word

from syncdsl.adapters.protocol import NewRecord, ObservationEnd, ObserveRequest
from syncdsl.analysis import analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.engine.run import Run, apply
from syncdsl.schema.values import Ref
from syncdsl.state import open_state
from syncdsl.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conformance.weather import Weather

    from syncdsl.adapters.protocol import Connection, Record
    from syncdsl.engine.report import ApplyReport
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.values import Fields

RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    on conflict: crm
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Description <-> notes

module vendors: books.vendors -> crm.Vendors
    map:
        contact_name -> Vendor_Name
        phone -> Phone

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

guard: creates <= 500, updates <= 100 %
"""

KEYED = (
    ("crm", "Accounts", "Syncdsl_Key"),
    ("crm", "Vendors", "Syncdsl_Key"),
    ("books", "customers", "cf_syncdsl_key"),
    ("books", "vendors", "cf_syncdsl_key"),
    ("books", "invoices", "cf_syncdsl_key"),
)
IN_ORDER_OF_DELETION = (("books", "invoices"), ("crm", "Deals"), *((system, module) for system, module, _ in KEYED))
NUMBER = 3
MINUTE = 60
LANDING = 45


class Company:
    """Both systems of a company, empty but for what a test puts there, and runs over them with a state of their own."""

    def __init__(self, faults: Weather, folder: Path) -> None:
        self.faults = faults
        self.folder = folder
        self.connections: dict[str, Connection] = {side.system: faults.connect(side) for side in (CRM, BOOKS)}
        self.plan = _plan(faults)
        self.reports: list[ApplyReport] = []
        self._empty()

    def records(self, system: str, module: str, *fields: str) -> list[Record]:
        """Return every record of a module as it is now."""
        *pages, end = self.connections[system].observe(ObserveRequest(module=module, fields=fields))
        assert isinstance(end, ObservationEnd)
        assert end.complete
        found = {record.id: record for page in pages if not isinstance(page, ObservationEnd) for record in page.records}
        return list(found.values())

    def create(self, system: str, module: str, **fields: Any) -> str:
        """Create a record as a person does."""
        values: Fields = dict(fields)
        [identifier] = made(self.connections[system].create(module, [NewRecord(fields=values, key=None)], safe=False))
        return identifier

    def run(self) -> ApplyReport:
        """Run once, as a new process would, and return what came of it."""
        state = open_state("sqlite:///state.db", base=self.folder)
        now = dt.datetime.fromtimestamp(self.faults.clock.now(), dt.UTC)
        try:
            run = Run(
                plan=self.plan,
                schemas={side.system: self.faults.schema(side) for side in (CRM, BOOKS)},
                connections=self.connections,
                state=state,
                environment="test",
                clock=lambda: now,
                sweep_after=dt.timedelta(days=1000),
            )
            self.reports.append(apply(run, confirm=lambda _changes: True))
        finally:
            state.close()
        return self.reports[-1]

    def converge(self, seconds: float, runs: int = 3) -> None:
        """Run a few times with some seconds between, then demand that a further run has nothing to do."""
        for _ in range(runs):
            self.run()
            self.faults.passes(seconds)
        self.faults.passes(MINUTE)
        self.quiet()

    def quiet(self) -> None:
        """Run once more, and demand that it neither plans nor writes anything."""
        before = self.faults.last()
        report = self.run()
        assert [
            call for call in self.faults.control("GET", f"/ledger?after={before}")["entries"] if call["wrote"]
        ] == []
        assert report.changes.changes == ()
        assert report.unknown == []

    def keys(self) -> Counter[str]:
        """Return how many records of each module carry each key."""
        found: Counter[str] = Counter()
        for system, module, key in KEYED:
            held = [str(record.fields[key]) for record in self.records(system, module, key) if key in record.fields]
            found.update(f"{module} {one}" for one in held)
        return found

    def _empty(self) -> None:
        for system, module in IN_ORDER_OF_DELETION:
            ids = [record.id for record in self.records(system, module)]
            for start in range(0, len(ids), 50):
                made(self.connections[system].delete(module, ids[start : start + 50]))
        self.faults.passes(MINUTE)


def _plan(faults: Weather) -> Plan:
    source = SourceFile(path="main.sync", text=RULES)
    parsed = parse(source)
    analysis = analyse([(source, parsed.program)], {side.system: faults.schema(side) for side in (CRM, BOOKS)})
    wrong = [item for item in (*parsed.diagnostics, *analysis.diagnostics) if item.level is Severity.ERROR]
    assert not wrong, "\n".join(f"{item.code}: {item.message}" for item in wrong)
    assert analysis.plan is not None
    return analysis.plan


@pytest.fixture
def company(faults: Weather, tmp_path: Path) -> Iterator[Company]:
    """Return a company with three accounts and three vendors that the other system lacks."""
    found = Company(faults, tmp_path)
    for _ in range(NUMBER):
        found.create("crm", "Accounts", Account_Name=word(), Phone="+49 30 1", Description=" Some Words ")
        found.create("books", "vendors", contact_name=word(), phone="+49 30 2")
    yield found
    assert found.reports


def names(company: Company, system: str, module: str, field: str) -> list[str]:
    return sorted(str(record.fields[field]) for record in company.records(system, module, field))


def same_on_both_sides(company: Company) -> None:
    """Demand that each record is on both sides once, under one key."""
    assert names(company, "books", "customers", "contact_name") == names(company, "crm", "Accounts", "Account_Name")
    assert names(company, "crm", "Vendors", "Vendor_Name") == names(company, "books", "vendors", "contact_name")
    assert len(company.records("crm", "Vendors")) == len(company.records("books", "customers")) == NUMBER
    keys = company.keys()
    assert set(keys.values()) == {1}
    assert len([name for name in keys if name.startswith(("customers ", "Vendors "))]) == 2 * NUMBER


FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("drop_request", {}),
    ("drop_response", {}),
    ("delayed_landing", {"seconds": LANDING}),
    ("status", {"status": 500}),
    ("status", {"status": 429, "count": 6}),
)
NAMES = ("drop_request", "drop_response", "delayed_landing", "500", "429")
CREATES = ((CRM, r"/Vendors$", "POST"), (BOOKS, r"/contacts$", "POST"))


@pytest.mark.parametrize(
    ("kind", "given", "seconds"),
    [*((*fault, 0) for fault in FAULTS), (*FAULTS[1], MINUTE), (*FAULTS[2], MINUTE)],
    ids=[*NAMES, "drop_response, later", "delayed_landing, later"],
)
def test_creates_in_doubt_become_one_record_each(
    company: Company, kind: str, given: dict[str, Any], seconds: float
) -> None:
    """However soon the next run comes, and whether or not the create arrived, three runs leave one record per key."""
    for side, path, method in CREATES:
        company.faults.order(side, kind, **{"count": 2, **given}, path=path, method=method)
    company.converge(seconds)
    first = company.reports[0]
    assert first.unknown or first.waiting or first.failed
    same_on_both_sides(company)


def test_a_run_that_meets_every_fault_in_turn_converges(company: Company) -> None:
    """Faults that strike by chance, repeatable by their seed, one kind after another, leave one record per key."""
    for number, (kind, given) in enumerate(FAULTS[:4]):
        for side, path, method in CREATES:
            more = {"probability": 0.5, "seed": number, "count": 2}
            company.faults.order(side, kind, **given, **more, path=path, method=method)
    for _ in range(6):
        company.run()
        company.faults.passes(MINUTE)
    company.faults.calm()
    company.converge(0, runs=2)
    same_on_both_sides(company)


def test_a_batch_of_which_some_are_refused_is_completed(company: Company) -> None:
    """The vendors that were refused by an error inside the CRM are made by the next run, the others are not again."""
    company.faults.order(CRM, "partial_batch", share=0.5, seed=2, path="/Vendors$", count=1)
    company.converge(0)
    assert 0 < len(company.reports[0].unknown) < NUMBER
    same_on_both_sides(company)


@pytest.mark.parametrize(("kind", "given"), FAULTS[1:4], ids=NAMES[1:4])
def test_an_invoice_in_doubt_is_made_once(company: Company, kind: str, given: dict[str, Any]) -> None:
    """A won deal has one invoice in the end, and nothing is left to do."""
    account = company.records("crm", "Accounts")[0].id
    deal = {"Deal_Name": "Pump", "Amount": 5, "Closing_Date": dt.date(2030, 1, 1)}
    company.run()
    company.create("crm", "Deals", **deal, Stage="Closed Won", Account_Name=Ref("Accounts", account))
    company.faults.order(BOOKS, kind, **{"count": 1, **given}, path="/invoices$", method="POST")
    company.converge(0)
    [invoice] = company.records("books", "invoices", "cf_syncdsl_key", "line_items")
    assert invoice.fields["cf_syncdsl_key"]
    assert set(company.keys().values()) == {1}


@pytest.mark.parametrize("how", ["trim", "upper"])
@pytest.mark.parametrize("side", [CRM, BOOKS], ids=lambda side: side.system)
def test_coerced_values_do_not_travel_back_and_forth(company: Company, side: Side, how: str) -> None:
    """What a system made of a value counts as its value; a later edit elsewhere is written once and coerced again."""
    source, target = (BOOKS, CRM) if side is CRM else (CRM, BOOKS)
    company.faults.order(side, "coerce", how=how, field=side.text)
    made_here = company.create(source.system, source.module, **{source.name: word(), source.text: "Some Words "})
    company.converge(0, runs=1)
    company.faults.edit(source, made_here, **{source.text: " Other Words"})
    company.faults.passes(MINUTE)
    company.converge(0, runs=1)
    records = company.records(target.system, target.module, target.text)
    there = {str(record.fields.get(target.text)).strip() for record in records}
    assert ("Other Words" if how == "trim" else "OTHER WORDS") in there
    here = company.connections[source.system].fetch(source.module, [made_here], (source.text,))
    assert str(here[made_here].fields[source.text]).strip() == "Other Words"


def test_a_workflow_of_books_is_followed_once(company: Company) -> None:
    """An answer of Books holds the record as it was written: what a workflow makes of it after that is a change."""
    company.run()
    edited = company.records("crm", "Accounts")[0].id
    company.faults.order(BOOKS, "workflow", module="contacts", field="notes", value="seen by accounting")
    company.faults.edit(CRM, edited, Description="ours")
    company.create("crm", "Accounts", Account_Name=word(), Description="ours")
    company.faults.passes(MINUTE)
    company.converge(0)
    for system, module, field in (("crm", "Accounts", "Description"), ("books", "customers", "notes")):
        texts = [record.fields[field] for record in company.records(system, module, field)]
        assert texts.count("seen by accounting") == 2, texts


def test_a_workflow_of_the_crm_is_followed_once(company: Company) -> None:
    """An answer of the CRM tells the stamp of the write: what is read back with a later one is a change."""
    company.run()
    edited = company.records("books", "customers")[0].id
    company.faults.order(CRM, "workflow", module="Accounts", field="Description", value="seen by sales")
    company.faults.edit(BOOKS, edited, notes="ours")
    company.create("books", "customers", contact_name=word(), notes="ours")
    company.faults.passes(MINUTE)
    company.converge(0)
    company.faults.calm()
    for system, module, field in (("crm", "Accounts", "Description"), ("books", "customers", "notes")):
        texts = [record.fields[field] for record in company.records(system, module, field)]
        assert texts.count("seen by sales") == 2, texts


def test_a_workflow_and_lost_answers_together_are_made_once(company: Company) -> None:
    """A create whose answer is lost and which a workflow edited is found by its key, and then all is quiet."""
    company.faults.order(BOOKS, "workflow", module="contacts", field="notes", value="seen by accounting")
    company.faults.order(BOOKS, "drop_response", path="/contacts$", method="POST", count=2)
    company.converge(0)
    same_on_both_sides(company)
