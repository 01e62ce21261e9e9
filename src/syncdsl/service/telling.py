"""Alerts on their way: handed to every receiver by a thread of its own, again and again until it takes them.

A receiver that is slow or away delays no run and no other receiver. What waits stays in order.
"""

from __future__ import annotations

import datetime as dt
import logging
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from syncdsl.adapters.services import SystemClock
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.service import ALERT_UNSENT
from syncdsl.project.credentials import variable_of
from syncdsl.render.alert_text import AlertMessage
from syncdsl.render.style import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import tenacity

    from syncdsl.adapters.services import Clock
    from syncdsl.project.schedules import AlertsTable

FIRST_SECONDS, LONGEST_SECONDS = 5.0, 900.0
"""How long a receiver that failed is left alone; each time twice as long, up to the longest."""

MOST = 1000
"""Messages that wait for one receiver. What comes then is taken when there is room again."""

LOOK_SECONDS = 0.25
"""How often the clock is looked at while waiting: it may be one that is moved."""

log = logging.getLogger(__name__)


class Channel(Protocol):
    """A way to tell somebody. `name` says which, without anything secret."""

    name: str

    def send(self, message: AlertMessage) -> None:
        """Hand a message over. Raises Fault SD876 when it was not taken."""
        ...


@dataclass(slots=True, kw_only=True)
class _Letter:
    """A message, how many receivers have yet to take it, and what to call when all have."""

    message: AlertMessage
    done: Callable[[], None]
    left: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def taken(self) -> None:
        """Count a receiver that took it."""
        with self.lock:
            self.left -= 1
            last = self.left == 0
        if last:
            self.done()


class Teller:
    """Takes messages at once, and hands them to every receiver in their order. For all threads."""

    def __init__(self, channels: Sequence[Channel], clock: Clock | None = None) -> None:
        self._senders = [_Sender(channel, clock or SystemClock()) for channel in channels]

    @property
    def waiting(self) -> dict[str, int]:
        """How many messages wait for each receiver."""
        return {sender.channel.name: sender.waiting for sender in self._senders}

    def tell(self, message: AlertMessage, done: Callable[[], None]) -> bool:
        """Take a message; `done` is called, by another thread, once every receiver has it.

        Returns False when too many wait already: it has to be given again later.
        """
        if any(sender.waiting >= MOST for sender in self._senders):
            return False
        letter = _Letter(message=message, done=done, left=len(self._senders))
        if not self._senders:
            done()
        for sender in self._senders:
            sender.put(letter)
        return True

    def close(self, seconds: float = 10.0) -> None:
        """Try what waits once more, and end after as many seconds of the machine's clock at the latest."""
        for sender in self._senders:
            sender.end()
        until = time.monotonic() + seconds
        for sender in self._senders:
            sender.join(until - time.monotonic())


class _Sender:
    """The thread of one receiver; it is started by the first message."""

    def __init__(self, channel: Channel, clock: Clock) -> None:
        self.channel = channel
        self._clock = clock
        self._letters: deque[_Letter] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._told_trouble = False

    @property
    def waiting(self) -> int:
        """How many messages wait, the one under way among them."""
        return len(self._letters)

    def put(self, letter: _Letter) -> None:
        """Take a message."""
        with self._changed:
            self._letters.append(letter)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=f"alerts to {self.channel.name}", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def end(self) -> None:
        """Wait no longer between attempts, and end when one fails or none is left."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def join(self, seconds: float) -> None:
        """Wait for the end of the thread, for as many seconds at most."""
        if self._thread is not None:
            self._thread.join(max(0.0, seconds))

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._letters or self._closing)
                if not self._letters:
                    return
                letter = self._letters[0]
            try:
                self._send(letter.message)
            except Exception as error:  # noqa: BLE001 - the last word of a receiver at the end; the rest is kept
                log.warning(
                    "%s did not reach %s: %s",
                    counted(self.waiting, "alert"),
                    self.channel.name,
                    error if isinstance(error, Fault) else type(error).__name__,
                )
                return
            with self._changed:
                self._letters.popleft()
            letter.taken()

    def _send(self, message: AlertMessage) -> None:
        """Send until it is taken, or until the end."""
        import tenacity  # noqa: PLC0415 - only needed when something is wrong

        trying = tenacity.Retrying(
            wait=tenacity.wait_exponential(multiplier=FIRST_SECONDS, max=LONGEST_SECONDS),
            stop=lambda _state: self._closing,
            sleep=self._pause,
            before_sleep=self._say_once,
            reraise=True,
        )
        trying(self.channel.send, message)
        if self._told_trouble:
            log.info("%s takes alerts again", self.channel.name)
        self._told_trouble = False

    def _pause(self, seconds: float) -> None:
        """Wait by the clock that was given, which may be moved, and no longer than until the end."""
        try:
            until = self._clock.monotonic() + seconds
            with self._changed:
                while not self._closing and self._clock.monotonic() < until:
                    self._changed.wait(LOOK_SECONDS)
        except Fault:
            with self._changed:
                self._changed.wait_for(lambda: self._closing, LOOK_SECONDS)

    def _say_once(self, state: tenacity.RetryCallState) -> None:
        if self._told_trouble:
            return
        self._told_trouble = True
        error = state.outcome.exception() if state.outcome is not None else None
        said = error.message if isinstance(error, Fault) else f"a mistake of ours ({type(error).__name__})"
        log.warning("an alert is not sent yet, and tried again until it is: %s", said)


def channels_of(settings: AlertsTable) -> tuple[Channel, ...]:
    """Return whom the settings say to tell.

    Raises Fault SD602 and SD606 for settings that cannot be used; SD612 and SD620 when a keyring cannot.
    """
    channels: list[Channel] = []
    if settings.webhook is not None:
        from syncdsl.service.alert_webhook import Webhook  # noqa: PLC0415 - only the ways that are used

        example = "https://chat.example.com/hooks/…"
        channels.append(Webhook(variable_of("webhook of `[alerts]`", settings.webhook, example)))
    if settings.email is not None:
        from syncdsl.service.alert_mail import Mail  # noqa: PLC0415 - the same

        channels.append(Mail(settings.email))
    return tuple(channels)


def send_test(settings: AlertsTable, *, environment: str = "test", now: dt.datetime | None = None) -> tuple[str, ...]:
    """Send a test to everybody whom the settings name, and return who took it.

    Raises Fault SD876 with what a receiver said, or when the settings name none, and those of `channels_of`.
    """
    channels = channels_of(settings)
    if not channels:
        raise Fault(
            ALERT_UNSENT,
            "`[alerts]` in syncdsl.toml names nobody to tell",
            help='add `webhook = "https://…"` (or `"env:NAME"`) to `[alerts]`, or a table `[alerts.email]` with '
            "`server`, `from` and `to`",
        )
    for channel in channels:
        channel.send(
            AlertMessage(
                id=uuid4().hex,
                environment=environment,
                host=socket.gethostname(),
                at=now or dt.datetime.now(dt.UTC),
                changes=(),
            )
        )
    return tuple(channel.name for channel in channels)
