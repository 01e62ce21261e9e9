"""The agenda: which records the next run looks at although they may not change until then."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, assert_never

from syncdsl.changes.effects import Act, Create, Deactivate, Delete, Hold, Link, Skip, Update
from syncdsl.engine.observation import observation_name
from syncdsl.plan.restriction import needed_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.changes.effects import Effect, RecordName
    from syncdsl.engine.context import Context


def renew_agenda(context: Context) -> None:
    """Replace the agenda by what this run leaves open: whatever it writes or holds is looked at once more.

    What came of a write is seen by the next run, and what waits is decided anew by every run until nothing is left of
    it. Everything else that was on the agenda is settled.
    """
    names: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for observation in context.observations.values():
        step = observation.step
        names[step.connection, step.module].append(observation_name(step))
    # What is gone stays so until it is seen again: as long as something is to be decided about it.
    gone = {observation_name(observation.step): observation.gone for observation in context.observations.values()}
    wanted: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for connection, module, record_id in sorted({*context.again, *_subjects(context)}):
        for name in names.get((connection, module), ()):
            wanted[name][record_id] = "gone" if record_id in gone[name] else "again"
    run, state = context.run, context.run.state
    # What a run for some modules looked at is news to the others still; so it is to those that are held.
    whole = run.whole or run.plan
    news = needed_elsewhere(whole, context.plan, run.schemas) if context.plan is not whole else frozenset()
    with state.transaction():
        for observation in context.observations.values():
            if observation.step.id in news:
                continue
            partial = context.run.focus is not None or context.run.undoes is not None
            looked_at = observation.agenda if partial else None
            state.clear_agenda(observation_name(observation.step), looked_at)
        state.put_on_agenda(wanted)


def _subjects(context: Context) -> Iterator[tuple[str, str, str]]:
    for effect in context.effects:
        for record in records_of(effect):
            if record.id is not None:
                yield record.connection, record.module, record.id


def records_of(effect: Effect) -> tuple[RecordName, ...]:
    """Return the records that an effect is about."""
    match effect:
        case Create():
            return (effect.source,)
        case Update() | Delete() | Deactivate():
            return (effect.record, effect.partner)
        case Link():
            return (effect.left, effect.right)
        case Act():
            return (effect.record, effect.source)
        case Hold():
            return (effect.record, *effect.candidates)
        case Skip():
            return ()
        case _:
            assert_never(effect)
