"""Files that come with syncdsl: the rule sets, their schema snapshots and the template of a new project."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def shipped_rules() -> Traversable:
    """Return the folder of shipped rule sets: from the installed package, else from the repository of this file."""
    packaged = resources.files("syncdsl").joinpath("_data", "rules")
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "rules"
