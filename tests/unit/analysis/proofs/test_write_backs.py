"""What documents write back into their record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from syncdsl.analysis.program import Checker, declarations
from syncdsl.analysis.proofs import prove as run_proofs
from syncdsl.diagnostics import SourceFile
from syncdsl.plan.expressions import Comparison, Constant, FieldRead
from syncdsl.plan.pairs import Assignment, DocumentPlan, Endpoint, MapLine, Pair, RecordPlan, TriggerPlan
from syncdsl.plan.reads import reads_of
from syncdsl.schema.types import TextType
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from syncdsl.diagnostics import Diagnostic
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.snapshot import SchemaSnapshot

RECORD = RecordPlan(
    name="deal",
    location="rules.sync:1",
    endpoint=Endpoint(connection="crm", module="Deals", label_field="Deal_Name", observe="observe crm.Deals"),
)


def write(target: str, value: PlanExpression) -> Assignment:
    """Return what a line writes."""
    return Assignment(target=target, value=value, reads=reads_of(value), type=TextType())


def field(name: str) -> FieldRead:
    """Return a field."""
    return FieldRead(path=(name,))


def document(name: str, forward: tuple[Assignment, ...], back: tuple[Assignment, ...]) -> DocumentPlan:
    """Return an invoice for a deal."""
    return DocumentPlan(
        name=name,
        location="rules.sync:1",
        record="deal",
        connection="books",
        module="invoices",
        observe="observe books.invoices",
        key_field=None,
        status_field="status",
        lines_field="line_items",
        assignments=forward,
        write_backs=back,
    )


def when(condition: PlanExpression, name: str) -> TriggerPlan:
    """Return a trigger that makes a document."""
    return TriggerPlan(
        location="rules.sync:1", text="", record="deal", condition=condition, verb="create", document=name
    )


class Find(Protocol):
    """Runs the proofs over documents, triggers and modules about deals."""

    def __call__(
        self, documents: list[DocumentPlan], triggers: tuple[TriggerPlan, ...] = (), pairs: tuple[Pair, ...] = ()
    ) -> list[Diagnostic]:
        """Return the findings."""


@pytest.fixture
def found(schemas: dict[str, SchemaSnapshot]) -> Find:
    """Return what runs the proofs over documents and triggers."""

    def run(
        documents: list[DocumentPlan], triggers: tuple[TriggerPlan, ...] = (), pairs: tuple[Pair, ...] = ()
    ) -> list[Diagnostic]:
        source = SourceFile("rules.sync", "language 1\n")
        checker = Checker(names=declarations([(source, parse(source).program)]), schemas=schemas)
        run_proofs(checker, pairs, {"deal": RECORD}, {item.name: item for item in documents}, triggers)
        return checker.findings

    return run


def codes(findings: list[Diagnostic]) -> list[str]:
    """Return the codes of findings, sorted."""
    return sorted(item.code.id for item in findings if item.code.id != "SD415")


BACK = write("Next_Step", field("invoice_number"))


def test_into_what_it_is_made_from(found: Find) -> None:
    """A document may not write a field back that it is made from."""
    fed = document("invoice", (write("reference_number", field("Next_Step")),), (BACK,))
    (item,) = found([fed])
    assert item.code.id == "SD412"
    assert "`deal.Next_Step` changes the document" in (item.help or "")
    assert found([document("invoice", (write("reference_number", field("Deal_Name")),), (BACK,))]) == []


def test_into_what_its_triggers_ask(found: Find) -> None:
    """A document may not write a field back that its triggers ask for."""
    invoice = document("invoice", (), (BACK,))
    asked = when(condition_on("Next_Step"), "invoice")
    assert codes(found([invoice], (asked,))) == ["SD412"]
    assert codes(found([invoice], (when(condition_on("Deal_Name"), "invoice"),))) == []
    other = document("other", (), ())
    assert codes(found([invoice, other], (when(condition_on("Next_Step"), "other"),))) == []


def condition_on(name: str) -> PlanExpression:
    """Return a condition on a field."""
    return Comparison(op="==", left=field(name), right=Constant(value="x"), as_type=TextType())


def test_two_documents_one_field(found: Find) -> None:
    """Two documents that write one field back from fields of their own differ; both values are shown."""
    one, other = document("invoice", (), (BACK,)), document("second", (), (BACK,))
    (item,) = found([one, other])
    assert item.code.id == "SD410"
    assert "`invoice` with invoice_number = " in (item.help or "")
    assert "`second` with invoice_number = " in (item.help or "")
    assert found([one, document("second", (), (write("Description", field("invoice_number")),))]) == []


def test_the_same_constant(found: Find) -> None:
    """Two documents that write the same constant agree."""
    same = write("Next_Step", Constant(value="billed"))
    assert found([document("invoice", (), (same,)), document("second", (), (same,))]) == []


def test_a_module_and_a_document(found: Find) -> None:
    """A module that writes the field which a document writes back is the same mistake."""
    source = Endpoint(connection="books", module="customers", label_field="contact_name", observe="o")
    line = MapLine(location="rules.sync:1", text="", to_left=write("Next_Step", field("notes")))
    pair = Pair(
        name="notes", location="rules.sync:1", direction="left", left=RECORD.endpoint, right=source, lines=(line,)
    )
    assert codes(found([document("invoice", (), (BACK,))], pairs=(pair,))) == ["SD410"]


def test_round_two_documents(found: Find) -> None:
    """Two documents that hand one field's value to each other are a loop; the way round is shown."""
    one = document(
        "one",
        (write("reference_number", field("Next_Step")),),
        (write("Description", field("reference_number")),),
    )
    other = document(
        "other",
        (write("reference_number", field("Description")),),
        (write("Next_Step", field("reference_number")),),
    )
    (item,) = found([one, other])
    assert item.code.id == "SD411"
    assert "crm.Deals.Next_Step" in item.message
    lone = document("other", (write("reference_number", field("Description")),), ())
    assert found([one, lone]) == []
