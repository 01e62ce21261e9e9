"""What an apply came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.changes.effects import Effect
    from syncdsl.engine.operations import Operation
    from syncdsl.engine.selecting import Stale
    from syncdsl.state.retention import Pruned


NOT_SENT = "not sent"
"""The code of a failure where the write never left, such as for want of quota."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An effect that was not performed: `code` and `message` are the other system's words.

    `operation` is what was to be performed, where there was a call.
    """

    effect: Effect
    code: str
    message: str
    operation: Operation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """An intent of an earlier run whose fate was unknown, and what it turned out to be."""

    text: str
    resolution: str


@dataclass(slots=True, kw_only=True)
class ApplyReport:
    """The result of an apply.

    `done` are effects performed, `failed` were refused, `moved_on` were dropped because a person changed the record
    after the preview (the next run decides again), `unknown` got no clear answer and are resolved by the next run.
    `stale` are changes of a saved change set that were left out, `fresh` counts what came up since it was made.
    `applied` is False when the confirmation was declined. `pruned` is the old history that was let go afterwards.
    """

    changes: ChangeSet
    applied: bool = True
    done: list[Effect] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    moved_on: list[Effect] = field(default_factory=list)
    unknown: list[Effect] = field(default_factory=list)
    waiting: list[Effect] = field(default_factory=list)
    stale: list[Stale] = field(default_factory=list)
    fresh: int = 0
    recovered: list[Recovered] = field(default_factory=list)
    calls: int = 0
    pruned: Pruned | None = None
