"""The operator's port: is it healthy, is it ready, and the metrics. It tells no record, name or secret."""

from __future__ import annotations

import datetime as dt
import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from syncdsl.schema.model import Model, published_schema
from syncdsl.service.vitals import PairState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from syncdsl.service.metrics import Metrics
    from syncdsl.service.vitals import PairVitals, Vitals


class PairHealth(Model):
    """How one pair stands."""

    environment: str
    alive: bool
    begun: bool
    state: PairState
    failures: int
    last_success: dt.datetime | None
    next_due: dt.datetime | None


class Health(Model):
    """What `/healthz` and `/readyz` answer. `threads` are those of the daemon itself, and whether they live."""

    format: Literal["syncdsl/health/1"] = "syncdsl/health/1"
    version: str
    ok: bool
    threads: dict[str, bool]
    pairs: tuple[PairHealth, ...]


def health_schema() -> dict[str, Any]:
    """Return the JSON Schema of what the health checks answer."""
    return published_schema(Health, "Health of syncdsl run")


def operating(vitals: Vitals, metrics: Metrics, *, threads: Mapping[str, Callable[[], bool]]) -> Starlette:
    """Return the application of the operator's port.

    `/healthz` is 200 while the threads of the daemon (`threads`, by name) and of every pair live, `/readyz` while
    moreover every pair has begun and none is blocked; else they are 503. `/metrics` is for Prometheus.
    """
    running = version("syncdsl")

    def answer(good: Callable[[Sequence[PairVitals]], bool]) -> Response:
        pairs, living = vitals.snapshot(), {name: alive() for name, alive in threads.items()}
        health = Health(
            version=running,
            ok=all(living.values()) and good(pairs),
            threads=living,
            pairs=tuple(_pair(pair) for pair in pairs),
        )
        status = 200 if health.ok else 503
        return Response(_text(health), status_code=status, media_type="application/json", headers=_HEADERS)

    async def healthz(_request: Request) -> Response:
        return answer(_healthy)

    async def readyz(_request: Request) -> Response:
        return answer(_ready)

    async def told(request: Request) -> Response:
        text, content_type = metrics.render(request.headers.get("accept", ""))
        return Response(text, headers={**_HEADERS, "content-type": content_type})

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", told)])


_HEADERS = {"cache-control": "no-store"}


def _healthy(pairs: Sequence[PairVitals]) -> bool:
    return all(pair.alive for pair in pairs)


def _ready(pairs: Sequence[PairVitals]) -> bool:
    return _healthy(pairs) and bool(pairs) and all(pair.begun and pair.state != "blocked" for pair in pairs)


def _pair(pair: PairVitals) -> PairHealth:
    return PairHealth(**{name: getattr(pair, name) for name in PairHealth.model_fields})


def _text(health: Health) -> str:
    """Return JSON with one line for each pair, for whoever looks with `curl`."""
    data = health.model_dump(mode="json")
    pairs = ",\n".join(json.dumps(pair) for pair in data.pop("pairs"))
    return f'{json.dumps(data)[:-1]}, "pairs": [\n{pairs}\n]}}\n'
