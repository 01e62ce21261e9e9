"""Why an expectation is not met: what came nearest, what waits, and which condition did not turn true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.rehearsed import Failure
from syncdsl.engine.steps.edges import VERBS
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import FieldRead
from syncdsl.plan.reads import reads_of
from syncdsl.plan.wording import path_text
from syncdsl.trial.happenings import show_value, told
from syncdsl.trial.places import spot
from syncdsl.trial.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from syncdsl.adapters.memory import Store
    from syncdsl.analysis.rehearsals import Expected, NothingExpected
    from syncdsl.diagnostics import Span
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Endpoint, TriggerPlan
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.values import Value
    from syncdsl.state import State
    from syncdsl.trial.happenings import Happened
    from syncdsl.trial.meeting import Met
    from syncdsl.trial.memory_pair import MemoryPair


def surplus(step: NothingExpected, effects: Sequence[Happened], pair: MemoryPair) -> Failure:
    """Return the failure of `expect nothing else`, or of `expect nothing again`."""
    count = "one effect" if len(effects) == 1 else f"{len(effects)} effects"
    message = f"a second run is not quiet: it has {count}" if step.again else f"{count} that nothing expects"
    shown = tuple(told(item, pair) for item in effects)
    return _failure("not quiet" if step.again else "surplus", message, step.span, surplus=shown)


def nearest(met: Sequence[Met], taken: Collection[int]) -> int | None:
    """Return the number of the effect that comes nearest to an expectation; one that meets another only if need be."""
    near = [number for number, one in enumerate(met) if one.subject and number not in taken] or [
        number for number, one in enumerate(met) if one.subject
    ]
    return max(near, key=lambda number: met[number].near, default=None)


def missing(
    expected: Expected,
    met: Sequence[Met],
    effects: Sequence[Happened],
    taken: Collection[int],
    reported: Sequence[str],
    plan: Plan,
    pair: MemoryPair,
    state: State,
) -> Failure:
    """Return the failure of an expectation that no effect meets, with all that tells why."""
    best = nearest(met, taken)
    shown = told(effects[best], pair) if best is not None else None
    close = best is not None and met[best].close
    judged = met[best].judged if best is not None and close else ()
    notes = [] if close else list(_notes(expected, reported, plan, pair, state))
    if best is not None and best in taken:
        notes.append("that effect meets another expectation; each counts once")
    others = [told(item, pair) for number, item in enumerate(effects) if best is None and number not in taken]
    return _failure(
        "missing",
        _message(expected),
        expected.span,
        nearest=shown,
        judged=judged,
        notes=tuple(notes),
        surplus=tuple(others),
    )


def _message(expected: Expected) -> str:
    label = f' "{expected.label}"' if expected.label is not None else ""
    return f"no effect is `{expected.effect.value} {expected.subject}{label}`" + (
        " with these values" if expected.conditions else ""
    )


def _failure(kind: str, message: str, span: Span, **more: object) -> Failure:
    return Failure.model_validate(
        {
            "kind": kind,
            "message": message,
            "place": spot(span),
            **more,
        }
    )


def _notes(expected: Expected, reported: Sequence[str], plan: Plan, pair: MemoryPair, state: State) -> Iterator[str]:
    if expected.rule in plan.documents:
        triggers = [one for one in plan.triggers if one.document == expected.rule and one.verb == expected.effect.value]
        if not triggers and expected.effect.value in VERBS:
            yield f"no `when` of the rules says `{expected.effect.value} {expected.rule}`"
        for trigger in triggers:
            yield from _of_trigger(trigger, expected, plan, pair, state)
    elif expected.rule in plan.pairs:
        one = plan.pairs[expected.rule]
        for endpoint in (one.left, one.right):
            yield from _of_scope(endpoint, expected, plan, pair)
    yield from dict.fromkeys(reported)


def _records(endpoint: Endpoint, label: str | None, pair: MemoryPair) -> Iterator[tuple[str, str, Store]]:
    """Yield the labelled records of a module: id, label, and the store that has them."""
    for (connection, module, name), identifier in pair.labels.items():
        if (connection, module) == (endpoint.connection, endpoint.module) and label in {None, name}:
            yield identifier, name, pair.stores[connection]


def _of_trigger(trigger: TriggerPlan, expected: Expected, plan: Plan, pair: MemoryPair, state: State) -> Iterator[str]:
    """Say of each record why the trigger did not fire for it."""
    endpoint = plan.records[trigger.record].endpoint
    truths = state.truths(trigger.digest)
    records = list(_records(endpoint, expected.label, pair))
    if not records:
        yield f"`{trigger.text}` ({trigger.location}) is about `{trigger.record}`, and the test has no such record"
    for identifier, name, store in records:
        record = store.get(endpoint.module, identifier)
        if record is None:
            continue
        where = f'`{trigger.text}` ({trigger.location}) did not fire for "{name}"'
        fields, sight = {**record.fields, "id": identifier}, Sight(store=store)
        if endpoint.where is not None and not _holds(endpoint.where, fields, sight, plan):
            yield f"{where}: the record is out of scope, because {_read(endpoint.where, fields, sight, plan, pair)}"
        elif not _holds(trigger.condition, fields, sight, plan):
            yield f"{where}: its condition is false, because {_read(trigger.condition, fields, sight, plan, pair)}"
        elif trigger.require is not None and not _holds(trigger.require, fields, sight, plan):
            read = _read(trigger.require, fields, sight, plan, pair)
            yield f"{where}: it waits for what it requires, because {read}"
        elif truths.get(identifier) is True:
            yield f"{where}, or not now: its condition is true since an earlier moment, or was when the rules began"


def _of_scope(endpoint: Endpoint, expected: Expected, plan: Plan, pair: MemoryPair) -> Iterator[str]:
    """Say which records are out of scope."""
    if endpoint.where is None:
        return
    for identifier, name, store in _records(endpoint, expected.label, pair):
        record = store.get(endpoint.module, identifier)
        fields, sight = {**(record.fields if record else {}), "id": identifier}, Sight(store=store)
        if record is not None and not _holds(endpoint.where, fields, sight, plan):
            read = _read(endpoint.where, fields, sight, plan, pair)
            yield f'{endpoint.connection}.{endpoint.module} "{name}" is out of scope, because {read}'


def _holds(expression: PlanExpression, fields: Mapping[str, Value], sight: Sight, plan: Plan) -> bool:
    return compile_expression(expression, plan.tables)(fields, sight) is True


def _read(expression: PlanExpression, fields: Mapping[str, Value], sight: Sight, plan: Plan, pair: MemoryPair) -> str:
    """Return the values of the fields that a condition reads."""
    values = []
    for path in dict.fromkeys(reads_of(expression)):
        value = compile_expression(FieldRead(path=path), plan.tables)(fields, sight)
        values.append(f"`{path_text(path)}` is {show_value(value, pair)}")
    return " and ".join(values) or "it reads no field"
