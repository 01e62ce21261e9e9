"""Alerts as people read them: a subject that fits a phone, and what it is, what it means, and what to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.render.neutral import cut, neutral, neutral_lines
from syncdsl.render.style import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.state import Alert

AlertKind: TypeAlias = Literal["failing", "silence", "review", "drift", "notifications"]
AlertTurn: TypeAlias = Literal["raised", "worse", "cleared"]
"""What became of an alert: it began, it got much worse, or it is over."""

SUBJECT_COLUMNS = 100
"""Columns of a subject line: what mail programs show in a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """An alert, and what became of it."""

    turn: AlertTurn
    alert: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessage:
    """What is told at once: the changes of one environment at one moment. A receiver knows a repetition by the `id`."""

    id: str
    environment: str
    host: str
    at: dt.datetime
    changes: tuple[AlertChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What an alert means, what to do about it, and the commands that help."""

    meaning: str
    help: str
    commands: tuple[str, ...]


_MEANINGS: dict[str, str] = {
    "failing": "nothing is synced by it until it succeeds again; what changes meanwhile waits, and none of it is lost",
    "silence": "runs do not begin, or do not come to an end; what changes meanwhile waits, and none of it is lost",
    "review": "these records wait as they are until somebody decides; everything else is synced",
    "drift": "these records differ though nothing has changed since they were synced: somebody or something outside of "
    "the rules did it, and no later run will notice by itself",
    "notifications": "changes are found by the schedule alone, so they take longer; none is missed",
}
_HELP: dict[str, str] = {
    "failing": "see what failed, and put it right",
    "silence": "see what the daemon is at, and its log; restart it if it hangs",
    "review": "look at the questions and answer them; many of one kind have one cause",
    "drift": "look at the differences, and write what should be there into either system; the next run carries it over",
    "notifications": "see how it is called back, and whether its address can be reached from outside",
}
_COMMANDS: dict[str, tuple[str, ...]] = {
    "failing": ("status", "doctor"),
    "silence": ("status",),
    "review": ("review list",),
    "drift": ("verify",),
    "notifications": ("status", "doctor"),
}


def what_of(alert: Alert) -> str:
    """Return what is wrong, in one line."""
    return neutral(alert.message.partition("\n")[0])


def code_of(alert: Alert) -> str | None:
    """Return the code of the fault that an alert is about, if it is about one."""
    code, colon, _ = alert.message.partition(":")
    return code if colon and alert.kind == "failing" and code.startswith("SD") else None


def advice_on(alert: Alert, environment: str) -> Advice:
    """Return what an alert means and what to do about it; the fault's own help, where it has one."""
    code = code_of(alert)
    commands = [f"syncdsl {name} --env {environment}" for name in _COMMANDS.get(alert.kind, ("status",))]
    return Advice(
        meaning=_MEANINGS.get(alert.kind, "an alert of another version of syncdsl"),
        help=neutral_lines(alert.message.partition("\n")[2]) or _HELP.get(alert.kind, "see how it stands"),
        commands=(*commands, *([f"syncdsl explain {code}"] if code else [])),
    )


def render_alert_subject(message: AlertMessage) -> str:
    """Return the subject of a message."""
    said = [_head(turn, alerts) for turn, alerts in _grouped(message)]
    more = f", and {len(said) - 1} more" if len(said) > 1 else ""
    text = f"{neutral(message.environment)}: {said[0] if said else 'a test'}"
    return f"{cut(text, SUBJECT_COLUMNS - len(more))}{more}"


def render_alert_text(message: AlertMessage) -> str:
    """Return the whole of a message as plain text."""
    parts = [_part(turn, alerts, message) for turn, alerts in _grouped(message)]
    if not parts:
        parts = ["This is a test. Alerts of this project arrive here."]
    end = f"syncdsl on {neutral(message.host)}, environment {neutral(message.environment)}, {_utc(message.at)}"
    return "\n\n".join([*parts, end]) + "\n"


def _grouped(message: AlertMessage) -> list[tuple[AlertTurn, list[Alert]]]:
    """Return the changes; alerts of one kind that say the same are told together."""

    def same(change: AlertChange) -> tuple[AlertTurn, str, str]:
        return change.turn, change.alert.kind, change.alert.message

    order = {same(change): number for number, change in reversed(list(enumerate(message.changes)))}
    ordered = sorted(message.changes, key=lambda change: order[same(change)])
    return [(turn, [item.alert for item in items]) for (turn, _, _), items in groupby(ordered, key=same)]


def _head(turn: AlertTurn, alerts: Sequence[Alert]) -> str:
    first = alerts[0]
    named = ", ".join(_name(alert) for alert in alerts[:3])
    if len(alerts) > 3:
        named += f" and {len(alerts) - 3} more"
    if turn == "cleared":
        return f"well again: {named}"
    code = code_of(first)
    match first.kind:
        case "failing":
            return f"{named} {'fails' if len(alerts) == 1 else 'fail'}{f' ({code})' if code else ''}"
        case "silence":
            return f"no run of {named} succeeds"
        case "review":
            return f"{counted(first.level, 'question waits', 'questions wait')} for a decision"
        case "drift":
            return f"{counted(first.level, 'difference')} that nobody waits for"
        case "notifications":
            return f"{named} does not call back"
        case _:
            return f"{neutral(first.kind)} {named}"


def _name(alert: Alert) -> str:
    return {"*": "every run", "queue": "the review queue"}.get(alert.subject) or neutral(alert.subject)


def _part(turn: AlertTurn, alerts: Sequence[Alert], message: AlertMessage) -> str:
    first = alerts[0]
    since = min(alert.since for alert in alerts)
    if turn == "cleared":
        return f"{_head(turn, alerts)}\n\nIt lasted since {_utc(since)}. It was:\n{what_of(first)}"
    advice = advice_on(first, message.environment)
    more = "; it got worse since it was told" if turn == "worse" else ""
    lines = [
        f"{_head(turn, alerts)}, since {_utc(since)}{more}",
        "",
        what_of(first),
        "",
        f"What it means: {advice.meaning}.",
        f"What to do: {advice.help}",
        *(f"    {neutral(command)}" for command in advice.commands),
    ]
    return "\n".join(lines)


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
