"""Guards: what a change set is measured by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from syncdsl.changes.effects import Create, Effect, RecordName, Update
from syncdsl.changes.guards import Limit, Today, judge

RECORD = RecordName(connection="books", module="invoices", id=None, label="a")
CAUSE: dict[str, Any] = {"rule": "a", "location": "rules/a.sync:1", "reason": "new"}


def _create(amount: str | None = None, currency: str | None = None, *, document: bool = True) -> Create:
    return Create(
        **CAUSE,
        record=RECORD,
        source=RECORD,
        source_side="left",
        key="k",
        document=document,
        fields=(),
        amount=amount,
        currency=currency,
    )


def _update(identifier: str) -> Update:
    record = RECORD.model_copy(update={"id": identifier})
    return Update(**CAUSE, record=record, side="right", partner=RECORD, fields=())


def _exceeded(
    subject: Any,
    value: str,
    effects: list[Effect],
    *,
    percent: bool = False,
    per_day: bool = False,
    linked: int = 0,
    today: Today | None = None,
) -> bool:
    limit = Limit(
        subject=subject,
        value=Decimal(value),
        percent=percent,
        per_day=per_day,
        text="a limit",
        location="rules/a.sync:1",
    )
    (verdict,) = judge([limit], effects, linked=linked, today=today or Today(), base_currency="EUR")
    return verdict.exceeded


@pytest.mark.parametrize(("limit", "exceeded"), [("1", True), ("2", False)])
def test_creates(limit: str, exceeded: bool) -> None:  # noqa: FBT001 - a parametrised expectation
    """Creates are counted, and the limit itself is allowed."""
    assert _exceeded("creates", limit, [_create(), _create()]) is exceeded


def test_updates_in_percent() -> None:
    """Updates are counted once per record, in percent of the linked records; the first sync is exempt."""
    effects: list[Effect] = [_update("1"), _update("1"), _update("2")]
    assert not _exceeded("updates", "20", effects, percent=True, linked=10)
    assert _exceeded("updates", "20", effects, percent=True, linked=9)
    assert not _exceeded("updates", "20", effects, percent=True, linked=0)
    assert _exceeded("updates", "1", effects)


def test_amount() -> None:
    """The amounts of created documents are added up in the base currency; one in another counts as over."""
    assert not _exceeded("amount", "100", [_create("60"), _create("40", "EUR"), _create(document=False)])
    assert _exceeded("amount", "100", [_create("60"), _create("40.01")])
    assert _exceeded("amount", "100", [_create("1", "USD")])
    assert _exceeded("amount", "100", [_create(None)])


def test_per_day() -> None:
    """A limit per day counts what earlier runs of the day did; one per run does not."""
    before = Today(creates=5, updates=5, deletes=1, amount=Decimal(90))
    effects: list[Effect] = [_create("20")]
    assert _exceeded("creates", "5", effects, per_day=True, today=before)
    assert not _exceeded("creates", "5", effects, today=before)
    assert _exceeded("amount", "100", effects, per_day=True, today=before)
    assert not _exceeded("amount", "100", effects, today=before)
    assert _exceeded("deletes", "0", [], per_day=True, today=before)
    assert not _exceeded("deletes", "0", [], today=before)
