"""Snapshots over real HTTP: what a preview rests on, taken without a write, and the same preview made of it offline."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import MakeProject, Project, Sandbox, StartSandbox

NOWHERE = {
    "SYNCDSL_CRM_CLIENT_ID": "",
    "SYNCDSL_CRM_CLIENT_SECRET": "",
    "SYNCDSL_CRM_REFRESH_TOKEN": "",
    "SYNCDSL_BOOKS_CLIENT_ID": "",
    "SYNCDSL_BOOKS_CLIENT_SECRET": "",
    "SYNCDSL_BOOKS_REFRESH_TOKEN": "",
}


def previewed(project: Project, *options: str) -> dict[str, Any]:
    """Return what a preview decides: effects, what is reported, what waits, what limits say."""
    shown = json.loads(project.run("plan", "--format", "json", *options, code=None).stdout)["changes"]
    return {name: shown[name] for name in ("effects", "expects", "baseline", "reported", "guards", "unpreviewed")}


def offline(project: Project, file: str = "a.snapshot", *options: str) -> dict[str, Any]:
    """Return what a preview on a snapshot decides, with no credentials and no state."""
    moved = project.state.with_name("elsewhere.db")
    if project.state.exists():
        project.state.rename(moved)
    kept, project.environment = project.environment, {**project.environment, **NOWHERE}
    try:
        return previewed(project, "--offline", file, *options)
    finally:
        project.environment = kept
        assert not project.state.exists()
        if moved.exists():
            moved.rename(project.state)


def test_an_offline_preview_equals_the_online_one(make_project: MakeProject, start_sandbox: StartSandbox) -> None:
    """Before anything was synced, and after people changed both sides, an offline preview decides what an online one does."""
    sandbox = start_sandbox(records=60)
    project = make_project(sandbox)
    project.run("snapshot", "take", "--out", "a.snapshot")
    assert offline(project) == previewed(project)
    project.run("apply", "--yes", code=None)
    account = sandbox.account(Account_Name="Fresh GmbH")
    sandbox.change("Accounts", account, Phone="+49 30 7654321")
    customer = sandbox.customers()[0]
    sandbox.books.put(f"/contacts/{customer['contact_id']}", json={"notes": "called", "website": "https://new.example"})
    project.run("snapshot", "take", "--out", "a.snapshot")
    online = previewed(project)
    assert online["effects"]
    assert offline(project) == online


__all__ = ["Path", "Sandbox", "gzip", "hashlib", "pytest"]
