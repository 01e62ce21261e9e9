"""Sealed texts: an access token as it may lie in a file, of no use to whoever lacks what it was made from."""

from __future__ import annotations

import base64
import hashlib

PURPOSE = b"syncdsl access token"


def fingerprint(*parts: str) -> str:
    """Return a name for secrets that tells nothing about them: they are long and random."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


class Seal:
    """Seals and opens texts with a key made from secrets (HKDF-SHA256, RFC 5869; Fernet: AES-128-CBC and HMAC)."""

    def __init__(self, *secrets: str) -> None:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - 60 ms that commands without network do not pay
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - the same
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - the same

        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
        key = derivation.derive("\0".join(secrets).encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> str:
        """Return the sealed text."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Return what was sealed; None for what was sealed with other secrets, or is damaged."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - the same

        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError):
            return None
