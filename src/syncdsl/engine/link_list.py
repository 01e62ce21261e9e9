"""Links with the names of their records, and what a person decides about them in a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.changes.effects import RecordName
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.lifecycle import LINKS_MOVED_ON
from syncdsl.engine.observation import observation_name
from syncdsl.plan.steps import ObserveStep
from syncdsl.schema.values import show
from syncdsl.state import Cause, Place

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Sequence

    from syncdsl.plan.pairs import Endpoint
    from syncdsl.plan.plan import Plan
    from syncdsl.state import Link, State

Action: TypeAlias = Literal["unlink", "set aside"]
ACTIONS: tuple[Action, ...] = ("unlink", "set aside")

ORIGINS: dict[str, tuple[str, ...]] = {
    "created": ("created_left", "created_right"),
    "matched": ("matched",),
    "adopted": ("adopted",),
    "key": ("key",),
    "review": ("review",),
}
STATES: dict[str, tuple[str, ...]] = {
    "active": ("active",),
    "deleted": ("left_gone", "right_gone", "both_gone"),
    "left_gone": ("left_gone",),
    "right_gone": ("right_gone",),
    "both_gone": ("both_gone",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link and what its records are called, as they were read last."""

    link: Link
    left: RecordName
    right: RecordName

    def mentions(self, text: str) -> bool:
        """Return whether a name, an id or the key contains a text, without regard to case."""
        wanted = text.casefold()
        parts = (self.left.label, self.left.id, self.right.label, self.right.id, self.link.key)
        return any(wanted in part.casefold() for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEdit:
    """What a row of a list says is to become of a link: `line` is where it stands."""

    line: int
    uid: str
    module: str
    left_id: str
    right_id: str
    action: Action


def link_rows(
    state: State,
    plan: Plan | None,
    *,
    pairs: Collection[str] = (),
    origins: Collection[str] = (),
    statuses: Collection[str] = (),
    search: str = "",
) -> Iterator[LinkRow]:
    """Yield links with their names, a page of them in memory at a time. Without a plan the names are the ids."""
    for page in state.link_pages(pairs=pairs, origins=origins, statuses=statuses):
        lefts, rights = _names(state, plan, page, "left"), _names(state, plan, page, "right")
        for link, left, right in zip(page, lefts, rights, strict=True):
            row = LinkRow(link=link, left=left, right=right)
            if not search or row.mentions(search):
                yield row


def _names(state: State, plan: Plan | None, page: Sequence[Link], side: Literal["left", "right"]) -> list[RecordName]:
    """Return the names of one side's records of a page of links."""
    ids: dict[str, list[str]] = {}
    for link in page:
        ids.setdefault(link.pair, []).append(link.left_id if side == "left" else link.right_id)
    named: dict[tuple[str, str], RecordName] = {}
    for pair, record_ids in ids.items():
        endpoint = _endpoint(plan, pair, side)
        step = _step(plan, endpoint) if endpoint is not None else None
        known = state.stored(observation_name(step), record_ids) if step is not None else {}
        for record_id in record_ids:
            record = known.get(record_id)
            label = show(record.fields.get(endpoint.label_field)) if endpoint is not None and record is not None else ""
            named[pair, record_id] = RecordName(
                connection=endpoint.connection if endpoint is not None else side,
                module=endpoint.module if endpoint is not None else pair,
                id=record_id,
                label=label or record_id,
            )
    return [named[link.pair, link.left_id if side == "left" else link.right_id] for link in page]


def _endpoint(plan: Plan | None, pair: str, side: Literal["left", "right"]) -> Endpoint | None:
    known = plan.pairs.get(pair) if plan is not None else None
    return (known.left if side == "left" else known.right) if known is not None else None


def _step(plan: Plan | None, endpoint: Endpoint) -> ObserveStep | None:
    steps = plan.steps if plan is not None else ()
    return next((step for step in steps if isinstance(step, ObserveStep) and step.id == endpoint.observe), None)


def edited_links(state: State, edits: Sequence[LinkEdit]) -> list[Link]:
    """Return the links that edits are about, in their order.

    Raises Fault SD836 when one is no longer there, or links other records by now.
    """
    found: list[Link] = []
    gone: list[int] = []
    links = state.links_by_uid(edit.uid for edit in edits)
    for edit in edits:
        link = links.get(edit.uid)
        if link is None or (link.pair, link.left_id, link.right_id) != (edit.module, edit.left_id, edit.right_id):
            gone.append(edit.line)
        else:
            found.append(link)
    if gone:
        lines = ", ".join(str(line) for line in gone[:5]) + (" …" if len(gone) > 5 else "")
        raise Fault(
            LINKS_MOVED_ON,
            f"{len(gone)} of {len(edits)} links are not as the list has them (lines {lines}); nothing was changed",
            help="write the list again with `syncdsl links --format csv`, and repeat what was decided",
        )
    return found


def edit_links(state: State, plan: Plan | None, edits: Sequence[LinkEdit], *, user: str, now: dt.datetime) -> None:
    """Carry out what a list says, all of it or nothing, with an entry of history for each link.

    `unlink` ends a link: the next run decides about its records anew. `set aside` ends it too, and neither record is
    matched or created again.
    """
    places = {
        name: Place(
            location=pair.location,
            left=(pair.left.connection, pair.left.module),
            right=(pair.right.connection, pair.right.module),
        )
        for name, pair in (plan.pairs.items() if plan is not None else ())
    }
    state.because(Cause(run="links", by=user, clock=lambda: now, places=places))
    with state.transaction():
        for edit, link in zip(edits, edited_links(state, edits), strict=True):
            left, right = _endpoint(plan, link.pair, "left"), _endpoint(plan, link.pair, "right")
            state.end_links([link.uid])
            if edit.action == "set aside":
                for side, record_id in (("left", link.left_id), ("right", link.right_id)):
                    state.set_aside(link.pair, side, record_id, f"set aside by {user or 'somebody'}")
            for endpoint, record_id in ((left, link.left_id), (right, link.right_id)):
                step = _step(plan, endpoint) if endpoint is not None else None
                if step is not None:
                    state.put_on_agenda({observation_name(step): {record_id: "changed"}})
