"""Builtins do what their documentation shows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.functions import BUILTINS, find_builtin
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from syncdsl.functions import Builtin, Example
    from syncdsl.schema.values import Value

EXAMPLES = [(builtin, example) for builtin in BUILTINS.values() for example in builtin.examples]
STRANGE: tuple[Value, ...] = (
    None,
    True,
    0,
    -(10**40),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
    Decimal("1E-300"),
    "",
    " ",
    "half_up",
    dt.date.max,
    dt.datetime.max.replace(tzinfo=dt.UTC),
    Ref("users", "1"),
    ("x",),
)


@pytest.mark.parametrize(
    ("builtin", "example"), EXAMPLES, ids=[f"{builtin.name}{example.arguments}" for builtin, example in EXAMPLES]
)
def test_example(builtin: Builtin, example: Example) -> None:
    """An example in the documentation is true, down to the digits after the point."""
    today = (example.today,) if builtin.needs_today else ()
    result = builtin.compute(*today, *example.arguments)
    assert result == example.result
    assert str(result) == str(example.result)


@pytest.mark.parametrize("builtin", BUILTINS.values(), ids=lambda builtin: builtin.name)
def test_total(builtin: Builtin) -> None:
    """A builtin never raises, whatever it is given."""
    today = (dt.date(2026, 5, 1),) if builtin.needs_today else ()
    count = min(builtin.most if builtin.most is not None else 3, 3)
    for first in STRANGE:
        for second in STRANGE:
            builtin.compute(*today, *(first, second, "half_up")[:count])
            builtin.compute(*today, *(second, first, first)[:count])


@pytest.mark.parametrize("builtin", BUILTINS.values(), ids=lambda builtin: builtin.name)
def test_documented(builtin: Builtin) -> None:
    """A builtin is found by its name, and has a sentence and an example."""
    assert find_builtin(builtin.name) is builtin
    assert builtin.doc.endswith(".")
    assert builtin.examples
    assert builtin.signature.startswith(f"{builtin.name}(")


def test_unknown() -> None:
    """A name that no builtin has finds nothing."""
    assert find_builtin("shell") is None
