"""SD23 and SD88: what tests of the rules say, and running them."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

GIVEN_TOO_LATE = Code(
    id="SD230",
    name="given-too-late",
    title="something is given after the rules are switched on",
    explanation=(
        "What is `given` exists and is linked before the rules are switched on, which the first `change` or `expect` "
        "does. What comes later is a `change`, also of a record that was not there before."
    ),
    example='change deal "D1": Stage = "Closed Won"\ngiven deal "D2": Stage = "Qualification"',
    instead='given deal "D2": Stage = "Qualification"\nchange deal "D1": Stage = "Closed Won"',
)
REPEATED_LABEL = Code(
    id="SD231",
    name="repeated-label",
    title="two records of a test have the same label",
    explanation="A label stands for one record of a module. To alter a record that is there, use `change`.",
    example='given deal "D1": Stage = "Qualification"\ngiven deal "D1": Stage = "Closed Won"',
    instead='given deal "D1": Stage = "Qualification"\ngiven deal "D2": Stage = "Closed Won"',
)
DAY_BEFORE = Code(
    id="SD232",
    name="day-before",
    title="the days of a test go back",
    explanation=(
        "`today` before the first change says on which day a test begins, 2026-01-01 without it; a later one lets days "
        "go by. Time only goes forward, in a test as anywhere."
    ),
    example="today: 2026-05-02\n…\ntoday: 2026-05-01",
    instead="today: 2026-05-01\n…\ntoday: 2026-05-02",
)
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

CODES: tuple[Code, ...] = (GIVEN_TOO_LATE, REPEATED_LABEL, DAY_BEFORE, NO_TESTS)
