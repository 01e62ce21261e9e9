"""Signing in to the CRM."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.adapters.zoho.sign_in import ZohoSignIn
from syncdsl.adapters.zoho_crm.connection import CrmConnection
from syncdsl.adapters.zoho_crm.scopes import scopes_for

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import ConnectionSettings, Identity


def organizations(settings: ConnectionSettings) -> tuple[Identity, ...]:
    """Return the organisation of the token: the CRM gives a code for exactly one."""
    with closing(CrmConnection(replace(settings, organization=None), None)) as connection:
        return (connection.identity(),)


SIGN_IN = ZohoSignIn(
    scopes_for=scopes_for,
    list_organizations=organizations,
    portal="the portal, the environment `Production` and the CRM organisation",
)
