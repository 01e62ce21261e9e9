"""The page of a preview in a real browser."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.acceptance.browser import CHROMIUM, browser
from tests.unit.render.change_sets import APPROVALS, CASES, change_set, invoice, new_customer, new_link, phone
from tests.unit.render.hostile_changes import ALL, hostile_changes

from syncdsl.render.changes_html import render_changes_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.browser import Browser

    from syncdsl.changes.change_set import ChangeSet

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian's package `chromium`)")

AXE = find_spec("axe_core_python")

VISIBLE = "[...document.querySelectorAll('.rows tbody tr')].filter(row => row.checkVisibility())"
LABELS = f"{VISIBLE}.map(row => row.querySelector('.label').textContent)"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a browser; what it looks with is set anew by each test."""
    with browser(tmp_path_factory.mktemp("profile")) as running:
        yield running


def opened(page: Browser, folder: Path, changes: ChangeSet, **look: Any) -> Browser:
    """Show the page of a change set."""
    path = folder / "preview.html"
    path.write_text(render_changes_html(changes, look.pop("approvals", None)), encoding="utf-8")
    page.look(**look)
    page.open(path)
    return page


def searched(page: Browser, words: str) -> str:
    """Type words into the search and return what is told of the matches."""
    page.evaluate("document.getElementById('search').focus(); document.getElementById('search').select()")
    if words:
        page.type(words)
    else:
        page.press("Delete", 46)
    page.evaluate("new Promise(done => setTimeout(done, 120))")
    page.settle()
    return str(page.evaluate("document.getElementById('count').textContent"))


def chosen(page: Browser, select: str, value: str) -> str:
    """Choose in a filter and return what is told of the matches."""
    page.evaluate(
        f"{{ const one = document.getElementById({select!r}); one.value = {value!r}; "
        "one.dispatchEvent(new Event('change')); }"
    )
    return str(page.evaluate("document.getElementById('count').textContent"))


def many(number: int) -> ChangeSet:
    """Return a change set of new customers, invoices, links and changed phones."""
    quarter = number // 4
    return change_set(
        *(new_customer(one, f"Company {one} GmbH") for one in range(quarter)),
        *(new_link(one, f"Linked {one}") for one in range(quarter)),
        *(phone(one, "+49 30 1", f"+49 30 {one}") for one in range(quarter)),
        *(invoice(one, f"{one}.50") for one in range(quarter)),
    )


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_complained_of_and_nothing_is_asked_for(page: Browser, tmp_path: Path, name: str) -> None:
    """Every page loads without an error, a violation of its policy, or a request but the one for itself."""
    changes, approvals = CASES[name]()
    opened(page, tmp_path, changes, approvals=approvals)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.settle()
    assert page.complaints() == []
    assert page.requests() == [(tmp_path / "preview.html").as_uri()]


def test_a_strangers_text_runs_nothing(page: Browser, tmp_path: Path) -> None:
    """Shown, unfolded, searched for and filtered by, hostile texts run no script and ask for nothing."""
    opened(
        page, tmp_path, hostile_changes(), approvals=tuple(one.model_copy(update={"name": ALL}) for one in APPROVALS)
    )
    page.evaluate("document.getElementById('unfold').click()")
    searched(page, "evil")
    for select in ("rule", "system", "kind"):
        for value in page.evaluate(f"[...document.getElementById({select!r}).options].map(one => one.value)"):
            page.evaluate(
                f"{{ const one = document.getElementById({select!r}); one.value = {json.dumps(value)}; "
                "one.dispatchEvent(new Event('change')); }"
            )
        chosen(page, select, "")
    searched(page, "")
    page.evaluate("document.querySelectorAll('.more button').forEach(one => one.click())")
    page.settle()
    assert page.complaints() == []
    assert page.requests() == [(tmp_path / "preview.html").as_uri()]
    assert page.evaluate("window.owned") is None
    assert page.evaluate("document.querySelectorAll('img, iframe, form, svg, link, base, object').length") == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    assert page.evaluate(f"{VISIBLE}.length") > 100


def test_the_policy_would_stop_a_script(page: Browser, tmp_path: Path) -> None:
    """A script that got into the page all the same does not run: the policy knows ours by their digests only."""
    text = render_changes_html(CASES["calm"]()[0]).replace(
        "</main>", "</main><script>window.owned = 1</script><p onclick='window.owned = 2'>x</p><img src=x.png>"
    )
    (tmp_path / "altered.html").write_text(text, encoding="utf-8")
    page.open(tmp_path / "altered.html")
    page.evaluate("document.querySelector('p[onclick]').click()")
    page.settle()
    assert page.evaluate("window.owned") is None
    assert sum("Content Security Policy" in told for told in page.complaints()) == 3


def test_search_finds_names_values_and_reasons(page: Browser, tmp_path: Path) -> None:
    """Every word has to be in a change, its fields or its group; what matches nowhere is not shown."""
    opened(page, tmp_path, CASES["everything"]()[0])
    assert searched(page, "company 42") == "1 of 124 shown"
    assert page.evaluate(LABELS) == ["Company 42 GmbH"]
    assert searched(page, "5550042") == "1 of 124 shown"
    assert searched(page, "books.customers deleted") == "3 of 124 shown"
    assert page.evaluate(LABELS) == ["Gone 410", "Gone 411", "Gone 412"]
    assert searched(page, "12,500.00") == "1 of 124 shown"
    assert searched(page, "no such thing") == "0 of 124 shown"
    assert page.evaluate("document.getElementById('none').textContent") == "Nothing here matches."
    assert searched(page, "") == "All 124 shown"


def test_filters_narrow_each_other(page: Browser, tmp_path: Path) -> None:
    """Rule, system and kind are filtered by together, with how many there are of each."""
    opened(page, tmp_path, CASES["everything"]()[0])
    assert page.evaluate("[...document.getElementById('kind').options].map(one => one.textContent)") == [
        "All kinds",
        "create (104)",
        "update (2)",
        "link (3)",
        "delete (2)",
        "deactivate (1)",
        "skip (1)",
        "void (1)",
        "held (10)",
    ]
    assert chosen(page, "rule", "invoice") == "5 of 124 shown"
    assert chosen(page, "kind", "void") == "1 of 124 shown"
    assert page.evaluate(LABELS) == ["INV-000017"]
    assert chosen(page, "rule", "") == "1 of 124 shown"
    assert chosen(page, "kind", "") == "All 124 shown"
    assert chosen(page, "system", "crm.Accounts") == "1 of 124 shown"


def test_groups_fold_and_show_more(page: Browser, tmp_path: Path) -> None:
    """All groups unfold and fold at once; of a large one more is shown on demand, until all of it is."""
    opened(page, tmp_path, CASES["everything"]()[0])
    page.evaluate("document.getElementById('fold').click()")
    assert page.evaluate(f"{VISIBLE}.length") == 0
    page.evaluate("document.getElementById('unfold').click()")
    assert page.evaluate(f"{VISIBLE}.length") == 20 + 24
    assert page.evaluate("document.querySelector('.more button').textContent") == "Show 80 more"
    page.evaluate("document.querySelector('.more button').click()")
    assert page.evaluate(f"{VISIBLE}.length") == 100 + 24
    assert page.evaluate("document.activeElement.querySelector('.label').textContent") == "Company 20 GmbH"
    assert page.evaluate("document.querySelectorAll('.more button').length") == 0


def test_rows_of_the_script_are_those_of_the_page(page: Browser, tmp_path: Path) -> None:
    """What the script makes of the data has the same elements and words as what was in the page."""
    opened(page, tmp_path, CASES["everything"]()[0])
    page.evaluate("document.getElementById('unfold').click()")
    rows = f"{VISIBLE}.map(row => row.outerHTML.replace(/ tabindex=\"-1\"|\\n/g, ''))"
    before = page.evaluate(rows)
    searched(page, "a")
    searched(page, "")
    page.evaluate("document.getElementById('unfold').click()")
    assert page.evaluate(rows) == before


def test_without_the_script_it_is_read(page: Browser, tmp_path: Path) -> None:
    """Where no script runs, the verdict, the groups and the first changes of each are there and unfold."""
    page.run_scripts(False)
    try:
        opened(page, tmp_path, CASES["everything"]()[0])
        assert page.evaluate("document.getElementById('tools').getClientRects().length") == 0
        assert page.evaluate(f"{VISIBLE}.length") == 24
        page.evaluate("document.querySelector('.group summary').click()")
        assert page.evaluate(f"{VISIBLE}.length") == 20 + 24
        assert page.evaluate("document.querySelector('.more').textContent") == "… and 80 more"
    finally:
        page.run_scripts(True)


def test_it_is_used_from_the_keyboard(page: Browser, tmp_path: Path) -> None:
    """`/` goes to the search, and a group unfolds by its key."""
    opened(page, tmp_path, CASES["everything"]()[0])
    page.press("/", 191, "/")
    assert page.evaluate("document.activeElement.id") == "search"
    assert page.evaluate("document.getElementById('search').value") == ""
    page.evaluate("document.querySelector('.group summary').focus()")
    page.press("Enter", 13, "\r")
    assert page.evaluate("document.querySelector('.group').open") is True
    page.evaluate("document.getElementById('unfold').focus()")
    page.press("Tab", 9)
    assert page.evaluate("document.activeElement.id") == "fold"


def test_light_and_dark(page: Browser, tmp_path: Path) -> None:
    """It follows the system, and the button switches from there."""
    brightness = (
        "(() => { const probe = document.createElement('canvas').getContext('2d'); "
        "probe.fillStyle = getComputedStyle(document.body).backgroundColor; "
        "return parseInt(probe.fillStyle.slice(1, 3), 16); })()"
    )
    for dark in (False, True):
        opened(page, tmp_path, CASES["calm"]()[0], dark=dark)
        assert (page.evaluate(brightness) < 128) is dark
        page.evaluate("document.getElementById('theme').click()")
        assert (page.evaluate(brightness) < 128) is not dark
        page.evaluate("document.getElementById('theme').click()")
        assert (page.evaluate(brightness) < 128) is dark


def test_it_prints_what_is_shown(page: Browser, tmp_path: Path) -> None:
    """On paper everything is unfolded and in light colours, and what can only be clicked is left out."""
    opened(page, tmp_path, CASES["everything"]()[0], dark=True)
    page.evaluate("document.getElementById('fold').click()")
    page.printed(tmp_path / "preview.pdf")
    assert (tmp_path / "preview.pdf").read_bytes()[:5] == b"%PDF-"
    page.look(dark=True, print_=True)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(f"{VISIBLE}.length") == 20 + 24
    assert page.evaluate("document.getElementById('tools').getClientRects().length") == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelectorAll('.group[open]').length") == 0


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
@pytest.mark.parametrize("name", ["everything", "long", "over"])
def test_nothing_is_wider_than_the_window(page: Browser, tmp_path: Path, name: str, width: int) -> None:
    """On a phone as on a desk nothing is scrolled sideways, however long a text is."""
    opened(page, tmp_path, CASES[name]()[0], width=width)
    page.evaluate("document.getElementById('unfold').click()")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_ten_thousand_changes_are_at_hand(page: Browser, tmp_path: Path) -> None:
    """With so many the page opens and finds one of them, with few rows made."""
    opened(page, tmp_path, many(10_000))
    assert page.evaluate("document.querySelectorAll('tr').length") < 200
    assert searched(page, "company 2499") == "2 of 10,000 shown"
    assert page.evaluate(LABELS) == ["Company 2499 GmbH"] * 2
    # Measured figures are in benchmarks/reports/preview_formats.md: this only notices what nobody could use.
    assert page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") < 10_000


@pytest.mark.skipif(AXE is None, reason="axe-core-python is not installed")
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["everything", "approvals", "unknown", "nothing", "folded"])
def test_nobody_is_shut_out(page: Browser, tmp_path: Path, name: str, *, dark: bool) -> None:
    """Axe finds nothing in either colour scheme: contrasts, names, roles, order of headings."""
    assert AXE is not None
    assert AXE.origin is not None
    changes, approvals = CASES[name]()
    opened(page, tmp_path, changes, approvals=approvals, dark=dark)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(Path(AXE.origin).with_name("axe.min.js").read_text(encoding="utf-8") + ";0")
    found = page.evaluate("axe.run().then(done => done.violations.map(one => [one.id, one.impact, one.nodes[0].html]))")
    assert found == []
