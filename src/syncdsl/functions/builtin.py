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

    `TEXT` takes everything that is assignable to text, `NUMBER` integers, decimals and amounts of money.
    """

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    BOOLEAN = "boolean"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter.

    `optional`: it may be left out. `repeated`: any number of further arguments of this kind may follow. `choices`: it
    must be one of these texts, written literally. `whole`: it must be a whole number where it is written literally.
    """

    name: str
    kind: Kind
    optional: bool = False
    repeated: bool = False
    choices: tuple[str, ...] = ()
    whole: bool = False

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
        return f"{self.name}({', '.join(parameter.text for parameter in self.parameters)}) -> {self.result.value}"

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
