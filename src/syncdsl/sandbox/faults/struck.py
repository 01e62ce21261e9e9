"""What the orders that strike a call make of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.faults.coercion import coerced
from syncdsl.sandbox.faults.orders import (
    ClockSkew,
    Coerce,
    DelayedLanding,
    DropRequest,
    DropResponse,
    ExpiredToken,
    IndexLag,
    Latency,
    PartialBatch,
    Status,
    TruncatedPage,
    Webhook,
    Workflow,
)
from syncdsl.sandbox.faults.partial import partly
from syncdsl.sandbox.faults.standing import Hit


class Struck:
    """The faults of one call, sorted by where in its course they come."""

    def __init__(self, hits: list[Hit]) -> None:
        self.names: list[str] = [hit.order.kind for hit in hits]
        self.latency = 0.0
        self.request_lost = False
        self.response_lost = False
        self.landing: float | None = None
        self.refusal: Status | None = None
        self.token_ends = False
        self.cut: TruncatedPage | None = None
        self.lag: float | None = None
        self.skew = 0.0
        self.stamp_skew = 0.0
        self.edits: list[Workflow] = []
        self._coercions: list[Coerce] = []
        self._partial: tuple[PartialBatch, Hit] | None = None
        for hit in hits:
            self._sort(hit)

    def _sort(self, hit: Hit) -> None:
        match hit.order:
            case Latency(seconds=seconds):
                self.latency += seconds
            case DropRequest():
                self.request_lost = True
            case DropResponse():
                self.response_lost = True
            case DelayedLanding(seconds=seconds):
                self.landing = seconds
            case Status() as order:
                self.refusal = order
            case ExpiredToken():
                self.token_ends = True
            case TruncatedPage() as order:
                self.cut = order
            case PartialBatch() as order:
                self._partial = (order, hit)
            case IndexLag(seconds=seconds):
                self.lag = max(seconds, self.lag or 0.0)
            case Coerce() as order:
                self._coercions.append(order)
            case Workflow() as order:
                self.edits.append(order)
            case ClockSkew(seconds=seconds, stamps=stamps):
                self.skew += seconds
                self.stamp_skew += seconds if stamps else 0.0
            case Webhook():
                pass  # strikes outgoing calls only
            case _:
                assert_never(hit.order)

    def handled(self, call: Call, handler: Callable[[Call], Reply]) -> Reply:
        """Run the handler with what reaches it, and return what is left of its reply."""
        for coercion in self._coercions:
            call = coerced(call, coercion)
        if self._partial is not None and call.variables.get("id") is None:
            order, hit = self._partial
            reply = partly(call, order, hit.random, handler)
        else:
            reply = handler(call)
        if self.cut is not None and self.cut.how == "rows":
            return _shortened(reply, self.cut.keep)
        return reply


def _shortened(reply: Reply, keep: float) -> Reply:
    """Return a list reply without its last rows; what the page says of itself stays as it was."""
    if not isinstance(reply.content, dict):
        return reply
    lists = {name: value for name, value in reply.content.items() if isinstance(value, list)}
    return replace(
        reply, content={**reply.content, **{name: rows[: int(len(rows) * keep)] for name, rows in lists.items()}}
    )
