"""The sandbox with 1,000,000 records: how fast they load, what a list page of 200 costs, and whether memory grows.

Both sides of the ratios are in one run: a small sandbox and a large one, page by page in turn, beside a bare
connection to the same server (the control endpoint), which is what the machine itself costs.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL, LARGE = 3_000, 345_000
"""Accounts; everything else follows, about 2.9 records for each."""

ROUNDS = 40
COMMAND = (sys.executable, "-c", "from syncdsl.cli import main; main()", "sandbox")
FIELDS = "Account_Name,Phone,Billing_Street,Billing_City,Billing_Country,Currency,Owner,Modified_Time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A sandbox under measurement; `seconds` from its start to its first answer."""

    pid: int
    crm: httpx.Client
    books: httpx.Client
    seconds: float

    def resident(self) -> float:
        """Return the process's memory in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def peak(self) -> float:
        """Return the most memory the process ever held, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def sandbox(records: int) -> Iterator[Running]:
    """Start a sandbox and end it afterwards."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*COMMAND, "--records", str(records), "--format", "json", "--exit-with-parent"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        started = json.loads(process.stdout.readline() if process.stdout is not None else "{}")
        taken = time.perf_counter() - begin
        token = httpx.post(
            started["crm_url"] + "/oauth/v2/token",
            data={
                "grant_type": "refresh_token",
                "client_id": "sandbox-client",
                "client_secret": "sandbox-secret",
                "refresh_token": "sandbox-refresh",
            },
        ).json()["access_token"]
        headers = {"Authorization": f"Zoho-oauthtoken {token}"}
        organisation = {"organization_id": started["books_organization"]}
        with (
            httpx.Client(base_url=started["crm_url"], headers=headers) as crm,
            httpx.Client(base_url=started["books_url"], headers=headers, params=organisation) as books,
        ):
            yield Running(pid=started["pid"], crm=crm, books=books, seconds=taken)
    finally:
        process.terminate()
        process.wait()


def calls(running: Running) -> dict[str, httpx.Request]:
    """Return the calls that are measured, by name."""
    crm, books = running.crm, running.books
    accounts = {"fields": FIELDS, "per_page": "200"}
    first = crm.get("/crm/v8/Accounts", params=accounts).json()
    view = crm.get("/crm/v8/settings/custom_views", params={"module": "Accounts"}).json()["custom_views"][0]["id"]
    contacts = {"per_page": "200", "sort_column": "last_modified_time", "sort_order": "D", "filter_by": "Status.All"}
    return {
        "nothing (health)": crm.build_request("GET", "/_sandbox/health"),
        "CRM, first page": crm.build_request("GET", "/crm/v8/Accounts", params=accounts),
        "CRM, by page token": crm.build_request(
            "GET", "/crm/v8/Accounts", params={**accounts, "page_token": first["info"]["next_page_token"]}
        ),
        "CRM, changed since": crm.build_request(
            "GET", "/crm/v8/Accounts", params=accounts, headers={"If-Modified-Since": "2026-05-31T00:00:00+00:00"}
        ),
        "CRM, a view": crm.build_request("GET", "/crm/v8/Accounts", params={**accounts, "cvid": view}),
        "Books, newest first": books.build_request("GET", "/books/v3/contacts", params=contacts),
        "Books, fifth page": books.build_request("GET", "/books/v3/contacts", params={**contacts, "page": "5"}),
    }


def milliseconds(client: httpx.Client, request: httpx.Request) -> float:
    """Return the wall time of a call that must succeed."""
    begin = time.perf_counter()
    answer = client.send(request)
    taken = time.perf_counter() - begin
    answer.raise_for_status()
    return taken * 1000


def main() -> int:
    """Print the tables."""
    with sandbox(SMALL) as small, sandbox(LARGE) as large:
        print("loading")
        for name, running, count in (("small", small, SMALL), ("large", large, LARGE)):
            records = f"{count * 2.885:>9,.0f} records"
            print(f"  {name}: {records} in {running.seconds:6.1f} s, at most {running.peak():5.0f} MB")
        print(f"  memory, large : small = {large.peak() / small.peak():.2f}")
        times: dict[str, tuple[list[float], list[float]]] = {}
        requests = {running.pid: calls(running) for running in (small, large)}
        for _ in range(ROUNDS):
            for side, running in enumerate((small, large)):
                for name, request in requests[running.pid].items():
                    client = running.books if name.startswith("Books") else running.crm
                    times.setdefault(name, ([], []))[side].append(milliseconds(client, request))
        print(f"\na page of 200, median of {ROUNDS} rounds {'small':>12} {'large':>12} {'ratio':>8}")
        for name, (one, other) in times.items():
            low, high = statistics.median(one), statistics.median(other)
            print(f"  {name:<32} {low:9.1f} ms {high:9.1f} ms {high / low:8.2f}")
        print(f"\nmemory after that: small {small.resident():.0f} MB, large {large.resident():.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
