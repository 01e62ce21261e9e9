"""A simulated system: its records, its clock, what it makes of values, and the truth about who changed what.

Nothing here knows the engine: people and servers change records through `insert`, `edit`, `delete`, `restore`, `merge`;
the connection calls the same methods for what the engine writes.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tests.simulator.switches import Switches

from syncdsl.adapters.protocol import Rejected
from syncdsl.schema.canonical import match_form
from syncdsl.schema.types import EmailType, IdType, PhoneType, TextType, UrlType
from syncdsl.schema.values import Fields, Ref, Value, is_empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from tests.simulator.switches import Coercion
    from tests.simulator.timeline import Timeline

    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot

Author: TypeAlias = Literal["person", "engine", "server"]
Operation: TypeAlias = Literal["insert", "edit", "delete", "restore", "merge", "deactivate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a record was from one write on. `at` and `listed` are the timeline's seconds, `stamp` the server's own."""

    fields: Fields
    stamp: dt.datetime
    at: float
    listed: float
    number: int
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Held:
    """One record with its versions, oldest first. `key` is the one a create of the engine carried, wherever it went."""

    id: str
    module: str
    created: dt.datetime
    author: Author
    key: str | None = None
    versions: list[Version] = field(default_factory=list)

    @property
    def now(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    @property
    def alive(self) -> bool:
        """Whether it exists."""
        return not self.versions[-1].deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that one write changed, or (without a field) that a record came or went. The truth, for oracles."""

    number: int
    at: float
    author: Author
    operation: Operation
    module: str
    id: str
    field: str = ""
    old: Value = None
    new: Value = None


@dataclass(slots=True)
class System:
    """One organisation.

    `defined` counts how often a view became another one. `log` is every change there ever was and `sent` every
    write that was asked for (both only with `keep`), `counts` how often each kind of call came.
    """

    name: str
    organization: str
    schema: SchemaSnapshot
    timeline: Timeline
    switches: Switches = field(default_factory=Switches)
    views: dict[tuple[str, str], Callable[[Fields], bool]] = field(default_factory=dict)
    defined: dict[tuple[str, str], int] = field(default_factory=dict)
    records: dict[str, Held] = field(default_factory=dict)
    by_module: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    removed: list[tuple[str, str, dt.datetime, float]] = field(default_factory=list)
    inactive: set[str] = field(default_factory=set)
    survivors: dict[str, str] = field(default_factory=dict)
    replies: dict[str, tuple[str, float]] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    stages: dict[str, list[tuple[dt.datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    keep: bool = True
    sequence: int = 0
    pending: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    _index: dict[tuple[str, str], dict[Value, set[str]]] = field(default_factory=dict)
    _touched: int = 0

    # -- time ---------------------------------------------------------------------------------------------------

    @property
    def now(self) -> dt.datetime:
        """The server's own clock."""
        return self.timeline.at(skew=self.switches.skew)

    @property
    def stamp(self) -> dt.datetime:
        """What the server writes on a record now."""
        now = self.now
        whole = self.switches.granularity
        return now.replace(second=now.second - now.second % whole, microsecond=0) if whole else now

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something after a while."""
        self.sequence += 1
        heapq.heappush(self.pending, (self.timeline.seconds + seconds, self.sequence, act))

    def settle(self) -> None:
        """Do what is due by now, each at its own moment."""
        now = self.timeline.seconds
        while self.pending and self.pending[0][0] <= now:
            self.timeline.seconds, _, act = heapq.heappop(self.pending)
            act()
            self.timeline.seconds = now

    # -- reading ------------------------------------------------------------------------------------------------

    def define_view(self, module: str, name: str, shows: Callable[[Fields], bool]) -> None:
        """Let a view show other records from now on; `defined` counts how often that happened."""
        self.views[module, name] = shows
        self.defined[module, name] = self.defined.get((module, name), 0) + 1

    def module(self, name: str) -> ModuleSchema:
        """Return a module's schema."""
        return self.schema.modules[name]

    def get(self, module: str, identifier: str) -> Held | None:
        """Return a living record."""
        held = self.records.get(identifier)
        return held if held is not None and held.module == module and held.alive else None

    def living(self, module: str) -> Iterator[Held]:
        """Return the living records of a module, oldest first."""
        return (held for one in self.by_module[module] if (held := self.records[one]).alive)

    def listed(self, module: str) -> Iterator[tuple[Held, Version]]:
        """Return what lists show now: a write appears in them only after its commit lag."""
        now = self.timeline.seconds
        for one in self.by_module[module]:
            held = self.records[one]
            shown = next((version for version in reversed(held.versions) if version.listed <= now), None)
            if shown is not None and not shown.deleted:
                yield held, shown

    def found(self, module: str, name: str, value: Value, *, by_index: bool) -> list[tuple[Held, Version]]:
        """Return the records that have a value, by what is true or by what the search index knows yet."""
        kind = self.module(module).fields[name].value
        form = match_form(value, kind)
        if not by_index and (self.module(module).store, name) in self._index:
            known = sorted(self._index[self.module(module).store, name].get(form, ()))
            return [(held, held.now) for one in known if (held := self.records[one]).module == module]
        since = self.timeline.seconds - (self.switches.index_lag if by_index else 0.0)
        rows = []
        for one in self.by_module[module]:
            held = self.records[one]
            shown = next((version for version in reversed(held.versions) if version.at <= since), None)
            if shown is not None and not shown.deleted and match_form(shown.fields.get(name), kind) == form:
                rows.append((held, shown))
        return rows

    def holder(self, module: str, name: str, value: Value, *, but: str | None = None) -> str | None:
        """Return the id of another living record of the module's collection with this value."""
        schema = self.module(module)
        index = self._indexed(schema.store, name)
        return next((one for one in sorted(index.get(self._form(module, name, value), ())) if one != but), None)

    # -- changing -----------------------------------------------------------------------------------------------

    def insert(self, module: str, fields: Fields, *, author: Author = "person", key: str | None = None) -> Held:
        """Add a record."""
        self.sequence += 1
        identifier = f"{self.name[0]}{module[0].lower()}{self.sequence:06}"
        held = Held(id=identifier, module=module, created=self.stamp, author=author, key=key)
        self.records[identifier] = held
        self.by_module[module].append(identifier)
        schema = self.module(module)
        begun: Fields = {schema.status_field: "draft"} if schema.lines_field and schema.status_field else {}
        self._write(held, {**begun, **self._coerced(module, fields)}, "insert", author)
        return held

    def edit(self, module: str, identifier: str, fields: Fields, *, author: Author = "person") -> Held:
        """Change fields of a record; None clears one."""
        held = self.records[identifier]
        self._write(held, {**held.now.fields, **self._coerced(module, fields)}, "edit", author)
        return held

    def delete(self, module: str, identifier: str, *, author: Author = "person") -> None:
        """Delete a record: into the recycle bin."""
        held = self.records[identifier]
        if held.module == module and held.alive:
            self._write(held, held.now.fields, "delete", author, deleted=True)
            self.removed.append((module, identifier, self.stamp, held.now.listed))

    def restore(self, identifier: str) -> None:
        """Take a record out of the recycle bin, under its id."""
        held = self.records[identifier]
        if not held.alive and identifier not in self.survivors:
            self.removed = [item for item in self.removed if item[1] != identifier]
            self._write(held, held.now.fields, "restore", "person")

    def merge(self, loser: str, survivor: str) -> None:
        """Merge one record into another: empty fields are filled, references re-pointed, the loser is gone."""
        lost, kept = self.records[loser], self.records[survivor]
        if loser == survivor or lost.module != kept.module or not lost.alive or not kept.alive:
            return
        schema = self.module(lost.module)
        key = schema.key_field
        filled = {name: value for name, value in lost.now.fields.items() if name not in kept.now.fields and name != key}
        self.survivors[loser] = survivor
        self._write(lost, lost.now.fields, "merge", "person", deleted=True)
        self.removed.append((lost.module, loser, self.stamp, lost.now.listed))
        if filled:
            self.edit(kept.module, survivor, {name: value for name, value in filled.items() if name != "id"})
        for held in list(self.records.values()):
            for name, value in held.now.fields.items():
                if held.alive and value == Ref(lost.module, loser):
                    self.edit(held.module, held.id, {name: Ref(kept.module, survivor)}, author="server")

    def deactivate(self, module: str, identifier: str) -> None:
        """Make a record inactive."""
        held = self.records[identifier]
        self.inactive.add(identifier)
        self._note("engine", "deactivate", module, held.id)

    def refusal(self, module: str, fields: Fields, *, creating: bool, identifier: str | None = None) -> Rejected | None:
        """Return why fields cannot be written."""
        schema = self.module(module)
        for name, value in fields.items():
            known = schema.fields.get(name)
            if known is None:
                return Rejected(code="UNKNOWN_FIELD", message="there is no such field", field=name)
            if known.read_only or (known.create_only and not creating):
                return Rejected(code="READ_ONLY", message="the field cannot be written", field=name)
            if known.required and is_empty(value):
                return Rejected(code="REQUIRED", message="the field must not be empty", field=name)
            kind = known.value
            length = kind.length if isinstance(kind, TextType | EmailType | PhoneType | UrlType) else None
            if isinstance(value, str) and length is not None and len(value) > length:
                return Rejected(code="TOO_LONG", message=f"at most {length} characters fit", field=name)
            if self.switches.poison and isinstance(value, str) and self.switches.poison in value:
                return Rejected(code="INVALID", message="the value is not accepted", field=name)
            unique = f"{module}.{name}" in self.switches.unique and not is_empty(value)
            if unique and (holder := self.holder(module, name, value, but=identifier)) is not None:
                return Rejected(code="DUPLICATE", message=f"record {holder} has this value", field=name)
        missing = [name for name, known in schema.fields.items() if known.required and is_empty(fields.get(name))]
        if creating and missing:
            return Rejected(code="REQUIRED", message="the field is missing", field=missing[0])
        return None

    def after_our_write(self, held: Held) -> None:
        """Let the server's own workflows run: at once, or some seconds later."""
        for place, how, seconds in self.switches.workflow:
            module, _, name = place.partition(".")
            if module != held.module:
                continue

            def act(name: str = name, how: str = how) -> None:
                self._touched += 1
                value = how.replace("#", str(self._touched))
                if held.alive:
                    self.edit(held.module, held.id, {name: value}, author="server")

            self.later(seconds, act) if seconds else act()

    # -- helpers ------------------------------------------------------------------------------------------------

    def _coerced(self, module: str, fields: Fields) -> Fields:
        made = dict(fields)
        for place, how in self.switches.coercions:
            owner, _, name = place.partition(".")
            if owner == module and name in made:
                self._touched += how == "stamp"
                made[name] = coerced(made[name], how, self._touched)
        return made

    def _write(
        self, held: Held, fields: Fields, operation: Operation, author: Author, *, deleted: bool = False
    ) -> None:
        self.sequence += 1
        before = held.versions[-1] if held.versions else None
        filled = {name: value for name, value in fields.items() if not is_empty(value)}
        for name, known in self.module(held.module).fields.items():
            if isinstance(known.value, IdType) and known.read_only:
                filled[name] = held.id
        lag = self.switches.commit_lag
        version = Version(
            fields=filled,
            stamp=self.stamp,
            at=self.timeline.seconds,
            listed=self.timeline.seconds + lag,
            number=self.sequence,
            deleted=deleted,
        )
        if not lag and not self.switches.find_by_index:
            held.versions.clear()
        held.versions.append(version)
        self._reindex(held, before, version)
        stage = self.module(held.module).stage_field
        if stage is not None and (before is None or before.fields.get(stage) != filled.get(stage)):
            self.stages[held.id].append((version.stamp, str(filled.get(stage))))
        if operation != "edit":
            self._note(author, operation, held.module, held.id)
        old = before.fields if before is not None and operation != "restore" else {}
        for name in sorted(filled.keys() | old.keys()) if not deleted else ():
            if filled.get(name) != old.get(name):
                self._note(author, operation, held.module, held.id, name, old.get(name), filled.get(name))

    def _note(
        self,
        author: Author,
        operation: Operation,
        module: str,
        identifier: str,
        name: str = "",
        old: Value = None,
        new: Value = None,
    ) -> None:
        if self.keep:
            self.log.append(
                Change(
                    number=len(self.log),
                    at=self.timeline.seconds,
                    author=author,
                    operation=operation,
                    module=module,
                    id=identifier,
                    field=name,
                    old=old,
                    new=new,
                )
            )

    def _form(self, module: str, name: str, value: Value) -> Value:
        return match_form(value, self.module(module).fields[name].value)

    def _indexed(self, store: str, name: str) -> dict[Value, set[str]]:
        """Return the index of a field of a collection, made at its first use."""
        if (store, name) not in self._index:
            index: dict[Value, set[str]] = defaultdict(set)
            for held in self.records.values():
                schema = self.module(held.module)
                if held.alive and schema.store == store and name in schema.fields:
                    index[self._form(held.module, name, held.now.fields.get(name))].add(held.id)
            self._index[store, name] = index
        return self._index[store, name]

    def _reindex(self, held: Held, before: Version | None, after: Version) -> None:
        schema = self.module(held.module)
        for (store, name), index in self._index.items():
            if store != schema.store or name not in schema.fields:
                continue
            if before is not None:
                index[self._form(held.module, name, before.fields.get(name))].discard(held.id)
            if not after.deleted:
                index[self._form(held.module, name, after.fields.get(name))].add(held.id)


def coerced(value: Value, how: Coercion, count: int = 0) -> Value:
    """Return what a system makes of a value."""
    match how, value:
        case "trim", str():
            return " ".join(value.split())
        case "upper", str():
            return value.upper()
        case "lower", str():
            return value.lower()
        case "cut", str():
            return value[:8].strip()
        case "stamp", str():
            return f"{value}#{count}"
        case "round", Decimal():
            return value.quantize(Decimal(1), rounding=ROUND_HALF_UP)
        case _:
            return value
