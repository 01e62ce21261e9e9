"""The engine's world of two systems in memory, verified from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.engine.conftest import make_world, world

from syncdsl.state import open_state
from syncdsl.trial.verification import verify

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.changes.verification import Agreement, Verification

__all__ = ["make_world", "only", "verified", "world"]


def verified(world: World, **options: Any) -> Verification:
    """Verify a world with a state that is opened for reading only."""
    state = open_state(f"sqlite:///{world.state_name}", base=world.folder, read_only=True)
    world.opened.append(state)
    before = len(world.writes)
    found = verify(world.run(state), **options)
    assert len(world.writes) == before
    return found


def only(found: Verification) -> Agreement:
    """Return what was found of the only module."""
    (module,) = found.modules
    return module
