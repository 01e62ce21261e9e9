"""Where output goes: results to stdout, everything else to stderr; colour only where a person looks."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from syncdsl.render.style import Style

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_WIDTH = 100
NARROWEST = 40


def wants_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether colour suits a stream: a terminal that is not dumb, and nobody said `NO_COLOR`."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and environment.get("TERM") != "dumb"


def is_terminal(stream: TextIO) -> bool:
    """Return whether a person sits at the other end."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def style_of(stream: TextIO) -> Style:
    """Return the style for a stream."""
    return Style(colour=wants_colour(stream))


def width_of(stream: TextIO) -> int:
    """Return how many columns a stream has; 100 when it is no terminal."""
    if not is_terminal(stream):
        return DEFAULT_WIDTH
    import shutil  # noqa: PLC0415 - only terminals have a width

    return max(shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns, NARROWEST)


def write(text: str) -> None:
    """Write a result to stdout."""
    sys.stdout.write(text)


def say(text: str) -> None:
    """Write a line that is no result to stderr."""
    sys.stdout.flush()
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
