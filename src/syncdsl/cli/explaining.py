"""What `why` and `why-not` share: a look at one record over a copy of the state, and the lines of the rules."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from syncdsl.cli.chosen_rules import refuse_disconnected, rules_to_look_by, what_waits
from syncdsl.cli.progress import shown_progress
from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.explaining import NOT_THERE
from syncdsl.diagnostics.codes.history import UNKNOWN_RECORD
from syncdsl.engine.explaining.looking import look_at
from syncdsl.engine.explaining.on_file import on_file
from syncdsl.engine.in_force import rules_in_force
from syncdsl.engine.subject import Subjects
from syncdsl.plan.steps import ObserveStep
from syncdsl.project.environment import open_connections, open_project_state
from syncdsl.project.running import run_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from syncdsl.adapters.protocol import Connection
    from syncdsl.changes.effects import RecordName
    from syncdsl.cli.options import Globals
    from syncdsl.engine.explaining.answers import Why, WhyNot
    from syncdsl.engine.explaining.looking import Look
    from syncdsl.plan.plan import Plan
    from syncdsl.project.workspace import Workspace
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State

A = TypeVar("A", "Why", "WhyNot")
NEAR = 20_000
"""Among how many names of a module the nearest to a mistyped one is looked for."""


@contextmanager
def opened_look_at(
    workspace: Workspace, settings: Globals, environment: str, record: str, *, now: bool
) -> Iterator[tuple[Look, RecordName, Callable[[str], str | None]]]:
    """Look at a record by the rules in force; yield the look, what it is called, and what gives a line of the rules.

    The state is a copy that is thrown away. Only with `now` the systems are asked, and then of this record alone with
    what belongs to it. Raises Fault: SD825, SD826 and SD828 for what names no record, SD837 with `now` when a system is
    not connected, SD890 when the system has no such record.
    """
    with open_project_state(workspace, environment, scratch=True) as state:
        plan, schemas = rules_to_look_by(workspace, settings, state, environment)
        subjects = Subjects(state, plan, schemas)
        found = _named(subjects, state, plan, schemas, record, now=now)
        with (
            _connections(workspace, environment, plan, schemas, state, now=now) as connections,
            shown_progress(settings) as progress,
        ):
            run = run_of(workspace, environment, plan, schemas, connections, state, progress.progress, sweep=False)
            look = look_at(run, found, fresh=now)
        if now and look.anywhere() is None and not state.is_known(*found, _sides(plan, found)):
            raise _not_there(found)
        yield look, subjects.name(found), _sources(workspace, state, plan)


def _named(
    subjects: Subjects,
    state: State,
    plan: Plan,
    schemas: Mapping[str, SchemaSnapshot],
    record: str,
    *,
    now: bool,
) -> tuple[str, str, str]:
    """Return the record that a text names; with `now` also one that no run knows, by its id."""
    try:
        found = subjects.find(record)
    except Fault as fault:
        if fault.code is not UNKNOWN_RECORD:
            raise
        if now:
            return subjects.named(record)
        place, _, wanted = record.partition("/")
        connection, _, module = place.partition(".")
        near = did_you_mean(wanted, _labels(state, schemas, connection, module))
        views = {step.view for step in plan.steps if isinstance(step, ObserveStep) and _is_of(step, connection, module)}
        asks = "`--now` asks the system for it by its id, `syncdsl find TEXT` by its name"
        if named := sorted(view for view in views if view is not None):
            asks = f'runs read the view "{named[0]}" alone: {asks}'
        raise Fault(
            UNKNOWN_RECORD,
            fault.message,
            help=f"did you mean `{place}/{near}`? {asks}" if near else asks,
        ) from None
    return found.connection, found.module, found.id or ""


def _is_of(step: ObserveStep, connection: str, module: str) -> bool:
    return (step.connection, step.module) == (connection, module)


def _labels(state: State, schemas: Mapping[str, SchemaSnapshot], connection: str, module: str) -> set[str]:
    """Return what some records of a module are called, as far as they were read."""
    label = schemas[connection].modules[module].label_field
    found: set[str] = set()
    for some in state.every_record(f"{connection}.{module}"):
        found |= {value for one in some if isinstance(value := one.fields.get(label), str)}
        if len(found) >= NEAR:
            break
    return found


def _sides(plan: Plan, record: tuple[str, str, str]) -> list[tuple[str, Any]]:
    return [
        (pair.name, side)
        for pair in plan.pairs.values()
        for side, end in (("left", pair.left), ("right", pair.right))
        if (end.connection, end.module) == record[:2]
    ]


def _not_there(record: tuple[str, str, str]) -> Fault:
    connection, module, record_id = record
    return Fault(
        NOT_THERE,
        f"{connection} has no record `{record_id}` in `{module}`, and no run knew one",
        help="`syncdsl find TEXT` looks records up by their names",
    )


@contextmanager
def _connections(
    workspace: Workspace,
    environment: str,
    plan: Plan,
    schemas: Mapping[str, SchemaSnapshot],
    state: State,
    *,
    now: bool,
) -> Iterator[Mapping[str, Connection]]:
    if not now:
        with nullcontext(on_file(state, plan, schemas)) as known:
            yield known
        return
    force = rules_in_force(state)
    if force is not None:
        refuse_disconnected(state, force, environment)
    with open_connections(workspace, environment, plan, schemas) as connections:
        yield connections


# -- lines of the rules ---------------------------------------------------------------------------------------------


def _sources(workspace: Workspace, state: State, plan: Plan) -> Callable[[str], str | None]:
    """Return what gives the line at a place of the rules; nothing where the files hold other rules by now."""
    current = rules_in_force(state) is None or what_waits(workspace, state, plan.digest) == "same"
    read: dict[str, list[str]] = {}

    def line(location: str) -> str | None:
        path, _, number = location.rpartition(":")
        if not current or not path or not number.isascii() or not number.isdigit():
            return None
        if path not in read:
            file = (workspace.folder / path).resolve()
            inside = file.is_relative_to(workspace.folder.resolve()) and file.is_file()
            read[path] = file.read_text(encoding="utf-8", errors="replace").split("\n") if inside else []
        lines = read[path]
        return lines[int(number) - 1].strip() if 0 < int(number) <= len(lines) else None

    return line


def with_sources(answer: A, line: Callable[[str], str | None]) -> A:
    """Return an answer with the lines of the rules that it names."""
    places = sorted(_places(answer.model_dump(mode="json")))
    return answer.model_copy(update={"sources": {place: text for place in places if (text := line(place))}})


def _places(data: Any) -> set[str]:
    """Return the places of rules that an answer names, however deep."""
    if isinstance(data, dict):
        here = {value for name, value in data.items() if name == "location" and isinstance(value, str) and value}
        return here.union(*(_places(value) for value in data.values()))
    if isinstance(data, list):
        return set[str]().union(*(_places(item) for item in data))
    return set()
