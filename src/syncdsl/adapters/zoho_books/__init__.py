"""Zoho Books through its REST API v3."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.adapters.costing import Toll, Work
    from syncdsl.adapters.onboarding import SignIn
    from syncdsl.adapters.protocol import Adapter, Connection, ConnectionSettings
    from syncdsl.schema.snapshot import SchemaSnapshot

NAME = "zoho_books"


class ZohoBooksAdapter:
    """The adapter that the entry point `zoho_books` names."""

    @property
    def name(self) -> str:
        """The name rules and configuration use."""
        return NAME

    @property
    def sign_in(self) -> SignIn:
        """How its secrets are got."""
        from syncdsl.adapters.zoho_books.sign_in import SIGN_IN  # noqa: PLC0415 - loaded when somebody signs in

        return SIGN_IN

    def toll(self, module: str, work: Work) -> Toll:  # noqa: ARG002 - all modules are written in the same way
        """Return what it takes to write so much, without a connection."""
        from syncdsl.adapters.zoho_books.costs import toll  # noqa: PLC0415 - loaded when a preview needs it

        return toll(work)

    def connect(self, settings: ConnectionSettings, schema: SchemaSnapshot | None) -> Connection:
        """Open a connection; no call is made yet.

        Secrets are `client_id`, `client_secret` and `refresh_token`. `organization` is Books'
        `organization_id`; without it the token must open exactly one. Raises Fault SD602 or SD607 for an
        address that cannot be used.
        """
        from syncdsl.adapters.zoho_books.connection import BooksConnection  # noqa: PLC0415 - loaded when a run needs it

        return BooksConnection(settings, schema)


adapter: Adapter = ZohoBooksAdapter()

__all__ = ["ZohoBooksAdapter", "adapter"]
