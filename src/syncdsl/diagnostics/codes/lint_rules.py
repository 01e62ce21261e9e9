"""SD5: lint checks of modules, triggers, guards and names."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code
from syncdsl.diagnostics.diagnostic import Severity

UNGUARDED_DELETION = Code(
    id="SD509",
    name="unguarded-deletes",
    title="records can be deleted without a limit",
    severity=Severity.WARNING,
    explanation=(
        "`on delete … delete` and `deactivate` carry what happens in one system over to the other. A mistake there, "
        "such as a mass deletion, would be repeated here. A `guard` with a limit for `deletes` stops such a run until "
        "somebody has read and approved exactly that change set; `deletes <= 0` asks every time, and holds where no "
        "limit is written."
    ),
    example="on delete in crm: deactivate",
    instead="on delete in crm: deactivate\n\n# and once in the rules:\nguard: deletes <= 0",
)
WIDE_EDGE = Code(
    id="SD510",
    name="wide-edge",
    title="a trigger is wider than the stage it names",
    severity=Severity.WARNING,
    explanation=(
        "A `when` acts when its whole condition turns true. With `and`, that is also when the stage was reached long "
        "ago and the other part becomes true only now: an amount that is corrected weeks later makes an invoice on "
        "that day. `require` is judged when the stage is reached: until it holds, the trigger waits, visibly."
    ),
    example="when deal.stage == won and deal.Amount > 0: create invoice",
    instead="when deal.stage == won: create invoice\n    require: deal.Amount > 0",
    fix="unsafe: moves everything but the stage under `require`, which changes when the trigger acts",
)
AGAINST_THE_ARROW = Code(
    id="SD512",
    name="against-the-arrow",
    title="a line writes against the arrow of its module",
    severity=Severity.WARNING,
    explanation=(
        "Who reads `crm.Accounts -> books.customers` relies on the CRM being read only. A line with `<->` or `<-` "
        "writes to it all the same. Let the header say it, or turn the line."
    ),
    example="module customers: crm.Accounts -> books.customers\n    map:\n        Phone <-> phone",
    instead="module customers: crm.Accounts -> books.customers\n    map:\n        Phone -> phone",
    fix="unsafe: turns `<->` into the arrow of the header, after which the other side is no longer written",
)
IDLE_ON_DUPLICATE = Code(
    id="SD513",
    name="idle-on-duplicate",
    title="`on duplicate` without `dedupe`",
    severity=Severity.WARNING,
    explanation=(
        "A duplicate is a record that the keys under `dedupe` find on the other side. Without a key none is found, so "
        "`on duplicate` never acts, and what is on both sides already is created again."
    ),
    example="on duplicate: overwrite in books\nmap:\n    Account_Name <-> contact_name",
    instead="dedupe: Account_Name == contact_name\non duplicate: overwrite in books\nmap:\n"
    "    Account_Name <-> contact_name",
)
NO_DEDUPE = Code(
    id="SD514",
    name="no-dedupe",
    title="nothing finds the records that both sides have already",
    severity=Severity.NOTE,
    explanation=(
        "Without `dedupe` or `adopt` every record that is not linked yet is created on the other side. That is right "
        "only while the other side is empty."
    ),
    example="module customers: crm.Accounts <-> books.customers\n    map:\n        Account_Name <-> contact_name",
    instead="module customers: crm.Accounts <-> books.customers\n    dedupe: Account_Name == contact_name\n    map:\n"
    "        Account_Name <-> contact_name",
)
REPEATED_ITEM = Code(
    id="SD515",
    name="repeated-item",
    title="a list has something twice",
    severity=Severity.WARNING,
    explanation=(
        "The second one changes nothing: a value in `in (…)`, a key under `dedupe`, a kind of document, an address, a "
        "removed line, a modifier, an action or a row of `cases`. Most likely another one was meant."
    ),
    example='where crm: Region in ("EU", "UK", "EU")',
    instead='where crm: Region in ("EU", "UK", "US")',
    fix="unsafe: leaves out the second one, where another may have been meant",
)
REPEATED_LIMIT = Code(
    id="SD516",
    name="repeated-limit",
    title="the same thing is limited twice",
    severity=Severity.WARNING,
    explanation=(
        "All limits hold, so the lower one counts and the other misleads: whoever raises it wonders why nothing "
        "changes. A limit per run and one `per day` go together, and so do a count and a percentage."
    ),
    example="guard: creates <= 500\nguard: creates <= 100",
    instead="guard: creates <= 100",
)
LIMIT_PER_RUN = Code(
    id="SD524",
    name="limit-per-run",
    title="documents are limited for each run only",
    severity=Severity.NOTE,
    explanation=(
        "Runs that nobody watches follow each other every few minutes, and each has the whole limit again. A limit "
        "`per day` adds up all runs of the last 24 hours."
    ),
    example="guard: amount <= 100_000 EUR",
    instead="guard: amount <= 100_000 EUR per day",
)
NAMING = Code(
    id="SD533",
    name="naming",
    title="a name is not written like the others",
    severity=Severity.NOTE,
    explanation=(
        "Names that rules give are lower case with `_` between words, so that they stand apart from the fields of the "
        "systems, and nobody has to remember how one was spelled. Renaming a module, document, table or record takes "
        "a `moved` line."
    ),
    example="module CustomerSync: crm.Accounts <-> books.customers",
    instead="module customers: crm.Accounts <-> books.customers",
)
HIDDEN_NAME = Code(
    id="SD534",
    name="hidden-name",
    title="one name means two things",
    severity=Severity.WARNING,
    explanation=(
        "A table with the name of a builtin function hides it: every call means the table. A record with the name of a "
        "connection leaves unclear what `crm.Accounts` in a test is about: a module of the one or a field of the other."
    ),
    example='table upper:\n    "a" -> "A"',
    instead='table grades:\n    "a" -> "A"',
)
UNUSED_RECORD = Code(
    id="SD535",
    name="unused-record",
    title="a record that no rule uses",
    severity=Severity.WARNING,
    explanation=(
        "A `record` names a module of the CRM for triggers and documents; by itself it does nothing, and yet every "
        "run would read it. All files that are linted together count as one program."
    ),
    example="record deal: crm.Deals\n    stage: Stage",
    instead="record deal: crm.Deals\n    stage: Stage\n\ndocument invoice: books.invoices for deal\n    …\n\n"
    "when deal.stage == won: create invoice",
    fix="unsafe: removes the record; what somebody wrote is lost, and the plan lists it",
)

CODES: tuple[Code, ...] = (
    UNGUARDED_DELETION,
    WIDE_EDGE,
    AGAINST_THE_ARROW,
    IDLE_ON_DUPLICATE,
    NO_DEDUPE,
    REPEATED_ITEM,
    REPEATED_LIMIT,
    LIMIT_PER_RUN,
    NAMING,
    HIDDEN_NAME,
    UNUSED_RECORD,
)
