"""SD851: undo."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

NOTHING_TO_UNDO = Code(
    id="SD851",
    name="nothing-to-undo",
    title="there is nothing to put back",
    exit_code=3,
    explanation=(
        "The run wrote nothing, or nothing to this record. `syncdsl runs` lists the runs, `syncdsl runs show RUN` what "
        "one of them wrote, `syncdsl history RECORD` what was written to a record."
    ),
    example="syncdsl undo 4f2a",
    instead="syncdsl runs\nsyncdsl undo 8c1e",
)

CODES: tuple[Code, ...] = (NOTHING_TO_UNDO,)
