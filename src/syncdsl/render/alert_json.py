"""Alerts as JSON in a versioned form: what a webhook is sent."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from syncdsl.render.alert_text import (
    AlertTurn,
    advice_on,
    code_of,
    render_alert_subject,
    render_alert_text,
    what_of,
)
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema

if TYPE_CHECKING:
    from syncdsl.render.alert_text import AlertChange, AlertMessage


class ToldAlert(Model):
    """One alert of a message."""

    turn: AlertTurn = Field(description="What became of it: raised, worse, or cleared.")
    kind: str = Field(description="What is wrong: failing, silence, review, drift or notifications.")
    subject: str = Field(
        description="With what: a part of the schedule or `*` for all of it, a connection, the review queue."
    )
    since: datetime
    level: int = Field(description="How bad it is, where that is counted: open questions, differences.")
    code: str | None = Field(description="Code of the fault, for `syncdsl explain`.")
    message: str = Field(description="What is wrong, in one line.")
    meaning: str
    help: str = Field(description="What to do about it.")
    commands: tuple[str, ...]


class Told(Model):
    """What is posted to the webhook of `[alerts]`: everything that changed in an environment at one moment.

    `subject` and `text` say it to people; a chat's incoming webhook shows `text`. A message may come twice after the
    daemon was killed or an answer was lost: its `id` is the same. A test has no alerts.
    """

    format: Literal["syncdsl/alert/1"] = "syncdsl/alert/1"
    id: str
    environment: str
    host: str
    at: datetime
    subject: str
    text: str
    alerts: tuple[ToldAlert, ...]


def render_alert_json(message: AlertMessage) -> str:
    """Return a message as one JSON document."""
    told = Told(
        id=message.id,
        environment=message.environment,
        host=message.host,
        at=message.at,
        subject=render_alert_subject(message),
        text=render_alert_text(message),
        alerts=tuple(_told(change, message.environment) for change in message.changes),
    )
    return neutral_json(json.dumps(told.model_dump(mode="json"), ensure_ascii=False, indent=2)) + "\n"


def alert_schema() -> dict[str, Any]:
    """Return the JSON Schema of what a webhook is sent."""
    return published_schema(Told, "An alert of syncdsl")


def _told(change: AlertChange, environment: str) -> ToldAlert:
    alert = change.alert
    advice = advice_on(alert, environment)
    return ToldAlert(
        turn=change.turn,
        kind=alert.kind,
        subject=alert.subject,
        since=alert.since,
        level=alert.level,
        code=code_of(alert),
        message=what_of(alert),
        meaning=advice.meaning,
        help=advice.help,
        commands=advice.commands,
    )
