"""The taxes of the emulated organisation (Zoho Books API v3, Taxes): a fixed list."""

from dataclasses import dataclass
from typing import Any

from syncdsl.sandbox.organisation import books_identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax; `percentage` is in per cent."""

    number: int
    name: str
    percentage: float

    @property
    def id(self) -> str:
        """The `tax_id`."""
        return books_identity(self.number)


TAXES = (
    Tax(number=37049, name="VAT 19", percentage=19.0),
    Tax(number=37050, name="VAT 7", percentage=7.0),
    Tax(number=37051, name="VAT 0", percentage=0.0),
)
TAXES_BY_ID = {tax.id: tax for tax in TAXES}


def shown(tax: Tax) -> dict[str, Any]:
    """Return a tax as the API shows it."""
    return {
        "tax_id": tax.id,
        "tax_name": tax.name,
        "tax_percentage": tax.percentage,
        "tax_type": "tax",
        "is_value_added": True,
        "is_default_tax": tax is TAXES[0],
        "is_editable": True,
    }
