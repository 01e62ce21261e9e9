"""SD5: lint checks of tests."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code
from syncdsl.diagnostics.diagnostic import Severity

NO_EXPECTATION = Code(
    id="SD526",
    name="test-without-expect",
    title="a test that expects nothing",
    severity=Severity.WARNING,
    explanation="Without `expect` a test passes whatever the rules do. To say that nothing happens takes a line, too.",
    example='test "a lost deal":\n    given deal "D1": Stage = "Qualification"\n'
    '    change deal "D1": Stage = "Closed Lost"',
    instead='test "a lost deal":\n    given deal "D1": Stage = "Qualification"\n'
    '    change deal "D1": Stage = "Closed Lost"\n    expect nothing else',
)
NO_CHANGE = Code(
    id="SD527",
    name="test-without-change",
    title="a test in which nothing changes",
    severity=Severity.WARNING,
    explanation=(
        "What is `given` exists and is linked before the rules are switched on, so it triggers nothing. Only `change`, "
        "or a later `today:`, makes something happen; a `change` to what was given already does not."
    ),
    example='given deal "D1": Stage = "Closed Won"\nexpect create invoice',
    instead='given deal "D1": Stage = "Qualification"\nchange deal "D1": Stage = "Closed Won"\nexpect create invoice',
)
OPEN_END = Code(
    id="SD528",
    name="test-with-open-end",
    title="a test that lets anything else happen",
    severity=Severity.NOTE,
    explanation=(
        "The expected effects are there, and so may be others, such as a second invoice. `expect nothing else` after "
        "them says that this is all."
    ),
    example='change deal "D1": Stage = "Closed Won"\nexpect create invoice',
    instead='change deal "D1": Stage = "Closed Won"\nexpect create invoice\nexpect nothing else',
)
REPEATED_TEST_NAME = Code(
    id="SD529",
    name="repeated-test-name",
    title="two tests have the same name",
    severity=Severity.WARNING,
    explanation="When one fails, its name does not say which. The best name is the sentence that the test proves.",
    example='test "deals":\n    …\n\ntest "deals":\n    …',
    instead='test "a won deal becomes one invoice":\n    …\n\ntest "a lost deal voids its invoice":\n    …',
)
UNUSED_COLUMN = Code(
    id="SD530",
    name="unused-column",
    title="a column of `cases` that no step uses",
    severity=Severity.WARNING,
    explanation=(
        "The test is repeated for every row, with the names of the columns standing for its values. A name that no "
        "step uses makes rows look different that are the same."
    ),
    example='cases stage, amount:\n    "Closed Won", 100\nchange deal "D1": Stage = stage',
    instead='cases stage:\n    "Closed Won"\nchange deal "D1": Stage = stage',
)

CODES: tuple[Code, ...] = (NO_EXPECTATION, NO_CHANGE, OPEN_END, REPEATED_TEST_NAME, UNUSED_COLUMN)
