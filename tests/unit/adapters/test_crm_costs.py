from __future__ import annotations

from typing import Any

import pytest

from syncdsl.adapters.transport.windows import Cost
from syncdsl.adapters.zoho_crm.costs import cost


@pytest.mark.parametrize(
    ("method", "path", "params", "body", "expected"),
    [
        ("GET", "/Accounts", {}, None, Cost()),
        ("GET", "/Accounts", {"cvid": "1"}, None, Cost(credits=3, heavy=True)),
        ("GET", "/Accounts/deleted", {}, None, Cost(credits=2)),
        ("GET", "/Accounts/search", {"word": "a"}, None, Cost(heavy=True)),
        ("GET", "/Accounts/1/__timeline", {}, None, Cost()),
        ("POST", "/Accounts", {}, {"data": [{}] * 10}, Cost()),
        ("POST", "/Accounts", {}, {"data": [{}] * 11}, Cost(credits=2, heavy=True)),
        ("PUT", "/Accounts", {}, {"data": [{}] * 100}, Cost(credits=10, heavy=True)),
        ("DELETE", "/Accounts", {"ids": "1,2"}, None, Cost()),
        (
            "POST",
            "/coql",
            {},
            {"select_query": "select id from X where a = 1 LIMIT 0, 2000"},
            Cost(credits=3, heavy=True),
        ),
        ("POST", "/coql", {}, {"select_query": "select id from X where a = 1 limit 400"}, Cost(credits=2, heavy=True)),
        ("POST", "/coql", {}, {"select_query": "select id from X where a = 1"}, Cost(heavy=True)),
    ],
)
def test_calls_cost_what_zoho_says(method: str, path: str, params: dict[str, str], body: Any, expected: Cost) -> None:
    assert cost(method, path, params, body) == expected
