"""The form in which the dedupe keys and adopted links of records are compared."""

from __future__ import annotations

from hashlib import blake2b
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from syncdsl.engine.nesting import family, side_of
from syncdsl.schema.canonical import match_form
from syncdsl.schema.digest import canonical_json
from syncdsl.schema.values import Ref, is_empty, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import MatchKey, Pair
    from syncdsl.schema.values import Value


def key_form(key: MatchKey, pair: Pair, side: SideName, context: Context, record: Record) -> tuple[Value, ...] | None:
    """Return the form in which a record's key is compared; None when a part is empty, so that it names nobody.

    Nested records are compared with those of the same parent alone.
    """
    forms: list[Value] = []
    if pair.parent is not None:
        parent = family(pair, context, side, record)
        if parent is None:
            return None
        forms.append(parent)
    endpoint = side_of(pair, side)
    for part in key.parts:
        expression = part.left if side == "left" else part.right
        value = context.evaluate(expression, endpoint.connection, record.fields)
        form = match_form(value.id if isinstance(value, Ref) else value, part.as_type)
        if is_empty(form):
            return None
        forms.append(form)
    return tuple(forms)


def form_text(form: Sequence[Value]) -> str:
    """Return a form as it is filed: short, of equal length, and without what it says about anybody."""
    only = form[0] if len(form) == 1 else None
    # Nearly every form is one text, whose JSON is made at once.
    text = f"[{encode_basestring(only)}]" if isinstance(only, str) else canonical_json([to_json(v) for v in form])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
