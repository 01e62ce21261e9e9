"""Samples for statistics: bounded, cheap, the same while nothing changes; what cannot be read is said."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.project.statistics import with_statistics

if TYPE_CHECKING:
    from tests.conformance.conftest import Sandbox

UNLISTED = {"contact_persons"}
"""The modules of Books that no list shows: their records are read with their parents, each by a call."""


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


@pytest.mark.parametrize(("system", "calls"), [("crm", 11), ("books", 12)])
def test_statistics_cost_a_few_calls(system: str, calls: int, sandbox: Sandbox) -> None:
    """Gathering statistics lists each module once, and reads no record on its own; modules without a list are named."""
    with closing(sandbox.connect(system)) as connection:
        snapshot = connection.schema()
        after = max((entry["seq"] for entry in sandbox.calls()), default=0)
        found, without = with_statistics(connection, snapshot)
        made = sandbox.calls(after)
        # Other tests leave records behind in the same sandbox: each two hundred of them are a page more.
        pages = sum(module.statistics.rows // 200 for module in found.modules.values() if module.statistics is not None)
        assert len(made) <= calls + pages, [entry["path"] for entry in made]
        assert set(without) == (UNLISTED if system == "books" else set())
        assert {name for name, module in found.modules.items() if module.statistics is None} == set(without)
        assert found.digest == snapshot.digest


@pytest.mark.parametrize("module", sorted(UNLISTED))
def test_a_module_without_a_list_has_no_sample(module: str, sandbox: Sandbox) -> None:
    """It says so, by name, instead of reading every parent."""
    with closing(sandbox.connect("books")) as connection:
        with pytest.raises(Fault) as caught:
            connection.sample(module, 3)
        assert caught.value.code.id == "SD708"
        assert f"`{module}`" in caught.value.message


def test_a_sample_leaves_subforms_out(sandbox: Sandbox) -> None:
    """The lines of a CRM quote cost a call for each quote, so a sample says that it does not tell them."""
    with closing(sandbox.connect("crm")) as connection:
        assert "Quoted_Items" not in connection.sample("Quotes", 1).fields
