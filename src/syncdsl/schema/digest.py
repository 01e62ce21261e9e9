"""Digests over canonical JSON."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

# Made once: with its options `json.dumps` makes a new one for every value.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(data: Any) -> str:
    """Return JSON with sorted keys and no spaces: equal data, equal text."""
    return _ENCODER.encode(data)


def digest(data: Any) -> str:
    """Return the digest of JSON data: `b2:` and 32 hexadecimal digits (blake2b, 16 bytes)."""
    # Other systems do hand out lone surrogates, which are no UTF-8.
    text = canonical_json(data).encode("utf-8", "surrogatepass")
    return "b2:" + blake2b(text, digest_size=16).hexdigest()
