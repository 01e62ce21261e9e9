"""OpenAPI descriptions read from beside the repository, and what real answers have against them.

The descriptions carry no licence and are no part of this project; tests that need them skip visibly without them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own
from jsonschema import Draft202012Validator

SPECS = Path(__file__).parents[3] / "shared" / "reference" / "specs"
METHODS = frozenset({"get", "post", "put", "delete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One description: an OpenAPI 3.0 document."""

    path: Path
    document: Mapping[str, Any]

    def operations(self) -> Iterator[tuple[str, str]]:
        """Yield method and path template of everything described."""
        for template, methods in self.document["paths"].items():
            for method in sorted(METHODS & methods.keys()):
                yield method.upper(), template

    def statuses(self, method: str, template: str) -> set[int]:
        """Return the success statuses that are described for an operation."""
        answers = self.document["paths"][template][method.lower()]["responses"]
        return {int(status) for status in answers if status.startswith("2")}

    def schema(self, method: str, template: str, status: int) -> dict[str, Any]:
        """Return the schema of an answer, complete with what it refers to."""
        answer = self.document["paths"][template][method.lower()]["responses"][str(status)]
        return {**answer["content"]["application/json"]["schema"], "components": self.document["components"]}

    def message(self, method: str, template: str) -> str:
        """Return the words of a success, "" where none are described."""
        [status] = self.statuses(method, template)
        schema = self.resolved(self.schema(method, template, status))
        return str(schema.get("properties", {}).get("message", {}).get("example", ""))

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a schema with its reference followed."""
        while "$ref" in schema:
            place: Any = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                place = place[part]
            schema = place
        return schema


@cache
def description(system: str, name: str) -> Description:
    """Return a description by system ("crm", "books") and file name; skip the test where there is none."""
    path = SPECS / system / name
    if not path.is_file():
        pytest.skip(f"no OpenAPI description at {path}")
    # JSON is YAML too.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders
    # YAML takes the days among the examples for dates; they are text.
    return Description(path=path, document=json.loads(json.dumps(document, default=str)))


def departures(described: Description, template: str, answer: httpx.Response) -> list[str]:
    """Return how an answer departs from its description, one line each: status, types, keys that are not there.

    Lines begin with the place, list positions written as `*`, so that they can be compared with known ones.
    """
    method = answer.request.method
    documented = described.statuses(method, template)
    found = [] if answer.status_code in documented else [f"status {answer.status_code} for {min(documented)}"]
    schema = described.schema(method, template, min(documented))
    body = answer.json()
    errors = Draft202012Validator(schema).iter_errors(body)
    found += [f"{_place(error.absolute_path)}: not {error.validator_value}" for error in errors]
    found += _absent(described, schema, body, "$")
    return sorted(set(found))


def _absent(described: Description, schema: Mapping[str, Any], value: Any, place: str) -> list[str]:
    schema = described.resolved(schema)
    if isinstance(value, list):
        items = [_absent(described, schema.get("items", {}), item, f"{place}.*") for item in value]
        return [line for lines in items for line in lines]
    if not isinstance(value, dict):
        return []
    found = []
    for name, part in schema.get("properties", {}).items():
        if name in value:
            found += _absent(described, part, value[name], f"{place}.{name}")
        else:
            found.append(f"{place}.{name}: absent")
    return found


def _place(path: Any) -> str:
    return ".".join(["$", *("*" if isinstance(part, int) else str(part) for part in path)])
