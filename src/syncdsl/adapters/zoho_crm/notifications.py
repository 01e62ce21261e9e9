"""Being told of changes: channels of `actions/watch` (Zoho CRM API v8, Notifications).

One channel stands for one organisation and one address, under a number that follows from both, so subscribing again
changes the channel that is there and never makes a second one. A call-back carries the channel's token and nothing else
that proves where it comes from.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.notifications import Callback, ForgedError, Notice, Subscription
from syncdsl.adapters.zoho.stamps import read_instant, write_instant
from syncdsl.adapters.zoho_crm.dialect import describe
from syncdsl.adapters.zoho_crm.modules import USERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.adapters.transport.answer import Answer
    from syncdsl.adapters.zoho_crm.api import Api

PATH = "/actions/watch"
LIFE = dt.timedelta(days=7) - dt.timedelta(hours=1)
"""How long a channel is asked for: the CRM allows a week, counted by its own clock when the call arrives."""

LONGEST_TOKEN = 50
"""Characters of a channel's token."""

ENDED = "NOT_SUBSCRIBED"
EVERY = "all"
"""The event that stands for creating, editing and deleting."""


class Notifications:
    """The channels of one connection. `organization` returns the id of its organisation."""

    def __init__(self, api: Api, organization: Callable[[], str]) -> None:
        self._api = api
        self._organization = organization

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return the channels that this program made, whatever their address."""
        channels, _ = self._channels()
        return channels

    def subscribe(self, modules: Sequence[str], *, url: str, secret: str) -> Subscription:
        """Make the channel of an address, or give the one that is there these modules and a full life.

        Raises Fault: SD707 when the CRM does not watch a module, SD705 when the channel is refused.
        """
        for module in modules:
            self._watchable(module)
        channel = channel_id(self._organization(), url)
        existing, now = self._channels()
        known = any(item.channel == channel for item in existing)
        return self._put("PUT" if known else "POST", channel, tuple(dict.fromkeys(modules)), url, secret, now)

    def renew(self, subscription: Subscription, *, secret: str) -> Subscription:
        """Extend a channel; one that has ended is made again."""
        existing, now = self._channels()
        known = any(item.channel == subscription.channel for item in existing)
        return self._put(
            "PUT" if known else "POST", subscription.channel, subscription.modules, subscription.url, secret, now
        )

    def unsubscribe(self, subscription: Subscription) -> None:
        """End a channel; one that has ended already is no error."""
        answer = self._api.client.read("DELETE", PATH, params={"channel_ids": subscription.channel})
        self._entry(answer, fine={ENDED})

    def _channels(self) -> tuple[tuple[Subscription, ...], dt.datetime]:
        """Return our channels and the server's time; the CRM lists one row for each module of a channel."""
        organization = self._organization()
        modules: dict[tuple[str, str], list[str]] = {}
        expires: dict[tuple[str, str], dt.datetime | None] = {}
        now: dt.datetime | None = None
        for rows, answer in self._api.pages(PATH, {}, under="watch"):
            now = now or self._api.now(answer)
            for row in rows:
                url, channel = str(row.get("notify_url") or ""), str(row.get("channel_id") or "")
                if channel != channel_id(organization, url):
                    continue
                modules.setdefault((channel, url), []).extend(_modules(row))
                expires[channel, url] = read_instant(row.get("channel_expiry"))
        found = tuple(
            Subscription(
                channel=channel,
                modules=tuple(dict.fromkeys(names)),
                url=url,
                expires=expires[channel, url],
            )
            for (channel, url), names in modules.items()
        )
        if now is None:
            raise self._api.client.problems.unexpected(f"no answer to `{PATH}`")
        return found, now

    def _put(
        self, method: str, channel: str, modules: tuple[str, ...], url: str, secret: str, now: dt.datetime
    ) -> Subscription:
        """Send the whole channel; sent twice it is the same channel, so the call is repeated like a reading one."""
        expires = now + LIFE
        body = {
            "watch": [
                {
                    "channel_id": channel,
                    "events": [f"{module}.{EVERY}" for module in modules],
                    "notify_url": url,
                    "token": token_of(secret),
                    "channel_expiry": write_instant(expires),
                    "return_affected_field_values": False,
                    "notify_on_related_action": False,
                }
            ]
        }
        self._api.client.problems.redactor.learn(token_of(secret))
        entry = self._entry(self._api.client.read(method, PATH, body=body), fine={ENDED})
        if entry.get("code") == ENDED:
            # It ended between the two calls.
            entry = self._entry(self._api.client.read("POST", PATH, body=body), fine=set())
        told = [
            read_instant(event.get("channel_expiry"))
            for event in (entry.get("details") or {}).get("events") or []
            if isinstance(event, dict)
        ]
        granted = min((moment for moment in told if moment is not None), default=expires)
        return Subscription(channel=channel, modules=modules, url=url, expires=granted)

    def _entry(self, answer: Answer, *, fine: set[str]) -> dict[str, Any]:
        """Return what the CRM says about the one channel of a call; raises Fault SD705 when it is refused."""
        data = answer.data if isinstance(answer.data, dict) else {}
        listed = data.get("watch")
        entry = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else data
        if entry.get("code") in {"SUCCESS", *fine}:
            return entry
        words = self._api.client.clean(describe(entry)) or "no channel in the answer"
        raise self._api.client.problems.unexpected(f"HTTP {answer.status} to `{PATH}`: {words}")

    def _watchable(self, module: str) -> None:
        self._api.module(module)
        if module == USERS:
            raise self._api.client.problems.not_offered(f"the CRM does not tell of changes to `{module}`")


def listen(callback: Callback, *, secret: str) -> tuple[Notice, ...]:
    """Return what a call-back hints at.

    Raises ForgedError when its token is missing or another one.
    """
    data = _json(callback.body)
    token = data.get("token")
    if not isinstance(token, str):
        raise ForgedError("the call has no `token`")
    # JSON may hold halves of surrogate pairs, which no text in UTF-8 can.
    if not hmac.compare_digest(token.encode("utf-8", "replace"), token_of(secret).encode()):
        raise ForgedError("the call has another `token`")
    module, ids = data.get("module"), data.get("ids")
    if not isinstance(module, str) or not module:
        return ()
    named = ids if isinstance(ids, list) else []
    return (Notice(module=module, ids=tuple(dict.fromkeys(str(one) for one in named if isinstance(one, str | int)))),)


def channel_id(organization: str, url: str) -> str:
    """Return the number of the channel that tells an address of an organisation's changes: at most 18 digits."""
    number = int.from_bytes(blake2b(f"syncdsl {organization} {url}".encode(), digest_size=8).digest(), "big")
    return str(10**17 + number % (9 * 10**17))


def token_of(secret: str) -> str:
    """Return the token that stands for a secret: the secret itself, or a digest where it is too long for one."""
    return secret if len(secret) <= LONGEST_TOKEN else blake2b(secret.encode(), digest_size=24).hexdigest()


def _modules(row: dict[str, Any]) -> list[str]:
    """Return the modules that a row of a channel is about."""
    name = row.get("resource_name")
    events = row.get("events")
    told = [str(event).partition(".")[0] for event in events] if isinstance(events, list) else []
    return [str(name)] if name else told


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
