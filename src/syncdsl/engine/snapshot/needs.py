"""What a snapshot has to hold: the modules, fields and views that rules read, and what a state asks about besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.engine.document_values import written_fields
from syncdsl.plan.accords import MEMBER_FIELDS, PERSON_FIELDS, USERS
from syncdsl.plan.steps import ObserveStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State


@dataclass(slots=True, kw_only=True)
class Need:
    """What is read of one module: `fields` in order, `views` of which it is told which records are in them.

    `details` are read only of the drafts that rules made. `staged`: rules observe it, so the state knows what it held
    before.
    """

    connection: str
    module: str
    fields: dict[str, None] = field(default_factory=dict)
    views: dict[str, None] = field(default_factory=dict)
    details: dict[str, None] = field(default_factory=dict)
    staged: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The fields, in order of their names."""
        return tuple(sorted(self.fields))

    @property
    def only_details(self) -> tuple[str, ...]:
        """The fields that are read of drafts alone, in order of their names."""
        return tuple(sorted(self.details.keys() - self.fields.keys()))


def needs_of(
    plans: Iterable[Plan],
    schemas: Mapping[str, SchemaSnapshot],
    state: State | None = None,
    *,
    everything: bool = False,
) -> list[Need]:
    """Return what previews by these plans read, in order of connections and modules; with `everything` all fields.

    With a `state` there is also what its writes in doubt are looked for by. What the schemas do not have is left out:
    rules that were put in force by older ones cannot be read by either.
    """
    found: dict[tuple[str, str], Need] = {}

    def need(connection: str, module: str, fields: Iterable[str]) -> Need | None:
        known = schemas[connection].modules.get(module) if connection in schemas else None
        if known is None:
            return None
        one = found.setdefault((connection, module), Need(connection=connection, module=module))
        one.fields |= {name: None for name in fields if name in known.fields}
        return one

    for plan in plans:
        for step in plan.steps:
            if isinstance(step, ObserveStep) and (one := need(step.connection, step.module, step.fields)) is not None:
                one.staged = True
                if step.view is not None:
                    one.views[step.view] = None
        for document in plan.documents.values():
            if (one := need(document.connection, document.module, ())) is not None:
                known = schemas[document.connection].modules[document.module]
                names = (*written_fields(document), document.status_field, known.label_field)
                one.details |= {name: None for name in names if name in known.fields}
        for access in plan.access:
            need(access.connection, USERS, MEMBER_FIELDS)
            need(access.partner, USERS, PERSON_FIELDS)
    if state is not None:
        _of_doubts(state, schemas, need)
        for grant in state.grants():
            need(grant.connection, grant.module, MEMBER_FIELDS)
    if everything:
        for one in found.values():
            one.fields |= dict.fromkeys(schemas[one.connection].modules[one.module].fields)
    return [found[place] for place in sorted(found)]


def enforced_fields(plans: Iterable[Plan]) -> set[tuple[str, str, str]]:
    """Return the fields (connection, module, field) that lines write also when nothing changed."""
    found: set[tuple[str, str, str]] = set()
    for plan in plans:
        for pair in plan.pairs.values():
            for line in pair.lines if any(line.enforce for line in pair.lines) else ():
                for assignment, there in ((line.to_right, pair.right), (line.to_left, pair.left)):
                    if assignment is not None:
                        found.add((there.connection, there.module, assignment.target))
    return found


def _of_doubts(
    state: State, schemas: Mapping[str, SchemaSnapshot], need: Callable[[str, str, Iterable[str]], Need | None]
) -> None:
    """Add what the writes in doubt are looked for by: their key, their parent, and what was written."""
    for intent in state.open_intents():
        schema = schemas.get(intent.connection)
        module = schema.modules.get(intent.module) if schema is not None else None
        if module is None:
            continue
        found_by = [name for name in (module.key_field, module.parent_field) if name is not None]
        written = [*intent.payload.get("fields", {}), *intent.payload.get("old", {})]
        extra = MEMBER_FIELDS if intent.module == USERS else ()
        need(intent.connection, intent.module, (*found_by, *written, *extra))
