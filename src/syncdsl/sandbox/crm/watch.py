"""`/actions/watch`: subscribing to changes, renewing, and ending it (Zoho CRM API v8, Notifications).

The sandbox calls addresses of this machine alone; any other one is refused when a channel is made.
"""

from dataclasses import replace
from typing import Any

from syncdsl.sandbox.clock import Clock, second_of
from syncdsl.sandbox.crm.asking import page_size, whole_number
from syncdsl.sandbox.crm.catalogue import Catalogue
from syncdsl.sandbox.crm.envelope import entry, missing_parameter, refused
from syncdsl.sandbox.crm.notifying import EVENTS, Channel, Condition, Watching
from syncdsl.sandbox.crm.rendering import moment
from syncdsl.sandbox.crm.sent import sent_body, sent_objects
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.outgoing import is_loopback

LONGEST_LIFE = 7 * 24 * 3600
LIFE = 3600
LONGEST_TOKEN = 50
CHANNEL_LIMIT = 100
"""Channels of one call."""
SUBSCRIBED = "Successfully subscribed for actions-watch of the given module"
UPDATED = "Successfully updated the subscribe details"
REMOVED = "Successfully removed the subscribe details"
ENDED = "Successfully un-subscribed from actions-watch"
_WORDS = frozenset({*EVENTS.values(), "all"})


class _WrongError(Exception):
    """A channel is not taken; `entry` is what its place in the reply says."""

    def __init__(self, entry: dict[str, Any]) -> None:
        super().__init__(entry["message"])
        self.entry = entry


class Subscriptions:
    """The calls about notification channels. A call with a failed entry is HTTP 202."""

    def __init__(self, clock: Clock, catalogue: Catalogue, watching: Watching) -> None:
        self._clock = clock
        self._catalogue = catalogue
        self._watching = watching

    def enable(self, call: Call) -> Reply:
        """Answer `POST`: make channels, or give those that exist other terms."""
        return self._each(call, self._enabled, all_well=201)

    def replace(self, call: Call) -> Reply:
        """Answer `PUT`: give channels that exist other terms."""
        return self._each(call, self._replaced, all_well=200)

    def change(self, call: Call) -> Reply:
        """Answer `PATCH`: change some terms of channels, or with `_delete_events` take events out."""
        return self._each(call, self._changed, all_well=200)

    def listed(self, call: Call) -> Reply:
        """Answer `GET`: one entry for each module of a channel; 204 without any."""
        size, page = page_size(call), whole_number(call, "page", 1)
        channel_id, module = call.query.get("channel_id"), call.query.get("module")
        if module is not None and self._catalogue.record_module(module) is None:
            raise refused(400, "INVALID_MODULE", "the module name given seems to be invalid", {"param_name": "module"})
        rows = [
            {**self._event(call, channel, name), **_terms(channel, name)}
            for channel in self._watching.channels()
            for name in channel.modules
            if channel_id in {None, channel.id} and module in {None, name}
        ]
        shown = rows[(page - 1) * size : page * size]
        if not shown:
            return Reply(status=204)
        info = {"per_page": size, "count": len(shown), "page": page, "more_records": len(rows) > page * size}
        return Reply(content={"watch": shown, "info": info})

    def disable(self, call: Call) -> Reply:
        """Answer `DELETE ?channel_ids=`."""
        identities = [item.strip() for item in call.query.get("channel_ids", "").split(",") if item.strip()]
        if not identities:
            raise missing_parameter("channel_ids")
        entries = []
        for identity in identities:
            if (channel := self._watching.channel(identity)) is None:
                entries.append(_not_subscribed(identity))
                continue
            self._watching.forget(identity)
            details = {
                "resource_uri": f"{call.base_url}/crm/v8/{channel.modules[0]}",
                "resource_id": self._catalogue.described[channel.modules[0]].id,
                "channel_id": identity,
            }
            entries.append({"status": "success", "code": "SUCCESS", "message": ENDED, "details": details})
        return _reply(entries, all_well=200)

    def _each(self, call: Call, take: Any, *, all_well: int) -> Reply:
        entries = []
        for index, sent in enumerate(_sent(call)):
            try:
                channel, message = take(sent, f"$.watch[{index}]")
            except _WrongError as wrong:
                entries.append(wrong.entry)
                continue
            events = [self._event(call, channel, name) for name in channel.modules]
            entries.append({"status": "success", "code": "SUCCESS", "message": message, "details": {"events": events}})
        return _reply(entries, all_well=all_well)

    def _enabled(self, sent: dict[str, Any], path: str) -> tuple[Channel, str]:
        channel = self._channel(sent, path)
        self._watching.keep(channel)
        return channel, SUBSCRIBED

    def _replaced(self, sent: dict[str, Any], path: str) -> tuple[Channel, str]:
        channel = self._channel(sent, path)
        self._subscribed(channel.id)
        self._watching.keep(channel)
        return channel, UPDATED

    def _changed(self, sent: dict[str, Any], path: str) -> tuple[Channel, str]:
        known = self._subscribed(_identity(sent, path))
        if sent.get("_delete_events") is True:
            gone = set(self._events(sent, path))
            left = tuple(event for event in known.events if event not in gone)
            if left:
                self._watching.keep(replace(known, events=left))
            else:
                self._watching.forget(known.id)
            return known, REMOVED
        given = {name: value for name, value in sent.items() if value is not None}
        whole = {
            "events": list(dict.fromkeys([*known.events, *self._events(sent, path)]))
            if "events" in given
            else list(known.events),
            "notify_url": known.notify_url,
            "token": known.token,
            "return_affected_field_values": known.values,
            "notify_on_related_action": known.related,
        }
        terms = {**whole, **{name: value for name, value in given.items() if name != "events"}}
        channel = self._channel({**terms, "channel_id": known.id}, path)
        if "channel_expiry" not in given:
            channel = replace(channel, expires=known.expires)
        if "notification_condition" not in given:
            channel = replace(channel, conditions=known.conditions)
        self._watching.keep(channel)
        return channel, UPDATED

    def _subscribed(self, identity: str) -> Channel:
        if (channel := self._watching.channel(identity)) is None:
            raise _WrongError(_not_subscribed(identity))
        return channel

    def _channel(self, sent: dict[str, Any], path: str) -> Channel:
        token, url = sent.get("token"), sent.get("notify_url")
        if token is not None and not (isinstance(token, str) and len(token) <= LONGEST_TOKEN):
            raise _invalid("token", path, maximum_length=LONGEST_TOKEN)
        identity, events = _identity(sent, path), self._events(sent, path)
        if url is None:
            raise _missing("notify_url", path)
        if not isinstance(url, str) or not is_loopback(url):
            raise _invalid("notify_url", path, expected_data_type="url of this machine")
        return Channel(
            id=identity,
            events=tuple(events),
            notify_url=url,
            token=token,
            expires=self._expiry(sent, path),
            values=_flag(sent, "return_affected_field_values", path),
            related=_flag(sent, "notify_on_related_action", path),
            conditions=self._conditions(sent, path),
        )

    def _events(self, sent: dict[str, Any], path: str) -> list[str]:
        events = sent.get("events")
        if events is None:
            raise _missing("events", path)
        if not isinstance(events, list) or not events:
            raise _invalid("events", path, expected_data_type="jsonarray")
        for index, event in enumerate(events):
            module, _, word = event.partition(".") if isinstance(event, str) else ("", "", "")
            if self._catalogue.record_module(module) is None or word not in _WORDS:
                raise _WrongError(
                    entry(
                        "INVALID_DATA", "invalid data", {"api_name": "events", "json_path": f"{path}.events[{index}]"}
                    )
                )
        return list(dict.fromkeys(events))

    def _expiry(self, sent: dict[str, Any], path: str) -> int:
        given, now = sent.get("channel_expiry"), self._clock.now()
        if given is None:
            return now + LIFE
        second = second_of(given) if isinstance(given, str) else None
        if second is None:
            raise _invalid("channel_expiry", path, expected_data_type="datetime")
        if not now < second <= now + LONGEST_LIFE:
            raise _invalid("channel_expiry", path, range={"from": moment(now), "to": moment(now + LONGEST_LIFE)})
        return second

    def _conditions(self, sent: dict[str, Any], path: str) -> tuple[Condition, ...]:
        given = sent.get("notification_condition") or []
        if not isinstance(given, list):
            raise _invalid("notification_condition", path, expected_data_type="jsonarray")
        return tuple(self._condition(item, path) for item in given)

    def _condition(self, item: Any, path: str) -> Condition:
        try:
            module = self._catalogue.records[item["module"]["api_name"]]
            selected = item["field_selection"]
            members = selected.get("group") or [selected]
            fields = tuple(member["field"]["api_name"] for member in members)
            operator = selected.get("group_operator") or "or"
            sound = (
                item["type"] == "field_selection" and operator in {"and", "or"} and all(map(module.fields.get, fields))
            )
        except (AttributeError, KeyError, TypeError):
            sound = False
        if not sound:
            raise _invalid("notification_condition", path)
        return Condition(module=module.api_name, fields=fields, every=operator == "and")

    def _event(self, call: Call, channel: Channel, module: str) -> dict[str, Any]:
        return {
            "channel_expiry": moment(channel.expires),
            "resource_uri": f"{call.base_url}/crm/v8/{module}",
            "resource_id": self._catalogue.described[module].id,
            "resource_name": module,
            "channel_id": channel.id,
            "notification_condition": [
                self._shown_condition(condition) for condition in channel.conditions if condition.module == module
            ],
        }

    def _shown_condition(self, condition: Condition) -> dict[str, Any]:
        module = self._catalogue.described[condition.module]
        return {
            "type": "field_selection",
            "module": {"api_name": module.api_name, "id": module.id},
            "field_selection": {
                "group_operator": "and" if condition.every else "or",
                "group": [{"field": {"api_name": name, "id": module.field_id(name)}} for name in condition.fields],
            },
        }


def _terms(channel: Channel, module: str) -> dict[str, Any]:
    return {
        "events": [event for event in channel.events if event.partition(".")[0] == module],
        "notify_url": channel.notify_url,
        "token": channel.token,
        "fields": None,
        "notify_on_related_action": channel.related,
        "return_affected_field_values": channel.values,
    }


def _sent(call: Call) -> list[dict[str, Any]]:
    """Return the channels of a call's body. Raises the refusal of anything else."""
    return sent_objects(sent_body(call), "watch", most=CHANNEL_LIMIT)


def _identity(sent: dict[str, Any], path: str) -> str:
    identity = sent.get("channel_id")
    if identity is None:
        raise _missing("channel_id", path)
    text = str(identity)
    if isinstance(identity, bool) or not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise _invalid("channel_id", path, expected_data_type="bigint")
    return text


def _flag(sent: dict[str, Any], name: str, path: str) -> bool:
    value = sent.get(name)
    if value is not None and not isinstance(value, bool):
        raise _invalid(name, path, expected_data_type="boolean")
    return bool(value)


def _missing(name: str, path: str) -> _WrongError:
    details = {"api_name": name, "json_path": f"{path}.{name}"}
    return _WrongError(entry("MANDATORY_NOT_FOUND", "required field not found", details))


def _invalid(name: str, path: str, **details: Any) -> _WrongError:
    return _WrongError(
        entry("INVALID_DATA", "invalid data", {**details, "api_name": name, "json_path": f"{path}.{name}"})
    )


def _not_subscribed(identity: str) -> dict[str, Any]:
    return entry("NOT_SUBSCRIBED", "Not subscribed for actions-watch of the given module", {"channel_id": identity})


def _reply(entries: list[dict[str, Any]], *, all_well: int) -> Reply:
    failed = any(item["status"] == "error" for item in entries)
    return Reply(status=202 if failed else all_well, content={"watch": entries})
