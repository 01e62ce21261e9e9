"""The Deals module of a standard organisation, with its stages."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.crm.catalogue.contacts import LEAD_SOURCES
from syncdsl.sandbox.crm.catalogue.field import Choice, Field, money, picklist, reference, text, textarea
from syncdsl.sandbox.crm.catalogue.module import Document, Module, View
from syncdsl.sandbox.crm.criteria import Comparison

OPEN, WON, LOST = "Open", "Closed Won", "Closed Lost"

STAGES = (
    Choice(value="Qualification", probability=10, category=OPEN),
    Choice(value="Needs Analysis", probability=20, category=OPEN),
    Choice(value="Value Proposition", probability=40, category=OPEN),
    Choice(value="Id. Decision Makers", display="Identify Decision Makers", probability=60, category=OPEN),
    Choice(value="Proposal/Price Quote", probability=75, category=OPEN),
    Choice(value="Negotiation/Review", probability=90, category=OPEN),
    Choice(value="Closed Won", probability=100, category=WON),
    Choice(value="Closed Lost", probability=0, category=LOST),
    Choice(value="Closed Lost to Competition", display="Closed-Lost to Competition", probability=0, category=LOST),
)
PROBABILITIES = {stage.value: stage.probability for stage in STAGES}


def _probability(document: Document, sent: Mapping[str, Any]) -> None:
    """Recalculate the probability when a request sets the stage, unless it sets the probability too."""
    if "Stage" in sent and "Probability" not in sent:
        document["Probability"] = PROBABILITIES.get(document.get("Stage", ""))


def _expected_revenue(document: Document, _sent: Mapping[str, Any]) -> None:
    amount, probability = document.get("Amount"), document.get("Probability")
    if amount is None or probability is None:
        document.pop("Expected_Revenue", None)
    else:
        document["Expected_Revenue"] = round(amount * probability / 100, 2)


DEALS = Module(
    api_name="Deals",
    singular="Deal",
    plural="Deals",
    number=5,
    name_field="Deal_Name",
    duplicate_check_field="Deal_Name",
    own_fields=(
        text("Deal_Name", "Deal Name", 120, mandatory=True, key=True),
        Field(api_name="Stage", label="Stage", data_type="picklist", mandatory=True, choices=STAGES, ui_type=2),
        money("Amount", "Amount"),
        Field(api_name="Probability", label="Probability (%)", data_type="integer", length=9),
        money("Expected_Revenue", "Expected Revenue", derived=True),
        Field(api_name="Closing_Date", label="Closing Date", data_type="date"),
        reference("Account_Name", "Account Name", "Accounts"),
        reference("Contact_Name", "Contact Name", "Contacts"),
        picklist("Type", "Type", "Existing Business", "New Business"),
        picklist("Lead_Source", "Lead Source", *LEAD_SOURCES),
        text("Next_Step", "Next Step", 100),
        textarea("Description", "Description"),
    ),
    views=(
        View(
            name="All Deals",
            system_name="ALLVIEWS",
            columns=("Deal_Name", "Amount", "Stage", "Closing_Date", "Account_Name", "Owner"),
        ),
        View(
            name="Open Deals",
            criteria=Comparison(field="Probability", comparator="between", value=("1", "99")),
            columns=("Deal_Name", "Amount", "Stage", "Closing_Date", "Account_Name", "Owner"),
        ),
    ),
    derivations=(_probability, _expected_revenue),
)
