"""Approving a change set, and what approvals are worth where it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.approvals import Approval, Judged
from syncdsl.changes.saved import read_change_set
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_CHANGE_SET
from syncdsl.engine.consenting import UNAPPROVED, Consent
from syncdsl.project.operator import Policy
from syncdsl.project.signing import public_of, sign, signer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.changes.saved import SavedChangeSet
    from syncdsl.state import Approved, State


def read_signed(path: Path) -> SavedChangeSet:
    """Read a saved change set whose approvals are signatures of it, whoever made them.

    Raises Fault: those of `read_change_set`, and SD803 when an approval is no signature of it.
    """
    saved = read_change_set(path)
    judged(saved, None, Policy())
    return saved


def signed_approval(changes: ChangeSet, key: Ed25519PrivateKey, by: str, at: dt.datetime) -> Approval:
    """Return somebody's signature over a change set."""
    moment = at.replace(microsecond=0).isoformat()
    return Approval(
        key=public_of(key).fingerprint, by=by, at=moment, signature=sign(key, statement(changes, by, moment))
    )


def statement(changes: ChangeSet, by: str, at: str) -> str:
    """Return what is signed: every line of it stands for one thing, none of which may be another one."""
    return f"syncdsl approval 1\n{changes.digest}\n{changes.environment}\n{by}\n{at}\n"


def judged(saved: SavedChangeSet, noted: Approved | None, policy: Policy) -> tuple[Judged, ...]:
    """Return what the approvals of a change set are worth: those in its file, and the one `noted` in the state.

    Raises Fault SD803 when one is no signature of this change set: somebody altered it.
    """
    by_key = {approver.public.fingerprint: (name, approver) for name, approver in policy.approvers.items()}
    found: list[Judged] = []
    for approval in saved.approvals:
        key = signer(approval.signature, statement(saved.changes, approval.by, approval.at))
        if key is None or key.fingerprint != approval.key:
            raise Fault(
                DAMAGED_CHANGE_SET,
                f"the approval by `{approval.by}` is no signature of this change set: the file was altered",
                help="have it approved again, from a copy that nobody changed",
            )
        name, approver = by_key.get(key.fingerprint, (approval.by, None))
        if approver is None and policy.approvers:
            found.append(Judged(name=f"{approval.by} ({approval.key})", standing="unknown key", at=approval.at))
        elif policy.not_author and saved.changes.author in {name, approval.by, *(approver.users if approver else ())}:
            found.append(Judged(name=name, standing="author", at=approval.at))
        elif approver is None:
            found.append(Judged(name=name, standing="unverified", at=approval.at))
        else:
            found.append(Judged(name=name, standing="signed", at=approval.at))
    if noted is not None:
        by_author = policy.not_author and saved.changes.author == noted.by
        standing = Judged(name=noted.by, standing="author" if by_author else "unsigned", at=noted.at.isoformat())
        found.append(standing)
    return tuple(found)


def consent_of(policy: Policy, saved: SavedChangeSet | None = None) -> Consent:
    """Return which approvals a run needs; those of a saved change set are in its file."""

    def missing(state: State, digest: str) -> str:
        noted = state.approval(digest)
        if saved is not None and saved.changes.digest == digest:
            approvals = judged(saved, noted, policy)
        else:
            approvals = (Judged(name=noted.by, standing="unsigned"),) if noted is not None else ()
        return "" if enough(approvals, policy) else what_is_missing(approvals, policy)

    return Consent(always=policy.always, missing=missing)


def enough(approvals: Sequence[Judged], policy: Policy) -> bool:
    """Return whether approvals are enough: so many people, each counted once."""
    counting = {"signed"} if policy.signed else {"signed", "unverified", "unsigned"}
    return len({approval.name for approval in approvals if approval.standing in counting}) >= policy.count


def what_is_missing(approvals: Sequence[Judged], policy: Policy) -> str:
    """Return in words why approvals are not enough."""
    wanted = "a signed approval is needed" if policy.signed else "an approval is needed"
    if policy.count > 1:
        wanted = f"{policy.count} {'signed ' if policy.signed else ''}approvals are needed"
    reasons = {
        "unsigned": "is not signed",
        "unverified": "is by a key that is not named here",
        "unknown key": "is by a key that is not named here",
        "author": "is by its author",
        "bad": "is no signature of it",
    }
    refused = [
        f"that by `{approval.name}` {reasons[approval.standing]}"
        for approval in approvals
        if approval.standing in reasons and (approval.standing not in {"unsigned", "unverified"} or policy.signed)
    ]
    if not refused and not policy.signed and policy.count == 1:
        return UNAPPROVED
    return wanted + (f"; {', '.join(refused)}" if refused else "")
