"""The rules in force: the plan that the state keeps, with the schemas it was compiled against. Needs no parser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.lifecycle import UNREADABLE_RULES
from syncdsl.plan.plan import Plan
from syncdsl.plan.renames import renames
from syncdsl.schema.snapshot import SchemaSnapshot
from syncdsl.state.records import StoredRules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from syncdsl.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The plan in force and its schemas by connection; `by` whom and `at` what time they were put in force."""

    plan: Plan
    schemas: Mapping[str, SchemaSnapshot]
    by: str
    at: dt.datetime


def rules_in_force(state: State) -> InForce | None:
    """Return the rules in force; None before any were.

    Raises Fault SD832 when they were stored by a version whose plans this one does not read.
    """
    stored = state.rules_in_force()
    if stored is None:
        return None
    try:
        plan = Plan.model_validate(stored.plan)
        schemas = {name: SchemaSnapshot.model_validate(data) for name, data in stored.schemas.items()}
    except ValidationError:
        raise _unreadable() from None
    if plan.digest != stored.digest or plan.connections.keys() - schemas.keys():
        raise _unreadable()
    return InForce(plan=plan, schemas=schemas, by=stored.by, at=stored.at)


def put_in_force(state: State, plan: Plan, schemas: Mapping[str, SchemaSnapshot], *, by: str, at: dt.datetime) -> bool:
    """Put rules in force in place of others; return whether they are other rules than before.

    What they have under an earlier name gets its present one in the same transaction.
    """
    with state.transaction():
        state.rename(renames(plan))
        state.settle_names()
        if state.digest_in_force() == plan.digest:
            return False
        bare = {
            name: schemas[name].without_statistics().model_dump(mode="json", exclude_defaults=True)
            for name in plan.connections
        }
        stored = StoredRules(digest=plan.digest, plan=plan.model_dump(mode="json"), schemas=bare, by=by, at=at)
        state.put_rules(stored)
    return True


def _unreadable() -> Fault:
    return Fault(
        UNREADABLE_RULES,
        "the rules in force were stored in a form that this version does not read",
        help="put those of the project's files in force with `syncdsl apply` or `syncdsl enable`",
    )
