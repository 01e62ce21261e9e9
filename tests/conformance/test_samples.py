"""Samples for statistics: bounded, cheap, the same while nothing changes; what cannot be read is said."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.protocol import ObserveRequest
from syncdsl.diagnostics import Fault
from syncdsl.project.statistics import with_statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.protocol import Connection

UNREAD = {"contact_persons", "quotes", "sales_orders", "purchase_orders", "expenses", "users"}
"""The modules of Books whose records the adapter does not read yet."""


@pytest.mark.parametrize(("system", "module"), [("crm", "Accounts"), ("crm", "Products"), ("books", "customers")])
def test_a_sample_is_bounded_and_the_same_again(system: str, module: str, sandbox: Sandbox) -> None:
    """At most the wanted rows come, and they are the same a second time; fewer than all are not complete."""
    with closing(sandbox.connect(system)) as connection:
        some = connection.sample(module, 3)
        assert len(some.rows) == 3
        assert not some.complete
        assert connection.sample(module, 3) == some
        whole = connection.sample(module, 100_000)
        assert whole.complete
        assert len(whole.rows) > 3


@pytest.mark.parametrize(("system", "calls"), [("crm", 11), ("books", 6)])
def test_statistics_cost_a_few_calls(system: str, calls: int, sandbox: Sandbox) -> None:
    """Gathering statistics lists each module once, and reads no record on its own; unread modules are named."""
    with closing(sandbox.connect(system)) as connection:
        snapshot = connection.schema()
        after = max((entry["seq"] for entry in sandbox.calls()), default=0)
        found, without = with_statistics(connection, snapshot)
        made = sandbox.calls(after)
        # Other tests leave records behind in the same sandbox: each two hundred of them are a page more.
        pages = sum(module.statistics.rows // 200 for module in found.modules.values() if module.statistics is not None)
        assert len(made) <= calls + pages, [entry["path"] for entry in made]
        assert set(without) == (UNREAD if system == "books" else set())
        assert {name for name, module in found.modules.items() if module.statistics is None} == set(without)
        assert found.digest == snapshot.digest


@pytest.mark.parametrize("module", sorted(UNREAD))
def test_a_module_that_is_only_described_says_so(module: str, sandbox: Sandbox) -> None:
    """Every way to a record of a module that the adapter does not read ends with SD708 and its name."""
    with closing(sandbox.connect("books")) as connection:
        for attempt in _attempts(connection, module):
            with pytest.raises(Fault) as caught:
                attempt()
            assert caught.value.code.id == "SD708"
            assert f"`{module}` is not read by this adapter yet" in caught.value.message


def _attempts(connection: Connection, module: str) -> tuple[Callable[[], object], ...]:
    return (
        lambda: list(connection.observe(ObserveRequest(module=module, fields=()))),
        lambda: connection.fetch(module, ["1"], ()),
        lambda: connection.find(module, "x", ["1"], ()),
        lambda: connection.create(module, [], safe=True),
        lambda: connection.update(module, []),
    )


def test_a_sample_leaves_subforms_out(sandbox: Sandbox) -> None:
    """The lines of a CRM quote cost a call for each quote, so a sample says that it does not tell them."""
    with closing(sandbox.connect("crm")) as connection:
        assert "Quoted_Items" not in connection.sample("Quotes", 1).fields
