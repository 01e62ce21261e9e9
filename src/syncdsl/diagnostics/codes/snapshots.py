"""SD895 to SD899, SD613 to SD615: observation snapshots, previews made of them, and comparisons of rules."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

BAD_SNAPSHOT = Code(
    id="SD895",
    name="bad-snapshot",
    title="an observation snapshot cannot be used",
    exit_code=3,
    explanation=(
        "A snapshot is written by `syncdsl snapshot take`, compressed, and ends with a digest of all that is in it: "
        "one that was cut off, edited or damaged is noticed before anything is decided. One of another version of "
        "syncdsl is refused as well. Take a new one."
    ),
    example="syncdsl plan --offline monday.snapshot  # of which the second half is missing",
    instead="syncdsl snapshot take --out monday.snapshot\nsyncdsl plan --offline monday.snapshot",
)
INCOMPLETE_SNAPSHOT = Code(
    id="SD896",
    name="incomplete-snapshot",
    title="a snapshot does not hold what the rules read",
    exit_code=3,
    explanation=(
        "A snapshot holds the modules, fields and views that the rules read when it was taken. Rules that read others "
        "cannot be previewed on it. Take a new one with these rules, or one of every readable field "
        "(`--all-fields`), which later rules can read too."
    ),
    example="syncdsl plan --offline monday.snapshot  # the rules read `Fax` by now",
    instead="syncdsl snapshot take --all-fields --out monday.snapshot",
)
RECORDED_ONLY = Code(
    id="SD897",
    name="recorded-only",
    title="a recording can only be read",
    exit_code=3,
    explanation=(
        "An offline preview works on what a snapshot recorded: nothing is written to it, and nothing can be asked that "
        "was not recorded. A change set of an offline preview is not applied either, because it rests on what the "
        "systems held when the snapshot was taken."
    ),
    example="syncdsl plan --offline monday.snapshot --out a.changes.json\nsyncdsl apply a.changes.json",
    instead="syncdsl plan --out a.changes.json\nsyncdsl apply a.changes.json",
)
OTHER_SNAPSHOT = Code(
    id="SD898",
    name="other-snapshot",
    title="a snapshot belongs to another environment or other systems",
    exit_code=3,
    explanation=(
        "A snapshot is previewed by rules for the connections it was taken of, with the same adapters, in the "
        "environment that it names."
    ),
    example="syncdsl plan --env production --offline sandbox.snapshot",
    instead="syncdsl snapshot take --env production --out production.snapshot",
)
UNKNOWN_REF = Code(
    id="SD613",
    name="unknown-git-ref",
    title="there is no such commit, branch or tag, and no such folder",
    exit_code=3,
    explanation=(
        "`--compare` takes the other rules from a commit, branch or tag of the repository that the project lies in, or "
        "from a folder that holds a project."
    ),
    example="syncdsl plan --compare mian",
    instead="syncdsl plan --compare main",
)
NO_REPOSITORY = Code(
    id="SD614",
    name="no-repository",
    title="other rules cannot be taken from git here",
    exit_code=3,
    explanation=(
        "The project lies in no git repository, or the program `git` is not installed or fails. A folder that holds a "
        "project can be compared with as well."
    ),
    example="syncdsl plan --compare main  # in a folder that is no repository",
    instead="syncdsl plan --compare ../shop-before",
)
OTHER_RULES_FAIL = Code(
    id="SD615",
    name="other-rules-fail",
    title="the rules to compare with have mistakes",
    exit_code=1,
    explanation=(
        "Only rules that check can be compiled and previewed. The findings are shown with the paths that the files "
        "have in the other version."
    ),
    example="syncdsl plan --compare HEAD~5  # where a rule names a field that is not there",
    instead="syncdsl plan --compare HEAD~4",
)

CODES: tuple[Code, ...] = (
    UNKNOWN_REF,
    NO_REPOSITORY,
    OTHER_RULES_FAIL,
    BAD_SNAPSHOT,
    INCOMPLETE_SNAPSHOT,
    RECORDED_ONLY,
    OTHER_SNAPSHOT,
)
