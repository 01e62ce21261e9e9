"""A saved change set: its canonical JSON with its digest, and the approvals that people signed beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from syncdsl.changes.approvals import Approval
from syncdsl.changes.change_set import FORMAT, ChangeSet
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import UNREADABLE_FILE
from syncdsl.diagnostics.codes.runs import DAMAGED_CHANGE_SET
from syncdsl.schema.digest import canonical_json

if TYPE_CHECKING:
    from pathlib import Path

NEW = "make a new one with `syncdsl plan --out FILE`"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedChangeSet:
    """A change set as a file holds it. Approvals are of its digest, so they are no part of it."""

    changes: ChangeSet
    approvals: tuple[Approval, ...] = ()

    def approved_by(self, approval: Approval) -> SavedChangeSet:
        """Return it with one more approval, in place of an earlier one by the same key."""
        others = tuple(one for one in self.approvals if one.key != approval.key)
        return replace(self, approvals=(*others, approval))


def write_change_set(saved: SavedChangeSet) -> str:
    """Return the canonical JSON of a change set, with its digest and its approvals."""
    data = {
        **saved.changes.model_dump(mode="json"),
        "digest": saved.changes.digest,
        "approvals": [approval.model_dump(mode="json") for approval in saved.approvals],
    }
    # A lone surrogate, which is no UTF-8, is written as JSON escapes it.
    return (canonical_json(data) + "\n").encode("utf-8", "backslashreplace").decode()


def read_change_set(path: Path) -> SavedChangeSet:
    """Read a saved change set. Whether its approvals are worth anything is not judged here.

    Raises Fault: SD609 when it cannot be read, SD803 when it is damaged, edited or of another format.
    """
    text = _text(path)
    data = _data(text, path)
    written, approvals = data.pop("digest", None), data.pop("approvals", [])
    try:
        changes = ChangeSet.model_validate(data)
        saved = SavedChangeSet(
            changes=changes, approvals=tuple(Approval.model_validate(approval) for approval in approvals)
        )
    except (ValidationError, TypeError):
        raise Fault(
            DAMAGED_CHANGE_SET, f"`{path}` is damaged: it is no whole change set", help=f"{NEW}; it cannot be edited"
        ) from None
    # What is read must be what would be written: a byte that the JSON does not show is no byte of a change set either.
    if changes.digest != written or write_change_set(saved) != text:
        raise Fault(
            DAMAGED_CHANGE_SET,
            f"`{path}` was altered: its digest does not match its content",
            help=f"{NEW}; a change set cannot be edited by hand",
        )
    return saved


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Fault(
            UNREADABLE_FILE, f"there is no file `{path}`", help="make one with `syncdsl plan --out FILE`"
        ) from None
    except OSError as error:
        raise Fault(
            UNREADABLE_FILE, f"`{path}` cannot be read: {(error.strerror or 'unknown reason').lower()}"
        ) from None
    except UnicodeDecodeError:
        raise Fault(UNREADABLE_FILE, f"`{path}` is not text in UTF-8") from None


def _data(text: str, path: Path) -> dict[str, Any]:
    """Return the JSON object of a file; what it is not is said as exactly as can be."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        begun = text.lstrip().startswith("{") and not text.rstrip().endswith("}")
        what = "is cut off: its end is missing" if begun else "is not a change set: it is no JSON"
        raise Fault(DAMAGED_CHANGE_SET, f"`{path}` {what}", help=NEW) from None
    form = data.get("format") if isinstance(data, dict) else None
    if form == FORMAT:
        return dict(data)
    if isinstance(form, str) and form.startswith("syncdsl/changes/"):
        raise Fault(
            DAMAGED_CHANGE_SET,
            f"`{path}` is a change set of another version of syncdsl (`{form}`, here `{FORMAT}`)",
            help=f"{NEW}, with the version that applies it",
        )
    what = f"it is `{form}`" if isinstance(form, str) else "nothing says what it is"
    raise Fault(DAMAGED_CHANGE_SET, f"`{path}` is not a change set: {what}", help=NEW)
