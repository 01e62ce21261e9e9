"""SD7: adapters, the network and authentication."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

UNREACHABLE = Code(
    id="SD701",
    name="unreachable",
    title="the other system cannot be reached",
    exit_code=6,
    explanation=(
        "The host did not answer in time or refused the connection. Nothing was lost; run again when it is back."
    ),
)
NOT_AUTHENTICATED = Code(
    id="SD702",
    name="not-authenticated",
    title="the other system does not accept the credentials",
    exit_code=6,
    explanation=(
        "The refresh token, client id or client secret is wrong, expired or revoked, or belongs to another data "
        "centre. Make a new one and set the variables that the message names."
    ),
)
NOT_PERMITTED = Code(
    id="SD703",
    name="not-permitted",
    title="the other system forbids this",
    exit_code=6,
    explanation=(
        "The token lacks a scope, or its user lacks a right on the module. The message says which. Where only the "
        "reading of a module is refused, a run holds what needs it and goes on with everything else."
    ),
)
RATE_LIMITED = Code(
    id="SD704",
    name="rate-limited",
    title="the other system asks us to wait",
    exit_code=6,
    explanation=(
        "Calls were refused for exceeding a limit, and waiting as the system asked did not help within the time "
        "allowed. Run again later; what was already applied stays applied and is not repeated."
    ),
)
UNEXPECTED_ANSWER = Code(
    id="SD705",
    name="unexpected-answer",
    title="the other system answered something unexpected",
    exit_code=6,
    explanation=(
        "The answer was not in the documented form, or an error of that system itself (HTTP 5xx) persisted. Where only "
        "the reading of a module ends so, a run holds what needs it and goes on with everything else."
    ),
)
UNKNOWN_ORGANISATION = Code(
    id="SD706",
    name="unknown-organisation",
    title="the credentials do not open the configured organisation",
    exit_code=6,
    explanation="`organization` in syncdsl.toml names one that this token cannot see. The message lists those it can.",
)
NOT_OFFERED = Code(
    id="SD707",
    name="not-offered",
    title="the other system does not have this",
    exit_code=6,
    explanation=(
        "A module, field or view that the schema snapshot or a rule names is not (or no longer) there, or the system "
        "has nothing of the kind. Write the snapshot again with `syncdsl schema pull` and check the rules. Until then "
        "a run holds what needs it and goes on with everything else; nothing is taken for emptied."
    ),
    example="syncdsl plan  # after a field was removed from the CRM",
    instead="syncdsl schema diff\nsyncdsl schema pull\nsyncdsl check",
)

NOT_COVERED = Code(
    id="SD708",
    name="not-covered",
    title="the adapter does not read or write this yet",
    exit_code=6,
    explanation=(
        "The schema snapshot describes the module or field, so rules over it can be written and checked, but this "
        "version of the adapter cannot read or write its records. None of them was read or written."
    ),
)

LEFT_ALONE = Code(
    id="SD709",
    name="left-alone",
    title="the other system kept failing and is left alone for a while",
    exit_code=6,
    explanation=(
        "Many calls in a row were answered with an error of that system itself (HTTP 5xx) or not at all, so all "
        "programs that share this state stop calling it for the time the message says; then one call tries whether it "
        "is well again. Nothing was written by the call that was not made."
    ),
)

CODES: tuple[Code, ...] = (
    UNREACHABLE,
    NOT_AUTHENTICATED,
    NOT_PERMITTED,
    RATE_LIMITED,
    UNEXPECTED_ANSWER,
    UNKNOWN_ORGANISATION,
    NOT_OFFERED,
    NOT_COVERED,
    LEFT_ALONE,
)
