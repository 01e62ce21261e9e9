"""Limits on a whole change set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncdsl.changes.effects import Create, Deactivate, Delete, FieldChange, Link, RecordName, Update
from syncdsl.changes.guards import Limit, Today, judge

HERE = RecordName(connection="books", module="customers", id="1", label="Acme")
THERE = RecordName(connection="crm", module="Accounts", id="2", label="Acme")
FACTS: dict[str, Any] = {"rule": "r", "location": "r.sync:1", "reason": "because"}


def limit(subject: Any, value: str, *, percent: bool = False, per_day: bool = False) -> Limit:
    return Limit(
        subject=subject, value=Decimal(value), percent=percent, per_day=per_day, text=subject, location="r.sync:9"
    )


def document(amount: str | None, currency: str | None = None) -> Create:
    return Create(
        **FACTS,
        record=HERE,
        source=THERE,
        source_side="left",
        key="k",
        fields=(),
        document=True,
        amount=amount,
        currency=currency,
    )


def update(record_id: str) -> Update:
    changed = (FieldChange(field="phone", new="1", location="r.sync:2"),)
    return Update(
        **FACTS, record=HERE.model_copy(update={"id": record_id}), side="right", partner=THERE, fields=changed
    )


def gone(kind: type[Delete | Deactivate]) -> Delete | Deactivate:
    return kind(**FACTS, record=HERE, side="right", partner=THERE)


def exceeded(
    one: Limit,
    *effects: Create | Update | Link | Delete | Deactivate,
    linked: int = 0,
    today: Today | None = None,
) -> bool:
    (verdict,) = judge([one], effects, linked=linked, today=today or Today(), base_currency="EUR")
    return verdict.exceeded


def test_a_limit_is_the_last_number_that_is_fine() -> None:
    """As many as the limit are fine, one more is not."""
    assert not exceeded(limit("creates", "2"), document("1"), document("1"))
    assert exceeded(limit("creates", "1"), document("1"), document("1"))


def test_a_record_is_one_update_however_often_it_is_written() -> None:
    """Percent are of the linked records; the first sync is exempt."""
    assert not exceeded(limit("updates", "50", percent=True), update("1"), update("1"), linked=2)
    assert exceeded(limit("updates", "50", percent=True), update("1"), update("2"), linked=2)
    assert not exceeded(limit("updates", "50", percent=True), update("1"), update("2"), linked=0)


def test_amounts_are_exact_and_unknown_ones_count_as_over() -> None:
    """Cents add up exactly; an amount in another currency, or none, is over whatever the limit."""
    tenths = [document("0.10") for _ in range(3)]
    assert not exceeded(limit("amount", "0.30"), *tenths)
    assert exceeded(limit("amount", "0.29"), *tenths)
    assert exceeded(limit("amount", "1000"), document("1", "USD"))
    assert exceeded(limit("amount", "1000"), document(None))
    assert not exceeded(limit("amount", "1000"), document("1", "EUR"))


def test_per_day_counts_what_earlier_runs_did() -> None:
    """A limit per day sees the runs of the last 24 hours, one per run does not."""
    earlier = Today(creates=1, amount=Decimal("0.30"))
    assert exceeded(limit("creates", "1", per_day=True), document("1"), today=earlier)
    assert not exceeded(limit("creates", "1"), document("1"), today=earlier)
    assert exceeded(limit("amount", "1.29", per_day=True), document("1"), today=earlier)


def test_deletes_count_what_is_deleted_and_what_is_made_inactive() -> None:
    """One of each are two; per day, what earlier runs took away counts too."""
    both = (gone(Delete), gone(Deactivate))
    assert not exceeded(limit("deletes", "2"), *both)
    assert exceeded(limit("deletes", "1"), *both)
    assert exceeded(limit("deletes", "0"), gone(Deactivate))
    assert exceeded(limit("deletes", "2", per_day=True), gone(Delete), today=Today(deletes=2))
    assert not exceeded(limit("deletes", "0"), document("1"), today=Today(deletes=2))
