"""What the organisations of an environment need before rules run: scopes, currencies, key fields, on both sides."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.adapters.onboarding import ByHand, Fine, Prepared, Requirement, SigningIn, Wrong
from syncdsl.adapters.registry import load_adapter
from syncdsl.diagnostics import Fault
from syncdsl.project.credentials import resolve_secrets
from syncdsl.project.environment import connection_settings, connection_table, open_connection, wanted_secrets
from syncdsl.project.needs import compile_rules, needed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.onboarding import Needs
    from syncdsl.adapters.protocol import Connection, Identity
    from syncdsl.project.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """One connected organisation: what rules need of it, which one it is, and how it stands with each requirement."""

    connection: str
    needs: Needs
    exact: bool
    identity: Identity
    requirements: tuple[Requirement, ...]


def look(workspace: Workspace, environment: str, connections: Sequence[str]) -> tuple[Organisation, ...]:
    """Return how the organisations of these connections stand; all of the environment are asked for their currencies.

    Changes nothing. Raises Fault (SD6xx, SD7xx) for a connection that cannot be used at all.
    """
    everyone = sorted(workspace.settings.environments[environment].connections)
    compiled = compile_rules(workspace)
    found = {name: needed(compiled, name) for name in everyone}
    currencies = {
        name: _currencies(workspace, environment, name) if item.needs.currencies else () for name, item in found.items()
    }
    return tuple(
        _looked_at(
            workspace,
            environment,
            name,
            replace(found[name].needs, partner_currencies=_of_others(currencies, name)),
            exact=found[name].exact,
        )
        for name in everyone
        if name in connections
    )


def create(workspace: Workspace, environment: str, connection: str, requirement: Requirement) -> Requirement:
    """Make what is missing and return it as it is now; raises Fault SD723 when the system refuses."""
    with closing(open_connection(workspace, environment, connection, None)) as opened:
        assert isinstance(opened, Prepared)  # noqa: S101 - the requirement came from it
        return opened.preparing.create(requirement)


def call_back_steps(
    workspace: Workspace, environment: str, connection: str, needs: Needs, *, url: str, secret: str
) -> tuple[str, ...]:
    """Return the clicks that make a system call `url`; none where it needs none."""
    with closing(open_connection(workspace, environment, connection, None)) as opened:
        return opened.preparing.call_back_steps(needs, url=url, secret=secret) if isinstance(opened, Prepared) else ()


def scope_requirement(
    workspace: Workspace, environment: str, name: str, needs: Needs, *, anew: bool = False
) -> Requirement | None:
    """Return whether the token has the scopes that the needs take; None where there is no sign-in.

    `anew`: an access token is made, which shows that the secrets still hold. Raises Fault SD702 when they do not.
    """
    table = connection_table(workspace, environment, name)
    adapter = load_adapter(table.adapter)
    wanted = wanted_secrets(adapter)
    if not isinstance(adapter, SigningIn) or not wanted:
        return None
    secrets = resolve_secrets(name, table.credentials, wanted)
    settings = connection_settings(workspace, environment, name, table, secrets)
    granted = adapter.sign_in.refresh(settings, anew=anew).scopes
    missing = adapter.sign_in.missing(adapter.sign_in.scopes(needs), granted)
    if not missing:
        return Requirement(id="scopes", title="the token has every scope that the rules need", condition=Fine())
    listed = ", ".join(f"`{scope.name}` ({scope.why.replace('`', '')})" for scope in missing)
    return Requirement(
        id="scopes",
        title=f"the token lacks {listed}",
        condition=ByHand(clicks=(f"scopes cannot be added later: sign in again with `syncdsl login {name}`",)),
        advice=all(scope.optional for scope in missing),
    )


def currency_requirement(found: Sequence[Organisation]) -> Requirement | None:
    """Return whether all organisations keep their books in one currency; None with fewer than two of them."""
    if len(found) < 2:
        return None
    bases = {item.connection: item.identity.base_currency for item in found}
    said = ", ".join(f"{name} {base}" for name, base in bases.items())
    if len(set(bases.values())) == 1:
        return Requirement(id="base-currency", title=f"base currency {said}", condition=Fine())
    return Requirement(
        id="base-currency",
        title=f"the base currencies differ: {said}; amounts would not mean the same",
        condition=Wrong(
            clicks=(
                (
                    "a base currency can be changed only while nothing was booked: choose "
                    "organisations that keep their "
                    "books in the same currency"
                ),
            )
        ),
    )


def _looked_at(workspace: Workspace, environment: str, name: str, needs: Needs, *, exact: bool) -> Organisation:
    scopes = scope_requirement(workspace, environment, name, needs)
    with closing(open_connection(workspace, environment, name, None)) as opened:
        identity = opened.identity()
        requirements = opened.preparing.requirements(needs) if isinstance(opened, Prepared) else ()
    first = () if scopes is None else (scopes,)
    return Organisation(
        connection=name, needs=needs, exact=exact, identity=identity, requirements=(*first, *requirements)
    )


def _currencies(workspace: Workspace, environment: str, name: str) -> tuple[str, ...]:
    """Return the currencies in use; none of a connection that cannot be asked, which is said where it is looked at."""
    try:
        with closing(open_connection(workspace, environment, name, None)) as opened:
            return _in_use(opened)
    except Fault:
        return ()


def _in_use(opened: Connection) -> tuple[str, ...]:
    return opened.preparing.currencies() if isinstance(opened, Prepared) else ()


def _of_others(currencies: dict[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for other, codes in currencies.items() if other != name for code in codes))
