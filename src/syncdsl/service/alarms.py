"""The alerts of all environments of a daemon: what is open, what was told, and what of it the state knows.

What is open is kept in memory and written to the state, so that a restart repeats nothing and loses nothing; while the
state cannot be written, memory goes on alone. An alert that was not told yet has no `told` in the state: after a
restart it is told. One that is over stays there until that was told, too.
"""

from __future__ import annotations

import logging
import socket
from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.render.alert_text import AlertChange, AlertMessage, what_of
from syncdsl.schema.digest import digest
from syncdsl.service.alerting import judge, key_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from syncdsl.project.schedules import AlertsTable
    from syncdsl.service.alerting import Judged, Key
    from syncdsl.service.facts import Facts
    from syncdsl.service.telling import Teller
    from syncdsl.state import Alert, State

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Entry:
    """An alert, whether it is over, and the number of the last change of it that has to be told."""

    alert: Alert
    over: bool = False
    number: int = 0


@dataclass(slots=True, kw_only=True)
class _Pair:
    """What is known of one environment; only its own thread uses it, but for `delivered`.

    `kept` is what the state holds. `pending` are changes that nobody took over yet, with their numbers; `delivered`
    those that were told.
    """

    entries: dict[Key, _Entry] = field(default_factory=dict)
    kept: dict[Key, Alert] | None = None
    pending: list[tuple[int, AlertChange]] = field(default_factory=list)
    delivered: deque[tuple[int, Key]] = field(default_factory=deque)
    number: int = 0
    unwritable: bool = False


class Alarms:
    """Tells each change once. Threads use it at the same time, each for the environment of its own."""

    def __init__(self, settings: AlertsTable, teller: Teller) -> None:
        self._settings = settings
        self._teller = teller
        self._pairs: dict[str, _Pair] = {}

    def look(self, facts: Facts, state: State | None) -> None:
        """Tell what changed in an environment. Returns at once, and raises nothing because nobody could be told.

        Without a `state`, or with one that cannot be written, alerts are told all the same.
        """
        pair = self._pairs.setdefault(facts.environment, _Pair())
        _load(pair, state)
        _settle(pair, facts.now)
        # What was not told before a restart begins; only then what is over by now.
        self._offer(pair, facts)
        standing = [entry.alert for entry in pair.entries.values() if not entry.over]
        _take(pair, judge(facts, self._settings, standing))
        self._offer(pair, facts)
        _settle(pair, facts.now)
        _keep(pair, state)

    def settle(self, environment: str, now: dt.datetime, state: State | None) -> None:
        """Remember in the state what was told since the last look: at the end of a daemon."""
        pair = self._pairs.get(environment)
        if pair is not None:
            _settle(pair, now)
            _keep(pair, state)

    def open(self, environment: str) -> tuple[Alert, ...]:
        """Return the alerts that are open, the oldest first."""
        pair = self._pairs.get(environment, _Pair())
        found = [entry.alert for entry in pair.entries.values() if not entry.over]
        return tuple(sorted(found, key=lambda alert: (alert.since, key_of(alert))))

    def _offer(self, pair: _Pair, facts: Facts) -> None:
        """Hand over what is to be told, as one message; what is not taken is offered again by the next look."""
        if not pair.pending:
            return
        numbers = [(number, key_of(change.alert)) for number, change in pair.pending]
        changes = tuple(change for _, change in pair.pending)
        message = AlertMessage(
            id=digest([facts.environment, facts.now.isoformat(), [[number, list(key)] for number, key in numbers]])[
                :16
            ],
            environment=facts.environment,
            host=socket.gethostname(),
            at=facts.now,
            changes=changes,
        )
        if self._teller.tell(message, partial(pair.delivered.extend, numbers)):
            pair.pending.clear()


def _load(pair: _Pair, state: State | None) -> None:
    """Take over what the state knows, once: what was open before the daemon began."""
    if pair.kept is not None or state is None:
        return
    try:
        alerts = state.alerts()
    except Fault:
        return
    pair.kept = {key_of(alert): alert for alert in alerts}
    for key, alert in pair.kept.items():
        if key in pair.entries:
            continue
        pair.entries[key] = _Entry(alert=alert)
        if alert.told is None:
            _change(pair, AlertChange(turn="raised", alert=alert))


def _settle(pair: _Pair, now: dt.datetime) -> None:
    """Take in what was told meanwhile; what changed again since is another change, which is still on its way."""
    while pair.delivered:
        number, key = pair.delivered.popleft()
        entry = pair.entries.get(key)
        if entry is None or entry.number != number:
            continue
        if entry.over:
            del pair.entries[key]
        else:
            entry.alert = replace(entry.alert, told=now)


def _take(pair: _Pair, judged: Judged) -> None:
    """Take over what changed, and say so in the log."""
    for alert in judged.raised:
        log.warning("alert: %s of %s: %s", alert.kind, alert.subject, what_of(alert))
        pair.entries[key_of(alert)] = _Entry(alert=alert)
        _change(pair, AlertChange(turn="raised", alert=alert))
    for alert in judged.worse:
        log.warning("alert, worse: %s of %s: %s", alert.kind, alert.subject, what_of(alert))
        pair.entries[key_of(alert)].alert = alert
        _change(pair, AlertChange(turn="worse", alert=alert))
    for alert in judged.cleared:
        log.info("alert is over: %s of %s", alert.kind, alert.subject)
        waiting = [item for item in pair.pending if key_of(item[1].alert) == key_of(alert)]
        if any(change.turn == "raised" for _, change in waiting):
            # It came and went while nobody could be told, and too much else waits: there is nothing left to do.
            pair.pending = [item for item in pair.pending if item not in waiting]
            del pair.entries[key_of(alert)]
            continue
        pair.entries[key_of(alert)].over = True
        _change(pair, AlertChange(turn="cleared", alert=alert))


def _change(pair: _Pair, change: AlertChange) -> None:
    pair.number += 1
    pair.entries[key_of(change.alert)].number = pair.number
    pair.pending.append((pair.number, change))


def _keep(pair: _Pair, state: State | None) -> None:
    """Write to the state what it does not know yet."""
    if state is None or pair.kept is None:
        return
    wanted = {key: entry.alert for key, entry in pair.entries.items()}
    changed = [alert for key, alert in wanted.items() if pair.kept.get(key) != alert]
    gone = [alert for key, alert in pair.kept.items() if key not in wanted]
    try:
        _write(state, changed, gone)
    except Fault as fault:
        if not pair.unwritable:
            log.warning("alerts are kept in memory alone, because the state cannot be written: %s", fault.message)
        pair.unwritable = True
        return
    pair.unwritable = False
    pair.kept = wanted


def _write(state: State, changed: Iterable[Alert], gone: Iterable[Alert]) -> None:
    if changed:
        state.put_alerts(changed)
    if gone:
        state.close_alerts(gone)
