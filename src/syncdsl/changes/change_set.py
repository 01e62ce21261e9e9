"""The change set: the ordered effects of one preview, saved as canonical JSON with a digest."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from syncdsl.changes.effects import Effect, Hold
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE
from syncdsl.diagnostics.codes.runs import DAMAGED_CHANGE_SET
from syncdsl.schema.digest import canonical_json, digest
from syncdsl.schema.model import Model

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.changes.effects import Change


class GuardVerdict(Model):
    """What one limit came to: `value` and `limit` as people read them."""

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


class ChangeSet(Model):
    """The effects of one preview, in the order they would be applied.

    `expects` is the precondition of each record that decided something: `connection.module/id` to the digest of its
    observed fields. `baseline` counts what is remembered without changing a record (trigger truths, accepted
    values). `reported` are differences that the rules leave alone, in words. `unreadable` is what could not be read.
    """

    format: Literal["syncdsl/changes/1"] = "syncdsl/changes/1"
    environment: str
    organizations: dict[str, str]
    plan: str
    state: str
    today: str
    effects: tuple[Effect, ...]
    expects: dict[str, str]
    baseline: dict[str, int]
    reported: tuple[str, ...] = ()
    guards: tuple[GuardVerdict, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The digest of the content: what is approved and applied."""
        # Left out while everything is readable: change sets saved before there was the field keep their digest.
        return digest(self.model_dump(mode="json", exclude=None if self.unreadable else {"unreadable"}))

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


def write_change_set(changes: ChangeSet) -> str:
    """Return the canonical JSON of a change set, with its digest."""
    text = canonical_json({**changes.model_dump(mode="json"), "digest": changes.digest}) + "\n"
    # A lone surrogate, which is no UTF-8, is written as JSON escapes it.
    return text.encode("utf-8", "backslashreplace").decode()


def read_change_set(path: Path) -> ChangeSet:
    """Read a saved change set.

    Raises Fault: SD609 when it cannot be read, SD803 when it is damaged, edited or of another format.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Fault(
            UNREADABLE_FILE, f"there is no file `{path}`", help="make one with `syncdsl plan --out FILE`"
        ) from None
    except OSError as error:
        raise Fault(
            UNREADABLE_FILE, f"`{path}` cannot be read: {(error.strerror or 'unknown reason').lower()}"
        ) from None
    except UnicodeDecodeError:
        raise Fault(UNREADABLE_FILE, f"`{path}` is not text in UTF-8") from None
    try:
        data = json.loads(text)
        written = data.pop("digest", None)
        changes = ChangeSet.model_validate(data)
    except (ValueError, TypeError, AttributeError, ValidationError):
        raise Fault(
            DAMAGED_CHANGE_SET,
            f"`{path}` is not a change set of this version of syncdsl",
            help="make a new one with `syncdsl plan --out FILE`",
        ) from None
    if changes.digest != written:
        raise Fault(
            DAMAGED_CHANGE_SET,
            f"`{path}` was altered: its digest does not match its content",
            help="make a new one with `syncdsl plan --out FILE`; a change set cannot be edited by hand",
        )
    return changes
