"""A plan that this engine would carry out only in part is refused whole."""

from __future__ import annotations

from pathlib import Path

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
    assert "`transactions`" in message


def test_the_template_is_carried_out() -> None:
    """With documents that write back, too."""
    assert refused(TEMPLATE) == ""
    assert (
        refused(TEMPLATE.replace("today() -> date\n", "today() -> date\n        deal.Next_Step <- invoice_number\n", 1))
        == ""
    )
