"""SD85: giving people a role in the books."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

TOO_MANY_FOUND = Code(
    id="SD850",
    name="too-many-users-found",
    title="more users than can have a role would get it",
    exit_code=3,
    explanation=(
        "A role that is given by an `access` rule can be had by at most 1000 users. How many have a profile is known "
        "only when it is read, so it is counted before anything is written, and nothing is when there are more."
    ),
    example='access books "Integration User (Zoho CRM)":\n    users: profile "Standard"',
    instead='access books "Integration User (Zoho CRM)":\n    users: profile "Sales"',
)

CODES: tuple[Code, ...] = (TOO_MANY_FOUND,)
