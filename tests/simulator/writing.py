"""What a simulated system makes of one write: the tiers of creates, refusals, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.listing import version_of

from syncdsl.adapters.protocol import Change, DuplicateKey, MovedOn, Record, Rejected, Tier, Written
from syncdsl.schema.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulator.system import Held, System, Version

    from syncdsl.adapters.protocol import DocumentAction, NewRecord, Outcome

REPLAY = 1800.0
"""How many seconds a system remembers an idempotency key."""
KEYLESS = Tier.T4
"""The tier of modules without a key field."""


class Writer:
    """Performs writes of the engine on a system, and answers as its switches say."""

    def __init__(self, system: System) -> None:
        self.system = system

    def create(self, module: str, new: NewRecord, *, safe: bool) -> Outcome:
        """Create a record as the tier allows."""
        schema, system = self.system.module(module), self.system
        tier = system.switches.tier if schema.key_field is not None else KEYLESS
        fields = dict(new.fields)
        if schema.key_field is not None and new.key is not None:
            fields[schema.key_field] = new.key
            replay, at = system.replies.get(new.key, ("", 0.0))
            if tier is Tier.T0 and replay and system.timeline.seconds - at < REPLAY:
                return self.written(system.records[replay])
            if tier in {Tier.T1, Tier.T2}:
                holder = system.holder(module, schema.key_field, new.key)
                if holder is not None and tier is Tier.T1 and safe and system.get(module, holder) is not None:
                    return self.update(module, Change(id=holder, fields=new.fields))
                if holder is not None:
                    return DuplicateKey(id=holder)
        if not schema.creatable:
            return Rejected(code="NOT_SUPPORTED", message="records of this module cannot be created")
        refusal = system.refusal(module, fields, creating=True)
        if refusal is not None:
            return refusal
        held = system.insert(module, fields, author="engine", key=new.key)
        if tier is Tier.T0 and new.key is not None:
            system.replies[new.key] = (held.id, system.timeline.seconds)
        system.counts["created"] += 1
        return self.written(held)

    def update(self, module: str, change: Change) -> Outcome:
        """Update a record while it is as the change was decided on."""
        schema, current = self.system.module(module), self.system.get(module, change.id)
        if current is None:
            if change.based_on is not None:
                return MovedOn()
            return Rejected(code="ABSENT", message="there is no such record")
        fields = dict(change.fields)
        if change.based_on is not None:
            for name in fields:
                kind = schema.fields[name].value
                if canonical(current.now.fields.get(name), kind) != canonical(change.based_on.fields.get(name), kind):
                    return MovedOn()
        if schema.key_field is not None and change.key is not None:
            fields[schema.key_field] = change.key
        refusal = self.system.refusal(module, fields, creating=False, identifier=change.id)
        return refusal or self.written(self.system.edit(module, change.id, fields, author="engine"))

    def delete(self, module: str, identifier: str) -> Outcome:
        """Delete a record; one that is absent counts as deleted."""
        if self.system.get(module, identifier) is not None:
            self.system.delete(module, identifier, author="engine")
        return Written(id=identifier)

    def deactivate(self, module: str, identifier: str) -> Outcome:
        """Make a record inactive."""
        if self.system.get(module, identifier) is None:
            return Rejected(code="ABSENT", message="there is no such record")
        self.system.deactivate(module, identifier)
        return Written(id=identifier)

    def act(self, module: str, identifier: str, action: DocumentAction) -> Outcome:
        """Change the status of a document; one that was paid stays as it is."""
        held, field = self.system.get(module, identifier), self.system.module(module).status_field
        if held is None or field is None:
            return Rejected(code="ABSENT", message="there is no such document")
        status = held.now.fields.get(field)
        wanted = {"send": "sent", "accept": "accepted", "decline": "declined", "void": "void"}[action.value]
        if status == "paid":
            return Rejected(code="PAID", message="it was paid")
        if status != wanted:
            self.system.edit(module, identifier, {field: wanted}, author="engine")
        return self.written(held)

    def written(self, held: Held) -> Written:
        """Answer as the system does; its workflows run right after."""
        version = held.now
        self.system.after_our_write(held)
        match self.system.switches.answers:
            case "record":
                return Written(id=held.id, record=record_of(self.system, held, version, tuple(version.fields)))
            case "stamp":
                return Written(id=held.id, modified=version.stamp)
            case "id":
                return Written(id=held.id)


def record_of(system: System, held: Held, version: Version, wanted: Sequence[str]) -> Record:
    """Return a version of a record as the adapter tells it."""
    return Record(
        module=held.module,
        id=held.id,
        fields={name: version.fields[name] for name in wanted if name in version.fields},
        version=version_of(system, version),
        modified=version.stamp,
        created=held.created,
    )
