"""Signatures with the keys that people have for SSH: ed25519, in the form that `ssh-keygen -Y` makes and checks.

The form is that of OpenSSH's PROTOCOL.sshsig: what is signed names its purpose, so that a signature made for something
else, such as signing in to a server, is never one over a change set.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.approvals import BAD_KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAMESPACE = "syncdsl"
"""The purpose that `ssh-keygen -Y verify -n` has to be told."""

KIND = b"ssh-ed25519"
_HASH = b"sha512"
_MAGIC = b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_MAKE_ONE = "`ssh-keygen -t ed25519 -f FILE` makes one; its public half is in FILE.pub"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An ed25519 key by its 32 bytes."""

    raw: bytes

    @property
    def blob(self) -> bytes:
        """The key as SSH writes it."""
        return _string(KIND) + _string(self.raw)

    @property
    def fingerprint(self) -> str:
        """What `ssh-keygen -l` shows: `SHA256:` and 43 characters."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")


def public_key(text: str) -> PublicKey | None:
    """Return the key of a line such as `ssh-ed25519 AAAA… anna`; None for what is no ed25519 key."""
    kind, _, rest = text.strip().partition(" ")
    try:
        blob = base64.b64decode(rest.split(" ")[0], validate=True)
        parts = _Reader(blob)
        if kind.encode() != KIND or parts.string() != KIND:
            return None
        raw = parts.string()
    except (binascii.Error, ValueError, struct.error):
        return None
    return PublicKey(raw) if len(raw) == 32 and not parts.rest else None


def load_key(path: Path, ask: Callable[[], str | None]) -> Ed25519PrivateKey:
    """Read a private key; `ask` is called for its passphrase where it has one.

    Raises Fault SD844 when there is none, it is of another kind, or the passphrase is another one.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - only who signs needs it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key  # noqa: PLC0415 - the same

    try:
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Fault(BAD_KEY, f"the key `{path}` cannot be read: {reason}", help=_MAKE_ONE) from None
    try:
        try:
            key = load_ssh_private_key(data, None)
        except TypeError:  # it is encrypted
            password = ask()
            key = load_ssh_private_key(data, (password or "").encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # What the library says may quote parts of the key.
        raise Fault(
            BAD_KEY,
            f"`{path}` is no private key for SSH, or its passphrase is another one",
            help=_MAKE_ONE,
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Fault(BAD_KEY, f"`{path}` is no ed25519 key; approvals are signed with these alone", help=_MAKE_ONE)
    return key


def public_of(key: Ed25519PrivateKey) -> PublicKey:
    """Return the public half of a key."""
    return PublicKey(key.public_key().public_bytes_raw())


def sign(key: Ed25519PrivateKey, message: str) -> str:
    """Return the armoured signature of a message."""
    public = public_of(key)
    signature = _string(KIND) + _string(key.sign(_signed(message)))
    blob = (
        _MAGIC
        + struct.pack(">I", 1)
        + _string(public.blob)
        + _string(NAMESPACE.encode())
        + _string(b"")
        + _string(_HASH)
        + _string(signature)
    )
    text = base64.b64encode(blob).decode()
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return "\n".join((_BEGIN, *lines, _END)) + "\n"


def signer(signature: str, message: str) -> PublicKey | None:
    """Return the key that made an armoured signature of exactly this message; None when none did."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only where something is signed
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - the same

    lines = signature.split("\n")
    if len(lines) < 4 or (lines[0], lines[-2], lines[-1]) != (_BEGIN, _END, ""):
        return None
    try:
        parts = _Reader(base64.b64decode("".join(lines[1:-2]), validate=True))
        if parts.take(10) != _MAGIC + struct.pack(">I", 1):
            return None
        blob, namespace, reserved, hashed, made = (parts.string() for _ in range(5))
        of_key, of_signature = _Reader(blob), _Reader(made)
        if (namespace, reserved, hashed) != (NAMESPACE.encode(), b"", _HASH) or parts.rest:
            return None
        if of_key.string() != KIND or of_signature.string() != KIND:
            return None
        raw = of_key.string()
        Ed25519PublicKey.from_public_bytes(raw).verify(of_signature.string(), _signed(message))
    except (binascii.Error, ValueError, struct.error, InvalidSignature):
        return None
    return PublicKey(raw)


def _signed(message: str) -> bytes:
    """Return the bytes that are signed for a message."""
    digest = hashlib.sha512(message.encode()).digest()
    return _MAGIC + _string(NAMESPACE.encode()) + _string(b"") + _string(_HASH) + _string(digest)


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


class _Reader:
    """Reads the parts of a blob, one after the other. Raises struct.error and ValueError when there are none."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def take(self, count: int) -> bytes:
        if len(self.rest) < count:
            raise ValueError("it is cut off")
        found, self.rest = self.rest[:count], self.rest[count:]
        return found

    def string(self) -> bytes:
        (length,) = struct.unpack(">I", self.take(4))
        return self.take(int(length))
