"""What a change set does not show: it is read by more people than may see every value.

Of sensitive fields a change set holds keyed digests, which are equal for equal values: so a saved one can be compared
with what is decided when it is applied, and that reads the values anew. With pseudonyms, whatever could tell a person
is replaced by something invented that follows from the value; it is compared, and applied, in the same way.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from syncdsl.changes.effects import Create, Hold, RecordName, Update
from syncdsl.engine.agenda import records_of
from syncdsl.plan.sensitive import sensitive_fields
from syncdsl.schema.digest import canonical_json
from syncdsl.schema.pseudonyms import SPELLED, invented, keyed_digest, pseudonym
from syncdsl.schema.types import EmailType, TextType
from syncdsl.schema.values import from_json, show, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.change_set import Privacy
    from syncdsl.changes.effects import Effect, FieldChange
    from syncdsl.engine.context import Context
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

HIDDEN = "(hidden)"
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAMED = re.compile(r"\b(\w+)\.(\w+)/([\w-]+)")
_CONFIDING = 2
"""Shorter texts than this are not looked for in what is told: they would be found everywhere."""


@dataclass(frozen=True, kw_only=True)
class Concealment:
    """What becomes of the values of a run's change set.

    `lasting`: the key is the state's own, so that others who work with the state make the same digests.
    """

    context: Context
    privacy: Privacy
    key: str
    lasting: bool

    @cached_property
    def seal(self) -> str:
        """What tells whose key it is, without telling the key."""
        return keyed_digest(self.key, "the key of hidden values")[:16]

    @cached_property
    def sensitive(self) -> frozenset[tuple[str, str, str]]:
        """The fields whose values are hidden."""
        return sensitive_fields(self.context.plan, self.context.run.schemas)

    def expectation(self, digest: str) -> str:
        """Return the precondition of a record: nobody can try what values a keyed one was made of."""
        return f"k2:{keyed_digest(self.key, digest)}"

    def shown(self, effects: Iterable[Effect]) -> tuple[Effect, ...]:
        """Return effects as a change set shows them, in their order."""
        return tuple(self._effect(effect) for effect in effects)

    def told(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Return texts about records without their values."""
        return tuple(self._text(text, self._words(self._named_in(text))) for text in texts)

    # -- one effect -------------------------------------------------------------------------------------------------

    def _effect(self, effect: Effect) -> Effect:
        words = self._words(self._records(_names(effect)))
        changed = self._changed(effect, words)
        for name in type(effect).model_fields:
            value = getattr(effect, name)
            if name == "reason":
                changed[name] = self._text(value, words)
            elif isinstance(value, RecordName):
                changed[name] = self._name(value, words)
            elif name == "candidates":
                changed[name] = tuple(self._name(candidate, words) for candidate in value)
        return effect.model_copy(update=changed)

    def _changed(self, effect: Effect, words: dict[str, str]) -> dict[str, Any]:
        """Return the values of an effect that are to be others; what its fields come to is learnt into `words`."""
        if isinstance(effect, Create | Update):
            fields = tuple(self._field(effect.record, change, words) for change in effect.fields)
            changed: dict[str, Any] = {"fields": fields} if fields != effect.fields else {}
            lines = self.context.run.schemas[effect.record.connection].modules[effect.record.module].lines_field
            hides = isinstance(effect, Create) and self._is_sensitive(effect.record, lines or "")
            return {**changed, "amount": None} if hides else changed
        if isinstance(effect, Hold) and (effect.left is not None or effect.right is not None):
            if effect.location in self._sensitive_lines:
                # What a line makes of a sensitive value need not look like it: upper case, a part of it.
                self._learn(effect.left, words)
                self._learn(effect.right, words)
                return {"left": self._hidden(effect.left), "right": self._hidden(effect.right)}
            return {
                "left": self._value(effect.left, words),
                "right": self._value(effect.right, words),
            }
        return {}

    def _field(self, record: RecordName, change: FieldChange, words: dict[str, str]) -> FieldChange:
        if self._is_sensitive(record, change.field):
            self._learn(change.old, words)
            self._learn(change.new, words)
            return change.model_copy(update={"old": self._hidden(change.old), "new": self._hidden(change.new)})
        if self.privacy == "sensitive":
            values = {"old": self._value(change.old, words), "new": self._value(change.new, words)}
        else:
            kind = self.context.type_of(record.connection, record.module, change.field)
            values = {"old": self._pseudonym(change.old, kind), "new": self._pseudonym(change.new, kind)}
            if values["old"] == values["new"] and change.old != change.new and isinstance(values["new"], str):
                values["new"] += SPELLED
            told = ((change.old, values["old"]), (change.new, values["new"]))
            words |= {before: after for before, after in told if _is_telling(before) and isinstance(after, str)}
        return change.model_copy(update=values) if values != {"old": change.old, "new": change.new} else change

    def _learn(self, data: Any, words: dict[str, str]) -> None:
        """Take note of a value that is hidden, so that texts do not tell it either."""
        text = show(from_json(data)) if data is not None else ""
        if len(text) >= _CONFIDING:
            words[text] = HIDDEN

    @cached_property
    def _sensitive_lines(self) -> frozenset[str]:
        """Where the lines stand that write a sensitive field."""
        return frozenset(
            line.location
            for pair in self.context.plan.pairs.values()
            for line in pair.lines
            for assignment, here in ((line.to_right, pair.right), (line.to_left, pair.left))
            if assignment is not None and (here.connection, here.module, assignment.target) in self.sensitive
        )

    def _is_sensitive(self, record: RecordName, field: str) -> bool:
        return (record.connection, record.module, field) in self.sensitive

    def _hidden(self, data: Any) -> Any:
        if data is None or (isinstance(data, dict) and data.keys() == {"erased"}):
            return data
        return {"hidden": keyed_digest(self.key, canonical_json(data))}

    def _value(self, data: Any, words: Mapping[str, str]) -> Any:
        """Return a value of which it is not known which field it is of: hidden where it is one that is known."""
        if data is None:
            return None
        text = show(from_json(data))
        if words.get(text) == HIDDEN:
            return self._hidden(data)
        return self._text(data, words) if isinstance(data, str) else data

    def _pseudonym(self, data: Any, kind: FieldType) -> Any:
        return data if data is None else to_json(pseudonym(from_json(data), kind, self.key))

    # -- texts ------------------------------------------------------------------------------------------------------

    def _name(self, record: RecordName, words: Mapping[str, str]) -> RecordName:
        label = self._text(record.label, words)
        if self.privacy == "pseudonyms" and label == record.label not in {record.id, ""}:
            # A record that this run did not read: nothing else is known of its label.
            label = label if label in words.values() else invented(label.casefold(), TextType(), self.key)
        return record.model_copy(update={"label": label})

    def _text(self, text: str, words: Mapping[str, str]) -> str:
        if words:
            # The longest first: one value may be a part of another one.
            pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
            text = re.sub(pattern, lambda found: words[found[0]], text)
        if self.privacy == "pseudonyms" and "@" in text:
            text = _ADDRESS.sub(lambda found: self._address(found[0]), text)
        return text

    def _address(self, text: str) -> str:
        return text if text.endswith(".invalid") else invented(text.casefold(), EmailType(), self.key)

    def _named_in(self, text: str) -> Iterator[tuple[str, Record]]:
        """Return the records that a text names as `connection.module/id`."""
        for connection, module, record_id in _NAMED.findall(text):
            record = self.context.observed_record(connection, module, record_id)
            if record is not None:
                yield connection, record

    def _records(self, names: Iterable[RecordName]) -> Iterator[tuple[str, Record]]:
        for name in names:
            record = self.context.observed_record(name.connection, name.module, name.id) if name.id else None
            if record is not None:
                yield name.connection, record

    def _words(self, records: Iterable[tuple[str, Record]]) -> dict[str, str]:
        """Return the texts of some records that may not be told, each with what is told in its place."""
        found: dict[str, str] = {}
        for connection, record in records:
            for name, value in record.fields.items():
                hidden = (connection, record.module, name) in self.sensitive
                if not hidden and (self.privacy == "sensitive" or not isinstance(value, str)):
                    continue
                text = show(value)
                if len(text) < _CONFIDING:
                    continue
                found[text] = HIDDEN if hidden else self._invented(connection, record.module, name, value)
        return {text: instead for text, instead in found.items() if text != instead}

    def _invented(self, connection: str, module: str, name: str, value: Value) -> str:
        return show(pseudonym(value, self.context.type_of(connection, module, name), self.key))


def _is_telling(value: object) -> bool:
    return isinstance(value, str) and len(value) >= _CONFIDING


def _names(effect: Effect) -> tuple[RecordName, ...]:
    """Return every record that an effect names."""
    named = (
        getattr(effect, name) for name in ("record", "source", "partner", "left", "right") if hasattr(effect, name)
    )
    return (*records_of(effect), *(one for one in named if isinstance(one, RecordName)))


def open_concealment(context: Context, privacy: Privacy) -> Concealment | None:
    """Return what conceals the values of a run; None where there is nothing to conceal."""
    if privacy == "sensitive" and not sensitive_fields(context.plan, context.run.schemas):
        return None
    key = context.run.state.concealment_key()
    return Concealment(context=context, privacy=privacy, key=key or secrets.token_hex(32), lasting=key is not None)
