"""The execution plan: static, without data, written as canonical JSON with a digest."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from syncdsl.plan.accords import AccessPlan, MovedPlan, TransactionsPlan
from syncdsl.plan.pairs import ConnectionPlan, DocumentPlan, Pair, RecordPlan, TablePlan, TriggerPlan
from syncdsl.plan.steps import Step
from syncdsl.schema.digest import canonical_json, digest
from syncdsl.schema.model import Model


class Plan(Model):
    """What the rules come to. `steps` are in an order that respects every `after`.

    Its digest leaves out where rules stand in their files: moving a rule does not change the plan.
    """

    format: Literal["syncdsl/plan/1"] = "syncdsl/plan/1"
    language: int = 1
    connections: dict[str, ConnectionPlan]
    tables: dict[str, TablePlan]
    pairs: dict[str, Pair]
    records: dict[str, RecordPlan]
    documents: dict[str, DocumentPlan]
    triggers: tuple[TriggerPlan, ...]
    transactions: tuple[TransactionsPlan, ...] = ()
    access: tuple[AccessPlan, ...] = ()
    moved: tuple[MovedPlan, ...] = ()
    steps: tuple[Step, ...]

    @cached_property
    def digest(self) -> str:
        """The digest of the plan's meaning."""
        return digest(_without_places(self.model_dump(mode="json")))


def _without_places(data: object) -> object:
    if isinstance(data, dict):
        return {
            key: _without_places(value)
            for key, value in data.items()
            if key not in {"location", "text"} or not isinstance(value, str)
        }
    if isinstance(data, list):
        return [_without_places(item) for item in data]
    return data


def write_plan(plan: Plan) -> str:
    """Return the canonical JSON of a plan, with its digest."""
    return canonical_json({**plan.model_dump(mode="json"), "digest": plan.digest})


def read_plan(text: str) -> Plan:
    """Read what `write_plan` wrote.

    Raises ValueError when the text is no plan or its digest does not match.
    """
    import json  # noqa: PLC0415 - only this function parses

    data = json.loads(text)
    if not isinstance(data, dict):
        raise TypeError("a plan is a JSON object")
    written = data.pop("digest", None)
    plan = Plan.model_validate(data)
    if plan.digest != written:
        raise ValueError("the plan's digest does not match its content")
    return plan
