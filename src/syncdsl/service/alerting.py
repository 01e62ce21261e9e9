"""What has to be told: from how an environment stands and what is open already to what changed. Nothing is sent here.

An alert is one thing that is wrong, named by its kind and subject. It is told when it begins, when it gets much worse,
and when it is over: once each, however often it is looked at, and whatever was restarted in between, because what was
told is kept with the state. Its message is a line of what is wrong, and the lines below it say what to do.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never, get_args

from syncdsl.project.schedules import seconds_of
from syncdsl.render.alert_text import AlertKind
from syncdsl.render.style import counted
from syncdsl.service.facts import in_words
from syncdsl.state import Alert
from syncdsl.state.operating import NOTICES, VERIFY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from syncdsl.project.schedules import AlertsTable
    from syncdsl.service.facts import Facts
    from syncdsl.state import Attempt

EVERYTHING = "*"
"""The subject of what keeps every run from beginning. No part of a schedule can have this name."""

QUEUE = "queue"
"""The subject of the alert on open questions: there is one queue."""

MAY_PASS, NEEDS_SOMEBODY = 1, 2
"""Levels of what fails: it may be over by itself, or somebody has to do something."""

PASSING = frozenset(
    {
        "SD701",  # unreachable: networks and systems come back
        "SD704",  # rate-limited: the limits of a day or a minute end
        "SD705",  # unexpected-answer: what a system in trouble says, most often
        "SD709",  # left-alone: the pause after many failures ends by itself
        "SD802",  # stale-change-set: the next run decides anew
        "SD804",  # lease-held: the other run ends
        "SD808",  # no-state: a server that restarts, a disk that was full and has room again
        "SD810",  # failed-writes: tried again by every run, and each is in the review queue
        "SD811",  # held-records: the same
        "SD836",  # links-moved-on: the next run reads them anew
        "SD840",  # incomplete-reading: the next run reads again
    }
)
"""Faults that the next run may not meet any more. Every other one stays until somebody acts: credentials that were
revoked (SD702, SD703, SD606, SD620), a guard (SD801, SD871), another organisation or currency (SD706, SD807, SD809), a
damaged or newer state (SD805, SD806), settings (SD6xx), rules (SD83x), a mistake of ours (SD901). Those are told at
once, as is a code that is not known here: better early than never."""

_TIMES_EXPECTED = 3

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What changed: alerts that began, those that got worse, and those that are over, each as it is from now on."""

    raised: tuple[Alert, ...] = ()
    worse: tuple[Alert, ...] = ()
    cleared: tuple[Alert, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.raised or self.worse or self.cleared)


def key_of(alert: Alert) -> Key:
    """Return what names an alert."""
    return alert.kind, alert.subject


def judge(facts: Facts, settings: AlertsTable, alerts: Iterable[Alert]) -> Judged:
    """Return what changed since `alerts` were open."""
    known = {key_of(alert): alert for alert in alerts}
    raised: list[Alert] = []
    worse: list[Alert] = []
    standing: set[Key] = set()
    for kind in get_args(AlertKind):
        for alert in _found(kind, facts, settings, known):
            standing.add(key_of(alert))
            before = known.get(key_of(alert))
            if before is None:
                raised.append(alert)
            elif _is_worse(before, alert):
                worse.append(replace(alert, since=before.since))
    over = [alert for key, alert in known.items() if key not in standing and _is_over(alert, facts)]
    return Judged(raised=tuple(raised), worse=tuple(worse), cleared=tuple(over))


def _found(kind: AlertKind, facts: Facts, settings: AlertsTable, known: Mapping[Key, Alert]) -> Iterator[Alert]:
    """Yield the alerts of a kind that the facts give reason for."""
    match kind:
        case "failing":
            yield from _failing(facts, settings, known)
        case "silence":
            yield from _silence(facts, settings, known)
        case "review":
            yield from _review(facts, settings)
        case "drift":
            yield from _drift(facts)
        case "notifications":
            for connection, problem in facts.call_backs.items():
                if (kind, connection) not in known and any(part.failures for part in facts.attempts.values()):
                    # A system that does not answer runs does not take subscriptions either: that is one alert.
                    continue
                yield Alert(kind=kind, subject=connection, since=facts.now, message=problem)
        case _:
            assert_never(kind)


def _failing(facts: Facts, settings: AlertsTable, known: Mapping[Key, Alert]) -> Iterator[Alert]:
    if facts.blocked is not None and not facts.held:
        fault = facts.blocked
        yield Alert(
            kind="failing",
            subject=EVERYTHING,
            since=facts.now,
            message=_message(fault.code.id, fault.message, fault.help),
            level=MAY_PASS if fault.code.id in PASSING else NEEDS_SOMEBODY,
        )
    for attempt in facts.attempts.values():
        if ("failing", attempt.part) not in known and _says_nothing_new(attempt, facts):
            continue
        level = MAY_PASS if attempt.code in PASSING else NEEDS_SOMEBODY
        if attempt.failures >= settings.failures or (attempt.failures and level == NEEDS_SOMEBODY):
            yield Alert(
                kind="failing",
                subject=attempt.part,
                since=attempt.failing_since or attempt.tried,
                message=_message(attempt.code or "SD901", attempt.message or "a run ended early", attempt.help),
                level=level,
            )


def _says_nothing_new(attempt: Attempt, facts: Facts) -> bool:
    """Return whether a verify or what call-backs tell fails for a reason that runs meet, too, or that may be over.

    The cause is told once; and where a run has succeeded since, it is tried again before anybody is told.
    """
    if attempt.part not in {VERIFY, NOTICES}:
        return False
    runs = [other for other in facts.attempts.values() if other.part not in {VERIFY, NOTICES}]
    return any(
        (other.failures and other.code == attempt.code)
        or (other.succeeded is not None and other.succeeded > attempt.tried)
        for other in runs
    )


def _silence(facts: Facts, settings: AlertsTable, known: Mapping[Key, Alert]) -> Iterator[Alert]:
    """Yield the parts that should have run by now. What is told as failing already says why nothing succeeds."""
    if facts.held or facts.blocked is not None:
        return
    failing = {attempt.subject for attempt in _failing(facts, settings, known)}
    for part, expected in facts.expected.items():
        if expected is None or (part in failing and ("silence", part) not in known):
            continue
        attempt = facts.attempts.get(part)
        last = attempt.succeeded if attempt is not None else None
        since = max(facts.due_since, last) if last is not None else facts.due_since
        if (facts.now - since).total_seconds() > _patience(expected, settings):
            when = f"the last one was at {_utc(last)}" if last is not None else "none ever did"
            yield Alert(
                kind="silence",
                subject=part,
                since=since,
                message=f"no run of `{part}` succeeded since {_utc(since)}; {when}, and one is due every "
                f"{_duration(expected)}",
            )


def _patience(expected: float, settings: AlertsTable) -> float:
    """Return the seconds without a success that are too many; a part that runs rarely cannot be silent sooner."""
    chosen = seconds_of(settings.silence) if settings.silence is not None else None
    return chosen if chosen is not None and chosen >= expected else _TIMES_EXPECTED * expected


def _review(facts: Facts, settings: AlertsTable) -> Iterator[Alert]:
    count = sum(facts.reviews.values())
    if count >= settings.review_items:
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(facts.reviews.items()) if number)
        refused = f"; {counted(facts.failed_writes, 'refused write')} among them" if facts.failed_writes else ""
        yield Alert(
            kind="review",
            subject=QUEUE,
            since=facts.now,
            message=f"{counted(count, 'question waits', 'questions wait')} for a decision ({kinds}){refused}",
            level=count,
        )


def _drift(facts: Facts) -> Iterator[Alert]:
    if facts.drift is not None and facts.drift.count:
        found = in_words(facts.drift)
        level = facts.drift.count
        yield Alert(kind="drift", subject=VERIFY, since=facts.now, message=f"both sides have {found}", level=level)


def _is_worse(before: Alert, now: Alert) -> bool:
    """Return whether an alert that is open has to be told again."""
    if now.kind == "failing":
        other = now.level == NEEDS_SOMEBODY and _code(before) != _code(now)
        return now.level > before.level or other
    return before.level > 0 and now.level >= 2 * before.level


def _is_over(alert: Alert, facts: Facts) -> bool:
    """Return whether an alert that the facts give no more reason for is over; some facts only say that nobody knows."""
    if alert.kind == "silence":
        attempt: Attempt | None = facts.attempts.get(alert.subject)
        if facts.expected.get(alert.subject) is None:
            return True
        # A restart and a pause begin the count anew, and end no silence.
        return attempt is not None and attempt.succeeded is not None and attempt.succeeded > alert.since
    if alert.kind == "failing" and alert.subject == EVERYTHING:
        return not facts.held or facts.blocked is None
    return alert.kind != "drift" or facts.drift is not None


def _code(alert: Alert) -> str:
    return alert.message.partition(":")[0]


def _message(code: str, message: str, advice: str | None) -> str:
    said = f"{code}: {' '.join(message.split())}"
    return f"{said}\n{advice}" if advice else said


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def _duration(seconds: float) -> str:
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= unit and seconds % unit == 0:
            return counted(round(seconds / unit), name)
    return counted(round(seconds), "second")
