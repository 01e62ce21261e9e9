"""A plan that this engine would carry out only in part is refused whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Fault, SourceFile
from syncdsl.engine.ability import require_ability
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.syntax import parse

ROOT = Path(__file__).parents[3]
SCHEMAS = {name: read_snapshot(ROOT / "rules" / "zoho" / "schema" / f"{name}.json") for name in ("crm", "books")}
REFERENCE = (ROOT / "tests" / "golden" / "parse" / "reference.sync").read_text(encoding="utf-8")
TEMPLATE = (ROOT / "rules" / "zoho" / "template" / "customers.sync").read_text(encoding="utf-8")


def refused(text: str) -> str:
    """Return why a plan of these rules is refused; empty when it is not."""
    source = SourceFile("a.sync", text)
    plan = analyse([(source, parse(source).program)], SCHEMAS).plan
    assert plan is not None
    try:
        require_ability(plan)
    except Fault as fault:
        return str(fault)
    return ""


def test_the_reference_program_waits_for_the_rest_of_the_engine() -> None:
    """Every part that would be left out is named with its place."""
    message = refused(REFERENCE)
    assert message.startswith("SD812")
    assert "a.sync:100: `accept`" in message


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("void invoice", "void invoice, even sent", "`even sent`"),
        ("void invoice", "send invoice", "`send`"),
        ("create invoice\n", "create invoice\n    require: deal.Amount > 0\n", "`require`"),
        ("create invoice\n", "create invoice\n    backfill: since 2026-01-01\n", "`backfill`"),
        (
            "document invoice: books.invoices for deal\n",
            "document invoice: books.invoices for deal\n    per: deal.Type\n",
            "`per`",
        ),
        ("today() -> date\n", "today() -> date\n        deal.Next_Step <- invoice_number\n", "writing back"),
    ],
)
def test_parts_are_refused_by_name(old: str, new: str, what: str) -> None:
    """The template runs; with one more part it does not, and says which."""
    assert refused(TEMPLATE) == ""
    assert old in TEMPLATE
    assert what in refused(TEMPLATE.replace(old, new, 1))
