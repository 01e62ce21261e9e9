"""A verification as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import Any, Literal

from syncdsl.changes.verification import Verification
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema


class VerificationSummary(Model):
    """The verdict in figures. `percent` is decimal text, rounded down; None when nothing could be compared."""

    as_ruled: bool
    in_sync: bool
    percent: str | None
    compared: int
    agree: int
    differing: int
    left_alone: int
    oldest_lag_seconds: int | None


class VerificationReport(Model):
    """What `syncdsl verify --format json` prints."""

    format: Literal["syncdsl/verification/1"] = "syncdsl/verification/1"
    summary: VerificationSummary
    verification: Verification


def render_verification_json(found: Verification) -> str:
    """Return the JSON of a verification."""
    report = VerificationReport(
        summary=VerificationSummary(
            as_ruled=found.as_ruled,
            in_sync=found.in_sync,
            percent=found.percent,
            compared=sum(module.compared for module in found.modules),
            agree=sum(module.agree for module in found.modules),
            differing=sum(module.differing for module in found.modules),
            left_alone=sum(module.left_alone for module in found.modules),
            oldest_lag_seconds=found.oldest_lag_seconds,
        ),
        verification=found,
    )
    return neutral_json(json.dumps(report.model_dump(mode="json"), indent=2, ensure_ascii=False)) + "\n"


def verification_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl verify --format json` prints."""
    return published_schema(VerificationReport, "Result of syncdsl verify")
