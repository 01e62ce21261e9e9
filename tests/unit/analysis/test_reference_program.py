"""The reference program of the language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from typing import Protocol

    from syncdsl.analysis import Analysis
    from syncdsl.plan.pairs import MapLine

    class Analyse(Protocol):
        """Checks rules against the shipped schemas."""

        def __call__(self, text: str) -> Analysis:
            """Return what the rules come to."""


REFERENCE = Path(__file__).parents[2] / "golden" / "parse" / "reference.sync"


def test_checks_clean(analysed: Analyse) -> None:
    """The reference program has neither errors nor warnings against the shipped schemas, and has a plan."""
    found = analysed(REFERENCE.read_text(encoding="utf-8"))
    assert [item.message for item in found.diagnostics if item.level is not Severity.NOTE] == []
    assert found.plan is not None
    modules = ["customers", "individuals", "vendors", "items", "customers.contacts"]
    assert [name for name in found.plan.pairs if not name.startswith("transactions.")] == modules
    kinds = ["quotes", "sales_orders", "invoices", "purchase_orders"]
    assert sorted(found.plan.pairs) == sorted([*modules, *(f"transactions.{kind}" for kind in kinds)])
    assert list(found.plan.documents) == ["invoice", "quote"]
    assert [(item.verb, item.document) for item in found.plan.triggers] == [
        ("create", "quote"),
        ("accept", "quote"),
        ("decline", "quote"),
        ("create", "invoice"),
        ("void", "invoice"),
    ]
    assert [item.record for item in found.plan.transactions] == ["deal"]
    assert [item.role for item in found.plan.access] == ["Integration User (Zoho CRM)"]


def test_last_name_is_one_line(analysed: Analyse) -> None:
    """The `->` and `<-` lines over the last name are one two-way line; no other line lost a direction to it."""
    plan = analysed(REFERENCE.read_text(encoding="utf-8")).plan
    assert plan is not None
    lines = {line.text: line for line in plan.pairs["individuals"].lines}
    assert _arrows(lines["Last_Name -> last_name; Last_Name <- last_name ?? contact_name"]) == "<->"
    assert _arrows(lines["First_Name <-> first_name"]) == "<->"
    assert _arrows(lines["Full_Name -> contact_name"]) == "->"
    assert len(lines) == 5


def _arrows(line: MapLine) -> str:
    return f"{'<' if line.to_left else ''}-{'>' if line.to_right else ''}"
