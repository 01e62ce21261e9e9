"""Switching an environment on and off, and disconnecting it: what commands do to the state besides running rules."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.lifecycle import IN_DOUBT, UNKNOWN_PART
from syncdsl.engine.exchange import switch_of
from syncdsl.engine.in_force import put_in_force
from syncdsl.engine.lines import SIDES
from syncdsl.state.archive import Bounds
from syncdsl.state.rules import SYNCING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from syncdsl.adapters.protocol import Identity
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State
    from syncdsl.state.records import Holdings

LEASE_SECONDS = 600


@contextmanager
def leased(state: State, user: str, now: dt.datetime) -> Iterator[int]:
    """Hold the lease, so that no run is under way, and yield its fence. Raises Fault SD804 when one is."""
    fence = state.acquire_lease(
        owner=user or "syncdsl", pid=os.getpid(), host=socket.gethostname(), now=now, seconds=LEASE_SECONDS
    )
    try:
        yield fence
    finally:
        state.release_lease(fence)


def enable(
    state: State,
    plan: Plan,
    schemas: Mapping[str, SchemaSnapshot],
    *,
    environment: str,
    identities: Mapping[str, Identity],
    user: str,
    now: dt.datetime,
) -> None:
    """Put rules in force, record the organisations they are for, and switch syncing on, all or nothing.

    Raises Fault: SD804 a run is under way, SD807 the state belongs to other organisations.
    """
    facts = {
        name: {"organization": identity.organization, "data_centre": identity.data_centre}
        for name, identity in identities.items()
    }
    with leased(state, user, now):
        state.check_identity(environment, facts)
        with state.transaction():
            state.restore_names()
            put_in_force(state, plan, schemas, by=user, at=now)
            state.record_identity(environment, facts)
            state.set_switch(SYNCING, value=True, by=user, at=now)


def disable(state: State, *, user: str, now: dt.datetime) -> str | None:
    """Switch syncing off; return who runs at the moment, whose run ends what it began.

    Needs no lease: whoever wants it to stop is not to wait for a run that does what it should not.
    """
    state.set_switch(SYNCING, value=False, by=user, at=now)
    return state.under_way(socket.gethostname(), now)


def bounds_of(state: State, plan: Plan | None, connection: str | None) -> Bounds:
    """Return what belongs to a connection, by the rules in force; without one, what belongs to all of them.

    What no rule in force knows is not kept: nobody could say whose it is. Raises Fault SD833 for an unknown connection.
    """
    known = sorted({*(state.identity() or {}), *(plan.connections if plan is not None else {})})
    if connection is None:
        return Bounds(connections=frozenset(known))
    if connection not in known:
        near = did_you_mean(connection, known)
        listed = ", ".join(f"`{name}`" for name in known)
        raise Fault(
            UNKNOWN_PART,
            f"there is no connection `{connection}` in the rules in force",
            help=f"did you mean `{near}`?" if near else f"there are {listed}" if listed else "there is none at all",
        )
    if plan is None:
        return Bounds(connections=frozenset({connection}))
    documents = {
        name
        for name, document in plan.documents.items()
        if connection not in {document.connection, plan.records[document.record].endpoint.connection}
    }
    pairs = {
        name: pair
        for name, pair in plan.pairs.items()
        if connection not in {pair.left.connection, pair.right.connection}
    }
    switches = {switch_of(plan, pair, side) for pair in pairs.values() if pair.exchange is not None for side in SIDES}
    return Bounds(
        connections=frozenset({connection}),
        keep_pairs=frozenset(pairs),
        keep_documents=frozenset(documents),
        keep_triggers=frozenset(one.digest for one in plan.triggers if one.document in documents) | switches,
    )


def disconnect(state: State, bounds: Bounds, *, user: str, now: dt.datetime, abandon: bool) -> Holdings:
    """Put everything of some connections into the archive and forget their organisations; return what it was.

    Raises Fault: SD804 a run is under way, SD834 creates are in doubt and are not to be abandoned.
    """
    with leased(state, user, now):
        refuse_doubt(state.holdings(bounds), abandon=abandon)
        # Names given for rules that never came into force are none that those in force know.
        state.restore_names()
        return state.disconnect(bounds, reason="disconnected", by=user, at=now)


def refuse_doubt(holdings: Holdings, *, abandon: bool) -> None:
    """Raise Fault SD834 when creates are in doubt, unless they are to be abandoned."""
    count = holdings.in_doubt
    if count and not abandon:
        creates = f"{count} creates are" if count > 1 else "a create is"
        raise Fault(
            IN_DOUBT,
            f"{creates} in doubt: whether the other system made the record is not known; nothing was changed",
            help="`syncdsl sync` finds out while the organisation can be asked; `--abandon` archives what is in doubt",
        )
