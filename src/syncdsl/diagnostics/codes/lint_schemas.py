"""SD5: lint checks that need the schemas."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code
from syncdsl.diagnostics.diagnostic import Severity

INSTANT_AS_TEXT = Code(
    id="SD540",
    name="instant-as-text",
    title="a point in time becomes a text without a zone",
    severity=Severity.WARNING,
    explanation=(
        "A field of type `datetime` is a point in time. In a text it is written in UTC: late in the evening in New "
        "York that is the next day already, and early in the morning in Tokyo still the day before. Dates on documents "
        "come from `date` fields, or from `today()`, which is the date in the organisation's own zone."
    ),
    example='"Ordered on {deal.Created_Time}" -> notes',
    instead='"Ordered on {deal.Closing_Date}" -> notes',
)
STAGE_BY_NAME = Code(
    id="SD541",
    name="stage-by-name",
    title="a stage by its name, where its class says the same",
    severity=Severity.NOTE,
    explanation=(
        "`won` and `lost` follow the CRM's own classes of stages. A name stops matching when somebody renames the "
        "stage, and misses a second one of the class that is added later. Where only this one stage is meant, whatever "
        "others come, the name is right."
    ),
    example='when deal.stage == "Closed Won": create invoice',
    instead="when deal.stage == won: create invoice",
    fix="unsafe: writes the class, which also holds for stages that are added to it later",
)

CODES: tuple[Code, ...] = (INSTANT_AS_TEXT, STAGE_BY_NAME)
