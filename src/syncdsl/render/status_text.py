"""How an environment stands, on one screen: first what needs a person, then everything else in one line each."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from syncdsl.render.ages import ago, ahead
from syncdsl.render.neutral import cells, cut, neutral
from syncdsl.render.review_text import NOUNS
from syncdsl.render.style import PLAIN, Style, counted
from syncdsl.render.table import table_lines

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from syncdsl.engine.status import CallBackFacts, EnvironmentStatus, PartFacts, Trouble

_COLUMN = 12
_DOING = {
    "idle": "idle",
    "running": "a run is under way",
    "waiting": "waits for another run",
    "paused": "paused",
    "off": "syncing is off",
    "failing": "its runs fail",
    "blocked": "cannot go on",
}
_FILES = {
    "same": "the files hold the same",
    "changed": "others wait in the files: `syncdsl enable` shows and activates them",
    "mistakes": "those in the files have mistakes: `syncdsl check` shows them",
}
HEADS = ("environment", "", "daemon", "syncing", "last run", "failing", "refused", "open", "alerts")


def render_status(found: EnvironmentStatus, now: dt.datetime, style: Style = PLAIN, width: int = 100) -> str:
    """Return how one environment stands."""
    lines = [_head(found, style)]
    for trouble in found.needs:
        lines += _trouble(trouble, now, style, width)
    if found.needs:
        lines.append("")
    for name, meaning, text in _facts(found, now):
        first, *more = wrap(text, max(width - _COLUMN - 2, 24), break_on_hyphens=False) or [""]
        for start, part in ((name, first), *(("", part) for part in more)):
            shown = style(meaning, part) if meaning else style.prose(part)
            lines.append(f"  {style('dim', start.ljust(_COLUMN))}{shown}")
    lines += _modules(found, now, style, width)
    return "\n".join(lines) + "\n"


def render_line(found: EnvironmentStatus, style: Style = PLAIN) -> str:
    """Return the verdict on an environment in one line."""
    name = neutral(found.environment)
    trouble = found.fault or (found.needs[0] if found.needs else None)
    if trouble is None:
        return f"{name}: {style('good', _fine(found))}\n"
    more = f", and {len(found.needs) - 1:,} more" if len(found.needs) > 1 else ""
    return f"{name}: {style('error', neutral(f'{trouble.about}: {trouble.message}'))}{more}\n"


def render_all(found: Sequence[EnvironmentStatus], now: dt.datetime, style: Style = PLAIN, width: int = 100) -> str:
    """Return one row for each environment, and beneath what needs a person."""
    rows = [_row(one, now) for one in found]
    meanings = ["" if one.well else "error" for one in found]
    right = {"failing", "refused", "open", "alerts"}
    lines = table_lines(HEADS, rows, style, right=right, meanings=meanings, keep=HEADS)
    for one in found:
        if not one.well:
            lines += ["", style("bold", neutral(one.environment))]
            for trouble in (one.fault,) if one.fault is not None else one.needs:
                lines += _trouble(trouble, now, style, width)
    return "\n".join(lines) + "\n"


def _head(found: EnvironmentStatus, style: Style) -> str:
    name = style("bold", neutral(found.environment))
    if not found.needs:
        return f"{name}  {style('good', _fine(found))}"
    return f"{name}  {style('error', counted(len(found.needs), 'thing') + ' to look at')}"


def _fine(found: EnvironmentStatus) -> str:
    return "all is well" if found.rules is not None else "nothing is in force yet"


def _trouble(trouble: Trouble, now: dt.datetime, style: Style, width: int) -> list[str]:
    since = f", since {ago(trouble.since, now).removesuffix(' ago')}" if trouble.since is not None else ""
    first = cut(f"{neutral(trouble.about)}: {neutral(trouble.message)}", max(width - 4 - cells(since), 24))
    lines = [f"  {style('error', '✗')} {style.prose(first)}{style('dim', since)}"]
    if trouble.help:
        lines.append(f"    {style('help', 'help')}: {style.prose(cut(neutral(trouble.help), max(width - 10, 24)))}")
    return lines


def _facts(found: EnvironmentStatus, now: dt.datetime) -> Iterator[tuple[str, str, str]]:
    """Yield name, colour and text of each line."""
    yield _daemon(found, now)
    yield _syncing(found)
    rules = found.rules
    if rules is None:
        yield "rules", "", f"none in force: `syncdsl apply --env {neutral(found.environment)}` shows what they would do"
    else:
        meaning = "" if rules.files == "same" else "warning"
        yield (
            "rules",
            meaning,
            f"in force since {_time(rules.since)} by {_who(rules.by)}; {_FILES.get(rules.files, '')}",
        )
        if found.daemon is not None and found.daemon.alive and found.daemon.rules not in {"", rules.digest}:
            yield "", "warning", "the daemon runs those before them still, and takes these with its next run"
    for one in found.organisations:
        called = f" ({neutral(one.name)})" if one.name else ""
        facts = [f"organisation {neutral(one.organization)}{called}" if one.organization else "not connected yet"]
        facts += [part for part in (neutral(one.data_centre or ""), one.base_currency or "") if part]
        yield neutral(one.connection), "", ", ".join(facts)
    if found.last_run is not None:
        yield "last run", *_last_run(found, now)
    yield from _waiting(found)
    for limit in found.limits:
        used = f"{limit.used} of {limit.limit} used up in the last 24 hours"
        yield "limit", "warning" if limit.spent else "", f"{neutral(limit.text)}: {used}"
    for call_back in found.call_backs:
        yield "call-backs", "warning" if call_back.problem else "", _call_back(call_back, now)
    if found.verify is not None:
        yield "verified", "", _verified(found.verify, now)


def _daemon(found: EnvironmentStatus, now: dt.datetime) -> tuple[str, str, str]:
    daemon = found.daemon
    start = f"`syncdsl run --env {neutral(found.environment)}` starts one"
    if daemon is None:
        return "daemon", "", f"none serves this environment; {start}"
    if not daemon.alive:
        when = f"ended {ago(daemon.ended, now)}" if daemon.ended is not None else "is gone"
        return "daemon", "" if daemon.ended is not None else "error", f"the last one {when}; {start}"
    parts = [f"serves since {_time(daemon.since)} on {neutral(daemon.host)} (process {daemon.pid})"]
    parts += [_DOING.get(daemon.doing, neutral(daemon.doing))] if daemon.doing else []
    if daemon.due and found.held_back is None:
        parts.append(f"next run {ahead(min(daemon.due.values()), now)}")
    return "daemon", "", ", ".join(parts)


def _syncing(found: EnvironmentStatus) -> tuple[str, str, str]:
    held = found.held_back
    if held is None:
        return "syncing", "", "on"
    by = f"since {_time(held.since)} by {_who(held.by)}"
    until = f", until {_time(held.until)}" if held.until is not None else ""
    reason = f" ({neutral(held.reason)})" if held.reason else ""
    if found.syncing == "off":
        return "syncing", "warning", f"off {by}; `syncdsl enable` switches it on"
    return "syncing", "warning", f"paused {by}{until}{reason}; `syncdsl resume` ends it"


def _last_run(found: EnvironmentStatus, now: dt.datetime) -> tuple[str, str]:
    run = found.last_run
    if run is None:
        return "", "never"
    figures = ((run.added, "added"), (run.updated, "updated"), (run.deleted, "deleted"), (run.failed, "refused"))
    parts = [f"{figure:,} {what}" for figure, what in figures if figure]
    if run.error is not None:
        parts = [f"ended by {neutral(str(run.error.get('code', '')))}"]
    elif run.ended is None:
        parts = ["under way, or cut short"]
    came_to = ", ".join(parts) or "nothing to do"
    return ("error" if run.error is not None else ""), f"{neutral(run.id[:8])}, {ago(run.started, now)}: {came_to}"


def _waiting(found: EnvironmentStatus) -> Iterator[tuple[str, str, str]]:
    if found.reviews:
        listed = ", ".join(counted(count, *NOUNS.get(kind, (kind,))) for kind, count in found.reviews.items())
        yield "waits", "hold", f"{listed}; `syncdsl review list` shows them"
    if found.decided:
        yield "decided", "", f"{found.decided:,}, carried out by the next run"
    if found.refused:
        yield "refused", "error", f"{counted(found.refused, 'record')}; `syncdsl runs failed` says why"
    if found.dismissed:
        yield "dismissed", "", f"{counted(found.dismissed, 'refused record')}, until something about it changes"


def _call_back(one: CallBackFacts, now: dt.datetime) -> str:
    parts = [neutral(one.connection)]
    if one.problem:
        parts.append(f"not subscribed: {neutral(one.problem)}")
    elif one.expires is not None:
        parts.append(f"subscribed until {_time(one.expires)}")
    parts.append(f"last {ago(one.last, now)}, {one.count:,} so far" if one.last is not None else "none came yet")
    if one.refused:
        parts.append(f"{one.refused:,} without proof refused, last {ago(one.last_refused, now)}")
    return ", ".join(parts)


def _verified(part: PartFacts, now: dt.datetime) -> str:
    figures = _figures(part.detail)
    if part.failures:
        return (
            f"fails since {ago(part.failing_since, now).removesuffix(' ago')}; last success {ago(part.succeeded, now)}"
        )
    return f"{ago(part.succeeded, now)}{': ' + figures if figures else ''}"


def _figures(detail: dict[str, Any] | None) -> str:
    """Return what came of a part in numbers; a drift is never left out."""
    numbers = {name: value for name, value in (detail or {}).items() if isinstance(value, int | str)}
    return neutral(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in numbers.items()))


def _modules(found: EnvironmentStatus, now: dt.datetime, style: Style, width: int) -> list[str]:
    if not found.modules:
        return []
    heads = ("module", "last success", "due", "fails since", "with")
    rows = [
        (
            cut(neutral(part.part), 40),
            ago(part.succeeded, now),
            ahead(part.due, now) if part.due is not None else "-",
            ago(part.failing_since, now).removesuffix(" ago") if part.failing_since is not None else "",
            cut(neutral(f"{part.code}: {part.message}"), max(width - 60, 24)) if part.failures else "",
        )
        for part in found.modules
    ]
    meanings = ["error" if part.failures else "" for part in found.modules]
    lines = table_lines(heads, rows, style, meanings=meanings, keep=("module", "last success"))
    return ["", *(f"  {line}" for line in lines)]


def _row(one: EnvironmentStatus, now: dt.datetime) -> tuple[str, ...]:
    daemon = one.daemon
    failing = sum(1 for part in one.modules if part.failures)
    waits = sum(one.reviews.values())
    verdict = _fine(one) if one.well else "cannot be read" if one.fault is not None else "needs a person"
    return (
        neutral(one.environment),
        verdict,
        "none" if daemon is None else "serves" if daemon.alive else "ended" if daemon.ended is not None else "gone",
        one.syncing if one.fault is None else "",
        ago(one.last_run.started, now) if one.last_run is not None else "",
        *(f"{count:,}" if count else "-" for count in (failing, one.refused, waits, len(one.alerts))),
    )


def _time(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _who(by: str) -> str:
    return neutral(by) or "somebody"
