"""SD4: what the checker proves."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code
from syncdsl.diagnostics.diagnostic import Severity

WHERE_NOT_ESTABLISHED = Code(
    id="SD401",
    name="where-not-established",
    title="what the module creates would not be in its scope",
    explanation=(
        "`where` also binds what the module creates: the map has to make it true, or the new record would be outside "
        "the "
        "scope at once. A field that no line writes and that has no default counts as empty."
    ),
    example='where books: customer_sub_type == "individual"\nmap:\n    Full_Name -> contact_name',
    instead='map:\n    Full_Name -> contact_name\n    "individual" -> customer_sub_type',
)
BASE_CURRENCIES_DIFFER = Code(
    id="SD402",
    name="base-currencies-differ",
    title="the two systems keep their books in different currencies",
    explanation=(
        "A module that goes both ways needs the same base currency on both sides; else amounts would change meaning."
    ),
    example="crm in EUR, books in USD, and `<->` between them",
    instead="one-way modules, or one environment per currency",
)
GUARD_UNIT = Code(
    id="SD403",
    name="guard-unit",
    title="this limit has the wrong unit",
    explanation=(
        "`deletes` and `creates` are counts, `updates` a count or a percentage of the linked records, `amount` a sum "
        "in "
        "the base currency."
    ),
    example="guard: amount <= 100_000 USD",
    instead="guard: amount <= 100_000 EUR",
)
SCOPES_OVERLAP = Code(
    id="SD404",
    name="scopes-overlap",
    title="one record can be in the scopes of two modules",
    explanation=(
        "Two modules that write the same records need conditions that cannot both hold: else both would own a record, "
        "and each would undo what the other wrote. The finding shows a record that is in both scopes. A view is not "
        "looked into: two modules with different views are taken to be apart."
    ),
    example=(
        "module companies: crm.Accounts -> books.customers\n"
        "module people: crm.Contacts -> books.customers\n"
        '    where books: customer_sub_type == "individual"'
    ),
    instead=(
        "module companies: crm.Accounts -> books.customers\n"
        '    where books: customer_sub_type == "business"\n'
        "module people: crm.Contacts -> books.customers\n"
        '    where books: customer_sub_type == "individual"'
    ),
)
NEVER_TRUE = Code(
    id="SD405",
    name="never-true",
    title="this condition can never be true",
    explanation=(
        "No record can meet the condition, so what it guards never happens. Mostly two parts exclude each other and "
        "`or` was meant, or a bound is turned round."
    ),
    example='where crm: Account_Type == "Customer" and Account_Type == "Partner"',
    instead='where crm: Account_Type in ("Customer", "Partner")',
)
ALWAYS_TRUE = Code(
    id="SD406",
    name="always-true",
    title="this condition is always true",
    explanation=(
        "Every record meets the condition, so it decides nothing. Mostly `and` was meant: a value always differs from "
        "one of two."
    ),
    severity=Severity.WARNING,
    example='where crm: Account_Type != "Press" or Account_Type != "Analyst"',
    instead='where crm: Account_Type not in ("Press", "Analyst")',
)
PART_WITHOUT_EFFECT = Code(
    id="SD407",
    name="part-without-effect",
    title="a part of this condition is never or always true",
    explanation=(
        "The condition as a whole can be true and false, but one of its parts cannot, so that part decides nothing."
    ),
    severity=Severity.WARNING,
    example="when deal.stage == won or (deal.Amount > 10 and deal.Amount < 5): create invoice",
    instead="when deal.stage == won: create invoice",
)
CREATES_AND_CLOSES = Code(
    id="SD408",
    name="creates-and-closes",
    title="two actions on one document always fall on one moment",
    explanation=(
        "What would both create and close one document in one moment does neither. These two conditions always turn "
        "true together, so nothing ever happens."
    ),
    example="when deal.stage == won: create invoice, void invoice",
    instead="when deal.stage == won: create invoice\nwhen deal.stage == lost: void invoice",
)
MAY_CREATE_AND_CLOSE = Code(
    id="SD409",
    name="may-create-and-close",
    title="two actions on one document can fall on one moment",
    explanation=(
        "What would both create and close one document in one moment does neither. The finding shows a record for "
        "which both conditions turn true together; let them exclude each other."
    ),
    severity=Severity.WARNING,
    example="when deal.stage == won: create invoice\nwhen deal.Amount < 100: void invoice",
    instead=("when deal.stage == won and deal.Amount >= 100: create invoice\nwhen deal.Amount < 100: void invoice"),
)
CONFLICTING_WRITES = Code(
    id="SD410",
    name="conflicting-writes",
    title="two rules write different values into one field",
    explanation=(
        "Two modules, two documents, or a module and a document write one field of the same record from different "
        "values: the last to run wins, and the next run begins anew. The finding shows a record and both values."
    ),
    example=(
        "module one: crm.Accounts -> books.customers\n    map:\n        Phone -> phone\n"
        "module two: crm.Accounts -> books.customers\n    map:\n        Fax -> phone"
    ),
    instead="module one: crm.Accounts -> books.customers\n    map:\n        Phone ?? Fax -> phone",
)
WRITE_LOOP = Code(
    id="SD411",
    name="write-loop",
    title="rules pass a value round in a circle",
    explanation=(
        "By way of other modules or documents a field is written from itself. One `<->` line knows which side changed; "
        "lines of different statements do not, so a value would go round for ever or changes would be undone."
    ),
    example=(
        "module out: crm.Accounts -> books.customers\n    map:\n        Phone -> phone\n"
        "module back: crm.Accounts <- books.customers\n    map:\n        Phone <- phone"
    ),
    instead="module both: crm.Accounts <-> books.customers\n    map:\n        Phone <-> phone",
)
WRITE_BACK_FEEDS_ITSELF = Code(
    id="SD412",
    name="write-back-feeds-itself",
    title="a document writes into a field that it is made from",
    explanation=(
        "A field that a document writes back may feed neither that document nor its triggers: every change would "
        "change the document again."
    ),
    example="deal.Reference -> reference_number\ndeal.Reference <- invoice_number",
    instead="deal.Reference -> reference_number\ndeal.Invoice_Number <- invoice_number",
)
SHADOWED_TRIGGER = Code(
    id="SD413",
    name="shadowed-trigger",
    title="another `when` does the same already",
    explanation=(
        "Whenever this condition holds, that of another `when` with the same action holds too. `create` does nothing "
        "while the document lives, so this one adds nothing."
    ),
    severity=Severity.WARNING,
    example="when deal.stage == won: create invoice\nwhen deal.stage == won and deal.Amount > 100: create invoice",
    instead="when deal.stage == won: create invoice",
)
REPEATED_KEY = Code(
    id="SD414",
    name="repeated-key",
    title="a dedupe key stands twice",
    explanation=(
        "All keys are consulted, so one with the same equalities as an earlier one changes nothing. A key with more "
        "equalities is another matter: it narrows what the shorter one finds."
    ),
    severity=Severity.WARNING,
    example="dedupe: Email == email, then Email == email",
    instead="dedupe: Email == email, then Full_Name == contact_name",
)
UNHANDLED_STAGES = Code(
    id="SD415",
    name="unhandled-stages",
    title="no trigger is about these stages",
    explanation=(
        "The triggers of a record ask for its stage, and in these stages none of them can be true. That may well be "
        "meant; a stage that was added or renamed in the CRM shows up here."
    ),
    severity=Severity.NOTE,
    example='when deal.stage == "Closed Won": create invoice',
    instead="when deal.stage == won: create invoice",
)
UNCLASSIFIED_STAGE = Code(
    id="SD416",
    name="unclassified-stage",
    title="no stage is won, lost or open",
    explanation=(
        "`won`, `lost` and `open` stand for all stages of that class in the schema snapshot: by their category, else "
        "by probability 100, 0 or between. Without any such stage the condition would never be true."
    ),
    example="when deal.stage == lost: void invoice",
    instead='when deal.stage == "Cancelled": void invoice',
)
IMPLIED_PART = Code(
    id="SD417",
    name="implied-part",
    title="a part of this condition follows from the rest",
    explanation="The condition means the same without this part. It may stand there to be read; nothing is wrong.",
    severity=Severity.NOTE,
    example="where crm: Employees is not empty and Employees > 3",
    instead="where crm: Employees > 3",
)
UNREACHABLE_ROW = Code(
    id="SD418",
    name="unreachable-row",
    title="nothing is left for the rest of this table",
    explanation=(
        "The rows name every choice of the field that the table is called with, so `_` answers for none. It may stay "
        "for choices that are added later."
    ),
    severity=Severity.NOTE,
    example='"Goods" -> "goods"\n"Services" -> "service"\n_ -> "goods"',
    instead='"Goods" -> "goods"\n"Services" -> "service"',
)

CODES = (
    WHERE_NOT_ESTABLISHED,
    BASE_CURRENCIES_DIFFER,
    GUARD_UNIT,
    SCOPES_OVERLAP,
    NEVER_TRUE,
    ALWAYS_TRUE,
    PART_WITHOUT_EFFECT,
    CREATES_AND_CLOSES,
    MAY_CREATE_AND_CLOSE,
    CONFLICTING_WRITES,
    WRITE_LOOP,
    WRITE_BACK_FEEDS_ITSELF,
    SHADOWED_TRIGGER,
    REPEATED_KEY,
    UNHANDLED_STAGES,
    UNCLASSIFIED_STAGE,
    IMPLIED_PART,
    UNREACHABLE_ROW,
)
