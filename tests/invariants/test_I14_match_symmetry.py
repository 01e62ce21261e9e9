"""I14: matching does not depend on the order of records, nor on which side a rule calls left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step
from tests.simulator.generator import Shape
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

from syncdsl.changes.effects import Create, Hold
from syncdsl.changes.effects import Link as LinkEffect
from syncdsl.schema.canonical import canonical, match_form
from syncdsl.schema.types import EmailType, PhoneType, TextType, UrlType

if TYPE_CHECKING:
    from syncdsl.changes.change_set import ChangeSet

SHAPE = Shape(partners=6, edits=0, runs=1, faults=0, deaths=False, begin_synced=0, acts=False)
RULES = (
    Rules(lines="plain"),
    Rules(lines="plain", dedupe="Email == mail"),
    Rules(lines="plain", dedupe="Name == name", duplicate="review"),
)


def check(case: Case) -> None:
    """Preview a first contact, from shuffled lists, and with the rules read from the other side."""
    fresh = replace(case, steps=tuple(step for step in case.steps if step.do == "insert"))
    with played(fresh, settle=False) as pair:
        plain = _decided(pair.preview())
        for seed in (3, 4):
            for system in pair.systems.values():
                system.switches = replace(system.switches, shuffled=seed, reading="keyset")
            require(_decided(pair.preview()) == plain, "the order of records decided a match")
    mirrored = replace(fresh, rules=replace(case.rules, mirrored=True))
    with played(mirrored, settle=False) as pair:
        require(_decided(pair.preview()) == plain, "the side that is scanned first decided a match")


def _decided(changes: ChangeSet) -> tuple[set[tuple[str, ...]], set[str], set[str]]:
    """Return who is linked, for whom a partner is made, and whom the questions are about."""
    links = {
        tuple(sorted((str(effect.left.id), str(effect.right.id))))
        for effect in changes.effects
        if isinstance(effect, LinkEffect)
    }
    creates = {str(effect.source.id) for effect in changes.effects if isinstance(effect, Create)}
    holds = {
        str(name.id)
        for effect in changes.effects
        if isinstance(effect, Hold)
        for name in (effect.record, *effect.candidates)
    }
    return links, creates, holds


@examples(11)
@given(cases(rules=RULES, shape=SHAPE))
def test_I14_match_symmetry(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I14: the same records are linked, made and asked about in every order and from both sides."""
    verify("I14", case, check)


@examples(300)
@given(st.text(max_size=30), st.sampled_from((TextType(), EmailType(), PhoneType(), UrlType())))
def test_I14_normal_forms_are_idempotent(text: str, kind: TextType | EmailType | PhoneType | UrlType) -> None:  # noqa: N802
    """I14: the canonical form of a canonical form is itself, and so is the form in which keys are compared."""
    once = canonical(text, kind)
    assert canonical(once, kind) == once
    form = match_form(text, kind)
    assert match_form(form, kind) == form


def test_I14_rivals() -> None:  # noqa: N802 - the invariant's own name
    """I14: rivals are rivals from both sides: who is one of several on the left is so on the right."""
    for lefts, rights in ((1, 2), (2, 1), (2, 2)):
        names = [Step(do="insert", side="left", fields={"Name": "Acme"})] * lefts
        names += [Step(do="insert", side="right", fields={"name": "Acme"})] * rights
        check(Case(rules=RULES[0], steps=tuple(names)))
