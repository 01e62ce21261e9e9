"""A system as the state knows it: reading gives what was read last, no call is made, and nothing can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from syncdsl.adapters.protocol import Capabilities, Identity, Record, Tier
from syncdsl.engine.observation import observation_name
from syncdsl.plan.steps import ObserveStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.adapters.protocol import (
        Change,
        DocumentAction,
        NewRecord,
        ObservationEnd,
        ObserveRequest,
        Outcome,
        Page,
        Sample,
    )
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.schema.values import Value
    from syncdsl.state import State


class OnFile:
    """The adapter protocol over what is on file of one connection."""

    def __init__(self, state: State, plan: Plan, schema: SchemaSnapshot, *, connection: str) -> None:
        self._state = state
        self._plan = plan
        self._schema = schema
        self._connection = connection

    @property
    def capabilities(self) -> Capabilities:
        """What can be done: nothing is written; stamps are as far apart as the engine ever asks for."""
        return Capabilities(
            tier=Tier.T4,
            batch=1,
            concurrency=1,
            settle_seconds=0.0,
            overlap_seconds=5.0,
            conditional_update=False,
            page_size=1,
        )

    def identity(self) -> Identity:
        """Return the organisation that the state belongs to; its time zone is not on file."""
        known = (self._state.identity() or {}).get(self._connection, {})
        return Identity(
            organization=known.get("organization", ""),
            name=known.get("organization", ""),
            base_currency=self._plan.connections[self._connection].base_currency,
            time_zone="UTC",
            data_centre=known.get("data_centre", ""),
        )

    def schema(self) -> SchemaSnapshot:
        """Return the schema that the rules were compiled against."""
        return self._schema

    def fetch(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Record]:
        """Return those of some records that any reading has shown, as it showed them."""
        steps = [step for step in self._plan.steps if isinstance(step, ObserveStep)]
        mine = [step for step in steps if (step.connection, step.module) == (self._connection, module)]
        found: dict[str, Record] = {}
        for step in sorted(mine, key=lambda item: item.view or ""):
            for record_id, stored in self._state.stored(observation_name(step), ids).items():
                known = {name: stored.fields[name] for name in fields if name in stored.fields}
                record = Record(
                    module=module,
                    id=record_id,
                    fields=known,
                    version=stored.version,
                    modified=stored.modified,
                    created=stored.created,
                )
                found.setdefault(record_id, record)
        return found

    def find(
        self,
        module: str,  # noqa: ARG002 - the protocol's name
        field: str,  # noqa: ARG002 - the same
        values: Sequence[Value],  # noqa: ARG002 - the same
        fields: Sequence[str],  # noqa: ARG002 - the same
    ) -> dict[Value, list[Record]]:
        """Find nothing: what is not on file is not known."""
        return {}

    def survivors(self, module: str, ids: Sequence[str]) -> dict[str, str]:  # noqa: ARG002 - the protocol's names
        """Know of no merges."""
        return {}

    def search(
        self,
        module: str,  # noqa: ARG002 - the protocol's name
        text: str,  # noqa: ARG002 - the same
        fields: Sequence[str],  # noqa: ARG002 - the same
        limit: int,  # noqa: ARG002 - the same
    ) -> list[Record]:
        """Find nothing, as `find` does."""
        return []

    def sample(self, module: str, limit: int) -> Sample:  # noqa: ARG002 - the protocol's names
        """Refuse."""
        self._refuse()

    def observe(self, request: ObserveRequest) -> Iterator[Page | ObservationEnd]:  # noqa: ARG002 - the same
        """Refuse: what is on file is taken as it is."""
        self._refuse()

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:  # noqa: ARG002 - the same
        """Refuse."""
        self._refuse()

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:  # noqa: ARG002 - the same
        """Refuse."""
        self._refuse()

    def delete(self, module: str, ids: Sequence[str]) -> list[Outcome]:  # noqa: ARG002 - the same
        """Refuse."""
        self._refuse()

    def deactivate(self, module: str, ids: Sequence[str]) -> list[Outcome]:  # noqa: ARG002 - the same
        """Refuse."""
        self._refuse()

    def act(self, module: str, id: str, action: DocumentAction) -> Outcome:  # noqa: A002, ARG002 - the same
        """Refuse."""
        self._refuse()

    def close(self) -> None:
        """Have nothing to release."""

    def _refuse(self) -> NoReturn:
        raise RuntimeError("an explanation neither reads modules nor writes")


def on_file(state: State, plan: Plan, schemas: Mapping[str, SchemaSnapshot]) -> dict[str, OnFile]:
    """Return every connection of a plan as the state knows it."""
    return {name: OnFile(state, plan, schemas[name], connection=name) for name in plan.connections}
