"""What has to be agreed to before a change set is performed, and whether it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.approvals import NOT_APPROVED
from syncdsl.diagnostics.codes.runs import GUARD_EXCEEDED

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.engine.run import Run
    from syncdsl.state import State


UNAPPROVED = "it was not approved"


def _noted(state: State, digest: str) -> str:
    return "" if state.approved(digest) else UNAPPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Which approvals are needed.

    What a guard or a budget stops needs one; with `always` whatever puts the rules of the project's files in force
    does, too. `missing` returns in words what a change set, by its digest, lacks; an empty text when it lacks nothing.
    """

    always: bool = False
    missing: Callable[[State, str], str] = _noted


def refuse_unapproved(run: Run, changes: ChangeSet, expected: ChangeSet | None) -> None:
    """Refuse what needs an approval that it does not have; of a saved one, `expected`, it is the approval that counts.

    Raises Fault: SD801 when a guard or a budget stops it, SD845 when it needs an approval all the same, or has some
    that do not count.
    """
    needed = run.consent.always and run.activates
    if not changes.exceeded and not needed:
        return
    # A digest costs as much as the change set is long: only here is it asked for.
    missing = run.consent.missing(run.state, (expected or changes).digest)
    if not missing:
        return
    in_force = not run.activates and run.state.digest_in_force() == (run.whole or run.plan).digest
    save = f"syncdsl plan{' --in-force' if in_force else ''} --out FILE"
    advice = "have it approved: `syncdsl approve FILE --key KEY`, then `syncdsl apply FILE` again"
    if expected is None:
        advice = f"save it with `{save}`, review it, `syncdsl approve FILE`, then `syncdsl apply FILE`"
    if changes.exceeded:
        over = changes.exceeded[0]
        also = "" if missing == UNAPPROVED else f"; {missing}"
        raise Fault(
            GUARD_EXCEEDED, f"`{over.text}` at {over.location}: this change set has {over.value}{also}", help=advice
        )
    raise Fault(NOT_APPROVED, f"this change set is not approved: {missing}", help=advice)
