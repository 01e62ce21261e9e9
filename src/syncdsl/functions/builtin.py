"""What a builtin function is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from syncdsl.schema.values import Value


class Kind(Enum):
    """What a parameter takes or a function answers, coarser than the types of fields.

    `TEXT` takes everything that is assignable to text, `NUMBER` integers, decimals and amounts of money. `LIST` takes a
    list of rows, or several choices; `FIELD` is the name of a field of its rows, which rules write behind the list.
    """

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    BOOLEAN = "boolean"
    LIST = "list"
    FIELD = "field"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong with a text that an argument is written as.

    `wanted` says what the parameter takes, `at` is the character (from 0) where the text goes wrong, None when it is
    wrong as a whole; `known` are the right texts where there is a list of them.
    """

    wanted: str
    at: int | None = None
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter.

    `optional`: it may be left out. `repeated`: any number of further arguments of this kind may follow. `choices`: it
    must be one of these texts, written literally. `whole`: it must be a whole number where it is written literally.
    `literal`: it must be written literally. `check` judges a text that is written literally; it never raises.
    """

    name: str
    kind: Kind
    optional: bool = False
    repeated: bool = False
    choices: tuple[str, ...] = ()
    whole: bool = False
    literal: bool = False
    check: Callable[[str], Flaw | None] | None = None

    @property
    def text(self) -> str:
        """The parameter as it stands in a signature."""
        shown = " | ".join(f'"{choice}"' for choice in self.choices) if self.choices else self.kind.value
        return f"{self.name}{'?' if self.optional else ''}: {shown}{', …' if self.repeated else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A call and its result; `today` is the date of the run where it matters."""

    arguments: tuple[Value, ...]
    result: Value
    today: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Builtin:
    """A function that every rule file may call.

    `compute` is total: it takes any values, never raises, and answers empty for an empty argument unless `doc` says
    otherwise. With `needs_today` its first argument is the date of the run. `scale_parameter` is the position of the
    parameter that says how many digits the result has after the point.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Kind
    doc: str
    examples: tuple[Example, ...]
    compute: Callable[..., Value]
    needs_today: bool = False
    scale_parameter: int | None = None

    @property
    def signature(self) -> str:
        """The signature as documentation shows it."""
        return f"{self.name}({', '.join(self._shown())}) -> {self.result.value}"

    def _shown(self) -> list[str]:
        """Return the parameters; a field stands behind its list, in brackets where it may be left out."""
        if not self.takes_list:
            return [parameter.text for parameter in self.parameters]
        behind = "[.FIELD]" if self.parameters[1].optional else ".FIELD"
        return [f"{self.parameters[0].name}{behind}: list"]

    @property
    def takes_list(self) -> bool:
        """Whether it takes a list and a field of its rows."""
        return bool(self.parameters) and self.parameters[0].kind is Kind.LIST

    @property
    def least(self) -> int:
        """The least number of arguments."""
        return sum(not parameter.optional for parameter in self.parameters)

    @property
    def most(self) -> int | None:
        """The greatest number of arguments; None when there is no limit."""
        return None if self.parameters and self.parameters[-1].repeated else len(self.parameters)

    def parameter(self, position: int) -> Parameter:
        """Return the parameter that takes the argument at `position`; the last one takes all that follow."""
        return self.parameters[min(position, len(self.parameters) - 1)]
