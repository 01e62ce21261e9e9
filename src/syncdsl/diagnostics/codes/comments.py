"""SD616 and SD617: previews as comments on pull requests and merge requests."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

NO_COMMENT = Code(
    id="SD616",
    name="no-comment",
    title="there is nothing to comment on, or nothing that may be a comment",
    exit_code=3,
    explanation=(
        "`syncdsl comment` runs in a job of GitHub Actions or GitLab CI that belongs to a pull request or merge "
        "request; which one, it takes from the CI alone. It needs a token, and a file that is no longer than a comment "
        "may be."
    ),
    example="syncdsl comment preview.md  # in a job for a push",
    instead="on: [pull_request]  # or, in GitLab: rules: - if: $CI_MERGE_REQUEST_IID",
)
COMMENT_REFUSED = Code(
    id="SD617",
    name="comment-refused",
    title="a comment was not taken",
    exit_code=6,
    explanation=(
        "GitHub or GitLab answered with an error, or not at all. Most often the token may only read: on a pull request "
        "from a fork it always is so, and the preview is found in the job's summary and its artifacts."
    ),
    example="permissions:\n  contents: read",
    instead="permissions:\n  contents: read\n  pull-requests: write",
)

CODES: tuple[Code, ...] = (NO_COMMENT, COMMENT_REFUSED)
