"""Zoho CRM through its REST API v8."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.adapters.costing import Toll, Work
    from syncdsl.adapters.onboarding import SignIn
    from syncdsl.adapters.protocol import Adapter, Connection, ConnectionSettings
    from syncdsl.schema.snapshot import SchemaSnapshot

NAME = "zoho_crm"


class ZohoCrmAdapter:
    """The adapter that the entry point `zoho_crm` names."""

    @property
    def name(self) -> str:
        """The name rules and configuration use."""
        return NAME

    @property
    def sign_in(self) -> SignIn:
        """How its secrets are got."""
        from syncdsl.adapters.zoho_crm.sign_in import SIGN_IN  # noqa: PLC0415 - loaded when somebody signs in

        return SIGN_IN

    def toll(self, module: str, work: Work) -> Toll:  # noqa: ARG002 - all modules are written in the same way
        """Return what it takes to write so much, without a connection."""
        from syncdsl.adapters.zoho_crm.costs import toll  # noqa: PLC0415 - loaded when a preview needs it

        return toll(work)

    def connect(self, settings: ConnectionSettings, schema: SchemaSnapshot | None) -> Connection:
        """Open a connection; no call is made yet.

        Secrets are `client_id`, `client_secret` and `refresh_token`. `organization` is the CRM's `zgid`;
        without it the one organisation of the token is taken. Raises Fault SD602 or SD607 for an address that
        cannot be used.
        """
        from syncdsl.adapters.zoho_crm.connection import CrmConnection  # noqa: PLC0415 - loaded when a run needs it

        return CrmConnection(settings, schema)


adapter: Adapter = ZohoCrmAdapter()

__all__ = ["ZohoCrmAdapter", "adapter"]
