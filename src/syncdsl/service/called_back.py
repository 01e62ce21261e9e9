"""What of a pair may be called back: a hook for each connection with a secret, and the subscriptions to keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from syncdsl.adapters.notifications import Notifying, Subscribing
from syncdsl.diagnostics import Fault
from syncdsl.plan.restriction import modules_read
from syncdsl.project.call_backs import call_back_base, call_back_path, webhook_secret
from syncdsl.service.channels import LOOK_SECONDS, Channels, Subscribed
from syncdsl.service.hooks import Hook, Tally
from syncdsl.state.operating import CallBack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from syncdsl.adapters.notifications import Notice
    from syncdsl.adapters.protocol import Connection
    from syncdsl.adapters.services import Clock
    from syncdsl.plan.plan import Plan
    from syncdsl.project.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledBack:
    """The hooks of a pair, for the receiver, and its channels, for the one thread that keeps them."""

    hooks: tuple[Hook, ...]
    channels: Channels


def called_back(
    workspace: Workspace,
    environment: str,
    plan: Plan,
    connections: Mapping[str, Connection],
    *,
    mark: Callable[[str, Iterable[Notice]], None],
    known: Mapping[str, CallBack],
    served: set[str],
    clock: Clock,
    look_seconds: float = LOOK_SECONDS,
) -> CalledBack | None:
    """Return what of an environment may be called back; None when it has no public address. Calls nobody.

    `mark` takes hints by connection. `known` is what the state remembers; counts go on from there. The addresses of
    the hooks are added to `served`, which all pairs of a program share: it has to be complete before channels are
    kept. A connection without a secret is left out, and its row says so. Raises Fault SD602 when the address is none.
    """
    base = call_back_base(workspace, environment)
    if base is None:
        return None
    hooks: list[Hook] = []
    subscribed: list[Subscribed] = []
    lacking: dict[str, CallBack] = {}
    read = modules_read(plan)
    for name, connection in sorted(connections.items()):
        if not isinstance(connection, Notifying):
            continue
        row = replace(known.get(name, CallBack(connection=name)), channel=None, expires=None, problem=None)
        secret = _secret(workspace, environment, name)
        if isinstance(secret, _Lacking):
            lacking[name] = replace(row, problem=secret.why)
            continue
        path = call_back_path(environment, name, secret)
        hook = Hook(
            environment=environment,
            connection=name,
            path=path,
            listen=partial(connection.listen, secret=secret),
            mark=partial(mark, name),
            tally=Tally(row),
            clock=clock,
        )
        hooks.append(hook)
        served.add(base + path)
        system: object = connection
        if isinstance(system, Subscribing) and (watched := read.get(name)):
            subscribed.append(Subscribed(hook=hook, system=system, modules=watched, url=base + path, secret=secret))
    channels = Channels(
        subscribed,
        hooks=hooks,
        lacking=lacking,
        served=served,
        public_base=base,
        clock=clock,
        look_seconds=look_seconds,
    )
    return CalledBack(hooks=tuple(hooks), channels=channels)


@dataclass(frozen=True, slots=True)
class _Lacking:
    """Why a connection has no secret to be called back with."""

    why: str


def _secret(workspace: Workspace, environment: str, name: str) -> str | _Lacking:
    try:
        found = webhook_secret(workspace, environment, name)
    except Fault as fault:
        return _Lacking(fault.message)
    return found or _Lacking(f"there is no secret for call-backs: `syncdsl setup {name} --webhooks` makes one")
