"""A sandbox in a process of its own, for clients that know nothing of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

COMMAND = (sys.executable, "-c", "from syncdsl.cli import main; main()", "sandbox")
CREDENTIALS = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Where the sandbox's Books is, and a plain client of it."""

    url: str
    organisation: str
    crm_url: str
    token: str
    plain: httpx.Client

    def control(self, path: str, order: object) -> dict[str, object]:
        """Call a control endpoint that has to succeed."""
        answer = httpx.post(f"{self.url}/_sandbox/{path}", json=order)
        assert answer.is_success, answer.text
        return dict(answer.json())


def started(*options: str) -> Iterator[Books]:
    """Run a sandbox while the generator lives."""
    process = subprocess.Popen(
        [*COMMAND, "--format", "json", "--exit-with-parent", *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = json.loads(process.stdout.readline())
    form = {"grant_type": "refresh_token", **CREDENTIALS}
    token = httpx.post(f"{line['books_url']}/oauth/v2/token", data=form).json()["access_token"]
    plain = httpx.Client(
        base_url=line["books_url"] + "/books/v3",
        headers={"Authorization": f"Zoho-oauthtoken {token}"},
        params={"organization_id": line["books_organization"]},
    )
    yield Books(
        url=line["books_url"],
        organisation=line["books_organization"],
        crm_url=line["crm_url"],
        token=token,
        plain=plain,
    )
    plain.close()
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture(scope="module")
def books() -> Iterator[Books]:
    """Start a sandbox with 120 accounts and what goes with them."""
    yield from started("--records", "120")
