"""The rows of a state as a snapshot tells them: without people, and without what nobody needs to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from syncdsl.changes.effects import HoldKind
from syncdsl.engine.erased import is_erased
from syncdsl.engine.reviewing import question_id
from syncdsl.plan.expressions import FieldRead
from syncdsl.plan.renames import original_name
from syncdsl.schema.canonical import canonical
from syncdsl.schema.types import TextType
from syncdsl.schema.values import Erased, fields_from_json, fields_to_json, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from syncdsl.adapters.recorded import Recording
    from syncdsl.engine.snapshot.needs import Need
    from syncdsl.engine.snapshot.veil import Veil
    from syncdsl.plan.pairs import DocumentPlan, Pair
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.values import Fields

Row: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str, str]
"""Connection and module."""

_OF_INTENTS = frozenset(
    {
        "source_side",
        "base_fields",
        "lines",
        "suffix",
        "aside",
        "amount",
        "currency",
        "server_time",
        "places",
        "document",
        "turn",
        "triggers",
        "since",
        "access",
    }
)
"""What an intent remembers besides values of fields and people."""


class Rows:
    """Turns rows of a state into those of a snapshot."""

    def __init__(
        self,
        plans: Sequence[Plan],
        needs: Iterable[Need],
        veil: Veil,
        recording: Recording,
        erasure_key: str | None,
    ) -> None:
        self._plans = plans
        self._needs = {(need.connection, need.module): frozenset((*need.fields, *need.details, "id")) for need in needs}
        self._veil = veil
        self._recording = recording
        self._erasure_key = erasure_key
        self._turn: Mapping[str, Callable[[Row], Row | None]] = {
            "rules": lambda row: {**row, "by": ""},
            "switch": lambda row: {**row, "by": ""},
            "observation": self._observation,
            "observed_record": self._observed_record,
            "agenda": lambda row: row if self._place_of(row["step"]) is not None else None,
            "pair_pass": lambda row: row if self._is_plain(row["pair"]) else None,
            "match_form": lambda row: row if self._is_plain(row["pair"]) else None,
            "link": self._link,
            "set_aside": lambda row: {**row, "reason": ""},
            "instance": self._instance,
            "access_grant": lambda row: {**row, "address": veil.address(row["address"])},
            "association": lambda row: {**row, "by": ""},
            "intent": self._intent,
            "history": self._history,
            "review": self._review,
        }

    def told(self, table: str, row: Row) -> Row | None:
        """Return a row as the snapshot tells it; None where it does not."""
        turn = self._turn.get(table)
        return row if turn is None else turn(row)

    # -- what was read ------------------------------------------------------------------------------------------

    def _place_of(self, step: str) -> Place | None:
        connection, _, rest = step.partition(".")
        place = (connection, rest.partition("|")[0])
        return place if place in self._needs else None

    def _observation(self, row: Row) -> Row | None:
        place = self._place_of(row["step"])
        return None if place is None else {**row, "fields": [one for one in row["fields"] if one in self._needs[place]]}

    def _observed_record(self, row: Row) -> Row | None:
        place = self._place_of(row["step"])
        if place is None:
            return None
        return {
            **row,
            "version": self._veil.version(row["version"]),
            "fields": self._values(place, row["fields"]),
            "key": None if row["key"] is None else self._key(place, row["key"]),
        }

    def _key(self, place: Place, key: str) -> str | None:
        schema = self._veil.schemas[place[0]].modules[place[1]]
        told = self._veil.value(*place, schema.key_field or "", key)
        return told if isinstance(told, str) else None

    def _values(self, place: Place, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return values of fields, in their JSON form, without those that nobody reads."""
        known = self._needs.get(place, frozenset())
        return fields_to_json(
            self._veil.fields(*place, fields_from_json({name: data[name] for name in data if name in known}))
        )

    # -- links and documents ------------------------------------------------------------------------------------

    def _pair(self, name: str) -> Pair | None:
        return next((plan.pairs[name] for plan in self._plans if name in plan.pairs), None)

    def _document(self, name: str) -> DocumentPlan | None:
        return next((plan.documents[name] for plan in self._plans if name in plan.documents), None)

    def _is_plain(self, name: str) -> bool:
        """Return whether the records of a pair are told as they are, so that what was filed about them fits them."""
        pair = self._pair(name)
        if pair is None:
            return not self._veil.pseudonyms
        return not any(self._veil.covers(side.connection, side.module) for side in (pair.left, pair.right))

    def _link(self, row: Row) -> Row:
        pair = self._pair(row["pair"])
        bases: Row = {"left_base": {}, "right_base": {}}
        if pair is not None:
            for side, endpoint in (("left", pair.left), ("right", pair.right)):
                place = (endpoint.connection, endpoint.module)
                base = self._revealed(place, row[f"{side}_id"], row[f"{side}_base"])
                bases[f"{side}_base"] = self._values(place, base)
        return {**row, **bases}

    def _revealed(self, place: Place, record_id: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a base in which erased values that the record still holds stand as it holds them.

        The key that tells whether it is one stays where it is, so this is the last time that it can be told.
        """
        base = fields_from_json(dict(data))
        erased = [name for name, value in base.items() if isinstance(value, Erased)]
        record = self._recording.records(*place, [record_id]).get(record_id) if erased else None
        if record is None:
            return data
        now: Fields = {}
        module = self._veil.schemas[place[0]].modules[place[1]]
        for name in erased:
            kind = module.fields[name].value if name in module.fields else TextType()
            value = canonical(record.fields.get(name), kind)
            if is_erased(self._erasure_key, value, base[name]):
                now[name] = value
        return {**data, **fields_to_json(now)}

    def _instance(self, row: Row) -> Row:
        document = self._document(row["document"])
        place = (document.connection, document.module) if document is not None else ("", "")
        part = row["part"]
        if document is not None and document.per is not None and part:
            part = self._part(document, row, part)
        return {
            **row,
            "inputs": self._values(place, row["inputs"]),
            "base": self._values(place, row["base"]),
            "part": part,
        }

    def _part(self, document: DocumentPlan, row: Row, part: str) -> str:
        match document.per:
            case FieldRead(path=(name,)):
                return show(self._veil.value(row["connection"], row["module"], name, part))
            case _:
                return self._veil.text(part)

    # -- writes and questions -----------------------------------------------------------------------------------

    def _intent(self, row: Row) -> Row:
        payload: Row = {name: value for name, value in row["payload"].items() if name in _OF_INTENTS}
        place, source = (row["connection"], row["module"]), (row["source_connection"], row["source_module"])
        for name, of in (("fields", place), ("old", place), ("source_base", source)):
            if name in row["payload"]:
                payload[name] = self._values(of, row["payload"][name])
        if "part" in row["payload"]:
            payload["part"] = self._veil.text(row["payload"]["part"])
        return {**row, "payload": payload, "payload_hash": "", "detail": ""}

    def _history(self, row: Row) -> Row:
        place = (row["connection"], row["module"], row["field"])
        return {
            **row,
            "old": self._veil.data(*place, row["old"]),
            "new": self._veil.data(*place, row["new"]),
            "by": None,
        }

    def _review(self, row: Row) -> Row:
        place = (row["connection"], row["module"])
        told = {
            **row,
            "label": self._veil.label(*place, row["label"]),
            "reason": row["reason"] if not self._veil.pseudonyms and not self._veil.covers(*place) else "",
            "decided_by": None if row["decided_by"] is None else "",
            "candidates": [
                {**one, "label": self._veil.label(one["connection"], one["module"], one["label"])}
                for one in row["candidates"]
            ],
        }
        if isinstance(row["decision"], dict):
            told["decision"] = {**row["decision"], "comment": ""}
        for side in ("left", "right"):
            told[side] = self._veil.data(*place, row["field"] or "", row[side])
        if (told["left"], told["right"]) != (row["left"], row["right"]):
            told["id"] = self._question(told)
        return told

    def _question(self, row: Row) -> str:
        """Return the id of a question whose values are told differently: decisions are found by it."""
        plan = next((one for one in self._plans if row["rule"] in one.pairs or row["rule"] in one.documents), None)
        kind = "document" if plan is not None and row["rule"] in plan.documents else "module"
        rule = (
            original_name(plan.moved, "document" if kind == "document" else "module", row["rule"])
            if plan
            else row["rule"]
        )
        candidates = sorted(f"{one['connection']}.{one['module']}/{one['id']}" for one in row["candidates"])
        told = row["reason"] if row["kind"] == HoldKind.MATCH and not candidates else ""
        subject = [rule, row["connection"], row["module"], row["record_id"]]
        return question_id([row["kind"], *subject, row["field"], row["left"], row["right"], candidates, told])
