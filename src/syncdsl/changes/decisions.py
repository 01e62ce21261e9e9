"""Decisions: what a person chose for an item of the review queue. A closed union, told apart by `choice`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from syncdsl.schema.model import Model


class _Decision(Model):
    """What every decision has: what the person noted about it."""

    comment: str = ""


class TakeSide(_Decision):
    """The values of one side count; of duplicates: they are linked, and that side's values count."""

    choice: Literal["take"] = "take"
    side: Literal["left", "right"]


class LinkWith(_Decision):
    """Record `id` of the other side is the partner; of a create without an answer: it is what was made."""

    choice: Literal["link"] = "link"
    id: str


class MakeNew(_Decision):
    """None of the candidates is the partner: make a new one."""

    choice: Literal["new"] = "new"


class MakeCopy(_Decision):
    """The duplicate is somebody else: make a copy on this side, beside it, with a suffix to its name."""

    choice: Literal["clone"] = "clone"
    side: Literal["left", "right"]


class MakeAgain(_Decision):
    """A create without an answer did not arrive: make it again."""

    choice: Literal["again"] = "again"


class KeepPartner(_Decision):
    """The partner of a deleted record stays as it is."""

    choice: Literal["keep"] = "keep"


class DeactivatePartner(_Decision):
    """The partner of a deleted record is set inactive."""

    choice: Literal["deactivate"] = "deactivate"


class DeletePartner(_Decision):
    """The partner of a deleted record is deleted too."""

    choice: Literal["delete"] = "delete"


class RestoreDeleted(_Decision):
    """The deleted record is made again from its partner."""

    choice: Literal["restore"] = "restore"


class Dismiss(_Decision):
    """A refused write is not tried again while it is the same: `writes` are the digests of what was refused."""

    choice: Literal["dismiss"] = "dismiss"
    writes: tuple[str, ...]


class SetAside(_Decision):
    """Nothing is to be done: a record is neither linked nor made, a value stays behind until it changes."""

    choice: Literal["skip"] = "skip"


Decision: TypeAlias = Annotated[
    TakeSide
    | LinkWith
    | MakeNew
    | MakeCopy
    | MakeAgain
    | KeepPartner
    | DeactivatePartner
    | DeletePartner
    | RestoreDeleted
    | Dismiss
    | SetAside,
    Field(discriminator="choice"),
]
"""Any decision."""

_ADAPTER: TypeAdapter[Decision] = TypeAdapter(Decision)


def stored_decision(data: dict[str, Any] | None) -> Decision | None:
    """Return a decision as the state keeps it; None where there is none, or one of another version of syncdsl."""
    if data is None:
        return None
    try:
        return _ADAPTER.validate_python(data)
    except ValidationError:
        return None
