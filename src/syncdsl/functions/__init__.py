"""Builtin functions: total, exact, each with its signature, its doc and examples that run as tests."""

from syncdsl.functions.builtin import Builtin, Example, Flaw, Kind, Parameter
from syncdsl.functions.catalogue import BUILTINS, FAMILIES, find_builtin

__all__ = ["BUILTINS", "FAMILIES", "Builtin", "Example", "Flaw", "Kind", "Parameter", "find_builtin"]
