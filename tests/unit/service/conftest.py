"""Projects that a daemon serves."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from tests.unit.service.site import Site

from syncdsl.adapters.memory import forget_stores

if TYPE_CHECKING:
    from pathlib import Path

MakeSite = Callable[..., Site]


@pytest.fixture
def make_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeSite]:
    """Make projects, each with systems and a state of its own."""
    made: list[Site] = []
    numbers = itertools.count()

    def make(settings: str = "") -> Site:
        name = f"site{next(numbers)}"
        made.append(Site(tmp_path / name, name, monkeypatch, settings))
        return made[-1]

    yield make
    for site in made:
        site.close()
    forget_stores()


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """Return a project."""
    return make_site()
