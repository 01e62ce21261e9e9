"""SD9: mistakes of syncdsl itself."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

INTERNAL = Code(
    id="SD901",
    name="internal-error",
    title="syncdsl made a mistake",
    exit_code=70,
    explanation=(
        "Something happened that syncdsl did not expect. Nothing that had been committed is lost: every write is "
        "journalled before it is sent, and the next run resolves what was under way. Run again with `-v` to see the "
        "technical details and please report them; they never contain credentials."
    ),
)

CODES: tuple[Code, ...] = (INTERNAL,)
