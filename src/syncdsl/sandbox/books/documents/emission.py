"""Telling the rest of Books what happened to a document, for workflow rules and their webhooks."""

from collections.abc import Callable
from typing import Any

Emit = Callable[[str, str, dict[str, Any]], None]
"""Takes the entity ("invoice"), the action ("created", "updated", "deleted") and the document as the API shows it."""


def silent(_entity: str, _action: str, _shown: dict[str, Any]) -> None:
    """Tell nobody."""
