"""Answers that lack something nobody took away, and clocks that go back: nothing of it is taken for an edit."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.between import between
from tests.conformance.weather import BOOKS, CRM, File, word

from syncdsl.adapters.registry import load_adapter
from syncdsl.adapters.services import OwnMemory, Services
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from tests.conformance.weather import Side, Weather

AHEAD = 1_000
"""Seconds: much more than a reading overlaps, less than a token lives."""

PHONES = [(CRM, "Phone"), (CRM, "Description"), (BOOKS, "phone"), (BOOKS, "notes"), (BOOKS, "billing_address.city")]


@pytest.mark.parametrize(
    ("side", "hidden"), PHONES, ids=lambda value: value if isinstance(value, str) else value.system
)
def test_a_field_that_answers_lack_is_not_taken_for_emptied(faults: Weather, side: Side, hidden: str) -> None:
    """Lists, changes and single records without a field that was asked for end with SD707, which names it."""
    identifier = faults.add(side)
    faults.connect(side)
    target = faults.sandbox.crm_url if side is CRM else faults.sandbox.books_url
    with between(target) as proxy:
        services = Services(clock=faults.clock, shared=OwnMemory())
        settings = faults.sandbox.settings(side.system, services=services, url=proxy.url)
        adapter = load_adapter(settings.adapter)
        with closing(adapter.connect(settings, faults.schema(side))) as connection:
            connection.identity()
            file = File(connection, side, side.name, hidden)
            file.observe()
            assert identifier in file.records
            proxy.hidden.add(hidden.partition(".")[0])
            faults.edit(side, identifier, **{side.name: word()})
            for sweep in (False, True):
                with pytest.raises(Fault) as raised:
                    file.observe(sweep=sweep)
                assert raised.value.code.id == "SD707"
                assert f"`{hidden}`" in raised.value.message
            with pytest.raises(Fault) as raised:
                connection.fetch(side.module, [identifier], (side.name, hidden))
            assert raised.value.code.id == "SD707"
            proxy.hidden.clear()
            file.observe()
            assert identifier in file.read


def test_a_clock_that_was_ahead_hides_nothing(faults: Weather, side: Side) -> None:
    """A reading under a clock that is far ahead leads to a cursor from the future: with it everything is read anew."""
    connection = faults.connect(side)
    identifier = faults.add(side)
    file = File(connection, side)
    file.observe()
    now = faults.control("GET", "/clock")["now"]
    faults.passes(AHEAD)
    faults.add(side)
    faults.passes(AHEAD)
    file.observe()
    file.observe()
    faults.control("PUT", "/clock", {"now": now + 60})
    faults.edit(side, identifier, **{side.phone: "+49 30 2"})
    assert file.observe().complete
    assert file.records[identifier].fields[side.phone] == "+49 30 2"
    faults.passes(60)
    file.observe()
    assert not file.observe().complete or side is BOOKS
