"""An address to listen on, as an operator writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.service import PORT_TAKEN

_ADDRESS = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?)\]|(?P<host>[A-Za-z0-9_.-]+)):(?P<port>[0-9]{1,5})"
)
HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host of this machine and a port; port 0 is any that is free."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_address(text: str, *, option: str) -> Address:
    """Return the address that an option names as `HOST:PORT`, an IPv6 host in brackets.

    Raises Fault SD872 when it is none.
    """
    found = _ADDRESS.fullmatch(text.strip())
    if found is None or int(found["port"]) > HIGHEST_PORT:
        raise Fault(
            PORT_TAKEN,
            f"`{option}`: `{text}` is no address to listen on",
            help=f"write host and port, such as `{option} 127.0.0.1:8087`, or `{option} [::1]:8087`",
        )
    return Address(host=found["six"] or found["host"], port=int(found["port"]))
