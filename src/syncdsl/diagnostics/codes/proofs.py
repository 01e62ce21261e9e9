"""SD4: what the checker proves."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

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

CODES: tuple[Code, ...] = (WHERE_NOT_ESTABLISHED, BASE_CURRENCIES_DIFFER, GUARD_UNIT)
