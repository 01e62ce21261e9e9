"""SD5: lint checks."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code
from syncdsl.diagnostics.diagnostic import Severity

UNUSED_TABLE = Code(
    id="SD501",
    name="unused-table",
    title="a table that no line calls",
    severity=Severity.WARNING,
    explanation=(
        "The table has no effect. It is a leftover, or a map line should call it: `kinds(Kind) <-> product_type`. All "
        "files that are linted together count as one program."
    ),
    example='table kinds:\n    "Goods" <-> "goods"\n\nmodule items: crm.Products <-> books.items\n    map:\n'
    "        Kind <-> product_type",
    instead='table kinds:\n    "Goods" <-> "goods"\n\nmodule items: crm.Products <-> books.items\n    map:\n'
    "        kinds(Kind) <-> product_type",
    fix="unsafe: removes the table; what somebody wrote is lost, and the plan lists it",
)
UNUSED_CONNECTION = Code(
    id="SD502",
    name="unused-connection",
    title="a connection that no rule names",
    severity=Severity.WARNING,
    explanation=(
        "No `module`, `record` or `document` names a module of this connection, so nothing is ever read from it or "
        "written to it. All files that are linted together count as one program."
    ),
    example="connection crm: zoho_crm\nconnection archive: zoho_crm\n\nrecord deal: crm.Deals\n    stage: Stage",
    instead="connection crm: zoho_crm\n\nrecord deal: crm.Deals\n    stage: Stage",
    fix="unsafe: removes the connection; the plan lists it, and rules still to come may need it",
)
UNUSED_DOCUMENT = Code(
    id="SD503",
    name="unused-document",
    title="a document that no `when` creates",
    severity=Severity.WARNING,
    explanation=(
        "A `document` says what a document looks like; only a `when` with `create` makes one. Without it nothing ever "
        "happens, and `send` or `void` find nothing to act on."
    ),
    example="document invoice: books.invoices for deal\n    map:\n        today() -> date\n\n"
    "when deal.stage == lost: void invoice",
    instead="document invoice: books.invoices for deal\n    map:\n        today() -> date\n\n"
    "when deal.stage == won: create invoice\nwhen deal.stage == lost: void invoice",
    fix="unsafe: removes the document; more often it is the `when` that is missing",
)
DUPLICATE_NAME = Code(
    id="SD504",
    name="duplicate-name",
    title="a name is defined twice",
    explanation=(
        "Connections, tables, modules, records and documents are known by their names, so each kind has every name "
        "once, over all files of a project. Another file may repeat a `connection` line as it is."
    ),
    example='table kinds:\n    "Goods" <-> "goods"\n\ntable kinds:\n    "Services" <-> "service"',
    instead='table kinds:\n    "Goods" <-> "goods"\n    "Services" <-> "service"',
    fix="safe: removes the second one where both say the same; where they differ, nobody can tell which is meant",
)
UNGUARDED_CREATION = Code(
    id="SD505",
    name="unguarded-documents",
    title="documents can be created without a limit",
    severity=Severity.WARNING,
    explanation=(
        "A mass change in the CRM could create any number of documents. A `guard` with a limit for `creates` or "
        "`amount` stops such a run until somebody has read and approved exactly that change set."
    ),
    example="when deal.stage == won: create invoice",
    instead="when deal.stage == won: create invoice\n\nguard: creates <= 100",
)
DUPLICATE_TARGET = Code(
    id="SD506",
    name="duplicate-target",
    title="two lines write the same field",
    explanation=(
        "Each field of a side is written by one line, else it would not be clear which value counts. A default is "
        "written with `??`. The one exception: beside `A <-> b` a one-way line that reads the same field may say more "
        "about one direction, such as `A <- b ?? c`."
    ),
    example="map:\n    Mobile -> phone\n    Home_Phone -> phone",
    instead="map:\n    Mobile ?? Home_Phone -> phone",
)
REPEATED_WHEN = Code(
    id="SD507",
    name="repeated-when",
    title="the same `when` stands twice",
    severity=Severity.WARNING,
    explanation=(
        "Both have the same condition and the same actions. The second changes nothing: a document is created once, "
        "and an action that was carried out has nothing left to do."
    ),
    example="when deal.stage == won: create invoice\nwhen deal.stage == won: create invoice",
    instead="when deal.stage == won: create invoice",
    fix="unsafe: removes the second one; the plan loses a trigger, which stores what it has seen",
)
RECORD_ID = Code(
    id="SD508",
    name="hard-coded-id",
    title="the id of a record stands in the rules",
    severity=Severity.WARNING,
    explanation=(
        "A text of fifteen or more digits is the id of one record in one organisation. In another environment, such "
        "as a sandbox, it names nothing or something else. Compare a field that people know the record by."
    ),
    example='where crm: Owner.id == "5008823000000123456"',
    instead='where crm: Owner.email == "sales@example.com"',
)

CODES: tuple[Code, ...] = (
    UNUSED_TABLE,
    UNUSED_CONNECTION,
    UNUSED_DOCUMENT,
    DUPLICATE_NAME,
    UNGUARDED_CREATION,
    DUPLICATE_TARGET,
    REPEATED_WHEN,
    RECORD_ID,
)
