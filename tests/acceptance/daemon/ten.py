"""Ten pairs in one daemon on PostgreSQL: one fails, one is slow, and the other eight meet their schedule.

The schedule goes by a clock that stands still until all eight have run; so whoever is delayed by another pair never
comes to its run, however quick the machine is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from tests.acceptance.conftest import wait_until
from tests.acceptance.daemon.serving import serving

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox, StartSandbox
    from tests.postgres import Server

PAIRS = 10
FAILING, SLOW = "pair8", "pair9"
EVERY = 900.0


@dataclass(slots=True, kw_only=True)
class Result:
    """How many runs of each pair came to an end by schedule, and in which state each pair was in the end."""

    runs: dict[str, int] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)


def sandboxes_for(start: StartSandbox) -> list[Sandbox]:
    """Start a pair of systems for each pair, each of organisations of their own."""
    return [start("--crm-org", f"6000{number}", "--books-org", f"7000{number}") for number in range(PAIRS)]


def ten_pairs(project: Project, sandboxes: list[Sandbox], server: Server, *, ticks: int, schema: str) -> Result:
    """Serve ten pairs for some ticks of their schedule, and return what came of each."""
    names = [f"pair{number}" for number in range(PAIRS)]
    (project.folder / "syncdsl.toml").write_text(
        "".join(
            _environment(name, sandbox, server.url(f"{schema}_{name}"))
            for name, sandbox in zip(names, sandboxes, strict=True)
        ),
        encoding="utf-8",
    )
    clock = sandboxes[0].crm_url
    httpx.put(f"{clock}/_sandbox/clock", json={"frozen": True}).raise_for_status()
    project.environment["SYNCDSL_CLOCK"] = clock
    for name, sandbox in zip(names, sandboxes, strict=True):
        sandbox.account(Account_Name=f"Customer of {name}")
        project.run("apply", "--yes", "--quiet", "--env", name)
    broken, slow = sandboxes[names.index(FAILING)], sandboxes[names.index(SLOW)]
    httpx.post(f"{broken.crm_url}/oauth/v2/token/revoke", params={"token": "sandbox-refresh"}).raise_for_status()
    broken.control("expire-tokens", {})
    slow.control("faults", {"kind": "latency", "seconds": 90})
    with serving(project, None, "--all") as daemon:

        def runs() -> dict[str, int]:
            with server.connect() as connection:
                found: dict[str, int] = {}
                for name in names:
                    rows = connection.execute(
                        f'SELECT count(*) FROM "{schema}_{name}".run WHERE cause <> %s AND ended IS NOT NULL AND error IS NULL',  # noqa: S608, E501 - own names
                        ("command",),
                    ).fetchone()
                    found[name] = rows[0] if rows else 0
            return found

        for tick in range(1, ticks + 1):
            wait_until(
                lambda tick=tick: all(runs()[name] >= tick for name in names if name not in {FAILING, SLOW}),  # type: ignore[misc]
                f"eight pairs have run {tick} times",
                seconds=120,
            )
            if tick < ticks:
                httpx.post(f"{clock}/_sandbox/clock/advance", json={"seconds": EVERY}).raise_for_status()
        told: Any = daemon.health("healthz")
        states = {pair["environment"]: pair["state"] for pair in told["pairs"]}
        counted = runs()
        daemon.process.kill()
        daemon.process.wait(timeout=30)
    return Result(runs=counted, states=states)


def _environment(name: str, sandbox: Sandbox, url: str) -> str:
    table = f"environments.{name}"
    return f"""\
[{table}]
state = "{url}"
schedule.every = "15m"

[{table}.connections.crm]
adapter = "zoho_crm"
url = "{sandbox.crm_url}"
data_centre = "eu"
organization = "{sandbox.crm_organization}"
credentials = "env:SYNCDSL_CRM"

[{table}.connections.books]
adapter = "zoho_books"
url = "{sandbox.books_url}"
data_centre = "eu"
organization = "{sandbox.books_organization}"
credentials = "env:SYNCDSL_BOOKS"

"""
