"""The sandbox's page in a real browser."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import Sandbox

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian's package `chromium`)")


def shown(url: str, profile: Path) -> str:
    """Return the page as the browser has it after loading, without the network beyond this machine."""
    done = subprocess.run(
        [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={profile}",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--dump-dom",
            url,
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_the_page_shows_what_happened(sandbox: Sandbox, tmp_path: Path) -> None:
    """Addresses, clock, ordered faults and the last calls are on it, and a stranger's text stays text."""
    sandbox.control("faults", {"kind": "status", "status": 503, "system": "crm", "path": "/never"})
    sandbox.crm.get("/Accounts", params={"fields": "<script>document.title='stolen'</script>"})
    page = shown(f"{sandbox.crm_url}/_sandbox", tmp_path)
    assert sandbox.books_url in page
    assert "503" in page
    assert "GET /crm/v8/Accounts" in page
    assert "<title>stolen" not in page
    assert "<script>document" not in page
