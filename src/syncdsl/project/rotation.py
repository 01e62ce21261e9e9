"""New secrets of a connection, tried before they take the place of those in use."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING

from syncdsl.adapters.onboarding import SigningIn
from syncdsl.adapters.registry import load_adapter
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import UNKNOWN_ORGANISATION
from syncdsl.diagnostics.codes.onboarding import MISSING_SCOPES
from syncdsl.diagnostics.codes.service import OTHER_CREDENTIALS
from syncdsl.project.environment import connection_settings, connection_table, open_project_state
from syncdsl.project.needs import compile_rules, needed
from syncdsl.state.keeping import exists

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import ConnectionSettings, Identity
    from syncdsl.project.workspace import Workspace

SWITCH = "credentials"
"""The switch that tells a daemon whose secrets were replaced, and when: it connects anew before its next run."""


def try_secrets(workspace: Workspace, environment: str, name: str, secrets: Mapping[str, str]) -> Identity:
    """Return which organisation secrets open, when they are as good as those in use.

    Raises Fault: SD702 they are not accepted, SD721 they lack a scope that the rules need, SD878 they open another
    organisation than the state's or the configured one, and others of systems that do not answer.
    """
    table = connection_table(workspace, environment, name)
    adapter = load_adapter(table.adapter)
    settings = connection_settings(workspace, environment, name, table, secrets)
    try:
        if isinstance(adapter, SigningIn):
            _refuse_missing(workspace, environment, name, settings)
        with closing(adapter.connect(settings, None)) as connection:
            identity = connection.identity()
        _refuse_other(workspace, environment, name, identity)
    except Fault as fault:
        if isinstance(adapter, SigningIn):
            with suppress(Fault):  # the message is about the secrets; an access token ends by itself
                adapter.sign_in.forget(settings)
        if fault.code is UNKNOWN_ORGANISATION:
            raise _other(name, f"do not open organisation `{table.organization}`, which is configured") from None
        raise
    return identity


def announce(workspace: Workspace, environment: str, name: str, *, by: str, at: dt.datetime) -> bool:
    """Tell whoever serves the state that a connection has new secrets; returns whether a daemon is there to hear it."""
    import socket  # noqa: PLC0415 - only here

    if not exists(workspace.settings.state_url(environment), workspace.folder):
        return False
    with open_project_state(workspace, environment) as state:
        known = state.switch(SWITCH)
        changed = dict(known.value) if known is not None and isinstance(known.value, dict) else {}
        state.set_switch(SWITCH, {**changed, name: at.isoformat()}, by=by, at=at)
        serving = state.serving(socket.gethostname(), at)
    return serving is not None and serving.alive


def _refuse_missing(workspace: Workspace, environment: str, name: str, settings: ConnectionSettings) -> None:
    adapter = load_adapter(settings.adapter)
    assert isinstance(adapter, SigningIn)  # noqa: S101 - the caller knows
    granted = adapter.sign_in.refresh(settings, anew=True).scopes
    called_back = workspace.settings.environments[environment].call_back is not None
    needs = needed(compile_rules(workspace), name, notifications=called_back).needs
    missing = [scope for scope in adapter.sign_in.missing(adapter.sign_in.scopes(needs), granted) if not scope.optional]
    if missing:
        listed = "\n".join(f"{scope.name}  ({scope.why})" for scope in missing)
        raise Fault(
            MISSING_SCOPES,
            f"connection `{name}`: the new credentials lack scopes that the rules need, so nothing changed:\n{listed}",
            help=f"make a token with all of them: `syncdsl login {name} --scopes --env {environment}` lists them",
        )


def _refuse_other(workspace: Workspace, environment: str, name: str, identity: Identity) -> None:
    if not exists(workspace.settings.state_url(environment), workspace.folder):
        return
    with open_project_state(workspace, environment, read_only=True) as state:
        known = (state.identity() or {}).get(name)
    if known is not None and known["organization"] != identity.organization:
        raise _other(
            name, f"open organisation {identity.organization}, and the state belongs to {known['organization']}"
        )


def _other(name: str, what: str) -> Fault:
    return Fault(
        OTHER_CREDENTIALS,
        f"connection `{name}`: the new credentials {what}; nothing changed",
        help="sign in as a user of that organisation; for another one `syncdsl disconnect` comes first",
    )
