"""SD3: types and maps."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code
from syncdsl.diagnostics.diagnostic import Severity

NOT_ASSIGNABLE = Code(
    id="SD301",
    name="not-assignable",
    title="a value of this type does not fit the field",
    explanation=(
        "Choices, telephone numbers, addresses and ids go into text as they are, whole numbers into decimals and "
        "money, "
        "decimals and money into each other. Everything else is converted where it happens."
    ),
    example="Amount -> contact_name",
    instead='"{Amount}" -> contact_name',
)
NOT_WRITABLE = Code(
    id="SD302",
    name="not-writable",
    title="the written side is not a field",
    explanation=(
        "An arrow points at the field that is written; computations stand on the other side. A path through a "
        "reference "
        "can be written only when it ends in a unique field of the referenced module, such as `tax_id.tax_name`."
    ),
    example="Account_Name -> upper(contact_name)",
    instead="upper(Account_Name) -> contact_name",
)
NOT_INVERTIBLE = Code(
    id="SD303",
    name="not-invertible",
    title="this line cannot go both ways",
    explanation=(
        "`<->` needs a field on both sides, or a call of a table whose `<->` rows are one-to-one. For anything else "
        "write one line for each direction."
    ),
    example="First_Name ?? Last_Name <-> first_name",
    instead="First_Name ?? Last_Name -> first_name\nFirst_Name <- first_name",
)
READ_ONLY = Code(
    id="SD304",
    name="read-only",
    title="this field cannot be written",
    explanation="The schema snapshot says that the other system computes the field itself.",
    example="Phone -> last_modified_time",
    instead="Phone -> phone",
)
REQUIRED_NOT_MAPPED = Code(
    id="SD306",
    name="required-not-mapped",
    title="a required field is not mapped",
    explanation="The other system refuses a new record without this field, so the map needs a line that writes it.",
    example="map:\n    Phone -> phone",
    instead="map:\n    Account_Name -> contact_name\n    Phone -> phone",
)
WRONG_ARGUMENTS = Code(
    id="SD307",
    name="wrong-arguments",
    title="the function takes other arguments",
    explanation="`docs/builtins.md` shows every builtin with its signature; a table takes one value.",
    example="truncate(Account_Name) -> contact_name",
    instead="truncate(Account_Name, 200) -> contact_name",
)
NOT_COMPARABLE = Code(
    id="SD308",
    name="not-comparable",
    title="these two cannot be compared",
    explanation=(
        "Text is compared with text, numbers with numbers, dates with dates; `<` and `>` need numbers or dates."
    ),
    example='where crm: Annual_Revenue > "1000"',
    instead="where crm: Annual_Revenue > 1000",
)
NOT_A_CONDITION = Code(
    id="SD309",
    name="not-a-condition",
    title="this is neither true nor false",
    explanation="`where`, `when`, `and`, `or`, `not` and `if` need a condition, such as a comparison or `is empty`.",
    example="where crm: Phone",
    instead="where crm: Phone is not empty",
)
UNKNOWN_CHOICE = Code(
    id="SD310",
    name="unknown-choice",
    title="the pick list has no such choice",
    explanation=(
        "Choices are those of the schema snapshot. Where two pick lists name the same things differently, a `table` "
        "translates."
    ),
    example='"company" -> customer_sub_type',
    instead='"business" -> customer_sub_type',
)
BAD_MODIFIER = Code(
    id="SD311",
    name="bad-clause",
    title="this does not belong here",
    explanation=(
        "Every clause stands once, and `where` in a module names the side it is about. `on duplicate: overwrite` and "
        "`clone` say where with `in CONNECTION` when the module goes both ways; the other actions take no place. "
        "`line:` "
        "belongs to documents, `when empty` and `prefer` do not. Rows of a table hold plain values, each once in a "
        "direction, with answers of one kind."
    ),
    example="on duplicate: overwrite",
    instead="on duplicate: overwrite in books",
)
NO_STAGE = Code(
    id="SD312",
    name="no-stage",
    title="there is no stage to ask for",
    explanation=(
        "`won`, `lost` and `open` are compared with a stage field, usually `NAME.stage` of a record with `stage:`."
    ),
    example="when deal.Amount == won: create invoice",
    instead="when deal.stage == won: create invoice",
)
NOT_CREATABLE = Code(
    id="SD313",
    name="not-creatable",
    title="nothing can be created in this module",
    explanation="The other system offers this module for reading only.",
    example="module users: crm.Accounts -> crm.users",
    instead="module customers: crm.Accounts -> books.customers",
)
NO_PARTNER = Code(
    id="SD314",
    name="no-partner",
    title="nothing links the two referenced modules",
    explanation=(
        "A reference is written as the partner of the referenced record, so a `module` statement has to pair the two "
        "referenced modules."
    ),
    example="deal.Contact_Name -> customer_id    # while only Accounts are paired with customers",
    instead="deal.Account_Name -> customer_id",
)
MAY_NOT_FIT = Code(
    id="SD315",
    name="may-not-fit",
    title="some values may not fit",
    severity=Severity.NOTE,
    exit_code=0,
    explanation=(
        "A value that is too long, or is none of the other side's choices, is never cut: it goes to review, and only "
        "its field waits. This note says where that can happen."
    ),
    example="Description -> notes",
    instead="truncate(Description, 2000) -> notes",
)

ROWS_NEED_A_FUNCTION = Code(
    id="SD316",
    name="rows-need-a-function",
    title="a field of rows is no value of its own",
    explanation=(
        "Every row of a list has a value of its own in the field, so the rule says which is meant: `sum(…)` adds them, "
        "`first(…)` takes the first that is filled, `count(…)` says how many are filled."
    ),
    example="deal.Product_Lines.Total -> rate",
    instead="sum(deal.Product_Lines.Total) -> rate",
)
NOT_A_LIST = Code(
    id="SD317",
    name="not-a-list",
    title="this is no list",
    explanation=(
        "`count`, `sum` and `first` take a list of rows, or a field of its rows; `count` and `first` also a field with "
        "several choices."
    ),
    example="count(deal.Amount) -> quantity",
    instead="count(deal.Product_Lines) -> quantity",
)

NO_ROUND_TRIP = Code(
    id="SD318",
    name="no-round-trip",
    title="what goes over does not come back",
    explanation=(
        "Two lines `->` and `<-` over the same two fields are the two directions of one line, and so are the "
        "directions of `<->`. A value that is written to the other side and read back has to be the same value, from "
        "either side; else the two systems overwrite each other. Fields as they are, tables whose rows go both ways, "
        "`??` defaults, `trim`, days added to dates, and `+ - * /` with a number that ends (`/ 100`, not `/ 3`) come "
        "back."
    ),
    example="upper(Account_Name) -> contact_name\nAccount_Name <- contact_name",
    instead="Account_Name <-> contact_name\nupper(Account_Name) -> company_name",
)
LOST_ON_THE_WAY = Code(
    id="SD319",
    name="lost-on-the-way",
    title="some values do not come back",
    severity=Severity.NOTE,
    exit_code=0,
    explanation=(
        "A `??` default fills what was empty, a row of a table that goes one way leads to another value's row, and a "
        "text that a table has no row for is left out. That is what such a line says; this note shows with an example "
        "what it loses."
    ),
    example="Unit_Price ?? 0 -> rate\nUnit_Price <- rate    # an empty price comes back as 0",
    instead="Unit_Price <-> rate    # where an empty price may stay empty",
)

CODES: tuple[Code, ...] = (
    NOT_ASSIGNABLE,
    NOT_WRITABLE,
    NOT_INVERTIBLE,
    READ_ONLY,
    REQUIRED_NOT_MAPPED,
    WRONG_ARGUMENTS,
    NOT_COMPARABLE,
    NOT_A_CONDITION,
    UNKNOWN_CHOICE,
    BAD_MODIFIER,
    NO_STAGE,
    NOT_CREATABLE,
    NO_PARTNER,
    MAY_NOT_FIT,
    ROWS_NEED_A_FUNCTION,
    NOT_A_LIST,
    NO_ROUND_TRIP,
    LOST_ON_THE_WAY,
)
