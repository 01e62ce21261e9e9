"""A sandbox in a process of its own for clients that are not ours, and the descriptions its answers have to fit."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = (sys.executable, "-c", "from syncdsl.cli import main; main()", "sandbox", "--format", "json")
CREDENTIALS = {
    "grant_type": "refresh_token",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}
SPECS = Path(__file__).parents[4] / "shared" / "reference" / "specs" / "crm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A sandbox, and an authorised client of its CRM; paths are below the root of the API."""

    url: str
    client: httpx.Client


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """Start a sandbox with 40 accounts and what goes with them."""
    process = subprocess.Popen([*COMMAND, "--records", "40", "--exit-with-parent"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["crm_url"]
    token = httpx.post(f"{url}/oauth/v2/token", data=CREDENTIALS).json()["access_token"]
    headers = {"Authorization": f"Zoho-oauthtoken {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
        yield Running(url=url, client=client)
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture(scope="session")
def specs() -> Path:
    """Return the folder of the CRM's OpenAPI descriptions; without it what needs them is skipped."""
    if not SPECS.is_dir():
        pytest.skip(f"the OpenAPI descriptions are not at {SPECS}")
    return SPECS
