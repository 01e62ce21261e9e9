"""Approvals: somebody's signature over the digest of a change set."""

from __future__ import annotations

from typing import Literal, TypeAlias

from syncdsl.schema.model import Model


class Approval(Model):
    """A signature: `key` is the fingerprint of the key (`SHA256:…`), `by` what its holder calls themselves.

    `signature` is the armoured text that `ssh-keygen -Y sign` makes. `by` and `at` (ISO 8601) are not signed: who may
    approve is decided by the key alone.
    """

    key: str
    by: str
    at: str
    signature: str


Standing: TypeAlias = Literal["signed", "unverified", "unsigned", "unknown key", "author", "bad"]
"""What an approval is worth: `signed` by a key that counts; `unverified`: signed, and nobody says whose keys count;
`unsigned`, only noted in the state; of an `unknown key`; by the `author`, who may not approve; or `bad`: it is no
signature of this change set."""


class Judged(Model):
    """An approval as it was judged: `name` is that of the key among those that count, else what it calls itself."""

    name: str
    standing: Standing
    at: str = ""
