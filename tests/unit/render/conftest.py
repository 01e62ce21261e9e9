"""A change set with one of everything, and one that wants to take over the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from syncdsl.changes.change_set import ChangeSet, GuardVerdict
from syncdsl.changes.effects import Act, Create, Deactivate, Delete, FieldChange, Hold, Link, RecordName, Skip, Update
from syncdsl.diagnostics import Code, Diagnostic, Fix, Related, Severity, SourceFile

if TYPE_CHECKING:
    from syncdsl.changes.effects import Effect

PREVIEWS = Path(__file__).parents[2] / "golden" / "preview"

ERROR = Code(id="SD201", name="unknown-field", title="t", explanation="e")
WARNING = Code(id="SD505", name="odd", title="t", explanation="e", severity=Severity.WARNING)
NOTE = Code(id="SD399", name="hint", title="t", explanation="e", severity=Severity.NOTE)

HOSTILE = "Robert\x1b[2J\x07\x9b31m\u202eevil\r\n\x00"


@pytest.fixture
def previews() -> Path:
    """Return the folder of the golden previews."""
    return PREVIEWS


def account(number: int, label: str) -> RecordName:
    return RecordName(connection="crm", module="Accounts", id=f"41508680000010{number:05}", label=label)


def customer(number: int | None, label: str) -> RecordName:
    return RecordName(
        connection="books",
        module="customers",
        id=None if number is None else f"14656030000010{number:05}",
        label=label,
    )


def field(name: str, old: object, new: object) -> FieldChange:
    return FieldChange(field=name, old=old, new=new, location="rules/customers.sync:15")


def new_customer(number: int, name: str) -> Create:
    return Create(
        rule="customers",
        location="rules/customers.sync:8",
        reason="crm.Accounts has it, books does not",
        record=customer(None, name),
        source=account(number, name),
        source_side="left",
        key=f"sd-{number:020}",
        fields=(
            field("contact_name", None, name),
            field("customer_sub_type", None, "business"),
            field("phone", None, f"+49 221 55500{number:02}"),
        ),
    )


def new_phone(number: int, name: str) -> Update:
    return Update(
        rule="customers",
        location="rules/customers.sync:15",
        reason="changed in crm",
        record=customer(number, name),
        side="right",
        partner=account(number, name),
        fields=(field("phone", "+49 30 1", "+49 30 2"), field("website", None, "https://example.com")),
    )


def new_link(number: int, name: str) -> Link:
    return Link(
        rule="customers",
        location="rules/customers.sync:8",
        reason="the records have the same `Account_Name == contact_name`",
        left=account(number, name),
        right=customer(number, name),
        key=f"sd-{number:020}",
        key_side="right",
        write_key=True,
    )


def removed(number: int) -> Delete:
    return Delete(
        rule="customers",
        location="rules/customers.sync:8",
        reason="its partner in crm was deleted",
        record=customer(number, f"Gone {number}"),
        side="right",
        partner=account(number, f"Gone {number}"),
    )


def invoice(number: int, amount: str | None, currency: str | None = "EUR") -> Create:
    deal = RecordName(connection="crm", module="Deals", id=f"41508680000020{number:05}", label=f"Pump {number}")
    return Create(
        rule="invoice",
        location="rules/customers.sync:45",
        reason="`when deal.stage == won: create invoice`",
        record=RecordName(connection="books", module="invoices", id=None, label=f"Pump {number}"),
        source=deal,
        source_side="left",
        key=f"sd-i{number:019}",
        instance=number % 2,
        document=True,
        fields=(
            field("customer_id", None, {"ref": ["customers", "14656030000010001"]}),
            field("date", None, {"date": "2026-06-01"}),
            field(
                "line_items",
                None,
                {"rows": [{"name": f"Pump {number}", "quantity": 1, "rate": {"decimal": amount or "0"}}]},
            ),
        ),
        amount=amount,
        currency=currency,
    )


def hold(
    why: Literal["conflict", "match", "parked", "value"], number: int, reason: str, *, values: bool = False
) -> Hold:
    return Hold(
        rule="customers",
        location="rules/customers.sync:15",
        reason=reason,
        why=why,
        record=account(number, f"Held {number}"),
        candidates=tuple(customer(index, f"Candidate {index}") for index in range(5)) if why == "match" else (),
        field="phone" if values else None,
        left="+49 1" if values else None,
        right=None,
    )


def change_set(*effects: Effect, guards: tuple[GuardVerdict, ...] = (), **facts: object) -> ChangeSet:
    return ChangeSet.model_validate(
        {
            "environment": "production",
            "organizations": {"crm": "20098765432", "books": "20087654321"},
            "schemas": {},
            "plan": "b2:0",
            "state": "b2:1",
            "today": "2026-06-01",
            "effects": [effect.model_dump() for effect in effects],
            "expects": {},
            "baseline": {},
            "guards": [guard.model_dump() for guard in guards],
            **facts,
        }
    )


def guard(text: str, value: str, *, exceeded: bool = False) -> GuardVerdict:
    return GuardVerdict(text=text, location="rules/customers.sync:60", value=value, limit="…", exceeded=exceeded)


@pytest.fixture
def everything() -> ChangeSet:
    """Return a change set with every kind of effect, some in numbers that are folded."""
    return change_set(
        *(new_customer(number, f"Company {number} GmbH") for number in range(100)),
        *(new_link(number, f"Linked {number}") for number in range(200, 203)),
        *(new_phone(number, f"Changed {number}") for number in range(300, 302)),
        invoice(1, "12500.00"),
        invoice(2, "1200.50"),
        invoice(3, "100.00", "USD"),
        invoice(4, None, None),
        Act(
            kind="void",
            rule="invoice",
            location="rules/customers.sync:57",
            reason="`when deal.stage == lost: void invoice`",
            record=RecordName(connection="books", module="invoices", id="1465", label="INV-000017"),
            source=RecordName(connection="crm", module="Deals", id="4150", label="Lost"),
        ),
        *(removed(number) for number in (410, 411)),
        Deactivate(**removed(412).model_dump(exclude={"kind"})),
        Skip(
            rule="customers",
            location="rules/customers.sync:8",
            reason="a duplicate by `Account_Name == contact_name`, and the rule says skip",
            record=account(400, "Twice Ltd"),
            candidates=(customer(400, "Twice Ltd"),),
        ),
        hold("conflict", 500, "both sides differ in `Phone <-> phone` and the rule says review", values=True),
        hold("match", 501, "more than one record matches"),
        hold("match", 502, "more than one record matches"),
        *(hold("parked", number, "`deal.Account_Name`: waits for the partner") for number in range(503, 510)),
        guards=(
            guard("creates <= 50", "104", exceeded=True),
            guard("updates <= 20 %", "2 (1.0 % of 200)"),
            guard("amount <= 100_000 EUR per day", "13,700.50 EUR and an amount in USD", exceeded=True),
        ),
        baseline={"conditions noted": 180, "accepted values": 3},
        reported=["customers: `website` of books.customers/1 differs, and the line is one-way"],
    )


@pytest.fixture
def nothing() -> ChangeSet:
    """Return a change set without effects."""
    return change_set(guards=(guard("creates <= 500", "0"),))


@pytest.fixture
def hostile() -> ChangeSet:
    """Return a change set in which every text of a stranger holds control characters."""
    record = RecordName(connection="books", module="customers", id=HOSTILE, label=HOSTILE)
    changed = (FieldChange(field=HOSTILE, old=HOSTILE, new=HOSTILE, location=HOSTILE),)
    shared: dict[str, Any] = {"rule": HOSTILE, "location": HOSTILE, "reason": HOSTILE}
    rows = FieldChange(field="rows", new={"rows": [{HOSTILE: HOSTILE}]}, location=HOSTILE)
    return change_set(
        Create(
            **shared,
            record=record,
            source=record,
            source_side="left",
            key="k",
            fields=(*changed, rows),
            document=True,
            amount="1",
            currency=HOSTILE,
        ),
        Update(**shared, record=record, side="right", partner=record, fields=changed),
        Link(**shared, left=record, right=record, key="k", key_side="right", write_key=True),
        Delete(**shared, record=record, side="right", partner=record),
        Deactivate(**shared, record=record, side="right", partner=record),
        Act(kind="void", **shared, record=record, source=record),
        Skip(**shared, record=record, candidates=(record,)),
        Hold(**shared, why="conflict", record=record, candidates=(record,), field=HOSTILE, left=HOSTILE, right=HOSTILE),
        environment=HOSTILE,
        reported=[HOSTILE],
        baseline={HOSTILE: 3},
        guards=(GuardVerdict(text=HOSTILE, location=HOSTILE, value=HOSTILE, limit=HOSTILE, exceeded=True),),
    )


@pytest.fixture
def source() -> SourceFile:
    """Return a rule file to point into."""
    return SourceFile(
        path="rules/customers.sync",
        text='language 1\n\tmap:\n        Phon <-> phone\n        "größer 漢字" -> notes\n        last\n',
    )


@pytest.fixture
def every_shape(source: SourceFile) -> list[Diagnostic]:
    """Return findings of every shape: with help, related places, wide characters, over several lines."""
    text = source.text
    word, wide, tab = text.index("Phon"), text.index("größer"), text.index("map")
    return [
        Diagnostic(
            code=ERROR,
            message="unknown field `Phon` in `crm.Accounts`",
            span=source.span(word, word + 4),
            help="did you mean `Phone`?",
            related=(Related(span=source.span(tab, tab + 3), message="in this map"),),
        ),
        Diagnostic(code=WARNING, message="an odd text", span=source.span(wide, wide + 9)),
        Diagnostic(
            code=WARNING,
            message="an odd map",
            span=source.span(tab, text.index("last") + 4),
            fixes=(Fix(title="remove it", span=source.span(tab, tab + 3), replacement=""),),
        ),
        Diagnostic(code=NOTE, message="the end is missing", span=source.span(len(text) - 1, len(text) - 1)),
    ]
