"""The syncdsl key: what a record made or linked by syncdsl carries, so that losing the state loses nothing."""

from __future__ import annotations

import base64
from hashlib import blake2b

KEY_LENGTH = 23
"""Characters of a key: `sd-` and 20 of base32."""


def syncdsl_key(
    *,
    left_organization: str,
    right_organization: str,
    name: str,
    source_connection: str,
    source_id: str,
    per: str = "",
    instance: int = 0,
) -> str:
    """Return the key of what is made for record `source_id`.

    It follows from facts of the connected systems alone (nothing random, nothing of this machine), so that it can be
    computed again when the state is lost. `name` is the module statement or the document, `instance` counts the
    documents made for the record before.
    """
    facts = "\x1f".join((left_organization, right_organization, name, source_connection, source_id, per, str(instance)))
    # Unit separators never occur in ids or names, so no two different facts run together.
    raw = blake2b(facts.encode(), digest_size=16).digest()
    return "sd-" + base64.b32encode(raw).decode().lower()[:20]
