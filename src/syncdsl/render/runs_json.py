"""Runs, one run, and what was refused, as JSON in versioned forms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.engine.run_account import RefusedList, RunAccount, RunFacts
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema

if TYPE_CHECKING:
    from collections.abc import Iterable


class Runs(Model):
    """What `syncdsl runs --format json` prints, the newest run first."""

    format: Literal["syncdsl/runs/1"] = "syncdsl/runs/1"
    runs: tuple[RunFacts, ...]


def render_runs_json(runs: Iterable[RunFacts]) -> str:
    """Return the JSON of runs."""
    return model_text(Runs(runs=tuple(runs)))


def model_text(model: Model) -> str:
    """Return a model as JSON for people and programs."""
    return neutral_json(json.dumps(model.model_dump(mode="json"), indent=2, ensure_ascii=False)) + "\n"


def runs_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl runs --format json` prints."""
    return published_schema(Runs, "Result of syncdsl runs")


def run_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl runs show RUN --format json` prints."""
    return published_schema(RunAccount, "Result of syncdsl runs show")


def refused_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl runs failed --format json` prints."""
    return published_schema(RefusedList, "Result of syncdsl runs failed")
