"""Where every secret of an environment comes from, and whether it is set."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from syncdsl.adapters.registry import load_adapter
from syncdsl.diagnostics import Fault
from syncdsl.project.credentials import ENVIRONMENT, WEBHOOK_SECRET, configured_secrets, parts_of, variable
from syncdsl.project.environment import connection_table, wanted_secrets
from syncdsl.project.keyrings import entry_of
from syncdsl.render.secrets_text import SecretSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.project.workspace import Workspace

_NOWHERE = "syncdsl.toml names no credentials"
_VARIABLE = "env:"


def secret_sources(workspace: Workspace, environment: str, connections: Sequence[str]) -> Iterator[SecretSource]:
    """Yield the secrets of these connections; without any named, of all, of the state and of alerts too.

    Raises Fault SD602 for a connection that is not configured, SD608 without its adapter.
    """
    table = workspace.settings.environments[environment]
    for name in connections or sorted(table.connections):
        found = connection_table(workspace, environment, name)
        wanted = wanted_secrets(load_adapter(found.adapter))
        if wanted:
            yield from _referred(name, found.credentials, wanted)
            yield from _referred(name, found.credentials, (WEBHOOK_SECRET,), optional=True)
    if connections:
        return
    alerts = workspace.settings.alerts
    yield from _named("state", table.state)
    yield from _named("call_back", table.call_back)
    yield from _named("alerts.webhook", alerts.webhook)
    if alerts.email is not None and alerts.email.credentials is not None:
        yield from _referred("alerts.email", alerts.email.credentials, ("user", "password"))


def _referred(
    owner: str, reference: str | None, names: Sequence[str], *, optional: bool = False
) -> Iterator[SecretSource]:
    present: set[str] | None = None
    problem = None
    try:
        present = set(configured_secrets(owner, reference, names))
    except Fault as fault:
        problem = fault.message
    for name in names:
        yield SecretSource(
            owner=owner,
            name=name,
            source=_source(reference, name),
            present=None if present is None else name in present,
            optional=optional,
            problem=problem,
        )


def _source(reference: str | None, name: str) -> str:
    if reference is None:
        return _NOWHERE
    kind, place = parts_of(reference)
    return f"variable {variable(place, name)}" if kind == ENVIRONMENT else f"keyring entry {entry_of(place)}"


def _named(owner: str, setting: str | None) -> Iterator[SecretSource]:
    """Yield a setting that comes from a variable as a whole, because it holds a secret."""
    if setting is not None and setting.startswith(_VARIABLE):
        name = setting.removeprefix(_VARIABLE)
        yield SecretSource(
            owner=owner, name="url", source=f"variable {name}", present=bool(os.environ.get(name, "").strip())
        )
