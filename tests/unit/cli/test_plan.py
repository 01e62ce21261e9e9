"""`syncdsl plan` in its formats, on a project with two systems in memory."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest
from tests.unit.cli.shop import opened_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.cli.conftest import Syncdsl
    from tests.unit.cli.shop import Shop

VERDICT = "3 changes · 0 deletes"


@pytest.fixture
def shop(syncdsl: Syncdsl) -> Iterator[Shop]:
    """Return a project whose next run makes two customers and changes one."""
    with opened_shop(syncdsl) as made:
        made.takes_all()
        acme = made.crm.living("Accounts")[0]
        made.crm.edit("Accounts", acme.id, {"Phone": "+49 30 1"})
        yield made


BEGINNINGS = {
    "text": VERDICT,
    "json": '{\n  "format": "syncdsl/preview/2",',
    "markdown": "<!-- syncdsl preview test -->\n## ",
    "html": '<!doctype html>\n<html lang="en">',
}


@pytest.mark.parametrize("form", BEGINNINGS)
def test_each_format_goes_to_the_screen(shop: Shop, form: str) -> None:
    """The format is the whole result, and its verdict is in it."""
    done = shop.run("plan", "--format", form)
    assert done.code == 0, done.err
    assert done.out.startswith(BEGINNINGS[form])
    assert "3 changes" in done.out
    assert ("syncdsl apply" in done.err) is (form == "text")


@pytest.mark.parametrize("form", BEGINNINGS)
def test_each_format_goes_into_a_file(shop: Shop, form: str) -> None:
    """With a file the format is in it, for its owner alone, and people see the text on the screen."""
    done = shop.run("plan", "--format", form, "--output-file", "reports/preview")
    assert done.code == 0, done.err
    path = shop.run.folder / "reports" / "preview"
    assert path.read_text(encoding="utf-8").startswith(BEGINNINGS[form])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert done.out.startswith(VERDICT)
    assert "wrote reports/preview" in done.err


def test_the_summary_is_useful_alone(shop: Shop) -> None:
    """What `jq .summary` shows is the verdict, in words and in figures."""
    summary = json.loads(shop.run("plan", "--format", "json").out)["summary"]
    assert summary["verdict"].startswith(VERDICT)
    assert (summary["kinds"]["create"], summary["kinds"]["update"], summary["deletes"]) == (2, 1, 0)
    assert [(group["kind"], group["changes"]) for group in summary["groups"]] == [("create", 2), ("update", 1)]


def test_a_file_that_cannot_be_written_is_said(shop: Shop) -> None:
    """Where the file cannot be, it is said in a line, and nothing is half written."""
    (shop.run.folder / "file").write_text("", encoding="utf-8")
    done = shop.run("plan", "--format", "html", "--output-file", "file/preview.html")
    assert (done.code, "Traceback" in done.err) == (3, False)
    assert "SD609" in done.err
