"""Which connection a command signs in, out of, or prepares: its settings, its adapter, and how that signs in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.adapters.onboarding import SigningIn
from syncdsl.adapters.registry import load_adapter
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.onboarding import NO_SIGN_IN
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION
from syncdsl.project.discovery import CONFIGURATION
from syncdsl.project.environment import connection_settings, connection_table, wanted_secrets
from syncdsl.project.needs import adapters_of
from syncdsl.project.settings import ConnectionTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.onboarding import SignIn
    from syncdsl.adapters.protocol import ConnectionSettings
    from syncdsl.project.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One connection in one environment. `wanted` are the names of its secrets."""

    workspace: Workspace
    environment: str
    connection: str
    table: ConnectionTable
    sign_in: SignIn
    wanted: tuple[str, ...]
    named: bool
    """Whether the environment was named on the command line, so that commands shown have to name it too."""

    @property
    def option(self) -> str:
        """` --env NAME` where commands that are shown need it."""
        return f" --env {self.environment}" if self.named else ""

    def settings(self, secrets: Mapping[str, str]) -> ConnectionSettings:
        """Return the settings of a connection with these secrets."""
        return connection_settings(self.workspace, self.environment, self.connection, self.table, secrets)

    def at(self, **changes: str | None) -> Target:
        """Return the target with other settings of its table."""
        return replace(self, table=self.table.model_copy(update=changes))


def target_of(
    workspace: Workspace, environment: str | None, connection: str, *, data_centre: str | None = None
) -> Target:
    """Return the connection that a command means.

    With `data_centre` the connection may be missing in syncdsl.toml (a sign-in adds it) as long as the rules name its
    adapter. Raises Fault SD602, SD603 for others, SD608 without the adapter, SD621 when it has no sign-in.
    """
    name, table = _table(workspace, environment, connection, data_centre)
    adapter = load_adapter(table.adapter)
    wanted = wanted_secrets(adapter)
    if not isinstance(adapter, SigningIn) or not wanted:
        raise Fault(
            NO_SIGN_IN,
            f"connection `{connection}`: the adapter `{table.adapter}` has no sign-in",
            help="nothing is missing: it needs no credentials"
            if not wanted
            else f"set its secrets where `credentials` says: {', '.join(wanted)}",
        )
    return Target(
        workspace=workspace,
        environment=name,
        connection=connection,
        table=table,
        sign_in=adapter.sign_in,
        wanted=wanted,
        named=environment is not None,
    )


def _table(
    workspace: Workspace, environment: str | None, connection: str, data_centre: str | None
) -> tuple[str, ConnectionTable]:
    settings = workspace.settings
    if data_centre is None:
        name = settings.environment_name(environment)
        return name, connection_table(workspace, name, connection)
    name = environment or settings.environment_name(None)
    known = settings.environments.get(name)
    if known is not None and connection in known.connections:
        return name, known.connections[connection].model_copy(update={"data_centre": data_centre})
    adapter = adapters_of(workspace).get(connection)
    if adapter is None:
        raise Fault(
            BAD_CONFIGURATION,
            f"{CONFIGURATION}: the environment `{name}` does not configure `{connection}`, and no rule names it",
            help=f"a rule file says `connection {connection}: zoho_crm`, for example; or add a table "
            f"`[environments.{name}.connections.{connection}]` with its adapter",
        )
    return name, ConnectionTable(adapter=adapter, data_centre=data_centre)
