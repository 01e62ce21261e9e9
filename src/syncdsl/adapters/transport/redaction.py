"""Keeps secrets out of everything people read: messages, logs, exceptions, and what is remembered of an error."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HIDDEN = "***"
SHORTEST = 6
"""Secrets shorter than this are not searched for: they would blot out ordinary words."""

_TOKENS = re.compile(r"(?i)(zoho-oauthtoken|bearer)\s+\S+|1000\.[0-9a-f]{8,}[.0-9a-f]*")


class Redactor:
    """Replaces known secrets, and anything that looks like a token, in text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms: tuple[str, ...] = ()
        self._known: set[str] = set()
        for secret in secrets:
            self.learn(secret)

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} secrets)"

    def learn(self, secret: str) -> None:
        """Add a secret, such as an access token just received, in all forms it may appear in."""
        if len(secret) < SHORTEST or secret in self._known:
            return
        self._known.add(secret)
        # The longest first: a form that is a part of another one would leave the rest of it. Other threads read the
        # forms meanwhile, so they are replaced and never changed.
        self._forms = tuple(sorted({*self._forms, *_forms(secret)}, key=lambda form: (-len(form), form)))

    def clean(self, text: str) -> str:
        """Return text without secrets."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return _TOKENS.sub(HIDDEN, text)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    for escaped in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield escaped
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), escaped)
    for plain in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield plain
        yield plain.replace("/", "\\/")
        yield json.dumps(plain)[1:-1]
    yield html.escape(secret)
    yield html.escape(secret, quote=False)
    yield from _base64(secret.encode())


def _base64(secret: bytes) -> Iterator[str]:
    """Yield what is left of a secret in base64, wherever in an encoded text it begins."""
    for before in range(3):
        padded = base64.b64encode(b"\0" * before + secret).decode()
        # Characters that neighbours of the secret decide upon are left out.
        first = (before * 8 + 5) // 6
        last = (before + len(secret)) * 8 // 6
        form = padded[first:last]
        if len(form) >= SHORTEST:
            yield form
            yield form.translate(str.maketrans("+/", "-_"))
