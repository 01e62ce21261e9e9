"""What the Zoho adapters make of systems that change what is written: coerced values, and workflows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.weather import CRM, OLD_SECONDS, File, Side, change, made, new, word

from syncdsl.adapters.protocol import Change, MovedOn, NewRecord, Outcome, Written

if TYPE_CHECKING:
    from tests.conformance.weather import Weather

    from syncdsl.adapters.protocol import Connection


@pytest.mark.parametrize(
    ("how", "sent", "stored"),
    [
        ("trim", "  Acme  ", "Acme"),
        ("upper", "Acme gmbh", "ACME GMBH"),
        ("lower", "Acme GmbH", "acme gmbh"),
    ],
)
def test_a_coerced_text_is_read_back_as_it_is_stored(
    faults: Weather, connection: Connection, side: Side, how: str, sent: str, stored: str
) -> None:
    """Read back at once, a created or changed record holds the stored form; observed later nothing has changed."""
    faults.order(side, "coerce", how=how, field=side.text)
    key = word()
    [outcome] = connection.create(side.module, [new(side, key, **{side.text: sent})], safe=True)
    identifier = read_back(faults, connection, side, outcome, side.text, stored)
    based = connection.fetch(side.module, [identifier], (side.name, side.text))[identifier]
    [outcome] = connection.update(side.module, [change(side, based, **{side.text: f"{sent} ag "})])
    expected = faults.held(side, key)[0][side.text]
    assert expected != f"{sent} ag "
    read_back(faults, connection, side, outcome, side.text, expected)


def read_back(faults: Weather, connection: Connection, side: Side, outcome: Outcome, field: str, stored: Any) -> str:
    """Read what was written as the engine does, then demand that observations agree with it and fall quiet."""
    assert isinstance(outcome, Written)
    record = outcome.record
    if record is None or record.version is None:
        record = connection.fetch(side.module, [outcome.id], (side.name, field))[outcome.id]
    assert record.fields[field] == stored
    if outcome.record is not None:
        assert outcome.record.fields[field] == stored
    file = File(connection, side, side.name, field)
    file.observe()
    assert file.records[outcome.id].fields[field] == stored
    faults.passes(OLD_SECONDS)
    file.observe()
    file.observe()
    assert outcome.id not in file.read
    return outcome.id


def test_a_rounded_amount_is_read_back_as_it_is_stored(faults: Weather, connection: Connection, side: Side) -> None:
    """What the system made of an amount is what counts from then on."""
    if side is CRM:
        module, field, fields = "Accounts", "Annual_Revenue", {"Account_Name": word()}
    else:
        module, field, fields = "items", "rate", {"name": word()}
    faults.order(side, "coerce", how="round", field=field)
    [outcome] = connection.create(
        module, [NewRecord(fields={**fields, field: Decimal("12.75")}, key=word())], safe=True
    )
    assert isinstance(outcome, Written)
    held = connection.fetch(module, [outcome.id], (field,))[outcome.id]
    assert held.fields == {field: Decimal(13)}
    if outcome.record is not None:
        assert outcome.record.fields[field] == Decimal(13)
    faults.calm()
    [again] = connection.update(module, [Change(id=outcome.id, fields={field: Decimal("0.25")}, based_on=held)])
    assert isinstance(again, Written)
    assert connection.fetch(module, [outcome.id], (field,))[outcome.id].fields == {field: Decimal("0.25")}


def test_a_workflow_on_the_same_field_is_not_overwritten(faults: Weather, connection: Connection, side: Side) -> None:
    """A change decided on what we wrote, and not on what the workflow made of it, moves on and writes nothing."""
    key = word()
    module = "Accounts" if side is CRM else "contacts"
    [identifier] = made(connection.create(side.module, [new(side, key, **{side.text: "first"})], safe=True))
    faults.passes(OLD_SECONDS)
    file = File(connection, side)
    file.observe()
    based = file.records[identifier]
    faults.order(side, "workflow", module=module, field=side.text, value="theirs", count=1)
    made(connection.update(side.module, [change(side, based, **{side.phone: "1"})]))
    [outcome] = connection.update(side.module, [change(side, based, **{side.text: "ours"})])
    assert isinstance(outcome, MovedOn)
    assert faults.held(side, key)[0][side.text] == "theirs"
    [other] = connection.update(side.module, [Change(id=identifier, fields={side.name: word()}, based_on=based)])
    assert isinstance(other, Written)
    assert faults.held(side, key)[0][side.text] == "theirs"


def test_a_server_that_edits_after_us_is_heard(faults: Weather, connection: Connection, side: Side) -> None:
    """An edit by a workflow right after our write is a change to the next reading, in a field of ours or another."""
    faults.add(side)
    faults.passes(OLD_SECONDS)
    file = File(connection, side)
    file.observe()
    module = "Accounts" if side is CRM else "contacts"
    faults.order(side, "workflow", module=module, field=side.text, value="by the workflow", count=1)
    [written] = connection.create(side.module, [new(side, word(), **{side.text: "ours"})], safe=True)
    assert isinstance(written, Written)
    if written.record is not None:
        file.records[written.id] = written.record
    file.observe()
    assert file.text(written.id) == "by the workflow"
    faults.passes(OLD_SECONDS)
    file.observe()
    faults.order(side, "workflow", module=module, field=side.text, value="again", count=1)
    [updated] = connection.update(side.module, [change(side, file.records[written.id], **{side.phone: "1"})])
    assert isinstance(updated, Written)
    if updated.record is not None:
        file.records[written.id] = updated.record
    file.observe()
    assert file.text(written.id) == "again"
    assert file.records[written.id].fields[side.phone] == "1"
    file.observe()
    faults.passes(OLD_SECONDS)
    file.observe()
    file.observe()
    assert file.read == set()
