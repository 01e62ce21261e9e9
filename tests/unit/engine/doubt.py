"""Writes that an earlier run left in doubt, made by hand, and a run that resolves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.engine.world import INVOICES

from syncdsl.changes.effects import Hold
from syncdsl.engine.context import Context
from syncdsl.engine.recovery import Recovery
from syncdsl.schema.values import fields_to_json
from syncdsl.state import Intent, Link, StoredRecord

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.engine.report import Recovered

RULES = (
    """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name
        Phone <-> phone
    with contacts: crm.Contacts <-> books.persons
        parent: Account
        dedupe: Mail == mail
        on conflict: review
        map:
            Name <-> name
            Mail <-> mail
"""
    + INVOICES
)
BASES = ("name", "phone")


def create(**facts: Any) -> Intent:
    """Return the intent of a create without an answer: of a customer for account `a1`."""
    payload: dict[str, Any] = {
        "fields": fields_to_json({"name": "Acme", "phone": "1"}),
        "source_side": "left",
        "source_base": fields_to_json({"Name": "Acme", "Phone": "1"}),
        "base_fields": list(BASES),
        "lines": ["l1", "l2"],
        "suffix": {"name": " (2)"},
        "aside": None,
    }
    known: dict[str, Any] = {
        "iid": "i1",
        "op": "create",
        "connection": "books",
        "module": "customers",
        "key": "k1",
        "pair_or_document": "customers",
        "source_connection": "crm",
        "source_module": "Accounts",
        "source_id": "a1",
        "payload": payload,
        "payload_hash": "",
        "fence": 1,
        "state": "ambiguous",
    }
    return Intent(**{**known, **facts})


def invoice(**facts: Any) -> Intent:
    """Return the intent of a create without an answer: of an invoice for deal `d1`."""
    payload = {"document": True, "triggers": ["t1", "t2"], "fields": fields_to_json({"reference": "R"})}
    known: dict[str, Any] = {
        "module": "invoices",
        "pair_or_document": "invoice",
        "source_module": "Deals",
        "source_id": "d1",
        "payload": payload,
    }
    return create(**{**known, **facts})


class Doubt:
    """A run of its own, before which a state can be given what earlier runs left in it."""

    def __init__(self, world: World, **facts: Any) -> None:
        self.world = world
        self.run = world.rules(RULES).run(**facts)
        self.state = self.run.state
        identities = {name: connection.identity() for name, connection in self.run.connections.items()}
        self.context = Context(run=self.run, identities=identities, fixed_today=None)
        self.context.run_id = "r1"
        self.recovery = Recovery()

    def resolve(self, *intents: Intent) -> list[Recovered]:
        """Resolve these intents as a run does."""
        self.state.add_intents(intents)
        found = self.recovery.resolve(self.context)
        self.context.view.flush()
        return found

    def told(self, *intents: Intent) -> list[str]:
        """Resolve these intents, and return what became of each in words."""
        return [item.resolution for item in self.resolve(*intents)]

    def events(self) -> list[tuple[str, str, str]]:
        """Return (intent, state, detail) of what recovery wrote to the journal."""
        return [(event.iid, event.state, event.detail) for event in self.state.journal() if event.state != "intent"]

    def holds(self) -> list[Hold]:
        """Return what waits."""
        return [effect for effect in self.context.effects if isinstance(effect, Hold)]


def link(**facts: Any) -> Link:
    """Return the link that the create of `create()` would have made with `c1`."""
    known: dict[str, Any] = {
        "uid": "k1",
        "pair": "customers",
        "left_id": "a1",
        "right_id": "c1",
        "key": "k1",
        "lines": ("l1", "l2"),
        "left_base": {"Name": "Acme", "Phone": "1"},
        "right_base": {"name": "Acme", "phone": "1"},
        "suffix": {"name": " (2)"},
        "origin": "created_right",
    }
    return Link(**{**known, **facts})


def seen(doubt: Doubt, name: str = "Acme Ltd") -> None:
    """Let account `a1` have been read."""
    doubt.state.begin_observation("crm.Accounts")
    doubt.state.stage("crm.Accounts", [(StoredRecord(id="a1", fields={"Name": name}), None)])
