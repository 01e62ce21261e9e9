"""What the catalogue says about a field, and what the type of a field implies."""

from dataclasses import dataclass, field

DataType = str
"""A data type as the fields endpoint names it."""


@dataclass(frozen=True, slots=True)
class TypeTraits:
    """What the fields endpoint says about every field of a type; `expected` is the word error details use."""

    json_type: str
    length: int
    ui_type: int
    expected: str


TYPES = {
    "text": TypeTraits("string", 255, 1, "text"),
    "textarea": TypeTraits("string", 32000, 3, "text"),
    "email": TypeTraits("string", 100, 25, "email"),
    "phone": TypeTraits("string", 30, 33, "text"),
    "website": TypeTraits("string", 255, 21, "text"),
    "picklist": TypeTraits("string", 120, 2, "text"),
    "multiselectpicklist": TypeTraits("jsonarray", 1000, 100, "jsonarray"),
    "subform": TypeTraits("jsonarray", 120, 117, "jsonarray"),
    "integer": TypeTraits("integer", 9, 32, "integer"),
    "double": TypeTraits("double", 16, 38, "double"),
    "currency": TypeTraits("double", 16, 36, "double"),
    "percent": TypeTraits("double", 5, 39, "double"),
    "boolean": TypeTraits("boolean", 5, 301, "boolean"),
    "date": TypeTraits("string", 20, 24, "date"),
    "datetime": TypeTraits("string", 120, 333, "datetime"),
    "lookup": TypeTraits("jsonobject", 120, 133, "jsonobject"),
    "ownerlookup": TypeTraits("jsonobject", 120, 8, "jsonobject"),
    "bigint": TypeTraits("string", 18, 52, "bigint"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A pick list value.

    `probability` (in per cent) and `category` are set on stages only. One that is not `used` was taken out of the
    list: records may still hold it, and no write is refused for it.
    """

    value: str
    display: str = ""
    probability: int | None = None
    category: str | None = None
    used: bool = True

    @property
    def display_value(self) -> str:
        """What a user sees."""
        return self.display or self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a module.

    `length` overrides what the type implies (characters; digits for numbers). `key` says that records can
    be found by it quickly; `unique` fields and lookups are keys in any case. `lookup` is the API name of
    the module a lookup points to. Values of a `derived` field are computed on every write and never taken
    from a client. `external` (`org` or `user`) marks a field whose value can stand for the record's id. A field that
    was created over the API has a `number` and the second it was `made`.
    """

    api_name: str
    label: str
    data_type: DataType
    length: int | None = None
    mandatory: bool = False
    unique: bool = False
    key: bool = False
    read_only: bool = False
    derived: bool = False
    custom: bool = False
    system: bool = False
    choices: tuple[Choice, ...] = ()
    lookup: str | None = None
    subform: str | None = None
    personal: bool = False
    decimals: int | None = None
    ui_type: int | None = None
    external: str | None = None
    number: int | None = None
    made: int | None = None
    values: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozenset(choice.value for choice in self.choices))

    @property
    def traits(self) -> TypeTraits:
        """What the field's type implies."""
        return TYPES[self.data_type]

    @property
    def longest(self) -> int:
        """The greatest number of characters or digits."""
        return self.traits.length if self.length is None else self.length

    @property
    def indexed(self) -> bool:
        """Whether records are found by this field's value without a scan."""
        return self.unique or self.key or self.data_type == "lookup"

    @property
    def writable(self) -> bool:
        """Whether a client's value is taken."""
        return not (self.read_only or self.derived or self.system)


def text(
    api_name: str, label: str, length: int = 255, *, mandatory: bool = False, key: bool = False, unique: bool = False
) -> Field:
    """Return a single-line field."""
    return Field(
        api_name=api_name,
        label=label,
        data_type="text",
        length=length,
        mandatory=mandatory,
        key=key,
        unique=unique,
    )


def phone(api_name: str, label: str) -> Field:
    """Return a phone number field (30 characters, any notation)."""
    return Field(api_name=api_name, label=label, data_type="phone")


def textarea(api_name: str, label: str) -> Field:
    """Return a multi-line field (32,000 characters)."""
    return Field(api_name=api_name, label=label, data_type="textarea")


def money(api_name: str, label: str, *, derived: bool = False) -> Field:
    """Return an amount in the record's currency."""
    return Field(api_name=api_name, label=label, data_type="currency", decimals=2, derived=derived)


def number(api_name: str, label: str, *, decimals: int = 2, derived: bool = False) -> Field:
    """Return a decimal number."""
    return Field(api_name=api_name, label=label, data_type="double", decimals=decimals, derived=derived)


def day(api_name: str, label: str) -> Field:
    """Return a calendar day."""
    return Field(api_name=api_name, label=label, data_type="date")


def yes_or_no(api_name: str, label: str) -> Field:
    """Return a check box."""
    return Field(api_name=api_name, label=label, data_type="boolean")


def reference(api_name: str, label: str, module: str, *, mandatory: bool = False) -> Field:
    """Return a lookup of records of another module."""
    return Field(api_name=api_name, label=label, data_type="lookup", lookup=module, mandatory=mandatory)


def picklist(api_name: str, label: str, *values: str, mandatory: bool = False, custom: bool = False) -> Field:
    """Return a pick list; its first value, "-None-", stands for empty."""
    choices = tuple(Choice(value=value) for value in ("-None-", *values))
    return Field(
        api_name=api_name, label=label, data_type="picklist", choices=choices, mandatory=mandatory, custom=custom
    )


def several(api_name: str, label: str, *values: str) -> Field:
    """Return a pick list of which a record may have several values."""
    choices = tuple(Choice(value=value) for value in values)
    return Field(api_name=api_name, label=label, data_type="multiselectpicklist", choices=choices)


def rows(api_name: str, label: str) -> Field:
    """Return a mandatory subform; the module of its rows has the same API name."""
    return Field(api_name=api_name, label=label, data_type="subform", subform=api_name, mandatory=True)


def address(prefix: str, label: str, *, code: str = "Code") -> tuple[Field, ...]:
    """Return the five fields of a postal address; Contacts call the postal code `Zip`."""
    return (
        text(f"{prefix}_Street", f"{label} Street", 250),
        text(f"{prefix}_City", f"{label} City", 100),
        text(f"{prefix}_State", f"{label} State", 100),
        text(f"{prefix}_{code}", f"{label} {code}", 30),
        text(f"{prefix}_Country", f"{label} Country", 100),
    )
