"""The change set: the ordered effects of one preview, with what they rest on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.changes.effects import Effect, Hold
from syncdsl.schema.digest import canonical_json, signed_digest_of
from syncdsl.schema.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.changes.effects import Change

Privacy: TypeAlias = Literal["sensitive", "pseudonyms"]
"""What a change set leaves out: the values of `sensitive` fields, or all that could tell a person, in place of which
there are `pseudonyms`."""

Observed: TypeAlias = Literal["live", "snapshot"]
"""What a change set rests on: the systems as they are, or as a snapshot recorded them."""

FORMAT: Literal["syncdsl/changes/2"] = "syncdsl/changes/2"


class GuardVerdict(Model):
    """What one limit came to: `value` and `limit` as people read them.

    `kind` tells a `guard` of the rules from a `budget` of the environment and from a `quota` of a system.
    """

    kind: Literal["guard", "budget", "quota"] = "guard"

    text: str
    location: str
    value: str
    limit: str
    exceeded: bool


class Unreadable(Model):
    """A module that could not be read, and what is left alone because of it.

    `code`, `message` and `help` are those of the fault that the reading ended with. `holds` are the modules and
    documents of the rules of which nothing was decided.
    """

    connection: str
    module: str
    code: str
    message: str
    help: str | None = None
    holds: tuple[str, ...] = ()


class Unpreviewed(Model):
    """Something that an apply may do and that no preview can show: it is said, and never counted as nothing.

    `text` says what it is and why it is not known. `count` is how many changes of it there may be, None where even
    that is not known.
    """

    rule: str
    location: str
    text: str
    count: int | None = None


class Estimate(Model):
    """What performing a change set takes of one system, at least.

    `calls` are requests and `cost` what they take of a day's allowance (credits, where the system counts these).
    `seconds` are those that the rate limits and one call after the other make of it. `left` is what is left of the
    allowance of the day, None where no limit is known.
    """

    connection: str
    calls: int
    cost: int
    seconds: int
    left: int | None = None


class Undone(Model):
    """What a change set puts back: all that a run wrote, or what it wrote to one record (`connection.module/id`)."""

    run: str
    record: str | None = None


class ChangeSet(Model):
    """The effects of one preview, in the order they would be applied.

    `plan` is the digest of the rules' plan, `schemas` those of the schema snapshots by connection, `state` that of the
    state. `author` is who made it. `targets` are the modules of the rules or the records (`connection.module/id`) that
    it is limited to; without any it is about everything. `undoes` is what it puts back, where it does.

    `expects` is the precondition of each record that decided something: `connection.module/id` to the digest of its
    observed fields. `observed` says what was looked at: one of a `snapshot` is not applied. `privacy` tells which
    values are not in it; of hidden ones it holds keyed digests (`{"hidden": "…"}`), and `seal` tells whose key that is.
    `baseline` counts what is remembered without changing a record (trigger truths, accepted values). `reported` are
    differences that the rules leave alone, in words. `unreadable` is what could not be read, `unpreviewed` what could
    not be foreseen.
    """

    format: Literal["syncdsl/changes/2"] = FORMAT
    environment: str
    organizations: dict[str, str]
    plan: str
    schemas: dict[str, str]
    state: str
    today: str
    author: str = ""
    observed: Observed = "live"
    targets: tuple[str, ...] = ()
    undoes: Undone | None = None
    privacy: Privacy = "sensitive"
    seal: str = ""
    effects: tuple[Effect, ...]
    expects: dict[str, str]
    baseline: dict[str, int]
    reported: tuple[str, ...] = ()
    guards: tuple[GuardVerdict, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    unpreviewed: tuple[Unpreviewed, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The digest of the content: what is approved and applied."""
        return signed_digest_of(self._pieces())

    def _pieces(self) -> Iterator[str]:
        """Yield the canonical JSON in pieces: as one text it takes several times the memory of the change set."""
        between = "{"
        for name in sorted(type(self).model_fields):
            if name != "effects":
                found = self.model_dump(mode="json", include={name})
                # What is left out of the form is left out of its digest.
                if name in found:
                    yield f'{between}"{name}":{canonical_json(found[name])}'
                    between = ","
                continue
            yield f'{between}"{name}":['
            between = ","
            for number, effect in enumerate(self.effects):
                yield ("," if number else "") + canonical_json(effect.model_dump(mode="json"))
            yield "]"
        yield "}"

    @property
    def changes(self) -> tuple[Change, ...]:
        """The effects that do something."""
        return tuple(effect for effect in self.effects if not isinstance(effect, Hold))

    @property
    def holds(self) -> tuple[Hold, ...]:
        """The effects that wait."""
        return tuple(effect for effect in self.effects if isinstance(effect, Hold))

    @property
    def exceeded(self) -> tuple[GuardVerdict, ...]:
        """The limits that stop it."""
        return tuple(verdict for verdict in self.guards if verdict.exceeded)

    @property
    def calls(self) -> int:
        """How many requests performing it takes, at least."""
        return sum(estimate.calls for estimate in self.estimates)

    @property
    def seconds(self) -> int:
        """How long performing it takes, at least: systems are written to one after the other."""
        return sum(estimate.seconds for estimate in self.estimates)
