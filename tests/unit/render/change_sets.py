"""Change sets to show: what they are made of, and one for each thing that a preview has to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from syncdsl.changes.approvals import Judged
from syncdsl.changes.change_set import ChangeSet, Estimate, GuardVerdict, Unpreviewed, Unreadable
from syncdsl.changes.effects import Act, Create, Deactivate, Delete, FieldChange, Hold, Link, RecordName, Skip, Update

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.changes.effects import Effect


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


def phone(number: int, old: object, new: object) -> Update:
    return new_phone(number, f"Company {number} GmbH").model_copy(update={"fields": (field("phone", old, new),)})


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


def nothing() -> ChangeSet:
    """Return a change set without effects."""
    return change_set(guards=(guard("creates <= 500", "0"),))


def calm() -> ChangeSet:
    """Return a change set that every limit lets pass, with what performing it takes."""
    return change_set(
        *(phone(number, "+49 30 1", "+49 30 2") for number in range(3)),
        invoice(1, "84200.00"),
        guards=(
            guard("creates <= 50", "1"),
            GuardVerdict(
                kind="budget",
                text="amount <= 100_000 EUR per month",
                location="syncdsl.toml:12",
                value="84,200.00 EUR",
                limit="…",
                exceeded=False,
            ),
            GuardVerdict(
                kind="quota",
                text="books: 2,000 calls a day",
                location="books",
                value="96 of 1,890 left",
                limit="…",
                exceeded=False,
            ),
        ),
        estimates=[
            Estimate(connection="books", calls=90, cost=90, seconds=37, left=1890).model_dump(),
            Estimate(connection="crm", calls=6, cost=12, seconds=4).model_dump(),
        ],
        author="anna",
    )


def over() -> ChangeSet:
    """Return a change set that a guard, a budget and a quota stop."""
    changes = calm()
    limits = tuple(limit.model_copy(update={"exceeded": True}) for limit in changes.guards)
    short = changes.estimates[0].model_copy(update={"left": 40, "seconds": 5000})
    return changes.model_copy(update={"guards": limits, "estimates": (short, *changes.estimates[1:])})


def unknown() -> ChangeSet:
    """Return a change set of what could be read and foreseen, where much could not."""
    return change_set(
        phone(1, "+49 30 1", "+49 30 2"),
        unreadable=[
            Unreadable(
                connection="crm",
                module="Contacts",
                code="SD703",
                message="connection `crm`: `crm.example` forbids this: no permission",
                help="give the user of the token the right",
                holds=("contacts", "invoice"),
            ).model_dump()
        ],
        unpreviewed=[
            Unpreviewed(
                rule="invoice",
                location="rules/customers.sync:45",
                text="documents for customers that this makes are decided when these have ids",
                count=12,
            ).model_dump(),
            Unpreviewed(rule="roles", location="rules/access.sync:3", text="roles follow contacts").model_dump(),
        ],
    )


def hidden() -> ChangeSet:
    """Return a change set of sensitive and of erased values."""
    return change_set(
        phone(1, {"hidden": "k1:aaaa"}, {"hidden": "k1:bbbb"}),
        phone(2, None, {"hidden": "k1:cccc"}),
        phone(3, {"erased": "k1:dddd"}, "+49 30 3"),
        phone(4, {"hidden": "k1:eeee"}, None),
        hold("conflict", 5, "both sides differ").model_copy(
            update={"field": "phone", "left": {"hidden": "k1:1"}, "right": {"hidden": "k1:2"}}
        ),
        privacy="pseudonyms",
    )


def folded() -> ChangeSet:
    """Return a change set of many alike changes, and of some that are alike in their fields only."""
    terms = [
        Update(
            rule="customers",
            location="rules/customers.sync:20",
            reason="first contact: crm counts",
            record=customer(number, f"Same {number}"),
            side="right",
            partner=account(number, f"Same {number}"),
            fields=(field("payment_terms", 15, 30 if number % 3 else 60),),
        )
        for number in range(90)
    ]
    return change_set(*terms, *(phone(number, f"+49 30 {number}", f"+49 31 {number}") for number in range(40)))


def mixed() -> ChangeSet:
    """Return updates of several sets of fields, and nine new records of which some have fewer fields."""
    names = ("phone", "website", "notes", "billing_address.city")
    updates = [
        phone(number, None, None).model_copy(
            update={
                "fields": tuple(field(name, f"old {number}", f"new {number}") for name in names[: 1 + number % 4]),
            }
        )
        for number in range(14)
    ]
    made = [new_customer(number, f"New {number}") for number in range(9)]
    return change_set(
        *updates,
        *(one.model_copy(update={"fields": one.fields[: 1 + number % 3]}) for number, one in enumerate(made)),
    )


def currencies() -> ChangeSet:
    """Return invoices in several currencies, one without any and one without an amount, by two rules."""
    retainer = invoice(9, "0.01", "JPY")
    return change_set(
        *(invoice(number, "1000.10", name) for number, name in enumerate(("EUR", "USD", "CHF", "EUR", None))),
        invoice(7, None, "GBP"),
        retainer.model_copy(
            update={"rule": "retainer", "record": retainer.record.model_copy(update={"module": "retainerinvoices"})}
        ),
    )


def long_texts() -> ChangeSet:
    """Return a change set whose every text is longer than anybody would read."""
    text = "A very long text that never ends, " * 40
    record = RecordName(connection="books", module="customers", id="1" * 60, label=text)
    told: dict[str, Any] = {"rule": "customers", "location": "rules/customers.sync:15"}
    return change_set(
        Update(
            **told,
            reason=text,
            record=record,
            side="right",
            partner=record,
            fields=tuple(field(f"{name}_{'x' * 80}", text, text.upper()) for name in "abc"),
        ),
        Hold(**told, why="match", reason=text, record=record, candidates=(record,) * 20),
        guards=(guard(text, text, exceeded=True),),
        reported=[text],
    )


APPROVALS = (
    Judged(name="anna", standing="signed", at="2026-06-01T09:00:00+00:00"),
    Judged(name="bob", standing="unsigned"),
    Judged(name="eve", standing="unknown key"),
    Judged(name="mallory", standing="author"),
    Judged(name="trent", standing="bad"),
    Judged(name="carol", standing="unverified"),
)

CASES: dict[str, Callable[[], tuple[ChangeSet, Sequence[Judged] | None]]] = {
    "nothing": lambda: (nothing(), None),
    "everything": lambda: (everything(), None),
    "calm": lambda: (calm(), (APPROVALS[0],)),
    "over": lambda: (over(), None),
    "unknown": lambda: (unknown(), None),
    "hidden": lambda: (hidden(), None),
    "approvals": lambda: (over(), APPROVALS),
    "unsigned": lambda: (calm(), (APPROVALS[1],)),
    "unapproved": lambda: (calm(), ()),
    "folded": lambda: (folded(), None),
    "mixed": lambda: (mixed(), None),
    "currencies": lambda: (currencies(), None),
    "long": lambda: (long_texts(), None),
}
"""Change sets with their approvals as judged, by name."""
