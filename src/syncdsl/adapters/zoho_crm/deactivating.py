"""Makes records inactive where the CRM has a field that says so: the check box *Product Active* of products.

No other module of those that are offered has such a state (Zoho CRM, standard fields of its modules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.protocol import Change, Outcome, Rejected, Written
from syncdsl.schema.types import BooleanType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.reading import Reader
    from syncdsl.adapters.zoho_crm.writing import Writer

ACTIVE = {"Products": "Product_Active"}
"""The check box that says whether a record is active, by module."""


def deactivate(api: Api, reader: Reader, writer: Writer, module: str, ids: Sequence[str]) -> list[Outcome]:
    """Take the check box of records away; those without it already are not written."""
    schema = api.module(module)
    name = ACTIVE.get(module)
    field = schema.fields.get(name) if name is not None else None
    if name is None or field is None or field.read_only or not isinstance(field.value, BooleanType):
        message = f"records of `{module}` cannot be made inactive"
        return [Rejected(code="NOT_SUPPORTED", message=message) for _ in ids]
    held = reader.fetch(module, ids, (name,))
    active = [one for one in dict.fromkeys(ids) if one in held and held[one].fields.get(name) is True]
    changed = writer.update(module, [Change(id=one, fields={name: False}) for one in active]) if active else []
    outcomes = dict(zip(active, changed, strict=True))
    absent = Rejected(code="INVALID_DATA", message="there is no such record")
    return [outcomes.get(one) or (Written(id=one) if one in held else absent) for one in ids]
