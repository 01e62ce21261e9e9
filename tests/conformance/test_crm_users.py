"""Users of the CRM, over HTTP against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import ObserveRequest, Page

if TYPE_CHECKING:
    from tests.conformance.conftest import Sandbox

FIELDS = ("full_name", "email", "status", "profile")


def test_a_user_has_the_profile_by_its_name(sandbox: Sandbox) -> None:
    """However it is read: all users, one by its id, and one by its address."""
    connection = sandbox.connect("crm")
    try:
        pages = list(connection.observe(ObserveRequest(module="users", fields=FIELDS)))
        users = [record for page in pages if isinstance(page, Page) for record in page.records]
        profiles = {str(user.fields["full_name"]): user.fields["profile"] for user in users}
        assert profiles["Petra Hofer"] == "Administrator"
        one = next(user for user in users if user.fields["full_name"] == "Jonas Lindqvist")
        assert connection.fetch("users", [one.id], FIELDS)[one.id].fields == one.fields
        address = one.fields["email"]
        assert connection.find("users", "email", [address], FIELDS)[address][0].fields["profile"] == "Standard"
    finally:
        connection.close()
