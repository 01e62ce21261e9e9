"""Stages that no trigger speaks of, and classes that no stage has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.schema.snapshot import StageClass

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Prove

    from syncdsl.schema.snapshot import SchemaSnapshot


def test_unhandled(prove: Prove, deal: str) -> None:
    """The stages in which no `when` can be true are noted, in the schema's order, and only as a note."""
    text = deal + "when deal.stage == won: create invoice\nwhen deal.stage == lost: void invoice\n"
    assert prove(text) == []
    (found,) = prove(text, notes=True)
    assert (found.code, found.text) == ("SD415", "record deal: crm.Deals")
    assert "`Qualification`, `Needs Analysis`" in found.message
    assert "Closed" not in found.message


def test_handled(prove: Prove, deal: str) -> None:
    """Nothing is noted where every stage has its trigger, or where one does not ask for the stage."""
    rest = 'when deal.stage == open or deal.Stage in ("Closed Lost", "Closed Lost to Competition"): void invoice\n'
    assert prove(deal + "when deal.stage == won: create invoice\n" + rest, notes=True) == []
    assert (
        prove(deal + "when deal.stage == won: create invoice\nwhen deal is created: create invoice\n", notes=True) == []
    )


def test_the_scope_leaves_stages_out(prove: Prove, deal: str) -> None:
    """A stage that the record's `where` leaves out needs no trigger."""
    scoped = deal.replace(
        "    stage: Stage\n", '    stage: Stage\n    where: Stage in ("Closed Won", "Qualification")\n'
    )
    (found,) = prove(scoped + "when deal.stage == won: create invoice\n", notes=True)
    assert found.message.endswith("in the stage `Qualification`")


def test_unclassified(prove: Prove, deal: str, schemas: dict[str, SchemaSnapshot]) -> None:
    """`lost` is an error where no stage of the schema is lost; nothing else is said of such a condition."""
    deals = schemas["crm"].modules["Deals"]
    kept = tuple(stage for stage in deals.stages if stage.stage_class is not StageClass.LOST)
    modules = {**schemas["crm"].modules, "Deals": deals.model_copy(update={"stages": kept})}
    other = {**schemas, "crm": schemas["crm"].model_copy(update={"modules": modules})}
    text = deal + "when deal.stage == won: create invoice\nwhen deal.stage == lost and deal.Amount > 5: void invoice\n"
    (found,) = prove(text, schemas=other)
    assert (found.code, found.text) == ("SD416", "lost")
    assert prove(text) == []
