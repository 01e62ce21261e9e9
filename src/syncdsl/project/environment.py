"""An environment opened: a connection to every system and the state, released together."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION
from syncdsl.project.credentials import resolve_address, resolve_secrets, secrets_hint
from syncdsl.project.discovery import CONFIGURATION
from syncdsl.project.private import own_folder
from syncdsl.project.services import OWN_FOLDER, services

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.adapters.protocol import Adapter, Connection, ConnectionSettings
    from syncdsl.plan.plan import Plan
    from syncdsl.project.settings import ConnectionTable
    from syncdsl.project.workspace import Workspace
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State

ALLOW_HOSTS = "SYNCDSL_ALLOW_HOSTS"
SIGN_IN = ("client_id", "client_secret", "refresh_token")
"""The secrets of an adapter that does not say which it needs (`secrets`): those of OAuth 2."""


def allowed_hosts() -> frozenset[str]:
    """Return the hosts that the user's environment allows tokens to go to, beside the known ones."""
    return frozenset(host.strip() for host in os.environ.get(ALLOW_HOSTS, "").split(",") if host.strip())


def connection_table(workspace: Workspace, environment: str, name: str) -> ConnectionTable:
    """Return the settings of a connection in an environment.

    Raises Fault SD602 when there are none.
    """
    known = workspace.settings.environments[environment].connections
    table = known.get(name)
    if table is None:
        near = did_you_mean(name, known)
        add = f"add a table `[environments.{environment}.connections.{name}]` with its adapter and organisation"
        raise Fault(
            BAD_CONFIGURATION,
            f"{CONFIGURATION}: the environment `{environment}` does not configure the connection `{name}`",
            help=f"did you mean `{near}`?" if near else add,
        )
    return table


def open_connection(workspace: Workspace, environment: str, name: str, schema: SchemaSnapshot | None) -> Connection:
    """Open one connection; no call is made yet.

    Raises Fault: SD602 and SD606 to SD608 for settings that cannot be used.
    """
    from syncdsl.adapters.registry import load_adapter  # noqa: PLC0415 - loaded by the commands that connect

    table = connection_table(workspace, environment, name)
    adapter = load_adapter(table.adapter)
    secrets = resolve_secrets(name, table.credentials, wanted_secrets(adapter))
    return adapter.connect(connection_settings(workspace, environment, name, table, secrets), schema)


def wanted_secrets(adapter: Adapter) -> tuple[str, ...]:
    """Return the names of the secrets that an adapter's connections need."""
    return tuple(getattr(adapter, "secrets", SIGN_IN))


def connection_settings(
    workspace: Workspace, environment: str, name: str, table: ConnectionTable, secrets: Mapping[str, str]
) -> ConnectionSettings:
    """Return what an adapter is given to open a connection with these secrets.

    Raises Fault SD602 when an address of the environment is not set.
    """
    from syncdsl.adapters.protocol import ConnectionSettings  # noqa: PLC0415 - loaded by the commands that connect
    from syncdsl.adapters.services import Services  # noqa: PLC0415 - the same

    known = environment in workspace.settings.environments  # a sign-in may be about to add it
    return ConnectionSettings(
        name=name,
        adapter=table.adapter,
        data_centre=table.data_centre,
        organization=table.organization,
        url=resolve_address(name, table.url),
        secrets=secrets,
        credentials_hint=secrets_hint(table.credentials, tuple(secrets) or SIGN_IN),
        allowed_hosts=allowed_hosts(),
        options=table.options.model_dump(exclude_none=True, exclude_unset=True),
        services=services(workspace, environment, table.credentials) if known else Services(),
    )


@contextmanager
def open_connections(
    workspace: Workspace, environment: str, plan: Plan, schemas: Mapping[str, SchemaSnapshot]
) -> Iterator[dict[str, Connection]]:
    """Open the connections of a plan and close them at the end.

    Raises Fault SD602 when rules and settings disagree about an adapter, and those of `open_connection`.
    """
    for name, planned in plan.connections.items():
        table = connection_table(workspace, environment, name)
        if table.adapter != planned.adapter:
            raise Fault(
                BAD_CONFIGURATION,
                f"the rules say `connection {name}: {planned.adapter}`, the environment `{environment}` says "
                f"`{table.adapter}`",
                help=f'set `adapter = "{planned.adapter}"` in `[environments.{environment}.connections.{name}]`',
            )
    with ExitStack() as stack:
        opened: dict[str, Connection] = {}
        for name in sorted(plan.connections):
            opened[name] = open_connection(workspace, environment, name, schemas[name])
            stack.callback(opened[name].close)
        yield opened


@contextmanager
def open_project_state(
    workspace: Workspace, environment: str, *, read_only: bool = False, scratch: bool = False
) -> Iterator[State]:
    """Open the state of an environment, or with `scratch` a copy to be thrown away, and close it at the end.

    Raises Fault: SD805 to SD808 when it cannot be used.
    """
    from syncdsl.state import open_state  # noqa: PLC0415 - loads SQLAlchemy

    if not read_only and not scratch:
        own_folder(workspace.folder / OWN_FOLDER)
    url = workspace.settings.state_url(environment)
    state = open_state(url, base=workspace.folder, read_only=read_only, scratch=scratch)
    try:
        yield state
    finally:
        state.close()
