"""The answers of why and why-not, as text: whatever strangers wrote, and however narrow the terminal is."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tests.unit.render.hostile import ALL, ATTACKS

from syncdsl.engine.explaining.answers import (
    Answer,
    Asked,
    Cause,
    DocumentWhy,
    FieldWhy,
    Hurdle,
    InputWhy,
    LinkWhy,
    Operand,
    Remedy,
    SideValues,
    StageSeen,
    Why,
    WhyNot,
)
from syncdsl.render.neutral import cells
from syncdsl.render.style import Style
from syncdsl.render.why_json import render_why_json
from syncdsl.render.why_text import render_why, render_why_not

AT = dt.datetime(2026, 5, 1, 9, 30, tzinfo=dt.UTC)


def hurdle(text: str, outcome: str = "fails", name: str = "where") -> Hurdle:
    inner = tuple(
        Operand(text=text, value=value, operands=(Operand(text=text, value=text),)) for value in (True, False)
    )
    return Hurdle.model_validate(
        {
            "hurdle": name,
            "outcome": outcome,
            "text": text,
            "why": text,
            "location": text,
            "condition": Operand(text=text, value=False, operands=inner),
            "remedies": (Remedy(text=text, values={text: text}, command=text),),
            "question": text,
        }
    )


def why_not_of(text: str) -> WhyNot:
    hurdles = tuple(
        hurdle(text, outcome, name) for outcome in ("holds", "fails", "not reached") for name in ("where", "value")
    )
    answer = Answer(rule=text, kind="module", asked=text, location=text, verdict="blocked", text=text, hurdles=hurdles)
    free = answer.model_copy(update={"hurdles": (), "verdict": "next"})
    return WhyNot(record=text, label=text, read="on file", since=AT, sources={text: text}, answers=(answer, free))


def why_of(text: str) -> Why:
    cause = Cause(run=text, at=AT, by=text, location=text, write=text)
    side = SideValues(connection=text, record=text, field=text, base=text, now=text)
    fields = tuple(
        FieldWhy(
            line=text,
            location=text,
            left=side,
            right=side.model_copy(update={"changed": changed, "erased": not changed}),
            reason="policy",
            text=text,
            cause=cause,
            lost=text,
            next=text,
        )
        for changed in (True, False)
    )
    link = LinkWhy(
        rule=text, location=text, left=text, right=text, status=text, text=text, cause=cause, fields=fields,
        conditions=(hurdle(text),),
    )  # fmt: skip
    row = InputWhy(field=text, text=text, given=text, now=text + "x")
    document = DocumentWhy(
        rule=text, location=text, number=0, document=text, document_label=text, record=text,
        record_label=text, status=text, trigger=text,
        condition=hurdle(text), require=hurdle(text), cause=cause, before=AT, stages=(StageSeen(stage=text, at=AT),),
        amount=text, inputs=(row,), lines=((row,),), text=text,
    )  # fmt: skip
    asked = Asked(id=text, kind="conflict", rule=text, text=text, since=AT)
    return Why(
        record=text,
        label=text,
        read="now",
        sources={text: text},
        links=(link,),
        documents=(document,),
        questions=(asked,),
        untouched=why_not_of(text).answers,
    )


@pytest.mark.parametrize("width", [40, 100])
@pytest.mark.parametrize("name", [*ATTACKS, "all", "late"])
def test_no_answer_steers_a_terminal_or_a_ci(name: str, width: int) -> None:
    """No control character is left, nothing that hides or turns, no line that a CI would obey, wherever it breaks."""
    text = {"all": ALL, "late": "word " * 7 + "::error::owned ##[x]owned"}.get(name) or ATTACKS[name]
    for shown in (render_why(why_of(text), width=width), render_why_not(why_not_of(text), width=width)):
        for line in shown.splitlines():
            assert not re.match(r"\s*::", line), line
            assert not re.search(r"##(vso|teamcity)?\[", line), line
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", shown)


def test_what_fails_stands_out_and_the_rest_is_dim() -> None:
    """Colour marks what fails; the words are the same without it."""
    answer = why_not_of("x")
    plain, coloured = render_why_not(answer), render_why_not(answer, Style(colour=True))
    # What is marked as code needs no backticks.
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured).replace("`", "") == plain.replace("`", "")
    assert "\x1b[1;31m  fails\x1b[0m" in coloured
    assert "\x1b[2m  not reached\x1b[0m" in coloured


def test_sentences_are_filled_to_the_width() -> None:
    """A long sentence goes on below itself, never past the width."""
    long = "a sentence that is longer than any terminal is wide, and says so " * 3
    shown = render_why_not(why_not_of("x").model_copy(update={"answers": (answer_of(long),)}), width=60)
    assert max(cells(line) for line in shown.splitlines()) <= 60
    assert "wide, and says so" in " ".join(shown.split())


def answer_of(text: str) -> Answer:
    found = Hurdle(hurdle="value", outcome="fails", text="x", why=text, remedies=(Remedy(text=text),))
    return Answer(rule="r", kind="module", asked="x", location="", verdict="blocked", text=text, hurdles=(found,))


def test_json_keeps_every_text() -> None:
    """A program gets what the strangers wrote, escaped."""
    for answer in (why_of("\x1b[2J"), why_not_of("\u202e")):
        shown = render_why_json(answer)
        assert type(answer).model_validate_json(shown) == answer
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", shown)
