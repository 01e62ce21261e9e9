"""Finds adapters: the entry points of the group `syncdsl.adapters` in all installed packages."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, cast

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNKNOWN_ADAPTER

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Adapter

GROUP = "syncdsl.adapters"


def adapter_names() -> tuple[str, ...]:
    """Return the names of all installed adapters, sorted. None of them is imported."""
    return tuple(sorted(_installed()))


def load_adapter(name: str) -> Adapter:
    """Return the adapter with this name.

    Raises Fault SD608 when none is installed or the installed one cannot be loaded.
    """
    found = _installed().get(name)
    if found is None:
        raise Fault(
            UNKNOWN_ADAPTER,
            f"no adapter `{name}` is installed",
            help=f"installed are {', '.join(f'`{item}`' for item in adapter_names())}; install the package that has it",
        )
    try:
        return cast("Adapter", found.load())
    except (ImportError, AttributeError) as error:
        raise Fault(
            UNKNOWN_ADAPTER,
            f"adapter `{name}` ({found.value}) cannot be loaded: {type(error).__name__}",
            help="install its package again, or report it to whoever made it",
        ) from error


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
