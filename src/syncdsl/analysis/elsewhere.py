"""Names that are right in other languages, or in another place of this one, and how they are written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.names import UNKNOWN_FIELD
from syncdsl.functions import BUILTINS
from syncdsl.syntax.spelling import spelled_path

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.diagnostics import Span

_NOTHING = frozenset({"null", "none", "nil", "undefined", "blank", "na"})
_TRUTH = {"true": "true", "yes": "true", "false": "false", "no": "false"}
_CHOICE = 'a choice is written `if Employees > 100 then "large" else "small"`'
_TEXT = 'texts are joined inside quotation marks: `"{First_Name} {Last_Name}"`'
_DEFAULT = "the first of two that is not empty is written `Mobile ?? Phone`"
_EMPTINESS = "write `Phone is empty` or `Phone is not empty`"
_CONVERSION = 'a value becomes a text inside quotation marks: `"{Amount}"`'
_FUNCTIONS = {
    **dict.fromkeys(("if", "iif", "case", "choose", "decode", "switch", "ifs"), _CHOICE),
    **dict.fromkeys(("concat", "concatenate", "textjoin", "string_concat"), _TEXT),
    **dict.fromkeys(("coalesce", "ifnull", "nvl", "isnull_or", "default", "ifempty", "ifblank"), _DEFAULT),
    **dict.fromkeys(("isnull", "is_null", "isempty", "is_empty", "isblank", "is_blank", "exists"), _EMPTINESS),
    **dict.fromkeys(("str", "string", "text", "to_string", "tostring", "cast", "convert_to_text"), _CONVERSION),
    **dict.fromkeys(("now", "sysdate", "getdate", "current_date", "curdate"), "the day of the run is `today()`"),
    **dict.fromkeys(("int", "float", "to_number", "val", "decimal"), 'a text becomes a number by `number(Name, ".")`'),
    **dict.fromkeys(("left", "substr", "substring", "mid"), "a text is shortened by `truncate(Name, 50)`"),
    **dict.fromkeys(("proper", "initcap", "capitalize"), "names are capitalised by `title(Name)`"),
    **dict.fromkeys(("lcase", "tolower", "to_lower", "lowercase"), "small letters are made by `lower(Name)`"),
    **dict.fromkeys(("ucase", "toupper", "to_upper", "uppercase"), "capital letters are made by `upper(Name)`"),
    **dict.fromkeys(("strip", "ltrim", "rtrim"), "blanks at both ends are removed by `trim(Name)`"),
    **dict.fromkeys(("and", "or", "not"), "`and`, `or` and `not` stand between and before conditions: `a and not b`"),
    **dict.fromkeys(("vlookup", "lookup", "map"), "values are translated by a `table`, which is called by its name"),
}


def function_elsewhere(name: str) -> str | None:
    """Return how that is written here which other languages have a function for."""
    return _FUNCTIONS.get(name.casefold())


def report_elsewhere(parts: tuple[str, ...], spans: tuple[Span, ...], scope: Scope, checker: Checker) -> bool:
    """Report a path that leads to no field but is known otherwise; return whether it was."""
    first, whole = parts[0], spans[0].to(spans[-1])
    record = f"{scope.record}." if scope.record is not None else ""
    message, way = f"`{scope.connection}.{scope.module}` has no field `{first}`", None
    if len(parts) == 1 and first.casefold() in _NOTHING:
        message, way = f"there is no `{first}`", "a field is empty or not: `Phone is empty`, `Phone is not empty`"
    elif len(parts) == 1 and first.casefold() in _TRUTH:
        message, way = f"there is no `{first}`", f"write `{_TRUTH[first.casefold()]}`"
    elif len(parts) == 1 and first in BUILTINS:
        message = f"`{first}` is a function, not a field"
        way = f"write `{first}()`" if not BUILTINS[first].parameters else f"write `{first}(…)`"
    elif len(parts) > 1 and first in checker.names.connections:
        rest = parts[2:] if len(parts) > 2 and parts[1] == scope.module else parts[1:]
        message = f"`{first}` is a connection, not a field"
        way = f"write `{record}{_spelled(rest)}`: here every path begins in `{scope.connection}.{scope.module}`"
    elif len(parts) > 1 and first == scope.module:
        message = f"`{first}` is the module itself, not a field of it"
        way = f"write `{record}{_spelled(parts[1:])}`"
    elif (other := _across(parts, scope, checker)) is not None:
        way = (
            f"`{other}` has it; here, and on this side of an arrow, stand fields of `{scope.connection}.{scope.module}`"
        )
    if way is None:
        return False
    checker.report(UNKNOWN_FIELD, message, whole, help=way)
    return True


def _spelled(parts: tuple[str, ...]) -> str:
    return ".".join(spelled_path(part) for part in parts)


def _across(parts: tuple[str, ...], scope: Scope, checker: Checker) -> str | None:
    """Return the module on the other side of a module statement that has the path, letter by letter."""
    if scope.record is not None or parts[0].casefold() in {name.casefold() for name in scope.schema.fields}:
        return None
    here = (scope.connection, scope.module)
    for node in checker.names.all_modules():
        left = (node.left.connection.text, node.left.module.text)
        right = (node.right.connection.text, node.right.module.text)
        if here not in {left, right}:
            continue
        other = right if here == left else left
        schema = checker.module_schema(*other)
        if schema is not None and schema.resolve(parts) is not None:
            return ".".join(other)
    return None
