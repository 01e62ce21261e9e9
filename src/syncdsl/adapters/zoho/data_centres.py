"""Zoho's data centres, and which addresses a connection speaks to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syncdsl.adapters.transport.hosts import host_of, is_loopback, trusted_url
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import ConnectionSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCentre:
    """The two hosts of a data centre: tokens come from one and go to the other."""

    accounts: str
    api: str


DATA_CENTRES = {
    "us": DataCentre(accounts="accounts.zoho.com", api="www.zohoapis.com"),
    "eu": DataCentre(accounts="accounts.zoho.eu", api="www.zohoapis.eu"),
    "in": DataCentre(accounts="accounts.zoho.in", api="www.zohoapis.in"),
    "au": DataCentre(accounts="accounts.zoho.com.au", api="www.zohoapis.com.au"),
    "jp": DataCentre(accounts="accounts.zoho.jp", api="www.zohoapis.jp"),
    "cn": DataCentre(accounts="accounts.zoho.com.cn", api="www.zohoapis.com.cn"),
    "ca": DataCentre(accounts="accounts.zohocloud.ca", api="www.zohoapis.ca"),
    "sa": DataCentre(accounts="accounts.zoho.sa", api="www.zohoapis.sa"),
    "uk": DataCentre(accounts="accounts.zoho.uk", api="www.zohoapis.uk"),
}
"""Zoho CRM API v8 and Zoho Books API v3, "Multiple data centers"."""

CUSTOM = "custom"
"""The data centre of an identity whose address was given instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where one connection signs in and where it calls; `local`: both are on this machine."""

    accounts: str
    api: str
    local: bool
    data_centre: str

    @property
    def host(self) -> str:
        """The host that messages name."""
        return host_of(self.api)


def addresses(settings: ConnectionSettings) -> Addresses:
    """Return where a connection leads.

    `url` stands for both hosts, unless it is the API host of the data centre, which has its own accounts
    host.

    Raises Fault: SD602 for an unknown data centre or none, SD607 for an address that tokens may not go to.
    """
    centre = _centre(settings)
    if settings.url is None:
        if centre is None:
            raise Fault(
                BAD_CONFIGURATION,
                f"connection `{settings.name}`: `data_centre` is missing",
                help=f"set it to one of {', '.join(DATA_CENTRES)}, or give a `url`",
            )
        name = (settings.data_centre or "").lower()
        return Addresses(
            accounts=f"https://{centre.accounts}", api=f"https://{centre.api}", local=False, data_centre=name
        )
    centres = (centre,) if centre is not None else tuple(DATA_CENTRES.values())
    known = {item.api: item for item in centres}
    url = trusted_url(settings.url, connection=settings.name, known=known, allowed=settings.allowed_hosts)
    host = urlsplit(url).hostname or ""
    accounts = f"https://{known[host].accounts}" if host in known else url
    named = (settings.data_centre or CUSTOM).lower()
    return Addresses(accounts=accounts, api=url, local=is_loopback(host), data_centre=named)


def _centre(settings: ConnectionSettings) -> DataCentre | None:
    if settings.data_centre is None:
        return None
    centre = DATA_CENTRES.get(settings.data_centre.lower())
    if centre is None:
        raise Fault(
            BAD_CONFIGURATION,
            f"connection `{settings.name}`: there is no data centre `{settings.data_centre}`",
            help=f"it is one of {', '.join(DATA_CENTRES)}",
        )
    return centre
