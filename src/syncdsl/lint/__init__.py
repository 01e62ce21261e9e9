"""Finds mistakes in rule files that need no schema to be seen.

Importing this room loads no parser: `lint_paths` answers for unchanged files from a cache.
"""

from syncdsl.lint.paths import lint_paths

__all__ = ["lint_paths"]
