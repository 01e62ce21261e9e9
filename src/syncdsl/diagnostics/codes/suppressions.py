"""SD5: what is wrong with suppressions in rule files."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code
from syncdsl.diagnostics.diagnostic import Severity

_LEGACY = "# allow SD508: the finance user, the same in every organisation, until 2027-03-31"
_OWNER = 'where crm: Owner.id == "5008823000000123456"'

MISSING_REASON = Code(
    id="SD590",
    name="missing-reason",
    title="a suppression without a reason",
    severity=Severity.WARNING,
    explanation=(
        "Who reads the rules next year must be able to tell why a finding does not matter here. The reason stands "
        "after a colon, and `, until 2027-03-31` behind it says when to think again."
    ),
    example=f"# allow SD508\n{_OWNER}",
    instead=f"{_LEGACY}\n{_OWNER}",
)
MALFORMED_SUPPRESSION = Code(
    id="SD591",
    name="malformed-suppression",
    title="a comment that looks like a suppression and is none",
    severity=Severity.WARNING,
    explanation=(
        "A suppression is written `# allow SD508: reason`, for several codes `# allow SD508, SD512: reason`, with a "
        "last day `# allow SD508: reason, until 2027-03-31`. It stands behind what it is about, or above it on a line "
        "of its own. A comment that comes close suppresses nothing."
    ),
    example=f"# ignore SD508: the finance user, until March\n{_OWNER}",
    instead=f"{_LEGACY}\n{_OWNER}",
)
UNKNOWN_SUPPRESSED_CODE = Code(
    id="SD592",
    name="unknown-suppressed-code",
    title="a suppression names a code that there is not",
    severity=Severity.WARNING,
    explanation=(
        "A suppression names the codes of findings, by number (`SD508`) or by name (`hard-coded-id`). "
        "`syncdsl explain` lists them."
    ),
    example=f"# allow SD580: the finance user, the same in every organisation\n{_OWNER}",
    instead=f"# allow SD508: the finance user, the same in every organisation\n{_OWNER}",
    fix="unsafe: writes the nearest code there is, which need not be the one that was meant",
)
UNUSED_SUPPRESSION = Code(
    id="SD593",
    name="unused-suppression",
    title="a suppression that suppresses nothing",
    severity=Severity.WARNING,
    explanation=(
        "The line it covers has no such finding (any more). It covers the line that it stands on or, on a line of its "
        "own, the next one that is no comment; a header is covered without the lines below it. `lint` judges only "
        "suppressions of codes that need no schemas, and none while the rules cannot be read whole; `check` judges all."
    ),
    example=f'{_LEGACY}\nwhere crm: Owner.email == "a@example.com"',
    instead='where crm: Owner.email == "a@example.com"',
    fix="safe: deletes the comment, or the code from its list; comments are no part of the plan",
)
EXPIRED_SUPPRESSION = Code(
    id="SD594",
    name="expired-suppression",
    title="the last day of a suppression is over",
    severity=Severity.WARNING,
    explanation=(
        "The suppression said until when it counts, that day included. What it suppressed is reported again. Mend "
        "that, or decide anew and write another date."
    ),
    example=f"# allow SD508: the finance user, until 2020-12-31\n{_OWNER}",
    instead=f"# allow SD508: the finance user, until 2027-12-31\n{_OWNER}",
    fix="safe: deletes the comment where there is nothing left to suppress; it has no effect any more",
)
NOT_SUPPRESSIBLE = Code(
    id="SD595",
    name="not-suppressible",
    title="a suppression of what no comment can allow",
    severity=Severity.WARNING,
    explanation=(
        "Rules with an error of syntax, names, types or proofs cannot run, so a comment does not make it go away; it "
        "has to be mended. Warnings and notes can be suppressed, and errors of the lint range SD5. What is wrong with "
        "a suppression cannot be suppressed."
    ),
    example="# allow SD203: renamed last week\nPhon <-> phone",
    instead="Phone <-> phone",
)

CODES: tuple[Code, ...] = (
    MISSING_REASON,
    MALFORMED_SUPPRESSION,
    UNKNOWN_SUPPRESSED_CODE,
    UNUSED_SUPPRESSION,
    EXPIRED_SUPPRESSION,
    NOT_SUPPRESSIBLE,
)
