"""What keeps everything from being synced: syncing is off or paused, a guard stopped the last run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.runs import GUARD_EXCEEDED
from syncdsl.engine.explaining.answers import Hurdle, Remedy
from syncdsl.state.pausing import paused

if TYPE_CHECKING:
    from syncdsl.engine.explaining.looking import Look

RUNS = 50
"""How many runs are gone back to find the last one that ended."""


def syncing_hurdle(look: Look) -> Hurdle:
    """Return whether syncing is on: while it is off no run writes, while it is paused a daemon begins none."""
    run = look.context.run
    text = "syncing is on"
    off, pause = run.state.switched_off(), paused(run.state, run.clock())
    if off is not None:
        return Hurdle(
            hurdle="syncing",
            outcome="fails",
            text=text,
            why=f"switched off by {off.by or 'somebody'} at {off.at:%Y-%m-%d %H:%M} UTC",
            remedies=(Remedy(text="it goes on when syncing is switched on", command="syncdsl enable"),),
        )
    if pause is not None:
        until = f" until {pause.until:%Y-%m-%d %H:%M} UTC" if pause.until is not None else ""
        because = f": {pause.reason}" if pause.reason else ""
        return Hurdle(
            hurdle="syncing",
            outcome="fails",
            text=text,
            why=f"the daemon's runs are paused by {pause.by or 'somebody'}{until}{because}",
            remedies=(
                Remedy(text="it goes on when the pause ends", command="syncdsl resume"),
                Remedy(text="a run by hand does not wait for it", command="syncdsl sync"),
            ),
        )
    return Hurdle(hurdle="syncing", outcome="holds", text=text)


def guard_hurdle(look: Look) -> Hurdle:
    """Return whether a guard is in the way: it stopped the last run, or this record alone is too much for it."""
    text = "no guard stops the run"
    over = next((verdict for verdict in look.verdicts if verdict.exceeded), None)
    if over is not None:
        return _stopped(text, f"`{over.text}`: for this record alone it is {over.value}", over.location)
    last = next((one for one in look.context.run.state.runs(RUNS) if one.ended is not None), None)
    if last is not None and last.error is not None and last.error.get("code") == GUARD_EXCEEDED.id:
        at = f"{last.ended:%Y-%m-%d %H:%M} UTC" if last.ended is not None else ""
        return _stopped(text, f"the last run was stopped at {at}: {last.error.get('message', '')}", "")
    return Hurdle(hurdle="guard", outcome="holds", text=text)


def _stopped(text: str, why: str, location: str) -> Hurdle:
    return Hurdle(
        hurdle="guard",
        outcome="fails",
        text=text,
        why=why,
        location=location,
        remedies=(
            Remedy(
                text="it goes on when somebody approves exactly that change set",
                command="syncdsl plan --in-force --out FILE, then syncdsl approve FILE and syncdsl apply FILE",
            ),
        ),
    )
