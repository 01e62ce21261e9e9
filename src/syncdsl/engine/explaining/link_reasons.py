"""Why two records are partners, and why each line of their map stands as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.explaining.answers import LinkWhy
from syncdsl.engine.explaining.field_reasons import Told, cause_of, field_why
from syncdsl.engine.explaining.scope_hurdles import view_hurdle, where_hurdle
from syncdsl.engine.key_forms import key_form
from syncdsl.engine.lines import SIDES, line_fields
from syncdsl.engine.nesting import side_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.engine.explaining.answers import Hurdle
    from syncdsl.engine.explaining.looking import Look
    from syncdsl.plan.pairs import MapLine, Pair
    from syncdsl.state import Link

_STATUS = {
    "active": "in sync",
    "left_gone": "the left one was deleted",
    "right_gone": "the right one was deleted",
    "both_gone": "both were deleted",
}


def link_why(look: Look, pair: Pair, link: Link, field: str | None) -> LinkWhy:
    """Return why two records are partners; with `field` only the lines that name it."""
    told = told_of(look, pair, link)
    made = told.made
    return LinkWhy(
        rule=pair.name,
        location=pair.location,
        left=told.name("left"),
        right=told.name("right"),
        status=_STATUS.get(link.status, link.status),
        text=_origin(told),
        cause=cause_of(told, made) if made is not None else None,
        conditions=tuple(_conditions(told)) if field is None else (),
        fields=tuple(field_why(told, line) for line in pair.lines if field is None or names_field(line, field)),
    )


def told_of(look: Look, pair: Pair, link: Link) -> Told:
    """Return what is known of a link."""
    context, state = look.context, look.context.run.state
    ends = {
        (pair.left.connection, pair.left.module, link.left_id),
        (pair.right.connection, pair.right.module, link.right_id),
    }
    rows = state.history_of(uids={link.uid}, records=set())
    return Told(
        look=look,
        pair=pair,
        link=link,
        left=context.observations[pair.left.observe].records.get(link.left_id),
        right=context.observations[pair.right.observe].records.get(link.right_id),
        rows=rows,
        items=state.reviews_of(ends),
    )


def names_field(line: MapLine, field: str) -> bool:
    """Return whether a line reads or writes a field on either side, regardless of case."""
    wanted = field.casefold()
    return any(name.casefold() == wanted for side in SIDES for name in line_fields(line, side))


def _origin(told: Told) -> str:
    """Return in words how two records became partners."""
    left, right = told.name("left"), told.name("right")
    match told.link.origin:
        case "created_right":
            return f"{right} was made for {left}, which had no partner"
        case "created_left":
            return f"{left} was made for {right}, which had no partner"
        case "adopted":
            key = told.pair.adopt.text if told.pair.adopt is not None else ""
            return f"they named each other by `{key}`, and `adopt` took that over"
        case "key":
            return "one carried the syncdsl key of the other"
        case "review":
            return "a person decided that they belong together"
        case _:
            keys = ", ".join(f"`{text}`" for text in _same_keys(told))
            return "they had the same dedupe key" + (f"; by now they agree in {keys}" if keys else "")


def _same_keys(told: Told) -> Iterator[str]:
    """Return the dedupe keys in which the two records agree now."""
    if told.left is None or told.right is None:
        return
    for key in told.pair.keys:
        one = key_form(key, told.pair, "left", told.context, told.left)
        if one is not None and one == key_form(key, told.pair, "right", told.context, told.right):
            yield key.text


def _conditions(told: Told) -> Iterator[Hurdle]:
    """Return what the scope of the pair asks of both records, with what it comes to now."""
    for side in SIDES:
        endpoint, record = side_of(told.pair, side), told.record(side)
        if side in told.look.sides(told.pair) and told.name(side).endswith(f"/{told.look.id}"):
            view = view_hurdle(told.look, endpoint, told.pair.location)
            if view is not None:
                yield view
        if record is not None:
            where = where_hurdle(told.look, endpoint, record, told.pair.location)
            if where is not None:
                yield where
