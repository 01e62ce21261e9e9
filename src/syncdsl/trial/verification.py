"""Verify: read both sides anew and in full, and compare every mapped field of every linked pair.

It takes from the state who is whose partner and what both sides held at the last sync, and nothing else: neither what
was read before nor any decision of the engine. Reads only.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncdsl.changes.verification import SharedKey, Verification
from syncdsl.trial.held import Held
from syncdsl.trial.images import Images
from syncdsl.trial.naming import record_name
from syncdsl.trial.pair_check import PairCheck
from syncdsl.trial.reach import chosen_pairs, needed_steps
from syncdsl.trial.reading import confirm_unseen, read_module, store_of
from syncdsl.trial.spool import opened_spool
from syncdsl.trial.tally import Findings, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Identity
    from syncdsl.engine.run import Run
    from syncdsl.plan.pairs import Pair
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.trial.spool import Spool

LIMIT = 20
"""How many findings of each kind are told in full."""


def verify(run: Run, *, module: str | None = None, limit: int = LIMIT) -> Verification:
    """Return how far both sides agree, with at most `limit` findings of each kind in full.

    With `module` only that `module` statement, and those nested in it. Raises Fault: SD840 when a system does not show
    all its records, SD841 when there is no such module, SD807 when the state belongs to other organisations.
    """
    pairs = chosen_pairs(run.plan, module)
    identities = {name: connection.identity() for name, connection in run.connections.items()}
    run.state.check_identity(
        run.environment,
        {
            name: {"organization": identity.organization, "data_centre": identity.data_centre}
            for name, identity in identities.items()
        },
    )
    with opened_spool() as spool:
        steps = {step.id: step for step in needed_steps(run.plan, run.schemas, pairs)}
        times: dict[str, dt.datetime] = {}
        for step in steps.values():
            ended = read_module(run, step, spool)
            times[step.connection] = max(ended, times.get(step.connection, ended))
        for name in run.plan.pairs:
            for batch in run.state.link_ids(name):
                spool.put_links(name, batch)
        spool.index()
        confirm_unseen(run, pairs, steps, spool)
        images = Images(
            plan=run.plan, schemas=run.schemas, steps=steps, spool=spool, today=_today(run, identities, times)
        )
        held = Held.of_state(run.state)
        findings = Findings(limit)
        tallies = [PairCheck(run, pair, steps, images, spool, held, times, findings).tally() for pair in pairs]
        _shared_keys(run, pairs, spool, steps, findings, {tally.name: tally for tally in tallies})
        return Verification(
            environment=run.environment,
            read={step.id: spool.count(step.id) for step in steps.values()},
            modules=tuple(tally.agreement() for tally in tallies),
            differences=tuple(findings.differences),
            missing=tuple(findings.missing),
            gone=tuple(findings.gone),
            shared_keys=tuple(findings.shared_keys),
        )


def _today(run: Run, identities: Mapping[str, Identity], times: Mapping[str, dt.datetime]) -> dt.date:
    """Return the date by the systems' clocks, in the zone that rules are judged in."""
    now = max(times.values(), default=dt.datetime.min.replace(tzinfo=dt.UTC))
    named = [document.connection for document in run.plan.documents.values()]
    named += [pair.right.connection for pair in run.plan.pairs.values()]
    try:
        return now.astimezone(ZoneInfo(identities[named[0]].time_zone)).date()
    except (ZoneInfoNotFoundError, ValueError, IndexError):
        return now.date()


def _shared_keys(
    run: Run,
    pairs: list[Pair],
    spool: Spool,
    steps: Mapping[str, ObserveStep],
    findings: Findings,
    tallies: Mapping[str, Tally],
) -> None:
    """Look for keys that several records of one collection carry; each counts where its first record belongs."""
    seen: set[str] = set()
    for pair in pairs:
        for endpoint in (pair.left, pair.right):
            store = store_of(run, endpoint.connection, endpoint.module)
            if endpoint.key_field is None or store in seen:
                continue
            seen.add(store)
            for key, carriers in spool.shared_keys(store):
                tallies[pair.name].shared_keys += 1
                names = [
                    record_name(run, steps[step].connection, record)
                    for step, _, record_id in carriers
                    if (record := spool.record(step, record_id)) is not None
                ]
                findings.add(SharedKey(key=key, records=tuple(names)))
