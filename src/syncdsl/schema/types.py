"""The data types of fields: a closed union, told apart by `type`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from syncdsl.schema.model import Model


class _Type(Model):
    """What every type shares: its tag is written even where defaults are left out."""

    @model_serializer(mode="wrap")
    def _keep_tag(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"type": self.type, **write(self)}  # type: ignore[attr-defined]  # every subclass has the tag


class TextType(_Type):
    """Text of at most `length` characters (None: no known limit)."""

    type: Literal["text"] = "text"
    length: int | None = None


class IntegerType(_Type):
    """A whole number of at most `digits` digits."""

    type: Literal["integer"] = "integer"
    digits: int | None = None


class DecimalType(_Type):
    """A decimal number: at most `digits` digits, `scale` of them after the point (None: no known limit)."""

    type: Literal["decimal"] = "decimal"
    digits: int | None = None
    scale: int | None = None


class MoneyType(_Type):
    """An amount in the record's currency, with `scale` digits after the point."""

    type: Literal["money"] = "money"
    scale: int = 2


class BooleanType(_Type):
    """True or false."""

    type: Literal["boolean"] = "boolean"


class DateType(_Type):
    """A calendar day."""

    type: Literal["date"] = "date"


class DateTimeType(_Type):
    """An instant, kept in UTC to the second."""

    type: Literal["datetime"] = "datetime"


class ChoiceType(_Type):
    """One of `options` (stored values, in the order of the other system)."""

    type: Literal["choice"] = "choice"
    options: tuple[str, ...]


class ChoicesType(_Type):
    """Any number of `options`."""

    type: Literal["choices"] = "choices"
    options: tuple[str, ...]


class ReferenceType(_Type):
    """A record of one of `modules` of the same system."""

    type: Literal["reference"] = "reference"
    modules: tuple[str, ...]


class RowsType(_Type):
    """A list of rows, such as the lines of an invoice; `fields` are the row's."""

    type: Literal["rows"] = "rows"
    fields: dict[str, FieldSchema]


class IdType(_Type):
    """The other system's own identifier."""

    type: Literal["id"] = "id"


class EmailType(_Type):
    """An e-mail address."""

    type: Literal["email"] = "email"
    length: int | None = None


class PhoneType(_Type):
    """A telephone number as people write it."""

    type: Literal["phone"] = "phone"
    length: int | None = None


class UrlType(_Type):
    """A web address."""

    type: Literal["url"] = "url"
    length: int | None = None


FieldType: TypeAlias = Annotated[
    TextType
    | IntegerType
    | DecimalType
    | MoneyType
    | BooleanType
    | DateType
    | DateTimeType
    | ChoiceType
    | ChoicesType
    | ReferenceType
    | RowsType
    | IdType
    | EmailType
    | PhoneType
    | UrlType,
    Field(discriminator="type"),
]


class FieldSchema(Model):
    """One field of a module.

    `required`: a record cannot be created without it. `read_only`: never written; `create_only`: written on create
    and not later. `unique`: no two records share a value. `default`: the other system fills it when it is left out.
    `sensitive`: its values stay out of previews that leave the organisation.
    """

    label: str
    value: FieldType
    required: bool = False
    read_only: bool = False
    create_only: bool = False
    unique: bool = False
    default: bool = False
    sensitive: bool = False


RowsType.model_rebuild()


def describe(kind: FieldType) -> str:
    """Return the type as people write it: `text(200)`, `money`, `reference(customers)`."""
    match kind:
        case TextType() | EmailType() | PhoneType() | UrlType():
            return f"{kind.type}({kind.length})" if kind.length else kind.type
        case IntegerType():
            return f"integer({kind.digits})" if kind.digits else "integer"
        case DecimalType():
            return f"decimal({kind.digits},{kind.scale})" if kind.digits else "decimal"
        case ChoiceType() | ChoicesType():
            shown = ", ".join(kind.options[:4]) + (", …" if len(kind.options) > 4 else "")
            return f"{kind.type}[{shown}]"
        case ReferenceType():
            return f"reference({' or '.join(kind.modules)})"
        case RowsType():
            return "list(record)"
        case MoneyType() | BooleanType() | DateType() | DateTimeType() | IdType():
            return kind.type
