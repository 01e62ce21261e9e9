"""Bases whose values were erased: their digests still tell whether a field is as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.schema.values import Erased, is_empty, to_json

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from syncdsl.engine.context import Context
    from syncdsl.schema.values import Fields, Value


def revealed(context: Context, base: Fields, now: Fields, names: AbstractSet[str]) -> Fields | None:
    """Return a base in which erased values of `names` that are still there stand in plain.

    `now` holds the canonical values of these fields. None when one of them is not what was erased: what a line made of
    it is not known any more, only that it has changed.
    """
    found = base
    for name in names:
        if base.get(name).__class__ is Erased:
            if not _is(context, now.get(name), base[name]):
                return None
            found = {**found, name: now[name]}
    return found


def still_erased(context: Context, base: Fields, now: Fields) -> Fields:
    """Return new values of a base in which those that are only what was erased before stay erased."""
    erased = {name for name in now if base.get(name).__class__ is Erased}
    if not erased:
        return now
    return {name: base[name] if name in erased and _is(context, now[name], base[name]) else now[name] for name in now}


def _is(context: Context, value: Value, erased: Value) -> bool:
    return is_erased(context.erasure_key, value, erased)


def is_erased(key: str | None, value: Value, erased: Value) -> bool:
    """Return whether a canonical value is the one that was erased; `key` is the state's key of erased values."""
    from syncdsl.state.erasure import erased_digest  # noqa: PLC0415 - loads SQLAlchemy, and hardly any base is erased

    if key is None or is_empty(value) or not isinstance(erased, Erased):
        return False
    return erased_digest(key, to_json(value)) == erased.digest
