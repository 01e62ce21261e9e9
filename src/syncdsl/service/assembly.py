"""A daemon put together: pairs, the ports it listens on, and whom its alerts go to."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.project.call_backs import call_back_base, call_back_url, webhook_secret
from syncdsl.service.alarms import Alarms
from syncdsl.service.daemon import Daemon, Served
from syncdsl.service.heart import Heart
from syncdsl.service.metrics import Metrics
from syncdsl.service.operating import operating
from syncdsl.service.pair import Pair
from syncdsl.service.receiver import Receiver
from syncdsl.service.serving import Limits, Port
from syncdsl.service.telling import Teller, channels_of
from syncdsl.service.waiting import Bell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from syncdsl.adapters.services import Clock
    from syncdsl.project.workspace import Workspace
    from syncdsl.service.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is served: an environment of a project, and the name that tells it from all others of the daemon."""

    workspace: Workspace
    environment: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """A daemon that has not begun, and where its ports are. It does not listen where nothing has to call it back."""

    daemon: Daemon
    listens_at: Address | None
    operates_at: Address | None


def assemble(
    places: Sequence[Place],
    *,
    clock: Clock,
    listen: Address,
    operate: Address | None,
    reconnecting: Callable[[], None],
) -> Assembled:
    """Put a daemon together, open its ports, and make it the one daemon of every state.

    `reconnecting` is called before connections are opened. Raises Fault: SD870 when a daemon serves one of the states,
    SD872 for a port that cannot be had, and SD6xx for settings that cannot be used.
    """
    daemon = Daemon()
    metrics = Metrics(daemon)
    receiver = Receiver(())
    served = _addresses(places)
    alarms = {folder: _alarms(workspace, clock, daemon) for folder, workspace in _projects(places).items()}
    port: Port | None = None
    listens_at: Address | None = None
    if any(call_back_base(place.workspace, place.environment) for place in places):
        port = Port("receiver", receiver, listen, option="--listen", limits=Limits())
        listens_at = port.start()
        daemon.before_end(port.stop)
    for place in places:
        bell = Bell(clock)
        pair = Pair(
            place.workspace,
            place.environment,
            label=place.label,
            clock=clock,
            ring=bell.ring,
            reconnecting=reconnecting,
            alarms=alarms[place.workspace.folder],
            publish=partial(receiver.replace, place.label),
            served=served,
            took=partial(metrics.observe_run, place.label),
        )
        heart = Heart(pair, place.workspace, clock, listening=None if listens_at is None else str(listens_at))
        daemon.add(Served(pair, heart, bell))
    operates_at: Address | None = None
    try:
        if operate is not None:
            threads = {"receiver": partial(_alive, port)} if port is not None else {}
            health = Port(
                "operating",
                operating(daemon, metrics, threads=threads),
                operate,
                option="--operate",
                limits=Limits(),
            )
            operates_at = health.start()
            daemon.after_end(health.stop)
        daemon.begin()
    except Fault:
        daemon.end()
        raise
    return Assembled(daemon=daemon, listens_at=listens_at, operates_at=operates_at)


def _alive(port: Port) -> bool:
    return port.alive


def _projects(places: Sequence[Place]) -> dict[Path, Workspace]:
    return {place.workspace.folder: place.workspace for place in places}


def _alarms(workspace: Workspace, clock: Clock, daemon: Daemon) -> Alarms:
    teller = Teller(channels_of(workspace.settings.alerts), clock)
    daemon.after_end(teller.close)
    return Alarms(workspace.settings.alerts, teller)


def _addresses(places: Sequence[Place]) -> set[str]:
    """Return the addresses of all hooks there can be, so that no pair ends a subscription of another one."""
    found: set[str] = set()
    for place in places:
        base = call_back_base(place.workspace, place.environment)
        if base is None:
            continue
        for name in place.workspace.settings.environments[place.environment].connections:
            # What is wrong with a secret is said where it is used.
            with suppress(Fault):
                secret = webhook_secret(place.workspace, place.environment, name)
                if secret is not None:
                    found.add(call_back_url(base, place.environment, name, secret))
    return found
