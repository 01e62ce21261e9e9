"""What must be true of documents, judged from the systems' own logs: no oracle asks the engine."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.simulator.rules import DEALS
from tests.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulator.harness import Twins
    from tests.simulator.system import Change

    from syncdsl.schema.values import Value

CLOSED = frozenset({"void"})
FINAL = frozenset({"paid", "void"})


def never_two_live(twins: Twins) -> None:
    """At no moment a deal had two invoices that were neither void nor deleted (I25)."""
    deal: dict[str, Value] = {}
    status: dict[str, str] = {}
    for change in _invoices(twins):
        if change.operation == "insert" and not change.field:
            status[change.id] = "draft"
        elif change.operation in {"delete", "restore"} and not change.field:
            status[change.id] = "void" if change.operation == "delete" else "draft"
        elif change.field == "status":
            status[change.id] = str(change.new)
        elif change.field == "reference":
            deal.setdefault(change.id, change.new)
        live: defaultdict[Value, list[str]] = defaultdict(list)
        for one, state in status.items():
            if state not in CLOSED and one in deal:
                live[deal[one]].append(one)
        twice = {name: ids for name, ids in live.items() if len(ids) > 1}
        require(not twice, f"at {change.at:.0f} s there are two live invoices: {twice}")


def closed_is_closed(twins: Twins, *, even_sent: bool = False) -> None:
    """No invoice that was paid or void was changed by the engine, nor a sent one unless the rules say so (I27)."""
    status: dict[str, str] = {}
    for change in _invoices(twins):
        now = status.get(change.id, "draft")
        if change.author == "engine" and change.operation == "edit":
            require(now not in FINAL, f"the engine changed {change.field} of {change.id}, which was {now}")
            voids = change.field == "status" and even_sent
            require(now != "sent" or voids, f"the engine changed {change.field} of {change.id}, which was sent")
        if change.field == "status":
            status[change.id] = str(change.new)


def billed(twins: Twins) -> None:
    """Every deal that was won after it was lost last has one live invoice, of its amount; no other deal has one (I25).

    Only of deals whose documents nobody but the engine touched.
    """
    touched = {change.id for change in _invoices(twins) if change.author == "person"}
    invoices: defaultdict[Value, list[tuple[str, str, Value]]] = defaultdict(list)
    for one in twins.right.by_module[DEALS["right"]]:
        record = twins.right.records[one]
        fields = record.now.fields
        lines = fields.get("lines")
        rate = dict(lines[0]).get("rate") if isinstance(lines, tuple) and lines else None  # type: ignore[arg-type]
        state = str(fields.get("status")) if record.alive else "void"
        invoices[fields.get("reference")].append((one, state, rate))
    for held in twins.left.living(DEALS["left"]):
        mine = invoices[held.now.fields.get("Name")]
        if any(one in touched for one, _, _ in mine):
            continue
        stages = [stage for _, stage in twins.left.stages.get(held.id, ())]
        won = max((place for place, stage in enumerate(stages) if stage == "Won"), default=-1)
        lost = max((place for place, stage in enumerate(stages) if stage == "Lost"), default=-1)
        live = [(one, rate) for one, state, rate in mine if state not in CLOSED]
        name = held.now.fields.get("Name")
        require(len(live) == (won > lost), f"{name} went through {stages} and has {len(live)} live invoices")
        wanted = held.now.fields.get("Amount")
        require(all(rate == wanted for _, rate in live), f"the invoice of {name} is not over {wanted}: {live}")


def untouched_since(twins: Twins, since: int) -> None:
    """No invoice was made or written by the engine since a point of the log (I26, I41)."""
    for change in _invoices(twins):
        if change.number > since and change.author == "engine":
            require(False, f"the engine did {change.operation} {change.field} of {change.id}: a phantom")


def last_change(twins: Twins) -> int:
    """Return the number of the latest change in the books."""
    return max((change.number for change in twins.right.log), default=0)


def _invoices(twins: Twins) -> list[Change]:
    return [change for change in twins.right.log if change.module == DEALS["right"]]
