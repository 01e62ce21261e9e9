"""Builtin functions: total, exact, each with its signature, its doc and examples that run as tests."""

from syncdsl.functions.builtin import Builtin, Example, Kind, Parameter
from syncdsl.functions.catalogue import BUILTINS, find_builtin

__all__ = ["BUILTINS", "Builtin", "Example", "Kind", "Parameter", "find_builtin"]
