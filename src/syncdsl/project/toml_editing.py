"""Writes single keys of syncdsl.toml, and leaves everything else in it as somebody wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import Fault, SourceFile
from syncdsl.project.discovery import CONFIGURATION
from syncdsl.project.rewriting import rewrite_files
from syncdsl.project.toml_file import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def set_connection(folder: Path, environment: str, connection: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Set keys of a connection's table, making the table where there is none; returns the keys that changed.

    Comments, order and layout stay. Raises Fault SD602 for a file that is no TOML, SD609 when it cannot be written.
    """
    return _set(folder, ("environments", environment, "connections", connection), values)


def set_environment(folder: Path, environment: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Set keys of an environment's own table; as `set_connection` does."""
    return _set(folder, ("environments", environment), values)


def _set(folder: Path, place: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    import tomlkit  # noqa: PLC0415 - only commands that write settings need it

    path = folder / CONFIGURATION
    read_toml(path)
    text = path.read_bytes().decode("utf-8-sig")  # with its own line ends
    document = tomlkit.parse(text)
    table: Any = document
    for name in place[:-1]:
        if name not in table:
            table[name] = tomlkit.table(is_super_table=True)
        table = table[name]
    if place[-1] not in table:
        table[place[-1]] = tomlkit.table()
    table = table[place[-1]]
    changed = tuple(name for name, value in values.items() if table.get(name) != value)
    behind = _taken_from_end(table)
    for name in changed:
        table[name] = values[name]
        # A remark at the end of the line was about the value that stood there.
        trivia = table.value.item(name).trivia
        trivia.comment = trivia.comment_ws = ""
    for item in behind:
        table.add(item)
    if not changed:
        return ()
    old = SourceFile(path=str(path), text=text)
    try:
        rewrite_files([(old, SourceFile(path=str(path), text=_written(tomlkit.dumps(document), text)))], folder)
    except Fault as fault:
        wanted = "\n".join(f'{name} = "{values[name]}"' for name in changed)
        where = f"[{'.'.join(place)}]"
        raise Fault(fault.code, fault.message, help=f"write these lines by hand under `{where}`:\n{wanted}") from None
    return changed


def _taken_from_end(table: Any) -> list[Any]:
    """Take off and return the comments and empty lines at the end of a table: they are about what follows it."""
    body, taken = table.value.body, []
    while body and body[-1][0] is None:
        taken.append(body.pop()[1])
    return taken[::-1]


def _written(text: str, before: str) -> str:
    """Return the text with the line ends that the file had."""
    text = text.replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if "\r\n" in before else text
