"""What a diagnostic code is."""

from __future__ import annotations

from dataclasses import dataclass

from syncdsl.diagnostics.diagnostic import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A stable code: its meaning never changes and its number is never reused.

    `explanation` is Markdown, the text of `syncdsl explain`; `example` shows the mistake and `instead` the right
    form; `exit_code` is the status of a command that this ends (1 for findings in rule files).

    `fix` says what `--fix` does about it and begins with `safe: ` or `unsafe: `; empty where nothing is offered. A fix
    is safe when the result parses and comes to the same plan, whatever stands around it: applying it is proved each
    time. One that changes the plan, guesses what was meant or loses what somebody wrote is unsafe.
    """

    id: str
    name: str
    title: str
    explanation: str
    severity: Severity = Severity.ERROR
    exit_code: int = 1
    example: str = ""
    instead: str = ""
    fix: str = ""
