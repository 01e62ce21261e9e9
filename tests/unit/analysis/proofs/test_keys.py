"""Dedupe keys that stand twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Module, Prove

OUT = "crm.Contacts -> books.customers"


@pytest.mark.parametrize(
    ("keys", "repeated"),
    [
        ("Email == email, then Email == email", "Email == email"),
        (
            "Email == email and Phone == phone, then Phone == phone and Email == email",
            "Phone == phone and Email == email",
        ),
        ("Email == email, then Email == email and Phone == phone", None),  # narrows the first
        ("Email == email and Phone == phone, then Email == email", None),  # finds those without a telephone
        ("Email == email, then Secondary_Email == email", None),
    ],
)
def test_keys(keys: str, repeated: str | None, prove: Prove, module: Module) -> None:
    """Only a key with the very same equalities adds nothing."""
    found = prove(module("one", OUT, f"dedupe: {keys}", lines=("Full_Name -> contact_name",)))
    assert [(item.code, item.text) for item in found] == ([("SD414", repeated)] if repeated else [])
