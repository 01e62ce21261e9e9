"""One hostile change set through every format."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from tests.unit.render.hostile_changes import ALL, EVERY, hostile_changes
from tests.unit.render.workflow_commands import other_commands, read_commands

from syncdsl.changes.approvals import Judged
from syncdsl.changes.change_set import ChangeSet
from syncdsl.render.changes_html import render_changes_html
from syncdsl.render.changes_json import render_changes_json
from syncdsl.render.changes_markdown import LIMIT, marker, render_changes_markdown
from syncdsl.render.changes_text import render_changes, render_verdict
from syncdsl.render.markdown_text import inert, inert_code, inert_prose
from syncdsl.render.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.token import Token

    from syncdsl.changes.approvals import Standing

STANDINGS: tuple[Standing, ...] = ("signed", "unverified", "unsigned", "unknown key", "author", "bad")
APPROVALS = tuple(
    Judged(name=text, standing=standing) for text, standing in zip((ALL, *EVERY.values()), STANDINGS * 20, strict=False)
)

FORMATS: dict[str, Callable[[ChangeSet], str]] = {
    "text": lambda changes: render_changes(changes, approvals=APPROVALS) + render_verdict(changes, width=40),
    "markdown": lambda changes: render_changes_markdown(changes, APPROVALS, title=ALL, name=ALL),
    "html": lambda changes: render_changes_html(changes, APPROVALS, title=ALL),
    "json": lambda changes: render_changes_json(changes, APPROVALS),
}

OURS = re.compile(r"</?(?:details|summary|code|sub|b|br)>|<!-- syncdsl preview [A-Za-z0-9_.-]+ -->", re.IGNORECASE)
"""The HTML that our Markdown has: elements without a single attribute."""


@pytest.fixture(params=FORMATS)
def name(request: pytest.FixtureRequest) -> str:
    """Return each format."""
    return str(request.param)


def test_nothing_steers_a_terminal_or_hides(name: str) -> None:
    """No control, no direction, no invisible and no half character is left; line breaks are ours."""
    text = FORMATS[name](hostile_changes())
    assert not {unicodedata.category(character) for character in text if character != "\n"} & {
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    }


def test_nothing_commands_a_ci(name: str) -> None:
    """In a log none of the formats holds a command of a CI."""
    text = FORMATS[name](hostile_changes())
    assert other_commands(text) == []
    assert read_commands(text) == []


def test_the_attacks_would_work() -> None:
    """The same texts as they are do attack: a CI obeys them, Markdown makes links and pictures, HTML elements."""
    assert other_commands(ALL)
    kinds = {token.type for token in _flat(_parsed(ALL))}
    assert {"link_open", "image", "html_inline"} <= kinds
    tags = set()
    for text in EVERY.values():
        found = _Elements()
        found.feed(text)
        tags |= {tag for tag, _ in found.elements}
    assert {"script", "iframe", "form", "svg", "img", "base", "meta"} <= tags


def test_colour_comes_from_us() -> None:
    """With colour the only escapes are our own, each closed again."""
    coloured = render_changes(hostile_changes(), Style(colour=True), approvals=APPROVALS)
    assert "\x1b" not in re.sub("\x1b\\[(?:[0-9];?){1,4}m", "", coloured)
    assert coloured.count("\x1b[0m") * 2 == coloured.count("\x1b[")


def test_markdown_has_our_markup_only() -> None:
    """Rendered, it has no link, no picture, no HTML but ours, and nothing that a site would make a mention of."""
    text = FORMATS["markdown"](hostile_changes())
    tokens = _flat(_parsed(text))
    kinds = {token.type for token in tokens}
    assert not kinds & {"link_open", "image", "fence", "code_block", "blockquote_open", "hr", "s_open", "em_open"}
    for token in tokens:
        if token.type in {"html_block", "html_inline"}:
            # What is left when our elements are taken away is text, and no `<` begins anything.
            assert "<" not in OURS.sub("", token.content)
        elif token.type == "code_inline":
            assert token.content.startswith(("syncdsl plan", "--format"))
    assert text.count("<!--") == 1
    assert text.startswith("<!-- syncdsl preview ")
    rules = {effect.rule for effect in hostile_changes().effects}
    headings = sum(token.type == "heading_open" for token in tokens)
    assert 2 <= headings <= len(rules) + 2


def test_markdown_mentions_nobody() -> None:
    """In what is shown no name follows an `@`, no number a `#`, and no address is whole."""
    shown = _shown(FORMATS["markdown"](hostile_changes()))
    assert not re.search(r"[@#!$~%&]\w", shown.replace("&lt;", ""))
    assert not re.search(r"://|www\.\w|\w@\w", shown)
    assert "\u200b" in shown


@pytest.mark.parametrize("text", EVERY.values())
@pytest.mark.parametrize("written", [inert, inert_code, inert_prose])
def test_each_text_alone_is_inert(written: Callable[[str, int], str], text: str) -> None:
    """At the start of a line, in a cell and inside of HTML each text is shown, and only shown."""
    one = written(text, 500)
    for page in (one, f"| a |\n| --- |\n| {one} |\n", f"<details><summary>{one}</summary>\n\nx\n\n</details>\n"):
        for token in _flat(_parsed(page)):
            assert token.type in {
                "paragraph_open",
                "paragraph_close",
                "inline",
                "text",
                "text_special",
                "softbreak",
                "html_inline",
                "html_block",
                "table_open",
                "table_close",
                "thead_open",
                "thead_close",
                "tbody_open",
                "tbody_close",
                "tr_open",
                "tr_close",
                "th_open",
                "th_close",
                "td_open",
                "td_close",
            }
            if token.type.startswith("html"):
                assert "<" not in OURS.sub("", token.content)
    assert _flat(_parsed(f"| a |\n| --- |\n| {one} |\n"))[-1].type == "table_close"
    assert "\n" not in one


def test_markdown_is_never_too_long() -> None:
    """Whatever is in it, a comment has at most 60,000 bytes, every part of it whole, and says what is left out."""
    for copies in (1, 10):
        changes = hostile_changes()
        changes = changes.model_copy(update={"effects": changes.effects * copies})
        text = FORMATS["markdown"](changes)
        assert len(text.encode()) <= LIMIT
        assert text.count("<details>") == text.count("</details>") > 0
    assert "**Left out here**" in text


@pytest.mark.parametrize("text", [*EVERY.values(), "", "---", "->", "production"])
def test_the_marker_is_one_comment(text: str) -> None:
    """The marker ends where it ends, whatever the name of the environment is."""
    assert re.fullmatch(r"<!-- syncdsl preview [A-Za-z0-9_.]+(-[A-Za-z0-9_.]+)* -->", marker(text))


class _Elements(HTMLParser):
    """The elements of a page with their attributes, and the content of its scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[str] = []
        self.inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the signature of the base
        self.inside = None

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.raw.append(data)


TAGS = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "div", "h1", "h2", "h3", "button", "p", "span",
    "main", "section", "ul", "ol", "li", "code", "br", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td",
    "label", "input", "select", "option", "details", "summary", "del", "ins", "b", "footer", "script",
}  # fmt: skip

ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "type", "hidden", "aria-labelledby",
    "aria-hidden", "aria-label", "role", "scope", "placeholder", "autocomplete", "spellcheck", "value", "tabindex",
    "open", "data-rule", "data-system", "data-kind", "data-fold", "data-bare", "data-money", "data-held",
}  # fmt: skip


def test_a_page_has_our_elements_only() -> None:
    """No element, no attribute and no address in it is a stranger's; there are two scripts, both ours."""
    calm, attacked = _Elements(), _Elements()
    attacked.feed(FORMATS["html"](hostile_changes()))
    calm.feed(render_changes_html(hostile_changes().model_copy(update={"effects": ()})))
    assert {tag for tag, _ in attacked.elements} <= TAGS
    for tag, attributes in attacked.elements:
        assert set(attributes) <= ATTRIBUTES
        assert set(attributes) & {"href", "src"} == ({"href"} if tag == "a" else set())
        assert attributes.get("href") in {None, "#changes"}
    scripts = [attributes for tag, attributes in attacked.elements if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "data"}, {}]
    assert sum(tag in {"meta", "style"} for tag, _ in attacked.elements) == 7
    assert calm.raw[-1] == attacked.raw[-1]


def test_a_page_keeps_every_text() -> None:
    """In the data every effect has its row, and what was neutral text is there to the letter."""
    found = _Elements()
    found.feed(FORMATS["html"](hostile_changes()))
    data = json.loads(found.raw[0])
    assert len(data["rows"]) == len(hostile_changes().effects)
    assert "</script><script>window.owned=1</script>" in str(data)


def test_json_keeps_every_text() -> None:
    """JSON escapes and loses nothing: a program gets the very characters."""
    data = json.loads(FORMATS["json"](hostile_changes()))
    assert ChangeSet.model_validate(data["changes"]) == hostile_changes()


def _parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def _flat(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *(token.children or ()))]


def _shown(text: str) -> str:
    """Return what a reader sees, as a site would look for mentions in it: text apart from elements and code of ours."""
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)

    class Texts(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.texts: list[str] = []

        def handle_data(self, data: str) -> None:
            self.texts.append(data)

    texts = Texts()
    texts.feed(page)
    return "\n".join(texts.texts)
