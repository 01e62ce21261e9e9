"""Whether a record is in scope of a rule: it is there, in the view that is read, and satisfies what the rule asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.exchange import is_taken, switch_of
from syncdsl.engine.explaining.answers import Hurdle, Remedy
from syncdsl.engine.explaining.conditions import condition_hurdle
from syncdsl.engine.nesting import inside, parent_of, side_of
from syncdsl.plan.wording import expression_text

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.explaining.looking import Look
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Endpoint, Pair


def last_failure(look: Look, part: str) -> str:
    """Return what a daemon's last try of a part of the rules failed with; empty when it did not."""
    attempt = look.context.run.state.attempts().get(part)
    if attempt is None or not attempt.failures:
        return ""
    return f"; the last try failed with {attempt.code}: {attempt.message}"


def record_hurdle(look: Look, endpoint: Endpoint, part: str) -> Hurdle:
    """Return whether a run knows the record, and whether it is there; `part` of the rules is what reads it."""
    place = f"{endpoint.connection}.{endpoint.module}"
    text = f"the record is there, and a run has read it from {place}"
    observation = look.context.observations[endpoint.observe]
    if observation.agenda.get(look.id) == "gone" and look.id not in observation.records:
        return Hurdle(
            hurdle="record",
            outcome="fails",
            text=text,
            why=f"it was deleted in {endpoint.connection}",
            remedies=(Remedy(text=f"it is taken up again when it is restored in {endpoint.connection}"),),
        )
    if look.anywhere() is None and endpoint.view is None:
        when = look.read_at(endpoint)
        read = f"the last complete reading was at {when:%Y-%m-%d %H:%M} UTC" if when is not None else "none has been"
        return Hurdle(
            hurdle="record",
            outcome="fails",
            text=text,
            why=f"no reading of {place} has shown it ({read}){last_failure(look, part)}",
            remedies=(
                Remedy(text="a run reads what is new", command="syncdsl sync"),
                Remedy(text="whether it exists at all is asked with", command="--now"),
            ),
        )
    return Hurdle(hurdle="record", outcome="holds", text=text)


def view_hurdle(look: Look, endpoint: Endpoint, location: str) -> Hurdle | None:
    """Return whether the record is in the view that is read; None where the whole module is."""
    if endpoint.view is None:
        return None
    text = f'in the view "{endpoint.view}" of {endpoint.connection}.{endpoint.module}'
    if look.seen(endpoint) is not None:
        return Hurdle(hurdle="view", outcome="holds", text=text, location=location)
    when = look.read_at(endpoint)
    since = f" at the last reading, {when:%Y-%m-%d %H:%M} UTC" if when is not None else ""
    exists = "" if look.anywhere() is not None else "; whether it exists at all is not on file, `--now` asks"
    return Hurdle(
        hurdle="view",
        outcome="fails",
        text=text,
        why=f'not in the view "{endpoint.view}" of {endpoint.connection}.{endpoint.module}{since}{exists}',
        location=location,
        remedies=(
            Remedy(text=f'it is taken up when it satisfies what {endpoint.connection} asks for "{endpoint.view}"'),
            Remedy(text="or when the rule names another view, or none"),
        ),
    )


def where_hurdle(look: Look, endpoint: Endpoint, record: Record, location: str) -> Hurdle | None:
    """Return whether the record satisfies the condition of an endpoint; None where there is none."""
    if endpoint.where is None:
        return None
    return condition_hurdle(
        look.context,
        "where",
        endpoint.where,
        endpoint.connection,
        record,
        text=f"`where {endpoint.connection}: {expression_text(endpoint.where)}`",
        location=location,
        becomes="it comes into scope",
    )


def membership_hurdle(look: Look, pair: Pair, side: SideName, record: Record, *, linked: bool = False) -> Hurdle | None:
    """Return whether a nested record belongs to a parent in scope, and an exchanged document is taken."""
    if pair.exchange is not None:
        return None if linked else _taken(look, pair, side, record)
    if pair.parent is None:
        return None
    endpoint = side_of(pair, side)
    text = f"its parent is synced by `{pair.parent.pair}`"
    field = pair.parent.field_of(side)
    reference = parent_of(pair, look.context, side, record)
    if reference is None:
        return Hurdle(
            hurdle="parent",
            outcome="fails",
            text=text,
            why=f"{field} is empty, or no record of that module",
            location=pair.location,
            remedies=(Remedy(text=f"it is taken up when {field} names a record in scope"),),
        )
    if inside(pair, look.context, side, record, linked=linked):
        return Hurdle(hurdle="parent", outcome="holds", text=text, location=pair.location)
    above = f"{endpoint.connection}.{reference.module}/{reference.id}"
    return Hurdle(
        hurdle="parent",
        outcome="fails",
        text=text,
        why=f"{above}, which {field} names, is not in scope of it",
        location=pair.location,
        remedies=(Remedy(text="it is taken up when its parent is", command=f"syncdsl why-not {above}"),),
    )


def _taken(look: Look, pair: Pair, side: SideName, record: Record) -> Hurdle:
    """Return whether a document is new enough to be exchanged."""
    text = "it was made since its kind is exchanged"
    since = look.context.view.activation(switch_of(look.context.plan, pair, side))
    if is_taken(pair, look.context, side, record):
        return Hurdle(hurdle="exchange", outcome="holds", text=text, location=pair.location)
    began = f"`transactions` began at {since:%Y-%m-%d %H:%M} UTC" if since is not None else "no run has begun it yet"
    made = f"it was made at {record.created:%Y-%m-%d %H:%M} UTC, " if record.created is not None else ""
    return Hurdle(
        hurdle="exchange",
        outcome="fails",
        text=text,
        why=made + began,
        location=pair.location,
        remedies=(Remedy(text="only documents made since then are exchanged; make it again to have it taken"),),
    )
