"""SD825 to SD829: asking for one record, its history, and erasing it."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

UNKNOWN_RECORD = Code(
    id="SD825",
    name="record-not-on-file",
    title="the state knows no such record",
    exit_code=3,
    explanation=(
        "A record is named `connection.Module/id`, or by its name or number in place of the id. It is known when a run "
        "has read it, linked it or written it. `syncdsl apply` reads what is new."
    ),
    example="syncdsl history crm.Accounts/Acme",
    instead='syncdsl history "crm.Accounts/Acme Limited"\nsyncdsl history crm.Accounts/4600000000001',
)
SEVERAL_RECORDS = Code(
    id="SD826",
    name="several-records",
    title="several records have this name or number",
    exit_code=3,
    explanation="Nothing was done. Name the one that is meant by its id; the message lists them.",
    example="syncdsl erase crm.Contacts/Miller",
    instead="syncdsl erase crm.Contacts/4600000000001",
)
UNDER_WAY = Code(
    id="SD827",
    name="under-way",
    title="something about this record has not ended",
    exit_code=3,
    explanation=(
        "A write that was sent and not answered, or a decision that no run has carried out yet, needs its values: "
        "without them nobody could tell what arrived. `syncdsl apply` brings both to an end; erase it then."
    ),
    example="syncdsl erase crm.Contacts/4600000000001",
    instead="syncdsl apply\nsyncdsl erase crm.Contacts/4600000000001",
)
NO_RECORD_NAME = Code(
    id="SD828",
    name="no-record-name",
    title="this names no record",
    exit_code=3,
    explanation=(
        "A record is named `connection.Module/id`, as previews and the history show it. Its name or number may stand "
        "in place of the id."
    ),
    example="syncdsl history Acme",
    instead="syncdsl history crm.Accounts/Acme",
)

CODES: tuple[Code, ...] = (UNKNOWN_RECORD, SEVERAL_RECORDS, UNDER_WAY, NO_RECORD_NAME)
