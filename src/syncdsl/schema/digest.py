"""Digests over canonical JSON."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from syncdsl.schema.values import fields_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.schema.values import Fields

# Made once: with its options `json.dumps` makes a new one for every value.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(data: Any) -> str:
    """Return JSON with sorted keys and no spaces: equal data, equal text."""
    return _ENCODER.encode(data)


def digest(data: Any) -> str:
    """Return the digest of JSON data: `b2:` and 32 hexadecimal digits (blake2b, 16 bytes)."""
    # Other systems do hand out lone surrogates, which are no UTF-8.
    return _named(_bytes(data))


def signed_digest(data: Any) -> str:
    """Return a digest that people sign: `b2:` and 64 hexadecimal digits (blake2b, 32 bytes).

    It is that long so that nobody can make two contents with the same one.
    """
    return "b2:" + blake2b(_bytes(data), digest_size=32).hexdigest()


def signed_digest_of(pieces: Iterable[str]) -> str:
    """Return the signed digest of JSON data whose canonical JSON comes in pieces."""
    made = blake2b(digest_size=32)
    for piece in pieces:
        made.update(piece.encode("utf-8", "surrogatepass"))
    return "b2:" + made.hexdigest()


def fields_digest(fields: Fields) -> str:
    """Return the digest of a record's fields, as `digest` would of their JSON form, several times faster."""
    data = fields_to_json(fields)
    try:
        return _named(orjson.dumps(data, option=orjson.OPT_SORT_KEYS))
    except TypeError:  # a number beyond 64 bits, or a lone surrogate
        return digest(data)


def _bytes(data: Any) -> bytes:
    return canonical_json(data).encode("utf-8", "surrogatepass")


def _named(text: bytes) -> str:
    return "b2:" + blake2b(text, digest_size=16).hexdigest()
