"""SD890 to SD894: asking why a record is as it is, and why not otherwise."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

NOT_THERE = Code(
    id="SD890",
    name="record-not-there",
    title="the system has no such record",
    exit_code=3,
    explanation=(
        "With `--now` the record was asked for by its id, and the other system answered that there is none: it was "
        "deleted, never existed, or the id is of another module. Without `--now`, what earlier runs knew of it is told."
    ),
    example="syncdsl why-not crm.Deals/1 --now",
    instead='syncdsl find "a part of its name"',
)
NO_SUCH_RULE = Code(
    id="SD891",
    name="no-rule-about-it",
    title="no rule of this name is about the record",
    exit_code=3,
    explanation=(
        "`syncdsl why-not RECORD NAME` asks about one `module` or `document` statement. It has to be one over the "
        "record's module, or one whose documents are made for its records. Without NAME all of them are asked about."
    ),
    example="syncdsl why-not crm.Deals/88 customers",
    instead="syncdsl why-not crm.Deals/88 invoice",
)
NOT_MAPPED = Code(
    id="SD892",
    name="field-not-mapped",
    title="no rule writes or reads this field of the record",
    exit_code=3,
    explanation=(
        "`syncdsl why RECORD FIELD` tells why a field is as it is: one that a map line of the record's rules names, on "
        "either side, or a field of a document that was made. Nothing is known of other fields."
    ),
    example="syncdsl why crm.Accounts/88 Fax",
    instead="syncdsl why crm.Accounts/88 Phone",
)

CODES: tuple[Code, ...] = (NOT_THERE, NO_SUCH_RULE, NOT_MAPPED)
