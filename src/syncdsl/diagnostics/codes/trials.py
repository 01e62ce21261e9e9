"""SD88: running the rules' own tests."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

NO_TESTS = Code(
    id="SD880",
    name="no-tests",
    title="there is no test to run",
    exit_code=3,
    explanation=(
        "`syncdsl test` runs the `test` statements of a project's rules; it found none, or none that `-k` or the named "
        "files choose. That is said and not passed over: a pipeline that runs no test proves nothing."
    ),
    example="syncdsl test -k invoise",
    instead="syncdsl test -k invoice",
)

CODES: tuple[Code, ...] = (NO_TESTS,)
