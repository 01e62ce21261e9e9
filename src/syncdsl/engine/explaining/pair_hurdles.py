"""What keeps a record from being synced by a `module` statement, in the order in which the engine decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.explaining.answers import Answer, Hurdle, Remedy
from syncdsl.engine.explaining.held import TEXTS, doing, held_hurdles
from syncdsl.engine.explaining.hurdles import HurdleList
from syncdsl.engine.explaining.scope_hurdles import (
    last_failure,
    membership_hurdle,
    record_hurdle,
    view_hurdle,
    where_hurdle,
)
from syncdsl.engine.explaining.surroundings import guard_hurdle, syncing_hurdle
from syncdsl.engine.nesting import side_of

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.explaining.answers import HurdleName
    from syncdsl.engine.explaining.looking import Look
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Endpoint, Pair
    from syncdsl.state import Link

_UNHELD: tuple[HurdleName, ...] = ("value", "parked", "conflict", "refused")
"""What is said not to be in the way."""


def answer_pair(look: Look, pair: Pair, side: SideName) -> Answer:
    """Return how a pair stands with the record, which is on one side of it."""
    here, there = side_of(pair, side), side_of(pair, _other(side))
    link = look.context.view.links(pair.name).by_side(side).get(look.id)
    list_of = HurdleList([syncing_hurdle(look)])
    if link is None or link.status == "active":
        list_of.add(record_hurdle(look, here, pair.name))
    if link is not None:
        _of_linked(look, pair, side, link, list_of)
        asked = f"the link with {there.connection}.{there.module}/{_partner_id(link, side)}"
    else:
        _of_free(look, pair, side, list_of)
        asked = f"a partner in {there.connection}.{there.module}"
    return answered(look, pair.name, "module", asked, pair.location, list_of, linked=link is not None)


def answered(
    look: Look, rule: str, kind: str, asked: str, location: str, list_of: HurdleList, *, linked: bool
) -> Answer:
    """Return the answer that a list of hurdles comes to."""
    will = doing(look.effects(rule))
    if list_of.failing is None and not will and not linked:
        # Whatever else the engine made of it, it said so.
        list_of.hurdles.append(_said(look, rule, location))
    failing = list_of.failing
    if failing is not None:
        verdict, text = "blocked", _sentence(failing)
    elif will:
        verdict, text = "next", f"nothing is in the way: the next run {will}"
    else:
        verdict, text = "done", "it is linked, and nothing of it waits"
    return Answer.model_validate(
        {
            "rule": rule,
            "kind": kind,
            "asked": asked,
            "location": location,
            "verdict": verdict,
            "text": text,
            "hurdles": tuple(list_of.hurdles),
        }
    )


def _said(look: Look, rule: str, location: str) -> Hurdle:
    """Return what the engine reports about the record as a hurdle."""
    said = look.reported(rule)
    return Hurdle(
        hurdle="match" if rule in look.context.plan.pairs else "opposite",
        outcome="fails",
        text="nothing else is in the way",
        why=said[0] if said else "the rules make nothing of it",
        location=location,
    )


def _sentence(hurdle: Hurdle) -> str:
    if hurdle.hurdle in {"where", "condition", "require"}:
        return f"{hurdle.text} {hurdle.why}"
    return hurdle.why or hurdle.text


def _other(side: SideName) -> SideName:
    return "right" if side == "left" else "left"


def _partner_id(link: Link, side: SideName) -> str:
    return link.right_id if side == "left" else link.left_id


# -- linked ---------------------------------------------------------------------------------------------------------


def _of_linked(look: Look, pair: Pair, side: SideName, link: Link, list_of: HurdleList) -> None:
    """Hurdle what lets the values of a linked record travel."""
    here = side_of(pair, side)
    list_of.make("deleted", "neither of the two was deleted", lambda: _gone(look, pair, side, link))
    record = look.seen(here)
    _in_scope(look, pair, side, record, list_of, linked=True)
    list_of.make("partner", "its partner is in scope, too", lambda: _partner_outside(look, pair, side, link))
    _held(look, pair, list_of)


def _gone(look: Look, pair: Pair, side: SideName, link: Link) -> Hurdle | None:
    """Return whether one of the two records of a link was deleted."""
    here, there = side_of(pair, side), side_of(pair, _other(side))
    partner_gone = look.context.observations[there.observe].agenda.get(_partner_id(link, side)) == "gone"
    self_gone = look.context.observations[here.observe].agenda.get(look.id) == "gone"
    other = "right_gone" if side == "left" else "left_gone"
    lost: list[str] = []
    if self_gone or link.status in {"both_gone", "left_gone" if side == "left" else "right_gone"}:
        lost.append(f"it was deleted in {here.connection}")
    if partner_gone or link.status in {"both_gone", other}:
        lost.append(f"its partner {there.connection}.{there.module}/{_partner_id(link, side)} was deleted")
    if not lost:
        return None
    waiting = next((hurdle for hurdle in held_hurdles(look, pair.name) if hurdle.hurdle == "deleted"), None)
    asked = f"; a person is asked: {waiting.why}" if waiting is not None else ""
    return Hurdle(
        hurdle="deleted",
        outcome="fails",
        text="neither of the two was deleted",
        why=" and ".join(lost) + "; the link is kept, and nothing is made again" + asked,
        location=pair.location,
        remedies=(
            Remedy(text="the link goes on when what was deleted is restored under its id"),
            *(waiting.remedies[1:] if waiting is not None else ()),
        ),
        question=waiting.question if waiting is not None else "",
    )


def _partner_outside(look: Look, pair: Pair, side: SideName, link: Link) -> Hurdle | None:
    """Return why the partner of a linked record is out of scope."""
    there = side_of(pair, _other(side))
    partner = look.context.observations[there.observe].records.get(_partner_id(link, side))
    name = f"{there.connection}.{there.module}/{_partner_id(link, side)}"
    if partner is None:
        view = f' or not in the view "{there.view}"' if there.view is not None else ""
        return Hurdle(
            hurdle="partner",
            outcome="fails",
            text="its partner is in scope, too",
            why=f"{name} is not on file{view}",
            location=pair.location,
            remedies=(Remedy(text="it goes on when a run reads it", command="syncdsl sync"),),
        )
    hurdle = where_hurdle(look, there, partner, pair.location)
    if hurdle is None or hurdle.outcome == "holds":
        return None
    return hurdle.model_copy(update={"hurdle": "partner", "why": f"{hurdle.why} (its partner {name})"})


# -- without a partner ----------------------------------------------------------------------------------------------


def _of_free(look: Look, pair: Pair, side: SideName, list_of: HurdleList) -> None:
    """Hurdle what lets a record without a partner get one."""
    here = side_of(pair, side)
    _in_scope(look, pair, side, look.seen(here), list_of, linked=False)
    list_of.make("set aside", "it was not set aside", lambda: _aside(look, pair, side))
    list_of.make("reading", "both sides were read to their end", lambda: _half_read(look, pair))
    list_of.make("doubt", TEXTS["doubt"], lambda: _doubt(look, pair))
    list_of.make("match", TEXTS["match"], lambda: _of_kinds(look, pair, {"match", "doubt"}))
    list_of.make("direction", "the rule makes a partner for this side", lambda: _direction(look, pair, side))
    list_of.make("duplicate", TEXTS["duplicate"], lambda: _of_kinds(look, pair, {"duplicate"}))
    _held(look, pair, list_of)


def _aside(look: Look, pair: Pair, side: SideName) -> Hurdle | None:
    """Return why a record was set aside."""
    reason = look.context.run.state.set_aside_because(pair.name, side, look.id)
    if reason is None:
        return None
    return Hurdle(
        hurdle="set aside",
        outcome="fails",
        text="it was not set aside",
        why=f"set aside, neither matched nor made: {reason}",
        location=pair.location,
        remedies=(Remedy(text="it stays so for good: no rule takes it back while these organisations are connected"),),
    )


def _half_read(look: Look, pair: Pair) -> Hurdle | None:
    """Return which side was never read to its end: against a part of one nobody is matched or made."""
    for endpoint in (pair.left, pair.right):
        if not look.whole(endpoint):
            return Hurdle(
                hurdle="reading",
                outcome="fails",
                text="both sides were read to their end",
                why=f"{endpoint.connection}.{endpoint.module} was never read to its end with what the rules need"
                + last_failure(look, pair.name),
                location=pair.location,
                remedies=(Remedy(text="a run reads it", command="syncdsl sync"),),
            )
    return None


def _doubt(look: Look, pair: Pair) -> Hurdle | None:
    if (pair.name, look.id) not in look.context.in_doubt:
        return None
    item = next((one for one in look.reviews(pair.name) if one.kind == "ambiguous" and one.state == "open"), None)
    asks = (Remedy(text="a person says what became of it", command=f"syncdsl review show {item.id}"),) if item else ()
    return Hurdle(
        hurdle="doubt",
        outcome="fails",
        text=TEXTS["doubt"],
        why=item.reason if item else "an earlier create got no answer, so nobody knows whether its partner is there",
        location=pair.location,
        remedies=(Remedy(text="the next run asks the other system for its key", command="syncdsl sync"), *asks),
        question=item.id if item else "",
    )


def _direction(look: Look, pair: Pair, side: SideName) -> Hurdle | None:
    """Return why nothing is made for the records of a side: the pair is one-way, and nobody is the same."""
    makes = "right" if side == "left" else "left"
    if pair.direction in {"both", makes} or doing(look.effects(pair.name)):
        return None
    there = side_of(pair, _other(side))
    arrow = "->" if pair.direction == "right" else "<-"
    left, right = (f"{one.connection}.{one.module}" for one in (pair.left, pair.right))
    return Hurdle(
        hurdle="direction",
        outcome="fails",
        text="the rule makes a partner for this side",
        why=f"`{left} {arrow} {right}` makes nothing in {there.connection}, and no record there has the same key",
        location=pair.location,
        remedies=(Remedy(text=f"a partner is made when the rule says `{left} <-> {right}`"),),
    )


# -- both -----------------------------------------------------------------------------------------------------------


def _in_scope(
    look: Look, pair: Pair, side: SideName, record: Record | None, list_of: HurdleList, *, linked: bool
) -> None:
    """Add the hurdles of the scope, as far as the rule has any."""
    endpoint: Endpoint = side_of(pair, side)
    known = record or look.anywhere()
    view = view_hurdle(look, endpoint, pair.location)
    if view is not None:
        list_of.add(view)
    if known is None:
        return
    where = where_hurdle(look, endpoint, known, pair.location)
    if where is not None:
        list_of.add(where)
    if list_of.failing is None and record is not None:
        member = membership_hurdle(look, pair, side, record, linked=linked)
        if member is not None:
            list_of.add(member)


def _of_kinds(look: Look, pair: Pair, kinds: set[str]) -> Hurdle | None:
    """Return the first of what is held that is of some kinds."""
    return next((hurdle for hurdle in held_hurdles(look, pair.name) if hurdle.hurdle in kinds), None)


def _held(look: Look, pair: Pair, list_of: HurdleList) -> None:
    """Add what is held, refused or dismissed, and the guard; all of what is held is told, not only the first."""
    if list_of.failing is not None:
        for name in _UNHELD:
            list_of.make(name, TEXTS[name], lambda: None)
    else:
        waiting = list(held_hurdles(look, pair.name))
        skipped = [text for text in look.reported(pair.name) if ": skipped, " in text]
        waiting += [_skipped(text, pair) for text in skipped]
        for name in _UNHELD:
            if not any(hurdle.hurdle == name for hurdle in waiting):
                list_of.make(name, TEXTS[name], lambda: None)
        list_of.hurdles.extend(waiting)
    nothing = list_of.failing is None and not doing(look.effects(pair.name))
    list_of.make("guard", "no guard stops the run", lambda: None if nothing else guard_hurdle(look))


def _skipped(text: str, pair: Pair) -> Hurdle:
    return Hurdle(
        hurdle="value",
        outcome="fails",
        text=TEXTS["value"],
        why=text.partition(": ")[2],
        location=pair.location,
        remedies=(Remedy(text="it goes on when the value fits: change it where it comes from"),),
    )
