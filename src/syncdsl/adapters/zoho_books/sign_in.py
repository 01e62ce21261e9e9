"""Signing in to Books."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from syncdsl.adapters.zoho.sign_in import ZohoSignIn
from syncdsl.adapters.zoho_books.connection import BooksConnection
from syncdsl.adapters.zoho_books.scopes import scopes_for

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import ConnectionSettings, Identity


def organizations(settings: ConnectionSettings) -> tuple[Identity, ...]:
    """Return every organisation that the user of the token belongs to."""
    with closing(BooksConnection(settings, None)) as connection:
        return connection.identities()


SIGN_IN = ZohoSignIn(scopes_for=scopes_for, list_organizations=organizations, portal="the portal")
