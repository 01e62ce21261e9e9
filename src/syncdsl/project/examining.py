"""What `doctor` looks at: everything a run depends on, each with what to do about it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from syncdsl.adapters.onboarding import Condition, Creatable, Fine, Prepared, Unknown
from syncdsl.diagnostics import Fault, Severity
from syncdsl.project.environment import open_connection, open_project_state
from syncdsl.project.needs import Compiled, compile_rules, needed
from syncdsl.project.preparation import scope_requirement
from syncdsl.project.services import project_clock
from syncdsl.project.workspace import Workspace
from syncdsl.render.checklist import Item, Mark
from syncdsl.render.style import counted
from syncdsl.schema.difference import differences
from syncdsl.schema.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from syncdsl.adapters.onboarding import Needs, Requirement
    from syncdsl.adapters.protocol import Connection, Identity

NOTICEABLE_SECONDS, HARMFUL_SECONDS = 30, 300
"""Clocks this far apart are said, and taken for a problem: certificates and signed calls stop working."""


def examine(workspace: Workspace, environment: str, connections: Sequence[str]) -> Iterator[Item]:
    """Look at the rules, the state and these connections; nothing is changed, and one failure hides no other."""
    compiled = compile_rules(workspace)
    yield _rules(compiled)
    identities: dict[str, Identity] = {}
    about: list[Item] = []
    for name in connections:
        about += _connection(workspace, environment, name, needed(compiled, name).needs, identities)
    bases = {name: identity.base_currency for name, identity in identities.items()}
    if len(set(bases.values())) > 1:
        said = ", ".join(f"{name} {base}" for name, base in bases.items())
        yield _item("base-currency", Mark.BAD, f"the base currencies differ: {said}", "run `syncdsl setup --check`")
    elif len(bases) > 1:
        yield _item("base-currency", Mark.GOOD, f"base currency {next(iter(bases.values()))} everywhere")
    yield _state(workspace, environment, identities)
    yield from about


def item_of(requirement: Requirement, connection: str | None) -> Item:
    """Return a requirement as an item of a list."""
    mark, steps = _condition(requirement.condition)
    if mark is Mark.BAD and requirement.advice:
        mark = Mark.ADVICE
    return Item(id=requirement.id, mark=mark, text=_said(requirement), steps=steps, connection=connection)


def _said(requirement: Requirement) -> str:
    match requirement.condition:
        case Unknown(reason=reason):
            return f"{requirement.title}: {reason}"
        case Creatable():
            return f"{requirement.title} is missing"
        case _:
            return requirement.title


def _condition(condition: Condition) -> tuple[Mark, tuple[str, ...]]:
    match condition:
        case Fine():
            return Mark.GOOD, ()
        case Creatable(what=what):
            return Mark.BAD, (f"`syncdsl setup` makes {what}",)
        case Unknown(help=advice):
            return Mark.ADVICE, (advice,) if advice else ()
        case _:
            return Mark.BAD, condition.clicks


def _rules(compiled: Compiled) -> Item:
    if compiled.checked is None:
        assert compiled.fault is not None  # noqa: S101 - one of the two is there
        return _fault("rules", compiled.fault)
    checked = compiled.checked
    errors = sum(item.level is Severity.ERROR for item in checked.findings)
    files = counted(len(checked.sources), "rule file")
    compile_ = "compiles" if len(checked.sources) == 1 else "compile"
    if errors:
        return _item("rules", Mark.BAD, f"{files} with {counted(errors, 'error')}", "`syncdsl check` shows them")
    warnings = sum(item.level is Severity.WARNING for item in checked.findings)
    if warnings:
        return _item(
            "rules",
            Mark.ADVICE,
            f"{files} {compile_}, with {counted(warnings, 'warning')}",
            "`syncdsl check` shows them",
        )
    return _item("rules", Mark.GOOD, f"{files} {compile_}")


def _state(workspace: Workspace, environment: str, identities: dict[str, Identity]) -> Item:
    url = workspace.settings.state_url(environment)
    if (
        url.startswith("sqlite:///")
        and not (workspace.folder / url.removeprefix("sqlite:///").partition("?")[0]).exists()
    ):
        return _item("state", Mark.GOOD, "no state yet: the first apply makes it")
    facts = {
        name: {"organization": identity.organization, "data_centre": identity.data_centre}
        for name, identity in identities.items()
    }
    try:
        with open_project_state(workspace, environment, read_only=True) as state:
            state.check_identity(environment, facts)
            doubtful = len(state.open_intents())
            known = state.identity() is not None
    except Fault as fault:
        return _fault("state", fault)
    if doubtful:
        said = f"the state is intact; {counted(doubtful, 'write')} of an interrupted run in doubt"
        return _item("state", Mark.ADVICE, said, "the next `syncdsl apply` looks each up and settles it")
    fits = " and belongs to these organisations" if known and identities else ""
    return _item("state", Mark.GOOD, f"the state is intact{fits}")


def _connection(
    workspace: Workspace, environment: str, name: str, needs: Needs, identities: dict[str, Identity]
) -> Iterator[Item]:
    try:
        scopes = scope_requirement(workspace, environment, name, needs, anew=True)
    except Fault as fault:
        yield _fault("token", fault, name)
        return
    if scopes is not None:
        yield _item("token", Mark.GOOD, "the credentials are accepted", connection=name)
        yield item_of(scopes, name)
    try:
        opened = open_connection(workspace, environment, name, None)
    except Fault as fault:
        yield _fault("connection", fault, name)
        return
    with closing(opened):
        yield from _tried("organization", name, lambda: [_identity(opened, name, identities)])
        if isinstance(opened, Prepared):
            yield from _tried("clock", name, lambda: _vitals(opened, name))
            yield from _tried("requirements", name, lambda: _requirements(opened, name, needs))
        yield from _tried("schema", name, lambda: [_schema(workspace, opened, name)])


def _tried(identifier: str, name: str, look: Callable[[], list[Item]]) -> list[Item]:
    try:
        return look()
    except Fault as fault:
        return [_fault(identifier, fault, name)]


def _identity(opened: Connection, name: str, identities: dict[str, Identity]) -> Item:
    identity = identities[name] = opened.identity()
    said = f"organisation {identity.organization} ({identity.name}), {identity.base_currency}, {identity.data_centre}"
    return _item("organization", Mark.GOOD, said, connection=name)


def _vitals(opened: Prepared, name: str) -> list[Item]:
    vitals = opened.preparing.vitals()
    apart = project_clock().now() - vitals.server_time.timestamp()
    way = "behind" if apart < 0 else "ahead of"
    said = f"this machine's clock is {abs(apart):.0f} s {way} the server's"
    if abs(apart) >= NOTICEABLE_SECONDS:
        mark = Mark.BAD if abs(apart) >= HARMFUL_SECONDS else Mark.ADVICE
        items = [_item("clock", mark, said, "let it be set by the network (NTP)", connection=name)]
    else:
        items = [_item("clock", Mark.GOOD, "the clocks agree", connection=name)]
    quota = (
        vitals.quota
        or "calls are not counted: neither the system nor `limits` in its `options` says how many there are"
    )
    return [*items, _item("quota", Mark.GOOD, quota, connection=name)]


def _requirements(opened: Prepared, name: str, needs: Needs) -> list[Item]:
    return [item_of(requirement, name) for requirement in opened.preparing.requirements(needs)]


def _schema(workspace: Workspace, opened: Connection, name: str) -> Item:
    """Compare the snapshot with the system; what changed is a problem only where the rules no longer fit."""
    before = read_snapshot(workspace.schema_path(name)).without_statistics()
    after = opened.schema()
    changes = differences(before, after)
    if not changes:
        return _item("schema", Mark.GOOD, "the schema snapshot is what the system has", connection=name)
    said = f"the system changed since the schema snapshot: {counted(len(changes), 'difference')}"
    steps = f"`syncdsl schema diff {name}` shows them, `syncdsl schema pull {name}` takes them"
    errors = _errors(Workspace(workspace.folder, {name: after})) - _errors(workspace)
    if errors:
        said += f"; with {'it' if len(changes) == 1 else 'them'} the rules have {counted(len(errors), 'error')}"
    return _item("schema", Mark.BAD if errors else Mark.ADVICE, said, steps, connection=name)


def _errors(workspace: Workspace) -> frozenset[object]:
    return frozenset(item.sort_key for item in workspace.check().findings if item.level is Severity.ERROR)


def _item(identifier: str, mark: Mark, text: str, *steps: str, connection: str | None = None) -> Item:
    return Item(id=identifier, mark=mark, text=text, steps=steps, connection=connection)


def _fault(identifier: str, fault: Fault, connection: str | None = None) -> Item:
    steps = (*((fault.help,) if fault.help else ()), f"`syncdsl explain {fault.code.id}` says more")
    text = fault.message.removeprefix(f"connection `{connection}`: ")
    return Item(id=identifier, mark=Mark.BAD, text=text, steps=("\n".join(steps),), connection=connection)
