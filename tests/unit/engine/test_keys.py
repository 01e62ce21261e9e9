"""The syncdsl key."""

from __future__ import annotations

from syncdsl.engine.keys import KEY_LENGTH, syncdsl_key


def key(**changes: str | int) -> str:
    facts: dict[str, str | int] = {
        "left_organization": "crm-1",
        "right_organization": "books-1",
        "name": "customers",
        "source_connection": "crm",
        "source_id": "42",
    }
    return syncdsl_key(**{**facts, **changes})  # type: ignore[arg-type]  # the facts are right by name


def test_equal_facts_give_the_same_key_for_ever() -> None:
    """A key follows from remote facts alone, so a lost state computes the same one again."""
    assert key() == key() == "sd-" + key().removeprefix("sd-")
    assert len(key()) == KEY_LENGTH


def test_every_fact_matters() -> None:
    """No two different facts share a key."""
    others = [
        key(left_organization="crm-2"),
        key(right_organization="books-2"),
        key(name="vendors"),
        key(source_connection="books"),
        key(source_id="43"),
        key(instance=1),
        key(per="2026"),
    ]
    assert len({key(), *others}) == len(others) + 1


def test_facts_do_not_run_together() -> None:
    """Moving a character from one fact to the next gives another key."""
    assert key(name="ab", source_connection="c") != key(name="a", source_connection="bc")
