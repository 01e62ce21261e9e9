from __future__ import annotations

import pytest

from syncdsl.adapters.priority import Priority, current_priority, working_as
from syncdsl.adapters.transport.pool import each


def test_work_is_incremental_unless_said_otherwise() -> None:
    with working_as(Priority.EFFECT), working_as(Priority.BACKFILL):
        assert current_priority() is Priority.BACKFILL
    assert current_priority() is Priority.INCREMENTAL


def test_an_error_ends_the_class_of_work() -> None:
    with pytest.raises(ValueError, match="x"), working_as(Priority.EFFECT):
        raise ValueError("x")
    assert current_priority() is Priority.INCREMENTAL


def test_calls_side_by_side_keep_the_class_of_work() -> None:
    with working_as(Priority.VERIFY):
        assert each(lambda _: current_priority(), range(20), at_once=5) == [Priority.VERIFY] * 20
