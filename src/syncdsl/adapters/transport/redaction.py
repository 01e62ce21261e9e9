"""Keeps secrets out of everything people read: messages, logs, exceptions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN = "***"
SHORTEST = 6
"""Secrets shorter than this are not searched for: they would blot out ordinary words."""

_TOKENS = re.compile(r"(?i)(zoho-oauthtoken|bearer)\s+\S+|1000\.[0-9a-f]{8,}[.0-9a-f]*")


class Redactor:
    """Replaces known secrets, and anything that looks like a token, in text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: set[str] = set()
        for secret in secrets:
            self.learn(secret)

    def __repr__(self) -> str:
        return f"Redactor({len(self._secrets)} secrets)"

    def learn(self, secret: str) -> None:
        """Add a secret, such as an access token just received, in all forms it may appear in."""
        if len(secret) >= SHORTEST:
            self._secrets |= {secret, quote(secret, safe=""), quote_plus(secret)}

    def clean(self, text: str) -> str:
        """Return text without secrets."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return _TOKENS.sub(HIDDEN, text)
