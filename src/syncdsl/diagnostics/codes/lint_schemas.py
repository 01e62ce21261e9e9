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
WEAK_KEY = Code(
    id="SD542",
    name="weak-key",
    title="a dedupe key that tells records badly apart",
    severity=Severity.WARNING,
    explanation=(
        "The snapshot's statistics say how many records have the field and how many different values there are. A key "
        "that most records lack finds few partners, and what it does not find is created again; a value that several "
        "records share names no one of them, and they go to review. Reported where less than half of the records have "
        "the field and there is no second key, or where there are less than 90 different values for a hundred records "
        "that have one. `syncdsl schema pull` writes the statistics anew."
    ),
    example="dedupe: Phone == phone",
    instead="dedupe: Email == email, then Account_Name == contact_name",
)
DEPRECATED_STAGE = Code(
    id="SD543",
    name="deprecated-stage",
    title="a stage that was taken out of the pick list",
    severity=Severity.WARNING,
    explanation=(
        "Records may still be in the stage, and no other comes into it: a trigger that waits for it never acts again. "
        "Name the stage that took its place, or ask for the class: `won`, `lost` or `open`."
    ),
    example='when deal.stage == "Old stage": create invoice',
    instead="when deal.stage == won: create invoice",
)
NEWEST_WITHOUT_STAMPS = Code(
    id="SD544",
    name="newest-without-stamps",
    title="`newest` where records carry no time of their last change",
    severity=Severity.WARNING,
    explanation=(
        "`newest` compares the stamps of the two records. A module without them, such as the contact persons of Zoho "
        "Books, never has the newer record: every conflict goes to review, as if that were written."
    ),
    example="with contacts: crm.Contacts <-> books.contact_persons\n    parent: Account_Name\n    on conflict: newest",
    instead="with contacts: crm.Contacts <-> books.contact_persons\n    parent: Account_Name\n    on conflict: crm",
)
SENSITIVE_COPIED = Code(
    id="SD545",
    name="sensitive-copied",
    title="a sensitive value goes where it counts as any other",
    severity=Severity.NOTE,
    explanation=(
        "The one system marks the field as sensitive, so that its values stay out of previews that leave the "
        "organisation. The field it is written into has no such mark: there previews show it. Have the other field "
        "marked in its own system and pull the schema again, or leave the line out."
    ),
    example="Date_of_Birth -> notes",
    instead="Description -> notes",
)

CODES: tuple[Code, ...] = (
    INSTANT_AS_TEXT,
    STAGE_BY_NAME,
    WEAK_KEY,
    DEPRECATED_STAGE,
    NEWEST_WITHOUT_STAMPS,
    SENSITIVE_COPIED,
)
