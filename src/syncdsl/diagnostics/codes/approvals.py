"""SD84: approvals of change sets, and whose count."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

BAD_KEY = Code(
    id="SD844",
    name="bad-key",
    title="a change set cannot be signed with this key",
    exit_code=3,
    explanation=(
        "Approvals are signed with an ed25519 key in the form that SSH uses, such as `~/.ssh/id_ed25519`. "
        "`ssh-keygen -t ed25519 -f FILE` makes one."
    ),
    example="syncdsl approve monday.changes.json --key ~/.ssh/id_rsa",
    instead="syncdsl approve monday.changes.json --key ~/.ssh/id_ed25519",
)
NOT_APPROVED = Code(
    id="SD845",
    name="not-approved",
    title="this change set is not approved by those who have to",
    exit_code=4,
    explanation=(
        "The operator's configuration says which approvals are needed here, and whose keys count; neither can be "
        "changed by what is being reviewed. Nothing was applied. Somebody whose key is named there approves it with "
        "`syncdsl approve FILE --key KEY`."
    ),
    example="syncdsl apply monday.changes.json",
    instead="syncdsl approve monday.changes.json --key ~/.ssh/id_ed25519\nsyncdsl apply monday.changes.json",
)
BAD_OPERATOR = Code(
    id="SD848",
    name="bad-operator-configuration",
    title="the operator's configuration cannot be used",
    exit_code=3,
    explanation=(
        "It names the keys whose approvals count and says which approvals are needed: `operator.toml` in the folder of "
        "syncdsl's configuration, or the file that `SYNCDSL_OPERATOR` names, never one inside a project. As long as it "
        "cannot be read nothing is applied."
    ),
    example='[approvers]\nanna = "ssh-rsa AAAA…"',
    instead='[approvers]\nanna = "ssh-ed25519 AAAA…"\n\n[approval]\nsigned = true',
)

CODES: tuple[Code, ...] = (BAD_KEY, NOT_APPROVED, BAD_OPERATOR)
