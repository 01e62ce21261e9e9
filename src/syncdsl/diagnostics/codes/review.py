"""SD82: the review queue."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

UNKNOWN_REVIEW = Code(
    id="SD820",
    name="unknown-review",
    title="there is no such item in the review queue",
    exit_code=3,
    explanation=(
        "No item has this id, or its question is settled: people made both sides equal, the rules changed, or a run "
        "carried out what was decided. `syncdsl review list --state all` shows settled ones too."
    ),
    example="syncdsl review resolve acme crm",
    instead="syncdsl review list\nsyncdsl review resolve bq4xk7wt crm",
)
WRONG_CHOICE = Code(
    id="SD821",
    name="wrong-choice",
    title="this does not decide the item",
    exit_code=3,
    explanation=(
        "What can be chosen depends on what is asked: a conflict is decided by the name of the connection that counts, "
        "a match by `link` and the id of a candidate. `syncdsl review show ID` lists the choices with what each does."
    ),
    example="syncdsl review resolve bq4xk7wt yes",
    instead="syncdsl review resolve bq4xk7wt crm",
)
UNREADABLE_REVIEW_FILE = Code(
    id="SD822",
    name="unreadable-review-file",
    title="this file does not hold decisions",
    exit_code=3,
    explanation=(
        "Decisions are read from a file that `syncdsl review export` wrote: CSV with a line of column names, among "
        "them `id` and `decision`, or JSON. Other columns, and their order, do not matter; separators may be commas, "
        "semicolons or tabs. Nothing was decided."
    ),
    example="syncdsl review import report.xlsx",
    instead="syncdsl review export open.csv  # fill in the column `decision`\nsyncdsl review import open.csv",
)
REFUSED_DECISIONS = Code(
    id="SD823",
    name="refused-decisions",
    title="some decisions of the file cannot be taken",
    exit_code=5,
    explanation=(
        "A file is taken as a whole or not at all, so nothing was decided. The message has a line for each row with a "
        "problem: an item that is settled by now, or a decision that its item does not offer. Correct these rows, or "
        "empty their decision, and import the file again; or export a new one."
    ),
)

CODES: tuple[Code, ...] = (UNKNOWN_REVIEW, WRONG_CHOICE, UNREADABLE_REVIEW_FILE, REFUSED_DECISIONS)
