"""Questions that take a yes: asked at a terminal, answered by `--yes`, refused elsewhere."""

from __future__ import annotations

import sys

import click

from syncdsl.cli.terminal import is_terminal
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import NEEDS_ANSWER


def refuse_unasked(what: str, *, yes: bool) -> None:
    """Raise Fault SD611 when a question could be put to nobody, before any work is done for it."""
    if not yes and not is_terminal(sys.stdin):
        raise Fault(NEEDS_ANSWER, f"there is no terminal to ask whether {what}", help="say `--yes`")


def agreed(question: str, *, yes: bool) -> bool:
    """Return whether somebody agrees; the answer to Enter alone is no."""
    sys.stdout.flush()
    return yes or click.confirm(f"\n{question}", default=False, err=True)
