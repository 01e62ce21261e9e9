"""What `syncdsl explain` shows of a check is true: its example has the finding, and what to write instead has not."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest
from tests.checks.pages import Case, findings

from syncdsl.lint.checks import CHECKS
from syncdsl.lint.schema_checks import SCHEMA_CHECKS

if TYPE_CHECKING:
    from syncdsl.diagnostics import Code

CODES = [*(check.code for check in CHECKS), *(check.code for check in SCHEMA_CHECKS)]
HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
MODULE = "module customers: crm.Accounts <-> books.customers\n"
CLAUSES = ("with", "where", "dedupe", "on duplicate", "on delete", "on conflict", "map:")
STEPS = ("given", "change", "cases", "expect")
REST = {
    "document": "map:\n        today() -> date",
    "module": "map:\n        Phone <-> phone",
    "test": "expect nothing else",
}
USED = "record deal: crm.Deals\n    stage: Stage\n"

STAGES = [
    {"value": "Old stage", "stage_class": "open", "deprecated": True},
    {"value": "Closed Won", "stage_class": "won"},
]
SCHEMAS = {
    "SD542": {"Accounts": {"statistics": {"rows": 500, "fields": {"Phone": {"filled": 20, "distinct": 99}}}}},
    "SD543": {"Deals": {"stages": STAGES}},
    "SD545": {
        "Accounts": {"fields": {"Date_of_Birth": {"label": "Born", "value": {"type": "date"}, "sensitive": True}}}
    },
}
"""What an example says of a system that the shipped schemas do not."""


def program(fragment: str) -> str:
    """Return a whole file around a piece of one."""
    kind = ""
    lines: list[str] = []
    for line in fragment.splitlines():
        kind = line.partition(" ")[0] if line and not line.startswith(" ") else kind
        lines.append(line.replace("…", REST[kind]) if line.strip() == "…" else line)
    text = "\n".join(lines) + "\n"
    if text.startswith(STEPS):
        return HEAD + 'test "it":\n' + textwrap.indent(text, "    ")
    if text.startswith(CLAUSES):
        inner, _, outer = text.partition("\n\n")
        inner = inner if "map:" in inner else inner.rstrip("\n") + "\nmap:\n    Phone <-> phone"
        return (
            HEAD
            + "module customers: crm.Accounts <-> books.customers\n"
            + textwrap.indent(inner, "    ")
            + "\n"
            + outer
        )
    if "connection" in text:
        return f"language 1\n\n{text}"
    if " -> " in text and not text.startswith(("table", "module", "document", "record")):
        if "deal." in text:
            line = textwrap.indent(text, "        ")
            return f"{HEAD}{USED}\ndocument invoice: books.invoices for deal\n    map:\n{line}"
        return (
            HEAD + "module customers: crm.Accounts <-> books.customers\n    map:\n" + textwrap.indent(text, "        ")
        )
    if text.startswith(("when", "guard")):
        document = "document invoice: books.invoices for deal\n    map:\n        deal.Amount -> total\n"
        create = "" if text.startswith("when") else "\nwhen deal is created: create invoice\n"
        return f"{HEAD}{USED}\n{document}{create}\n{text}"
    return HEAD + text


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_the_example_has_the_finding_and_the_other_has_not(code: Code) -> None:
    """`example` shows the mistake and `instead` the right form."""
    changes = {"crm": {"modules": SCHEMAS.get(code.id, {})}}
    found = [
        {item.code.id for item in findings(Case(code.id, "", "", {"rules.sync": program(text)}, schemas=changes))}
        for text in (code.example, code.instead)
    ]
    assert code.id in found[0]
    assert code.id not in found[1]
    assert not [item for item in found[0] | found[1] if item.startswith("SD1")]
