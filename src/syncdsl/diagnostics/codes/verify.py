"""SD84: verifying both sides against each other, and finding records."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

INCOMPLETE_READING = Code(
    id="SD840",
    name="incomplete-reading",
    title="a module could not be read completely",
    exit_code=3,
    explanation=(
        "Verifying needs every record of both sides. A system that does not show all of them leaves nothing to be said "
        "about the rest, so nothing is said at all: a part that agrees is no proof. Run it again; when it stays so, "
        "`syncdsl doctor` shows what the connection may read."
    ),
)
UNKNOWN_MODULE_STATEMENT = Code(
    id="SD841",
    name="unknown-module-statement",
    title="the rules have no such module",
    exit_code=3,
    explanation=(
        "`--module` takes the name of a `module` statement, or `PARENT.NAME` for one that is nested `with` another; "
        "a parent's name includes those below it."
    ),
    example="syncdsl verify --module crm.Accounts",
    instead="syncdsl verify --module customers",
)
NOTHING_TO_SEARCH = Code(
    id="SD842",
    name="nothing-to-search",
    title="the rules sync no module of the CRM that can be searched",
    exit_code=3,
    explanation="`syncdsl find` searches the left modules of the `module` statements; the rules have none.",
    example="syncdsl find acme  # rules with documents only",
    instead="module customers: crm.Accounts <-> books.customers\n    …\n\nsyncdsl find acme",
)

CODES: tuple[Code, ...] = (INCOMPLETE_READING, UNKNOWN_MODULE_STATEMENT, NOTHING_TO_SEARCH)
