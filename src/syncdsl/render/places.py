"""How the formats of CI services name a file: below the root of the repository, or by its address."""

from __future__ import annotations

import os
from urllib.parse import quote


def below(root: str, file: str) -> str | None:
    """Return the path of a file below `root`, with `/` between its parts; None when it lies elsewhere.

    `file` may be relative to the current folder. Neither is looked up: symbolic links stay as they are.
    """
    path = os.path.abspath(file)  # noqa: PTH100 - `Path.resolve` would follow links, `Path.absolute` keeps `..`
    inside = os.path.relpath(path, os.path.abspath(root))  # noqa: PTH100 - the same
    return None if inside == os.pardir or inside.startswith(os.pardir + os.sep) else inside.replace(os.sep, "/")


def quoted(path: str) -> str:
    """Return a path as part of an URI: whatever is no plain character by its bytes, also bytes that are no UTF-8."""
    return quote(os.fsencode(path), safe="/")


def file_uri(file: str) -> str:
    """Return the `file:` URI of a path."""
    return "file://" + quoted(os.path.abspath(file).replace(os.sep, "/"))  # noqa: PTH100 - links stay as they are
