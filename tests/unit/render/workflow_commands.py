"""What a CI would obey in the lines of a log: a reader of its own, after the published descriptions."""

from __future__ import annotations

import re
from dataclasses import dataclass

KNOWN = {"error", "warning", "notice", "debug", "set-output", "set-env", "add-mask", "add-path", "group", "echo"}


@dataclass(frozen=True, slots=True)
class Command:
    """One command of GitHub: its name, its properties and its message, all unescaped."""

    name: str
    properties: dict[str, str]
    message: str


def read_commands(log: str) -> list[Command]:
    """Return the commands that GitHub obeys in a log: a line that begins with `::`, spaces before it ignored."""
    commands = []
    for line in re.split("\r\n|\n|\r", log):
        text = line.lstrip()
        if not text.startswith("::") or "::" not in text[2:]:
            continue
        head, _, message = text[2:].partition("::")
        name, _, rest = head.partition(" ")
        if name in KNOWN:
            pairs = (pair.partition("=") for pair in rest.strip().split(",") if pair)
            commands.append(
                Command(name, {key: _unescaped(value, ":,") for key, _, value in pairs}, _unescaped(message))
            )
    return commands


def other_commands(log: str) -> list[str]:
    """Return what the older form of GitHub, Azure or TeamCity would obey, wherever it stands in a line."""
    return re.findall(r"##(?:vso|teamcity)?\[[^\]\s]*", log)


def _unescaped(text: str, also: str = "") -> str:
    for character in (*also, "\r", "\n", "%"):
        text = text.replace(f"%{ord(character):02X}", character)
    return text
