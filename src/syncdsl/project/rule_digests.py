"""Whether the rule files are still those that the rules in force were compiled from; needs no parser."""

from __future__ import annotations

import os
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from syncdsl.project.workspace import Workspace

_SHIPPED = "syncdsl"
"""Stands for the rule sets that come with the program: they change with its version."""


def rule_digests(workspace: Workspace, sources: Iterable[str], connections: Iterable[str]) -> dict[str, str]:
    """Return digests of rule files and schema snapshots by their path from the project's folder."""
    paths = [*(Path(source) for source in sources), *(workspace.schema_path(name) for name in connections)]
    found = {os.path.relpath(path.absolute(), workspace.folder.absolute()): _digest(path.absolute()) for path in paths}
    return {**found, _SHIPPED: version("syncdsl")}


def files_changed(workspace: Workspace, known: Mapping[str, str]) -> bool:
    """Return whether a rule file or schema snapshot was changed, added or removed; False when there are no rules."""
    try:
        current = {os.path.relpath(path.absolute(), workspace.folder.absolute()) for path in workspace.rule_files()}
    except Fault:
        # Where rules only run, their files need not be.
        return False
    if current - known.keys():
        return True
    return any(
        digest != (version("syncdsl") if path == _SHIPPED else _digest(workspace.folder / path))
        for path, digest in known.items()
    )


def _digest(path: Path) -> str:
    try:
        return blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""
