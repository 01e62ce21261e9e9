"""How an environment stands, by what its state knows: who serves it, what is due, what fails, what waits for people.

Nothing is read from the systems, so it costs no call and works while a run is under way, and while nothing runs.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from syncdsl.diagnostics import Fault
from syncdsl.engine.in_force import rules_in_force
from syncdsl.engine.run import NAMES
from syncdsl.engine.run_account import RunFacts, listed, refused_items
from syncdsl.plan.restriction import parts
from syncdsl.plan.steps import GuardStep
from syncdsl.schema.model import Model
from syncdsl.state.operating import NOTICES, VERIFY
from syncdsl.state.pausing import paused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.engine.in_force import InForce
    from syncdsl.plan.pairs import LimitPlan
    from syncdsl.state import Serving, State
    from syncdsl.state.records import Totals

DAY = dt.timedelta(days=1)
NO_MODULES = frozenset({VERIFY, NOTICES})
"""Parts of a daemon's schedule that are no modules of the rules."""

FilesFact = Literal["same", "changed", "mistakes", "none"]
"""How the project's files compare with the rules in force; `none` while none are."""


class Trouble(Model):
    """Something that needs a person: what it is about, in words, since when where that is known, and what to do."""

    about: str
    message: str
    since: dt.datetime | None = None
    help: str = ""


class DaemonFacts(Model):
    """The daemon that serves the environment, or served it last.

    `ended` is when it ended in good order; one that is neither alive nor ended is gone. `doing` is what it told last,
    `due` when each part of its schedule is due, `rules` the digest of those it runs.
    """

    alive: bool
    owner: str
    pid: int
    host: str
    since: dt.datetime
    heard_until: dt.datetime | None
    ended: dt.datetime | None
    version: str
    doing: str
    listening: str
    due: dict[str, dt.datetime]
    rules: str


class PauseFacts(Model):
    """Who holds the daemon's runs back, or switched syncing off, since when, until when, and why."""

    by: str
    since: dt.datetime
    until: dt.datetime | None = None
    reason: str = ""


class RulesFacts(Model):
    """The rules in force: their digest, who put them in force and when, and how the project's files compare."""

    digest: str
    by: str
    since: dt.datetime
    files: FilesFact


class OrganisationFacts(Model):
    """An organisation that is shared; what is null is not known before the first apply."""

    connection: str
    adapter: str
    organization: str | None
    name: str | None
    data_centre: str | None
    base_currency: str | None


class PartFacts(Model):
    """How a module of the rules, or another part of the schedule, stands."""

    part: str
    tried: dt.datetime | None
    succeeded: dt.datetime | None
    due: dt.datetime | None
    failures: int
    failing_since: dt.datetime | None
    code: str | None
    message: str | None
    help: str | None
    detail: dict[str, Any] | None


class LimitFacts(Model):
    """How much of a limit per day is used up by the last 24 hours; amounts are decimal text in the base currency."""

    text: str
    location: str
    subject: str
    used: str
    limit: str
    spent: bool


class CallBackFacts(Model):
    """How a system calls back; `problem` says why there is no subscription though there should be one."""

    connection: str
    expires: dt.datetime | None
    last: dt.datetime | None
    count: int
    refused: int
    last_refused: dt.datetime | None
    problem: str | None


class AlertFacts(Model):
    """An alert that is open; `told` is when somebody was told."""

    kind: str
    subject: str
    since: dt.datetime
    message: str
    told: dt.datetime | None


class EnvironmentStatus(Model):
    """How one environment stands. `needs` is empty while all is well.

    `reviews` are open questions by kind, without the `refused` records, which are counted by themselves. `verify` is
    the last comparison of both sides. A `fault` is why the state could not be looked at; then nothing else is known.
    """

    environment: str
    needs: tuple[Trouble, ...] = ()
    daemon: DaemonFacts | None = None
    syncing: Literal["on", "off", "paused"] = "on"
    held_back: PauseFacts | None = None
    rules: RulesFacts | None = None
    organisations: tuple[OrganisationFacts, ...] = ()
    modules: tuple[PartFacts, ...] = ()
    last_run: RunFacts | None = None
    reviews: dict[str, int] = Field(default_factory=dict)
    decided: int = 0
    refused: int = 0
    dismissed: int = 0
    limits: tuple[LimitFacts, ...] = ()
    call_backs: tuple[CallBackFacts, ...] = ()
    verify: PartFacts | None = None
    alerts: tuple[AlertFacts, ...] = ()
    fault: Trouble | None = None

    @property
    def well(self) -> bool:
        """Whether nothing needs a person at once."""
        return not self.needs and self.fault is None


class Status(Model):
    """What `syncdsl status --format json` prints; with `--all` every environment, the worst first."""

    format: Literal["syncdsl/status/1"] = "syncdsl/status/1"
    well: bool
    environments: tuple[EnvironmentStatus, ...]


def status_of(
    state: State,
    environment: str,
    *,
    host: str,
    now: dt.datetime,
    files: FilesFact,
    adapters: Mapping[str, str],
) -> EnvironmentStatus:
    """Return how an environment stands. `adapters` are those of its connections, as the settings name them."""
    force, unreadable = _force(state)
    serving = state.serving(host, now)
    daemon = _daemon(serving) if serving is not None else None
    parts = {part.part: part for part in _parts(state, force, daemon)}
    off, pause = state.switched_off(), paused(state, now)
    held_back = None
    if off is not None:
        held_back = PauseFacts(by=off.by, since=off.at)
    elif pause is not None:
        held_back = PauseFacts(by=pause.by, since=pause.at, until=pause.until, reason=pause.reason)
    counts = state.review_counts()
    refused, dismissed = len(refused_items(state)), len(refused_items(state, dismissed=True))
    reviews = {kind: count for (stands, kind), count in sorted(counts.items()) if stands == "open"}
    reviews["value"] = reviews.get("value", 0) - refused
    alerts = tuple(
        AlertFacts(kind=one.kind, subject=one.subject, since=one.since, message=one.message, told=one.told)
        for one in state.alerts()
    )
    found = EnvironmentStatus(
        environment=environment,
        daemon=daemon,
        syncing="off" if off is not None else "paused" if pause is not None else "on",
        held_back=held_back,
        rules=RulesFacts(digest=force.plan.digest, by=force.by, since=force.at, files=files) if force else None,
        organisations=tuple(_organisations(state, force, adapters)),
        modules=tuple(part for name, part in parts.items() if name not in NO_MODULES),
        last_run=next(iter(listed(state, state.runs(1))), None),
        reviews={kind: count for kind, count in reviews.items() if count > 0},
        decided=sum(count for (stands, _), count in counts.items() if stands == "decided") - dismissed,
        refused=refused,
        dismissed=dismissed,
        limits=tuple(_limits(state, force, now)),
        call_backs=tuple(
            CallBackFacts(
                connection=one.connection,
                expires=one.expires,
                last=one.last,
                count=one.count,
                refused=one.refused,
                last_refused=one.last_refused,
                problem=one.problem,
            )
            for one in state.call_backs().values()
        ),
        verify=parts.get(VERIFY),
        alerts=alerts,
    )
    blocked = serving.detail.get("blocked") if serving is not None and serving.alive else None
    return found.model_copy(update={"needs": tuple(_needs(found, parts, blocked, unreadable))})


def _force(state: State) -> tuple[InForce | None, Fault | None]:
    try:
        return rules_in_force(state), None
    except Fault as fault:
        return None, fault


def _daemon(serving: Serving) -> DaemonFacts:
    """Return what a daemon tells about itself; whatever is not as it should be is left out."""
    detail = serving.detail
    due = {str(part): at for part, text in _mapping(detail.get("next")).items() if (at := _moment(text)) is not None}
    return DaemonFacts(
        alive=serving.alive,
        owner=serving.owner,
        pid=serving.pid,
        host=serving.host,
        since=serving.since,
        heard_until=serving.until,
        ended=_moment(detail.get("ended")),
        version=str(detail.get("version") or ""),
        doing=str(detail.get("state") or ""),
        listening=str(detail.get("listening") or ""),
        due=due if serving.alive else {},
        rules=str(detail.get("rules") or ""),
    )


def _mapping(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _moment(value: object) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def _parts(state: State, force: InForce | None, daemon: DaemonFacts | None) -> Iterator[PartFacts]:
    """Yield every part of the schedule that was tried, is due, or that the rules have while a daemon serves them."""
    attempts = state.attempts()
    due = daemon.due if daemon is not None else {}
    names = dict.fromkeys(parts(force.plan)) if force is not None and daemon is not None else {}
    for name in [*names, *(part for part in (*attempts, *due) if part not in names)]:
        one = attempts.get(name)
        if name in attempts or name in due or name in names:
            yield PartFacts(
                part=name,
                tried=one.tried if one is not None else None,
                succeeded=one.succeeded if one is not None else None,
                due=due.get(name),
                failures=one.failures if one is not None else 0,
                failing_since=one.failing_since if one is not None else None,
                code=one.code if one is not None else None,
                message=one.message if one is not None else None,
                help=one.help if one is not None else None,
                detail=one.detail if one is not None else None,
            )


def _organisations(state: State, force: InForce | None, adapters: Mapping[str, str]) -> Iterator[OrganisationFacts]:
    known = state.identity() or {}
    switch = state.switch(NAMES)
    names = _mapping(switch.value) if switch is not None else {}
    planned = force.plan.connections if force is not None else {}
    for name in dict.fromkeys((*adapters, *planned, *known)):
        facts = known.get(name, {})
        plan = planned.get(name)
        yield OrganisationFacts(
            connection=name,
            adapter=adapters.get(name) or (plan.adapter if plan is not None else ""),
            organization=facts.get("organization"),
            name=str(names[name]) if names.get(name) else None,
            data_centre=facts.get("data_centre"),
            base_currency=plan.base_currency if plan is not None else None,
        )


def _limits(state: State, force: InForce | None, now: dt.datetime) -> Iterator[LimitFacts]:
    steps = force.plan.steps if force is not None else ()
    limits = [limit for step in steps if isinstance(step, GuardStep) for limit in step.limits if limit.per_day]
    if not limits or force is None:
        return
    totals = state.totals_since(now - DAY)
    linked = sum(state.count_links(pair) for pair in force.plan.pairs) if any(one.percent for one in limits) else 0
    for limit in limits:
        used, most = _used(limit, totals), Decimal(limit.value)
        allowed = Decimal(linked) * most / 100 if limit.percent else most
        yield LimitFacts(
            text=limit.text,
            location=limit.location,
            subject=limit.subject,
            used=f"{used:,f}",
            limit=f"{allowed:,.0f}" if limit.percent else f"{most:,f}",
            spent=used >= allowed and not (limit.percent and not linked),
        )


def _used(limit: LimitPlan, totals: Totals) -> Decimal:
    match limit.subject:
        case "creates":
            return Decimal(totals.creates)
        case "updates":
            return Decimal(totals.updates)
        case "deletes":
            return Decimal(totals.deletes)
        case "amount":
            return totals.amount


def _needs(
    found: EnvironmentStatus, parts: Mapping[str, PartFacts], blocked: object, unreadable: Fault | None
) -> Iterator[Trouble]:
    """Yield what needs a person, the most urgent first."""
    daemon, told = found.daemon, _mapping(blocked)
    if unreadable is not None:
        yield Trouble(about="rules", message=str(unreadable), help=unreadable.help or "")
    if daemon is not None and not daemon.alive and daemon.ended is None:
        yield Trouble(
            about="daemon",
            message=f"the daemon of {daemon.owner} (process {daemon.pid} on {daemon.host}) is gone without an end",
            since=daemon.heard_until,
            help=f"`syncdsl run --env {found.environment}` starts one; its log says why the last one ended",
        )
    if told:
        message = f"{told.get('code') or ''}: {told.get('message') or ''}".strip(": ")
        yield Trouble(about="daemon", message=f"it cannot go on: {message}", help=str(told.get("help") or ""))
    for part in parts.values():
        if part.failures and part.failing_since is not None:
            yield Trouble(
                about=part.part,
                message=f"fails with {part.code}: {part.message}",
                since=part.failing_since,
                help=part.help or "",
            )
    failed = found.last_run.error if found.last_run is not None else None
    # A daemon tells of its parts, also of what healed meanwhile; without one the last run is all there is.
    if failed is not None and not parts:
        message = f"the last run ended with {failed.get('code', '')}: {failed.get('message', '')}"
        yield Trouble(about="last run", message=message, help=str(failed.get("help") or ""))
    for alert in found.alerts:
        yield Trouble(about=f"alert {alert.kind}", message=alert.message, since=alert.since)
