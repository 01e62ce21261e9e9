"""Mistakes that an engine may be made to make, each by replacing one function everywhere it is used."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.simulator import harness

from syncdsl.engine import matching, merging
from syncdsl.engine.mapped import Mapped
from syncdsl.schema.values import PartnerOf, Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from tests.simulator.cases import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An engine in which `name` of `owner` is replaced by what `made` makes of it; `case` is where it shows.

    `also` are further (owner, name, made), where one mistake alone is caught by the engine itself.
    """

    invariant: str
    what: str
    owner: Any
    name: str
    made: Callable[[Any], Any]
    case: Case
    also: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = ()


def break_engine(monkeypatch: pytest.MonkeyPatch, broken: Broken) -> None:
    """Replace functions wherever modules of the engine, and the harness, have imported them."""
    for owner, name, made in ((broken.owner, broken.name, broken.made), *broken.also):
        original = getattr(owner, name)
        changed = made(original)
        monkeypatch.setattr(owner, name, changed)
        for module_name, module in list(sys.modules.items()):
            if (module_name.startswith("syncdsl.") or module is harness) and getattr(module, name, None) is original:
                monkeypatch.setattr(module, name, changed)


def loudly(mapped_value: Any) -> Any:
    """Return what adds a mark to every text on its way."""

    def changed(*args: Any, **named: Any) -> Any:
        outcome = mapped_value(*args, **named)
        if isinstance(outcome, Mapped) and isinstance(outcome.value, str) and not outcome.value.endswith("!"):
            return Mapped(outcome.value + "!")
        return outcome

    return changed


def a_cent_more(mapped_value: Any) -> Any:
    """Return what adds a cent to every amount on its way."""

    def changed(*args: Any, **named: Any) -> Any:
        outcome = mapped_value(*args, **named)
        return (
            Mapped(outcome.value + Decimal("0.01")) if isinstance(getattr(outcome, "value", None), Decimal) else outcome
        )

    return changed


def touching(update: Any) -> Any:
    """Return what writes a field with every update that no line maps."""

    def changed(self: Any, module: str, changes: Any) -> Any:
        private = "Private" if module == "Accounts" else "private"
        return update(self, module, [replace(one, fields={**one.fields, private: "ours"}) for one in changes])

    return changed


def asking_policy(merge_changed: Any) -> Any:
    """Return what asks the policy also where one side alone changed."""
    return lambda unit, policy, stamps: (
        merging._by_policy(unit, policy, stamps)
        if any(state.left_changed or state.right_changed for state in unit)
        else merge_changed(unit, policy, stamps)
    )


def one_unit(units_of: Any) -> Any:
    """Return what resolves all lines as one."""
    del units_of
    return lambda states: [tuple(states)]


def greedy(match_by_keys: Any) -> Any:
    """Return what takes the first of several candidates."""

    def changed(left: Any, right: Any, keys: Any) -> Any:
        result = match_by_keys(left, right, keys)
        taken: set[str] = set()
        for dispute in [item for item in result.disputes if item.side == "left"]:
            free = [one for one in dispute.candidates if one.id in right.free and one.id not in taken]
            if free:
                taken |= {free[0].id, dispute.record.id}
                result.matches.append(
                    matching.Match(left=dispute.record, right=free[0], how="duplicate", key_text=keys[0])
                )
        result.disputes = [item for item in result.disputes if item.record.id not in taken]
        return result

    return changed


def without_key_field(_match: Any) -> Any:
    """Return what finds nothing by the key on a record."""
    return lambda *_args, **_named: None


def by_the_clock(guard: Any) -> Any:
    """Return what drops every effect in another year of the machine's clock."""

    def changed(context: Any) -> None:
        guard(context)
        if context.run.clock().year > 2026:
            context.change_set = context.change_set.model_copy(
                update={"reported": ("the year is over",), "effects": ()}
            )

    return changed


def writing_preview(preview: Any) -> Any:
    """Return a preview that makes a record."""

    def changed(one: Any, **facts: Any) -> Any:
        for name, connection in one.connections.items():
            if name == "crm":
                connection.system.insert("Accounts", {"Name": "By preview"}, author="engine")
        return preview(one, **facts)

    return changed


def one_more(update_writes: Any) -> Any:
    """Return what sends a field more than was decided."""

    def changed(*args: Any, **named: Any) -> Any:
        made = update_writes(*args, **named)
        return [
            replace(one, change=replace(one.change, fields={**one.change.fields, "Private": "more"}))
            if one.change is not None and one.module == "Accounts"
            else one
            for one in made
        ]

    return changed


def no_read_back(absorb: Any) -> Any:
    """Return bases that are not what the other system holds."""

    def changed(pair: Any, context: Any, link: Any, settled: Any, left: Any, right: Any, **named: Any) -> Any:
        wrong = {name: f"{value} as sent" if isinstance(value, str) else value for name, value in right.items()}
        return absorb(pair, context, link, settled, left, wrong, **named)

    return changed


def forgetful(resolve: Any) -> Any:
    """Return what drops every write that an earlier run left open."""

    def changed(self: Any, context: Any) -> Any:
        for intent in context.run.state.open_intents():
            self._drop(intent, context)
        return []

    del resolve
    return changed


def unfenced(check: Any) -> Any:
    """Return what lets every fence pass."""
    del check
    return lambda *_args: None


def cursor_at_once(end_observation: Any) -> Any:
    """Return what moves the cursor into the future."""

    def changed(self: Any, step: str, fields: Any, cursor: Any, **named: Any) -> Any:
        end_observation(self, step, fields, "2027-01-01T00:00:00+00:00 settled" if cursor else cursor, **named)

    return changed


def asking_nobody(_still_gone: Any) -> Any:
    """Return what asks no system again before a record is taken away."""
    return lambda _self, removals: list(removals)


def gone_with_their_parents(lost: Any) -> Any:
    """Return what takes children for gone while their parents' module was not read to its end."""

    def changed(pair: Any, context: Any) -> Any:
        found = lost(pair, context)
        above = context.plan.pairs[pair.parent.pair] if pair.parent is not None else None
        if above is not None and not context.observations[above.left.observe].complete:
            batches = context.view.links(pair.name).batches()
            found += [(one, "left_gone") for some in batches for one in some if one.status == "active"]
        return found

    return changed


def without_waiting(partner: Any) -> Any:
    """Return what refers to a record that has no partner by the id that it has itself."""

    def changed(context: Any, connection: str, value: Any) -> Any:
        found = partner(context, connection, value)
        return Ref(found.module, found.source_id) if isinstance(found, PartnerOf) else found

    return changed
