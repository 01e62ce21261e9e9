"""What all tests share: the flag that writes golden files anew."""

from __future__ import annotations

import secrets
import signal
from typing import TYPE_CHECKING, Protocol

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import Server


# Whoever starts the tests in the background lets them inherit that Ctrl-C is ignored, and the commands under test with
# them: what is tested is how they answer it.
signal.signal(signal.SIGINT, signal.default_int_handler)


# The same examples every time: a search for new ones is `make fuzz`, not a test that fails once in a hundred runs.
hypothesis.settings.register_profile("fixed", derandomize=True)
hypothesis.settings.load_profile("fixed")


class Golden(Protocol):
    """Compares a text with the golden file at a path."""

    def __call__(self, path: Path, text: str) -> None:
        """Fail when they differ; with `--regenerate` write the file instead."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag."""
    parser.addoption("--regenerate", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return what compares a text with a golden file; golden files are never written by hand."""
    regenerate = bool(request.config.getoption("--regenerate"))

    def compare(path: Path, text: str) -> None:
        if regenerate:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is missing; `pytest --regenerate` writes it"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a PostgreSQL server that is started for the session; see `tests/postgres.py`."""
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    from tests.postgres import binaries, server  # noqa: PLC0415 - only for the tests that need one

    if binaries() is None:
        pytest.skip("PostgreSQL is not installed: no initdb and postgres on the PATH or in /usr/lib/postgresql")
    with server() as running:
        yield running


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """Return the URL of a state that no other test uses, on a PostgreSQL server."""
    return postgres.url(f"s{secrets.token_hex(8)}")
