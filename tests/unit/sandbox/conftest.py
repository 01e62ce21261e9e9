"""A sandbox in a process of its own, and clients that hold a token for it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

COMMAND = (sys.executable, "-c", "from syncdsl.cli import main; main()", "sandbox")
CREDENTIALS = {
    "grant_type": "refresh_token",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A sandbox that accepts connections, authorised clients of both its ports, and one without a token."""

    process: subprocess.Popen[str]
    crm_url: str
    books_url: str
    crm: httpx.Client
    books: httpx.Client
    anybody: httpx.Client

    def insert(self, module: str, *records: dict[str, Any]) -> list[str]:
        """Insert CRM records and return their ids."""
        answer = self.crm.post(f"/{module}", json={"data": list(records)})
        assert answer.status_code == 201, answer.text
        return [entry["details"]["id"] for entry in answer.json()["data"]]

    def customer(self, name: str, **more: Any) -> str:
        """Create a customer and return its id."""
        answer = self.books.post("/contacts", json={"contact_name": name, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["contact"]["contact_id"])

    def authorise(self) -> None:
        """Take a new token for both clients, as is needed after the clock was moved far."""
        token = self.anybody.post(f"{self.crm_url}/oauth/v2/token", data=CREDENTIALS).json()["access_token"]
        for client in (self.crm, self.books):
            client.headers["Authorization"] = f"Zoho-oauthtoken {token}"

    def control(self, method: str, path: str, order: Any = None) -> Any:
        """Call a control endpoint that has to succeed, and return what it answers."""
        answer = self.anybody.request(method, f"{self.crm_url}/_sandbox/{path}", json=order)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ledger(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the ledger entries behind a sequence number."""
        answer = self.anybody.get(f"{self.crm_url}/_sandbox/ledger", params={"after": after})
        return list(answer.json()["entries"])


Start = Callable[..., Running]


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Start sandboxes with command line options; all end with the module."""
    started: list[Running] = []

    def starting(*options: str) -> Running:
        process = subprocess.Popen(
            [*COMMAND, "--format", "json", "--exit-with-parent", *options], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        token = httpx.post(f"{line['crm_url']}/oauth/v2/token", data=CREDENTIALS).json()["access_token"]
        headers = {"Authorization": f"Zoho-oauthtoken {token}"}
        organisation = {"organization_id": line["books_organization"]}
        running = Running(
            process=process,
            crm_url=line["crm_url"],
            books_url=line["books_url"],
            crm=httpx.Client(base_url=line["crm_url"] + "/crm/v8", headers=headers),
            books=httpx.Client(base_url=line["books_url"] + "/books/v3", headers=headers, params=organisation),
            anybody=httpx.Client(),
        )
        started.append(running)
        return running

    yield starting
    for running in started:
        running.crm.close()
        running.books.close()
        running.anybody.close()
        running.process.terminate()
        running.process.wait(10)
        assert running.process.stdout is not None
        running.process.stdout.close()


@pytest.fixture(scope="module")
def empty(start: Start) -> Running:
    """Start a sandbox without records."""
    return start("--records", "0")


@pytest.fixture(scope="module")
def seeded(start: Start) -> Running:
    """Start a sandbox with 120 accounts and what goes with them."""
    return start("--records", "120")


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition, at most ten seconds."""

    def waiting(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, "the condition did not come true"
            time.sleep(0.02)

    return waiting
