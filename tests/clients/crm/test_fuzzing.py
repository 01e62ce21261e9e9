"""Whatever a client sends within, or beside, the CRM's OpenAPI descriptions: it is never answered with HTTP 500."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.crm.conftest import Running

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

EXAMPLES = 6
"""Calls of each operation; all files together stay well below 40 seconds."""
ASKED = {
    "coql": ("/coql",),
    "custom_views": ("/settings/custom_views", "/settings/custom_views/{id}"),
    "fields": ("/settings/fields",),
    "find_and_merge": ("/{module}/{masterrecordid}/actions/merge",),
    "modules": ("/settings/modules/{api_name}",),
    "notifications": ("/actions/watch",),
    "pipeline": ("/settings/pipeline",),
    "record": (
        "/{module_api_name}",
        "/{module_api_name}/{id}",
        "/{module_api_name}/upsert",
        "/{module_api_name}/search",
        "/{module_api_name}/deleted",
        "/{module_api_name}/actions/count",
    ),
    "recycle_bin": ("/settings/recycle_bin", "/settings/recycle_bin/{record_id}"),
    "related_lists": ("/settings/related_lists",),
    "related_records": ("/{module_api_name}/{record_id}/{related_list_api_name}",),
    "users": ("/users",),
}
"""The paths that the sandbox has, by file. Of some of them it has fewer methods; those are refused. The description of
layouts is left out: its components are no OpenAPI."""
QUERIES = (
    *("select ", "from ", "where ", "and ", "or ", "not ", "in ", "like ", "between ", "is null ", "group by "),
    *("order by ", "limit ", "offset ", "count(", "sum(", "min(", ")", "(", ",", "=", "!=", "<", "'", '"', "\\", "%"),
    *("id ", "Account_Name ", "Account_Name.Owner.email ", "Owner.last_name ", "Tax ", "Amount ", "as a ", "asc "),
    *("Accounts ", "Deals ", "1 ", "-1.5 ", "9" * 400, "'2026-01-01' ", "true ", "${EMPTY}", "\x00", "é"),
)
CRITERIA = (
    *("(", ")", "((", "))", "and", "or", ":", ",", "\\", "\\,", "\\(", "equals", "in", "between", "starts_with"),
    *("greater_than", "Account_Name", "Owner", "Parent_Account", "Parent_Account.Parent_Account.Parent_Account"),
    *("id", "Modified_Time", "Employees", "a", "1", "9" * 400, "2026-01-01T00:00:00+00:00", "%", "'", "\x00"),
)
NAMES = ("Accounts", "Deals", "Quotes", "Contacts", "Nope", "actions")
LISTS = ("Contacts", "Stage_History", "Contact_Roles", "Nope")


def shallow(node: Any, document: dict[str, Any]) -> Any:
    """Return a description in which what a schema refers to is anything: bodies stay small, and stranger."""
    match node:
        case {"$ref": str(target)}:
            found: Any = document
            for part in target.removeprefix("#/").split("/"):
                found = found.get(part) if isinstance(found, dict) else None
            return dict(node) if target.startswith("#/") and found is not None else {}
        case {"properties": dict(properties)}:
            return {**node, "properties": {name: _unreferring(value) for name, value in properties.items()}}
        case dict():
            # The token is given with every call; how it is come by is another test's matter.
            kept = {name: value for name, value in node.items() if name not in {"security", "securitySchemes"}}
            return {name: shallow(value, document) for name, value in kept.items()}
        case list():
            return [shallow(item, document) for item in node]
        case _:
            return node


def _unreferring(schema: Any) -> Any:
    match schema:
        case {"$ref": _}:
            return {}
        case dict():
            return {name: _unreferring(value) for name, value in schema.items()}
        case list():
            return [_unreferring(item) for item in schema]
        case _:
            return schema


def operations(specs: Path, name: str) -> list[Any]:
    """Return the operations of a file."""
    document = json.loads((specs / f"{name}.json").read_text("utf-8"))
    paths = {f"/crm/v8{path}" for path in ASKED[name]}
    document["paths"] = {path: found for path, found in document["paths"].items() if path in paths}
    schema = schemathesis.openapi.from_dict(shallow(document, document))
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture(scope="module")
def known(running: Running) -> list[str]:
    """Return ids of records, so that calls reach beyond unknown ones."""
    answers = [
        running.client.get(f"/crm/v8/{module}", params={"fields": "id", "per_page": 1})
        for module in ("Accounts", "Deals", "Contacts")
    ]
    return [answer.json()["data"][0]["id"] for answer in answers]


@pytest.mark.parametrize("name", ASKED)
def test_no_call_ends_in_a_server_error(running: Running, specs: Path, known: list[str], name: str) -> None:
    """Every operation answers generated calls with a success or an error of its own."""
    for operation in operations(specs, name):
        _call(running, operation, known)


def _call(running: Running, operation: Any, known: list[str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), data=st.data())
    def calling(case: Any, data: st.DataObject) -> None:
        for parameter in case.path_parameters or {}:
            if parameter == "module_api_name":
                case.path_parameters[parameter] = data.draw(st.sampled_from(NAMES))
            elif parameter == "related_list_api_name":
                case.path_parameters[parameter] = data.draw(st.sampled_from(LISTS))
            elif data.draw(st.booleans()):
                case.path_parameters[parameter] = data.draw(st.sampled_from(known))
        request = case.as_transport_kwargs(base_url=running.url)
        headers = {**dict(request["headers"]), "Authorization": running.client.headers["Authorization"]}
        try:
            built = running.client.build_request(
                request["method"],
                request["url"],
                params=request.get("params"),
                headers=headers,
                json=request.get("json"),
            )
        except (httpx.InvalidURL, ValueError, TypeError):
            return  # not a request that a client could send
        answer = running.client.send(built)
        assert answer.status_code < 500, f"{built.method} {built.url} {built.content!r}: {answer.text}"

    calling()


PIECES = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_no_query_ends_in_a_server_error(running: Running) -> None:
    """Queries put together from their own words in any order are answered, with rows or with what is wrong."""

    @PIECES
    @given(words=st.lists(st.sampled_from(QUERIES), max_size=14), begun=st.booleans())
    def asking(words: list[str], begun: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        text = ("select id from Accounts where id > 0 and " if begun else "") + "".join(words)  # noqa: S608 - COQL for the sandbox
        answer = running.client.post("/crm/v8/coql", json={"select_query": text})
        assert answer.status_code in {200, 204, 400}, text

    asking()


def test_no_criteria_end_in_a_server_error(running: Running) -> None:
    """Criteria put together from their own words in any order are answered as well."""

    @PIECES
    @given(words=st.lists(st.sampled_from(CRITERIA), min_size=1, max_size=14), begun=st.booleans())
    def asking(words: list[str], begun: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        text = ("(Account_Name:" if begun else "") + "".join(words) + (")" if begun else "")
        answer = running.client.get("/crm/v8/Accounts/search", params={"criteria": text})
        assert answer.status_code in {200, 204, 400}, text

    asking()


ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["equal", "between", "AND"])
KEYS = ("field", "api_name", "comparator", "value", "group", "group_operator", "data", "_fields", "id", "merge", "ids")
ORDERS = st.recursive(
    ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=ORDERS, name=st.sampled_from(["display_name", "module", "deleted_time", "odd"]))
def test_no_filter_and_no_order_ends_in_a_server_error(
    running: Running, known: list[str], order: Any, name: str
) -> None:
    """Filters of the recycle bin, restores and merges of any shape are answered in the CRM's own words."""
    condition = {"field": {"api_name": name}, "comparator": "between", "value": order}
    client, root = running.client, "/crm/v8"
    for given_filter in (order, condition, {"group_operator": "AND", "group": [condition, order]}):
        text = json.dumps(given_filter)
        assert client.get(f"{root}/settings/recycle_bin", params={"filters": text}).status_code < 500
    path = f"{root}/settings/recycle_bin/actions/restore"
    for body in ({"ids": order}, {"filters": order}, order):
        assert client.post(path, json=body).status_code < 500
    path = f"{root}/Contacts/{known[2]}/actions/merge"
    for body in ({"merge": order}, {"merge": [order]}, {"merge": [{"data": order}]}, {"merge": [{"data": [order]}]}):
        assert client.post(path, json=body).status_code < 500
    answer = client.post(f"{root}/settings/recycle_bin/actions/restore", json={"filters": "[" * 5000})
    assert answer.status_code == 400
