"""`why-not`: for every rule about a record, the first thing that keeps it from acting, and what would make it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.explaining import NO_SUCH_RULE
from syncdsl.engine.explaining.answers import Answer, Hurdle, Remedy, WhyNot
from syncdsl.engine.explaining.pair_hurdles import answer_pair
from syncdsl.engine.explaining.surroundings import syncing_hurdle
from syncdsl.engine.explaining.trigger_hurdles import answer_trigger
from syncdsl.engine.lines import SIDES
from syncdsl.engine.nesting import side_of
from syncdsl.engine.observation import observation_name
from syncdsl.plan.accords import USERS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from syncdsl.changes.effects import RecordName
    from syncdsl.engine.explaining.looking import Look

_OF_USERS = "users are not synced: `access` statements give them roles"


def why_not(look: Look, name: RecordName, rule: str | None = None) -> WhyNot:
    """Return why a record is not synced, or has no document, by every rule about its module or by one of them.

    Raises Fault SD891 when no rule of that name is about the record's module.
    """
    answers = answers_of(look, rule)
    if not answers:
        if rule is not None:
            raise _unknown(look, rule)
        answers = [in_no_rule(look)]
    return WhyNot(
        record=name.text,
        label=name.label,
        read="now" if look.fresh else "on file",
        since=read_since(look),
        answers=tuple(answers),
    )


def answers_of(look: Look, rule: str | None = None) -> list[Answer]:
    """Return how every rule about the record's module stands with it, or one of them, by its name."""
    plan = look.context.plan
    answers = [
        answer_pair(look, pair, side)
        for pair in plan.pairs.values()
        if rule in {None, pair.name}
        for side in look.sides(pair)
    ]
    for record in plan.records.values():
        if (record.endpoint.connection, record.endpoint.module) != look.record[:2]:
            continue
        for trigger in plan.triggers:
            document = plan.documents[trigger.document]
            if trigger.record != record.name or rule not in {None, document.name}:
                continue
            # Whoever asks for no document asks why there is none; what becomes of one is another question.
            if rule is not None or trigger.verb == "create":
                answers.append(answer_trigger(look, record, document, trigger))
    return answers


def read_since(look: Look) -> dt.datetime | None:
    """Return when the record's module was last read to its end."""
    heads = [look.context.run.state.observation(observation_name(one.step)) for one in look.observations()]
    return max((head.swept for head in heads if head is not None and head.swept is not None), default=None)


def in_no_rule(look: Look) -> Answer:
    """Return the answer for a record of a module that no rule reads for its own sake."""
    connection, module, _ = look.record
    place = f"{connection}.{module}"
    makes = [one for one in look.context.plan.documents.values() if (one.connection, one.module) == look.record[:2]]
    why = f"no `module` or `record` statement is about {place}"
    if makes:
        names = ", ".join(f"`{one.name}`" for one in makes)
        why = f"{place} is what the document {names} makes; nothing is made for records of it"
    remedies = () if makes else (Remedy(text=f"a `module` statement over {place} would sync it"),)
    if look.record[1] == USERS and look.context.plan.access:
        why, remedies = _OF_USERS, (Remedy(text="who has which role, and why", command="syncdsl access"),)
    hurdle = Hurdle(
        hurdle="rules",
        outcome="fails",
        text="a rule is about its module",
        why=why,
        remedies=remedies,
    )
    return Answer(
        rule="",
        kind="module",
        asked="a rule",
        location="",
        verdict="blocked",
        text=why,
        hurdles=(syncing_hurdle(look), hurdle),
    )


def _unknown(look: Look, rule: str) -> Fault:
    """Return the fault for a name that no rule about the record's module has."""
    connection, module, _ = look.record
    plan = look.context.plan
    names = _about(look)
    elsewhere = rule in plan.pairs or rule in plan.documents
    near = did_you_mean(rule, names)
    listed = ", ".join(f"`{name}`" for name in names) or "none"
    return Fault(
        NO_SUCH_RULE,
        f"`{rule}` is not about {connection}.{module}" if elsewhere else f"the rules have no `{rule}`",
        help=f"did you mean `{near}`?" if near else f"the rules about {connection}.{module}: {listed}",
    )


def _about(look: Look) -> Sequence[str]:
    """Return the names of the rules about the record's module."""
    plan = look.context.plan
    pairs = [
        pair.name
        for pair in plan.pairs.values()
        if any((end.connection, end.module) == look.record[:2] for end in (side_of(pair, side) for side in SIDES))
    ]
    records = {
        record.name
        for record in plan.records.values()
        if (record.endpoint.connection, record.endpoint.module) == look.record[:2]
    }
    return [*pairs, *(one.name for one in plan.documents.values() if one.record in records)]
