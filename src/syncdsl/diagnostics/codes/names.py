"""SD2: names that rules use."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

_NEAREST = "unsafe: writes the nearest name there is, which need not be the one that was meant"

UNKNOWN_CONNECTION = Code(
    id="SD201",
    name="unknown-connection",
    title="no connection has this name",
    explanation="Connections are declared with `connection NAME: ADAPTER`; every file of a project sees all of them.",
    example="module customers: crn.Accounts -> books.customers",
    instead="module customers: crm.Accounts -> books.customers",
    fix=_NEAREST,
)
UNKNOWN_MODULE = Code(
    id="SD202",
    name="unknown-module",
    title="the connected system has no such module",
    explanation=(
        "Modules are those of the schema snapshot `schema/<connection>.json`. If the module is new, write the snapshot "
        "again with `syncdsl schema pull` and review what changed."
    ),
    example="module customers: crm.Account -> books.customers",
    instead="module customers: crm.Accounts -> books.customers",
    fix=_NEAREST,
)
UNKNOWN_FIELD = Code(
    id="SD203",
    name="unknown-field",
    title="the module has no such field",
    explanation=(
        "Fields are those of the schema snapshot, by the name the system's API uses. A path may step through "
        "references: "
        "`deal.Owner.full_name`. Left of an arrow stand fields of the left module, right of it fields of the right one."
    ),
    example="Acount_Name -> contact_name",
    instead="Account_Name -> contact_name",
    fix=_NEAREST,
)
UNKNOWN_VIEW = Code(
    id="SD204",
    name="unknown-view",
    title="the module has no such view",
    explanation="`view` names one of the custom views of the CRM module, exactly as it is called there.",
    example='view: "All Acounts"',
    instead='view: "All Accounts"',
    fix=_NEAREST,
)
UNKNOWN_STAGE = Code(
    id="SD205",
    name="unknown-stage",
    title="there is no such stage",
    explanation=(
        "Stages are those of the schema snapshot. Rather than naming one, rules can ask for the class: `won`, `lost` "
        "or "
        "`open`."
    ),
    example='when deal.stage == "Close Won": create invoice',
    instead="when deal.stage == won: create invoice",
)
UNKNOWN_FUNCTION = Code(
    id="SD206",
    name="unknown-function",
    title="no table or builtin has this name",
    explanation="A call names a `table` of the rules or a builtin function.",
    example="uper(Account_Name) -> contact_name",
    instead="upper(Account_Name) -> contact_name",
    fix=_NEAREST,
)
UNKNOWN_RECORD = Code(
    id="SD207",
    name="unknown-record",
    title="no record has this name",
    explanation=(
        "In documents and triggers every path begins with the name that a `record` statement gives: `deal.Amount`. A "
        "condition is about one record."
    ),
    example="when Stage == won: create invoice",
    instead="when deal.stage == won: create invoice",
    fix=_NEAREST,
)
UNKNOWN_DOCUMENT = Code(
    id="SD208",
    name="unknown-document",
    title="there is no such document for this record",
    explanation=(
        "`create` and `void` name a `document NAME: … for RECORD`, made for the record that the condition is about."
    ),
    example="when deal.stage == won: create invoce",
    instead="when deal.stage == won: create invoice",
    fix=_NEAREST,
)
OTHER_ADAPTER = Code(
    id="SD209",
    name="other-adapter",
    title="the schema snapshot was written by another adapter",
    explanation="`connection NAME: ADAPTER` and the snapshot `schema/NAME.json` must be of the same adapter.",
    example="connection crm: zoho_books",
    instead="connection crm: zoho_crm",
)
UNKNOWN_WINNER = Code(
    id="SD210",
    name="unknown-winner",
    title="nobody of this name can win",
    explanation="A conflict is won by one of the two connections, by the `newest` record, or it goes to `review`.",
    example="on conflict: accounting",
    instead="on conflict: books",
    fix=_NEAREST,
)
UNKNOWN_SUBJECT = Code(
    id="SD211",
    name="unknown-subject",
    title="a guard cannot limit this",
    explanation="Guards limit `deletes`, `creates`, `updates` (a count or `20 %` of the linked records) and `amount`.",
    example="guard: inserts <= 500",
    instead="guard: creates <= 500",
    fix=_NEAREST,
)

CODES: tuple[Code, ...] = (
    UNKNOWN_CONNECTION,
    UNKNOWN_MODULE,
    UNKNOWN_FIELD,
    UNKNOWN_VIEW,
    UNKNOWN_STAGE,
    UNKNOWN_FUNCTION,
    UNKNOWN_RECORD,
    UNKNOWN_DOCUMENT,
    OTHER_ADAPTER,
    UNKNOWN_WINNER,
    UNKNOWN_SUBJECT,
)
