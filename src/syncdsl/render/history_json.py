"""The story of a record, and runs, as JSON in a versioned form."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.engine.story import Story
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.state import Run


class RunFacts(Model):
    """One run; `ended` and `summary` are null while it is under way, and stay so when it died."""

    id: str
    kind: str
    started: dt.datetime
    ended: dt.datetime | None
    summary: dict[str, Any] | None


class Runs(Model):
    """What `syncdsl history --format json` prints, the newest run first."""

    format: Literal["syncdsl/runs/1"] = "syncdsl/runs/1"
    runs: tuple[RunFacts, ...]


def render_story_json(story: Story) -> str:
    """Return the JSON of a story."""
    return _text(story)


def render_runs_json(runs: Sequence[Run]) -> str:
    """Return the JSON of runs."""
    facts = tuple(
        RunFacts(id=run.id, kind=run.kind, started=run.started, ended=run.ended, summary=run.summary) for run in runs
    )
    return _text(Runs(runs=facts))


def story_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl history RECORD --format json` prints."""
    return published_schema(Story, "Result of syncdsl history RECORD")


def runs_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl history --format json` prints."""
    return published_schema(Runs, "Result of syncdsl history")


def _text(model: Model) -> str:
    return neutral_json(json.dumps(model.model_dump(mode="json"), indent=2, ensure_ascii=False)) + "\n"
