"""What the demo plays in: the sandbox as a child process, and its systems through their own HTTP APIs.

The salesperson who wins a deal and the accountant who looks at the invoice use the systems as anybody would: nothing
here goes through the adapters.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import UNEXPECTED_ANSWER, UNREACHABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

START_SECONDS = 30
BASE_CURRENCY = "EUR"
LARGEST = 50_000
"""A deal above this might meet the template's guard, which is another story."""

SIGN_IN = {"CLIENT_ID": "sandbox-client", "CLIENT_SECRET": "sandbox-secret", "REFRESH_TOKEN": "sandbox-refresh"}
"""The sandbox's published credentials; they open nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal that is still open."""

    id: str
    name: str
    stage: str
    amount: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A running sandbox: where both systems are."""

    crm_url: str
    books_url: str
    crm_organization: str
    books_organization: str

    def environment(self) -> dict[str, str]:
        """Return the variables that the project's settings name."""
        return {f"SYNCDSL_{system}_{name}": value for system in ("CRM", "BOOKS") for name, value in SIGN_IN.items()}


@contextmanager
def running_sandbox(records: int) -> Iterator[Sandbox]:
    """Start the sandbox, with that many made-up accounts, and end it with the block, however that ends."""
    command = [sys.executable, "-m", "syncdsl", "sandbox", "--format", "json", "--exit-with-parent"]
    # A session of its own: Ctrl-C reaches the demo, which ends the sandbox when its last command has stopped.
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--records", str(records)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield _started(process)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _started(process: subprocess.Popen[str]) -> Sandbox:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.2)[0]:
            break
    line = process.stdout.readline() if select.select([process.stdout], [], [], 0)[0] else ""
    if not line:
        process.terminate()
        _, errors = process.communicate()
        said = errors.strip().splitlines()
        raise Fault(UNREACHABLE, "the sandbox did not start" + (f": {said[-1]}" if said else ""))
    data = json.loads(line)
    return Sandbox(
        crm_url=data["crm_url"],
        books_url=data["books_url"],
        crm_organization=data["crm_organization"],
        books_organization=data["books_organization"],
    )


class Offices:
    """The CRM as a salesperson uses it and Books as an accountant does: through their public APIs."""

    def __init__(self, sandbox: Sandbox) -> None:
        import httpx  # noqa: PLC0415 - only the demo speaks HTTP here

        self._sandbox = sandbox
        self._client: httpx.Client = httpx.Client(timeout=10, trust_env=False)
        token = self._json(
            "POST",
            f"{sandbox.crm_url}/oauth/v2/token",
            data={"grant_type": "refresh_token", **{name.lower(): value for name, value in SIGN_IN.items()}},
        )
        self._client.headers["Authorization"] = f"Zoho-oauthtoken {token['access_token']}"

    def close(self) -> None:
        """Release sockets."""
        self._client.close()

    def open_deal(self) -> Deal:
        """Return an open deal in the base currency whose customer is known by one name on both sides."""
        accounts = self._all("Accounts", "Account_Name,Currency")
        names = Counter(account["Account_Name"] for account in accounts)
        currencies = {account["id"]: account.get("Currency") for account in accounts}
        for deal in self._all("Deals", "Deal_Name,Stage,Amount,Currency,Account_Name"):
            account, amount = deal.get("Account_Name"), deal.get("Amount")
            if not account or not amount or amount > LARGEST or deal["Stage"].startswith("Closed"):
                continue
            local = {deal.get("Currency"), currencies.get(account["id"])} == {BASE_CURRENCY}
            if local and names[account["name"]] == 1 and self._is_customer(account["name"]):
                return Deal(
                    id=deal["id"],
                    name=deal["Deal_Name"],
                    stage=deal["Stage"],
                    amount=f"{amount:,.2f} {BASE_CURRENCY}",
                    account=account["name"],
                )
        raise Fault(UNEXPECTED_ANSWER, "the sandbox has no open deal that fits the demo")

    def win(self, deal: Deal) -> None:
        """Set a deal to Closed Won."""
        self._json("PUT", f"{self._crm}/Deals/{deal.id}", json={"data": [{"Stage": "Closed Won"}]})

    def newest_invoice(self) -> dict[str, Any]:
        """Return the invoice that was made last, as Books holds it."""
        listed = self._books("invoices", sort_column="created_time", sort_order="D", per_page="1")["invoices"]
        if not listed:
            raise Fault(UNEXPECTED_ANSWER, "Books holds no invoice")
        found = self._books(f"invoices/{listed[0]['invoice_id']}")["invoice"]
        assert isinstance(found, dict)  # noqa: S101 - the documented form
        return found

    @property
    def _crm(self) -> str:
        return f"{self._sandbox.crm_url}/crm/v8"

    def _all(self, module: str, fields: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            query = {"fields": fields, "page": str(page), "per_page": "200"}
            answer = self._json("GET", f"{self._crm}/{module}", params=query)
            found += answer.get("data", [])
            if not answer.get("info", {}).get("more_records"):
                return found
            page += 1

    def _is_customer(self, name: str) -> bool:
        return len(self._books("contacts", contact_name=name)["contacts"]) == 1

    def _books(self, path: str, **query: str) -> dict[str, Any]:
        params = {"organization_id": self._sandbox.books_organization, **query}
        return self._json("GET", f"{self._sandbox.books_url}/books/v3/{path}", params=params)

    def _json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        import httpx  # noqa: PLC0415 - only the demo speaks HTTP here

        try:
            answer = self._client.request(method, url, **options)
        except httpx.HTTPError as error:
            raise Fault(UNREACHABLE, f"the sandbox does not answer: {type(error).__name__}") from None
        if answer.status_code == httpx.codes.NO_CONTENT:
            return {}
        if answer.is_error:
            raise Fault(UNEXPECTED_ANSWER, f"the sandbox answered {method} {url} with HTTP {answer.status_code}")
        data = answer.json()
        assert isinstance(data, dict)  # noqa: S101 - the documented form
        return data
