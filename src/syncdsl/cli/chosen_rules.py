"""Which rules a command goes by: those in force, or those of the project's files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from syncdsl.cli.running import FILES, compiled
from syncdsl.cli.terminal import say, style_of
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.lifecycle import NO_RULES_IN_FORCE, NOT_CONNECTED
from syncdsl.engine.in_force import rules_in_force
from syncdsl.project.rule_digests import files_changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.cli.options import Globals
    from syncdsl.engine.in_force import InForce
    from syncdsl.plan.plan import Plan
    from syncdsl.project.workspace import Workspace
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State


def rules_to_look_by(
    workspace: Workspace, settings: Globals, state: State, environment: str, *, files: bool = False
) -> tuple[Plan, Mapping[str, SchemaSnapshot]]:
    """Return the rules in force and their schemas; those of the files where these are asked for, or none are in force.

    Raises Fault SD832 when the rules in force cannot be read.
    """
    force = None if files else rules_in_force(state)
    if force is None:
        return compiled(workspace, settings)
    if not settings.quiet:
        say_what_waits(workspace, state, force, environment)
    return force.plan, force.schemas


def in_force(state: State, environment: str) -> InForce:
    """Return the rules in force; raises Fault SD831 when there are none, SD832 when they cannot be read."""
    force = rules_in_force(state)
    if force is None:
        raise Fault(
            NO_RULES_IN_FORCE,
            f"no rules are in force in the environment `{environment}` yet",
            help="`syncdsl apply` shows what the project's rules would do, asks, and puts them in force",
        )
    return force


def refuse_disconnected(state: State, force: InForce, environment: str) -> None:
    """Raise Fault SD837 when a system that the rules in force need is not connected."""
    missing = sorted(force.plan.connections.keys() - (state.identity() or {}).keys())
    if missing:
        listed = " and ".join(f"`{name}`" for name in missing)
        raise Fault(
            NOT_CONNECTED,
            f"{listed} {'is' if len(missing) == 1 else 'are'} not connected in the environment `{environment}`; "
            "nothing was read or written",
            help="`syncdsl apply` shows what it would do and connects; a sync does not do so by itself",
        )


def say_what_waits(workspace: Workspace, state: State, force: InForce, environment: str) -> None:
    """Say when the project's files hold other rules than those in force, which go on as they are."""
    waits = what_waits(workspace, state, force.plan.digest)
    if waits == "same":
        return
    style = style_of(sys.stderr)
    chosen = f" --env {environment}"
    if waits == "mistakes":
        say("the rules in force count; " + style.prose("those in the files have mistakes: `syncdsl check` shows them"))
    else:
        say("changed rules wait; " + style.prose(f"`syncdsl enable{chosen}` shows what they change and activates them"))


def what_waits(workspace: Workspace, state: State, digest: str) -> Literal["same", "changed", "mistakes"]:
    """Return whether the project's files hold other rules than those in force, whose digest is given, or mistakes."""
    known = state.switch(FILES)
    from_files = known.value if known is not None and known.value.get("rules") == digest else None
    if from_files is not None and not files_changed(workspace, from_files["files"]):
        return "same"
    # Only now it takes a parser to tell whether the files mean something else; a mistake in them stops nothing here.
    try:
        changed = workspace.check().plan
    except Fault:
        changed = None
    if changed is None:
        return "mistakes"
    return "same" if changed.digest == digest else "changed"
