"""What the Zoho adapters do when writing meets a fault: no create comes twice, and every outcome is what happened."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.weather import BOOKS, CRM, OLD_SECONDS, File, Side, change, made, new, word

from syncdsl.adapters.protocol import (
    Ambiguous,
    Change,
    DocumentAction,
    MovedOn,
    NewRecord,
    NotSent,
    Outcome,
    Rejected,
    Written,
)
from syncdsl.adapters.services import OwnMemory
from syncdsl.adapters.transport import wire
from syncdsl.diagnostics import Fault
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.conformance.weather import Weather

    from syncdsl.adapters.protocol import Connection
    from syncdsl.schema.values import Fields

ATTEMPTS = 6
LANDING = 45


def found_by(connection: Connection, side: Side, key: str) -> list[str]:
    return [record.id for record in connection.find(side.module, side.key, [key], ()).get(key, [])]


def resolved(connection: Connection, side: Side, record: NewRecord) -> str:
    """Return the id of a record in doubt as recovery gets it: looked up by its key, and made where there is none."""
    assert record.key is not None
    ids = found_by(connection, side, record.key)
    return ids[0] if ids else made(connection.create(side.module, [record], safe=True))[0]


@pytest.mark.parametrize(
    ("kind", "given", "expected", "arrived"),
    [
        ("drop_request", {}, Ambiguous, False),
        ("drop_response", {}, Ambiguous, True),
        ("delayed_landing", {"seconds": LANDING}, Ambiguous, False),
        ("status", {"status": 500}, Ambiguous, False),
        ("status", {"status": 503}, Ambiguous, False),
    ],
    ids=["drop_request", "drop_response", "delayed_landing", "500", "503"],
)
@pytest.mark.parametrize("waited", [False, True], ids=["at once", "after a while"])
def test_a_create_in_doubt_is_made_once(
    faults: Weather,
    connection: Connection,
    side: Side,
    kind: str,
    given: dict[str, Any],
    expected: type[Outcome],
    arrived: bool,  # noqa: FBT001 - a column of the table above
    waited: bool,  # noqa: FBT001 - as above
) -> None:
    """It is sent once and said to be in doubt; looked up by its key it is found, or made, and there is one of it."""
    record = new(side, word(), **{side.text: "ours"})
    assert record.key is not None
    faults.order(side, kind, **given, path=side.creates, method=side.by_key, count=1)
    before = faults.last()
    [outcome] = connection.create(side.module, [record], safe=True)
    assert type(outcome) is expected
    sent = [call for call in faults.calls(side, before) if call["method"] == side.by_key]
    assert len(sent) == (0 if kind == "delayed_landing" else 1)
    assert len(faults.held(side, record.key)) == arrived
    if waited:
        faults.passes(LANDING + 1)
    identifier = resolved(connection, side, record)
    faults.passes(LANDING + 1)
    assert found_by(connection, side, record.key) == [identifier]
    [held] = faults.held(side, record.key)
    assert held[side.text] == "ours"


@pytest.mark.parametrize("kind", ["drop_request", "drop_response", "status"])
def test_without_a_key_nothing_is_sent_again(faults: Weather, connection: Connection, side: Side, kind: str) -> None:
    """A create that nothing could be found by is in doubt after one call, whatever became of it."""
    record = new(side)
    given = {"status": 500} if kind == "status" else {}
    faults.order(side, kind, **given, path=side.creates, method="POST")
    before = faults.last()
    [outcome] = connection.create(side.module, [record], safe=True)
    assert isinstance(outcome, Ambiguous)
    assert len(faults.calls(side, before, method="POST")) == 1
    faults.calm()
    name = record.fields[side.name]
    assert len(connection.find(side.module, side.name, [name], ()).get(name, [])) == (kind == "drop_response")


def test_an_answer_that_takes_too_long_leaves_a_create_in_doubt(
    faults: Weather, connection: Connection, side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It landed, is found by its key, and is not made again."""
    other = faults.connect(side)
    monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.3)
    impatient = faults.connect(side)
    record = new(side, word())
    assert record.key is not None
    with faults.running_clock():
        faults.order(side, "latency", seconds=0.6, path=side.creates, method=side.by_key, count=1)
        [outcome] = impatient.create(side.module, [record], safe=True)
        assert isinstance(outcome, Ambiguous)
        faults.clock.sleep(1)
    identifier = resolved(other, side, record)
    assert found_by(connection, side, record.key) == [identifier]
    assert len(faults.held(side, record.key)) == 1


def test_a_slow_answer_within_bounds_is_an_answer(faults: Weather, connection: Connection, side: Side) -> None:
    """A create that took half a minute is written."""
    record = new(side, word())
    faults.order(side, "latency", seconds=30, path=side.creates, method=side.by_key, count=1)
    [identifier] = made(connection.create(side.module, [record], safe=True))
    assert found_by(connection, side, str(record.key)) == [identifier]


@pytest.mark.parametrize(("count", "retry_after"), [(1, None), (3, None), (2, 20), (1, 0)])
def test_a_write_refused_for_its_rate_is_made_again(
    faults: Weather, connection: Connection, side: Side, count: int, retry_after: int | None
) -> None:
    """A refusal for the rate had no effect, so the same write follows it, as late as it was asked to."""
    record = new(side, word())
    faults.order(
        side, "status", status=429, retry_after=retry_after, path=side.creates, method=side.by_key, count=count
    )
    then, before = faults.clock.now(), faults.last()
    [identifier] = made(connection.create(side.module, [record], safe=True))
    statuses = [call["status"] for call in faults.calls(side, before) if call["method"] == side.by_key]
    assert statuses[:-1] == [429] * count
    assert faults.clock.now() >= then + count * (retry_after or 0)
    assert [found_by(connection, side, str(record.key))] == [[identifier]]
    assert len(faults.held(side, str(record.key))) == 1


def test_a_write_that_is_refused_for_its_rate_for_long_is_not_sent(
    faults: Weather, connection: Connection, side: Side
) -> None:
    """Without an end in sight it is given up after some attempts, as not sent; nothing is there."""
    record = new(side, word())
    faults.order(side, "status", status=429, path=side.creates, method=side.by_key)
    before = faults.last()
    [outcome] = connection.create(side.module, [record], safe=True)
    assert isinstance(outcome, NotSent)
    assert len([call for call in faults.calls(side, before) if call["method"] == side.by_key]) == ATTEMPTS
    assert faults.held(side, str(record.key)) == []
    assert resolved(connection, side, record)
    assert len(faults.held(side, str(record.key))) == 1


def test_a_write_that_should_wait_long_is_not_sent_by_anybody(faults: Weather, side: Side) -> None:
    """Asked to wait for ten minutes, this write and those of whoever shares the organisation are not sent."""
    shared = OwnMemory()
    first, second = (faults.connect(side, shared=shared) for _ in range(2))
    records = [new(side, word()) for _ in range(2)]
    faults.order(side, "status", status=429, retry_after=600, path=side.creates, method=side.by_key, count=1)
    before, then = faults.last(), faults.clock.now()
    outcomes = [
        one.create(side.module, [record], safe=True)[0] for one, record in zip((first, second), records, strict=True)
    ]
    assert [type(outcome) for outcome in outcomes] == [NotSent, NotSent]
    assert len(faults.calls(side, before)) == 1
    assert faults.clock.now() == then
    faults.passes(600)
    for record in records:
        resolved(second, side, record)
        assert len(faults.held(side, str(record.key))) == 1


def test_an_expired_token_does_not_double_a_write(faults: Weather, connection: Connection, side: Side) -> None:
    """The call that was refused for its token is made again with a new one, and the record is there once."""
    record = new(side, word())
    faults.order(side, "expired_token", path=side.creates, method=side.by_key, count=1)
    before = faults.last()
    [identifier] = made(connection.create(side.module, [record], safe=True))
    statuses = [call["status"] for call in faults.calls(side, before) if call["method"] == side.by_key]
    assert statuses[0] == 401
    assert len(statuses) == 2
    assert [held[_id(side)] for held in faults.held(side, str(record.key))] == [identifier]


def _id(side: Side) -> str:
    return "id" if side is CRM else "contact_id"


@pytest.mark.parametrize("kind", ["drop_request", "drop_response", "delayed_landing", "500"])
def test_an_update_in_doubt_is_decided_anew(faults: Weather, connection: Connection, side: Side, kind: str) -> None:
    """It is sent once; done again it is written, or the record has moved on by our own hand, and holds our value."""
    key = word()
    [identifier] = made(connection.create(side.module, [new(side, key, **{side.text: "before"})], safe=True))
    faults.passes(OLD_SECONDS)
    based = connection.fetch(side.module, [identifier], (side.name, side.text))[identifier]
    ours = change(side, based, **{side.text: "ours"})
    given: dict[str, Any] = {"delayed_landing": {"seconds": LANDING}, "500": {"status": 500}}.get(kind, {})
    faults.order(side, "status" if kind == "500" else kind, **given, method="PUT", count=1)
    before = faults.last()
    [outcome] = connection.update(side.module, [ours])
    assert isinstance(outcome, Ambiguous)
    assert len(faults.calls(side, before, method="PUT")) == (0 if kind == "delayed_landing" else 1)
    faults.passes(LANDING + 1)
    landed = kind in {"drop_response", "delayed_landing"}
    assert faults.held(side, key)[0][side.text] == ("ours" if landed else "before")
    [again] = connection.update(side.module, [ours])
    assert isinstance(again, MovedOn if landed else Written)
    file = File(connection, side)
    file.observe()
    assert file.text(identifier) == "ours"


def test_a_deletion_in_doubt_is_done(faults: Weather, connection: Connection, side: Side) -> None:
    """The CRM's is looked up at once, that of Books the next time; a second one counts as done."""
    key = word()
    [identifier] = made(connection.create(side.module, [new(side, key)], safe=True))
    faults.order(side, "drop_response", method="DELETE", count=1)
    [outcome] = connection.delete(side.module, [identifier])
    assert isinstance(outcome, Written if side is CRM else Ambiguous)
    assert faults.held(side, key) == []
    assert connection.fetch(side.module, [identifier], ()) == {}
    assert connection.delete(side.module, [identifier]) == [Written(id=identifier)]


def test_a_deletion_that_did_not_arrive_is_not_done(faults: Weather, connection: Connection, side: Side) -> None:
    """It is in doubt, the record is there, and is deleted the next time."""
    key = word()
    [identifier] = made(connection.create(side.module, [new(side, key)], safe=True))
    faults.order(side, "drop_request", method="DELETE", count=1)
    assert isinstance(connection.delete(side.module, [identifier])[0], Ambiguous)
    assert len(faults.held(side, key)) == 1
    assert connection.delete(side.module, [identifier]) == [Written(id=identifier)]
    assert faults.held(side, key) == []


def test_a_status_change_in_doubt_is_done_once(faults: Weather) -> None:
    """An invoice whose voiding got no answer is void, and asked for again it counts as done without a call."""
    books = faults.connect(BOOKS)
    [customer] = made(books.create("customers", [new(BOOKS)], safe=False))
    line = (("name", "Pump"), ("quantity", Decimal(1)), ("rate", Decimal(5)))
    fields: Fields = {"customer_id": Ref("customers", customer), "line_items": (line,)}
    [invoice] = made(books.create("invoices", [NewRecord(fields=fields, key=word())], safe=True))
    faults.order(BOOKS, "drop_response", method="POST", path="/status/void$", count=1)
    assert isinstance(books.act("invoices", invoice, DocumentAction.VOID), Ambiguous)
    assert books.fetch("invoices", [invoice], ("status",))[invoice].fields["status"] == "void"
    assert isinstance(books.act("invoices", invoice, DocumentAction.VOID), Written)


def test_a_fault_of_the_whole_system_is_raised_and_nothing_is_written(
    faults: Weather, connection: Connection, side: Side
) -> None:
    """A refusal that concerns every record, such as a missing right, ends the command."""
    record = new(side, word())
    faults.order(side, "status", status=403, path=side.creates, method=side.by_key)
    with pytest.raises(Fault) as caught:
        connection.create(side.module, [record], safe=True)
    assert caught.value.code.id == "SD703"
    assert faults.held(side, str(record.key)) == []


@pytest.mark.parametrize(("code", "expected"), [("INTERNAL_ERROR", Ambiguous), ("INVALID_DATA", Rejected)])
def test_a_batch_of_which_some_are_refused_is_told_record_by_record(
    faults: Weather, code: str, expected: type[Outcome]
) -> None:
    """What is said to be written is there and nothing else is, and what was not becomes so the next time, once."""
    crm = faults.connect(CRM)
    records = [new(CRM, word()) for _ in range(20)]
    faults.order(CRM, "partial_batch", share=0.3, code=code, seed=4, count=1, path=CRM.creates)
    outcomes = crm.create(CRM.module, records, safe=True)
    assert {type(outcome) for outcome in outcomes} == {Written, expected}
    found = crm.find(CRM.module, CRM.key, [record.key for record in records], (CRM.name,))
    for record, outcome in zip(records, outcomes, strict=True):
        there = found.get(record.key, [])
        assert [one.id for one in there] == ([outcome.id] if isinstance(outcome, Written) else [])
        assert [one.fields[CRM.name] for one in there] in ([], [record.fields[CRM.name]])
    ids = [resolved(crm, CRM, record) for record in records]
    found = crm.find(CRM.module, CRM.key, [record.key for record in records], ())
    assert [[one.id for one in found[record.key]] for record in records] == [[identifier] for identifier in ids]
    _updates_and_deletes_are_told_apart(faults, crm, ids)


def _updates_and_deletes_are_told_apart(faults: Weather, crm: Connection, ids: list[str]) -> None:
    faults.order(CRM, "partial_batch", share=0.3, seed=5, count=1, method="PUT")
    outcomes = crm.update(CRM.module, [Change(id=one, fields={CRM.text: "ours"}) for one in ids])
    held = crm.fetch(CRM.module, ids, (CRM.text,))
    assert {type(outcome) for outcome in outcomes} == {Written, Ambiguous}
    for identifier, outcome in zip(ids, outcomes, strict=True):
        assert bool(held[identifier].fields) is isinstance(outcome, Written)
    faults.order(CRM, "partial_batch", share=0.3, seed=6, count=1, method="DELETE")
    outcomes = crm.delete(CRM.module, ids)
    assert {type(outcome) for outcome in outcomes} == {Written, Ambiguous}
    gone = {one for one, outcome in zip(ids, outcomes, strict=True) if isinstance(outcome, Written)}
    assert set(crm.fetch(CRM.module, ids, ())) == set(ids) - gone


def test_a_batch_whose_answer_is_lost_is_in_doubt_as_a_whole(faults: Weather) -> None:
    """One query for all keys tells what arrived: everything."""
    crm = faults.connect(CRM)
    records = [new(CRM, word()) for _ in range(30)]
    faults.order(CRM, "drop_response", path=CRM.creates, count=1)
    outcomes = crm.create(CRM.module, records, safe=True)
    assert {type(outcome) for outcome in outcomes} == {Ambiguous}
    keys = [str(record.key) for record in records]
    before = faults.last()
    found = crm.find(CRM.module, CRM.key, keys, ())
    assert len([call for call in faults.calls(CRM, before) if call["path"].endswith("/coql")]) == 1
    assert {key: len(there) for key, there in found.items()} == dict.fromkeys(keys, 1)
