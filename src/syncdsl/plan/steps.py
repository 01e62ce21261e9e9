"""The steps of a plan: a closed union, told apart by `step`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from syncdsl.plan.pairs import LimitPlan
from syncdsl.schema.model import Model


class _Step(Model):
    """What every step has: an id unique in the plan, and the ids of the steps that come before it."""

    id: str
    after: tuple[str, ...] = ()


class ObserveStep(_Step):
    """Read `fields` of a module, only the records of `view` when one is named."""

    step: Literal["observe"] = "observe"
    connection: str
    module: str
    view: str | None = None
    fields: tuple[str, ...]


class MatchStep(_Step):
    """Pair the records of both sides of a pair by link, key, adoption and dedupe keys."""

    step: Literal["match"] = "match"
    pair: str


class MergeStep(_Step):
    """Decide field by field what a pair writes: creates, links, updates, holds."""

    step: Literal["merge"] = "merge"
    pair: str


class TriggerStep(_Step):
    """Judge every trigger of a record and decide which documents are made or closed."""

    step: Literal["trigger"] = "trigger"
    record: str


class GuardStep(_Step):
    """Judge the whole change set against the limits; nothing is written before."""

    step: Literal["guard"] = "guard"
    limits: tuple[LimitPlan, ...]


class WriteStep(_Step):
    """Hand the effects on one module to the sink: a preview shows them, an apply performs them."""

    step: Literal["write"] = "write"
    connection: str
    module: str


Step: TypeAlias = Annotated[
    ObserveStep | MatchStep | MergeStep | TriggerStep | GuardStep | WriteStep, Field(discriminator="step")
]
