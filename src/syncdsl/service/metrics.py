"""Metrics for Prometheus: read from what the pairs tell, at the moment somebody asks."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, TypeAlias

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from syncdsl.service.vitals import PAIR_STATES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from prometheus_client.metrics_core import Metric

    from syncdsl.service.vitals import PairVitals, Vitals

Sample: TypeAlias = tuple[tuple[str, ...], float]

RUN_SECONDS = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
"""A run of a few hinted records takes a second, a first one of a large organisation an hour."""


class Metrics:
    """The metrics of one daemon, in a registry of their own."""

    def __init__(self, vitals: Vitals) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Reader(vitals))
        self._run_seconds = Histogram(
            "syncdsl_run_seconds",
            "How long runs took.",
            ("environment",),
            buckets=RUN_SECONDS,
            registry=self._registry,
        )

    def observe_run(self, environment: str, seconds: float) -> None:
        """Count how long a run took; from any thread."""
        self._run_seconds.labels(environment).observe(seconds)

    def render(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics in the form that the header `Accept` asks for, and its content type."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _Reader(Collector):
    """Reads how the pairs stand whenever metrics are collected, so that nothing is counted twice."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals
        self._version = version("syncdsl")

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without values: registering must not ask the pairs."""
        return _families((), self._version)

    def collect(self) -> Iterable[Metric]:
        """Return the metrics as they are now."""
        return _families(self._vitals.snapshot(), self._version)


def _families(pairs: Sequence[PairVitals], running: str) -> Iterator[Metric]:
    pair, kind = ("environment",), ("environment", "kind")
    yield _gauge("syncdsl_build_info", "Always 1; which version runs.", ("version",), [((running,), 1)])
    yield _gauge("syncdsl_pair_up", "1 while the thread of a pair lives.", pair, _each(pairs, "alive"))
    states = [((one.environment, state), float(one.state == state)) for one in pairs for state in PAIR_STATES]
    yield _gauge("syncdsl_pair_state", "1 for the state that a pair is in.", ("environment", "state"), states)
    moments = [((one.environment,), one.last_success) for one in pairs]
    text = "When a run last succeeded, as seconds since 1970."
    yield _gauge("syncdsl_last_success_timestamp_seconds", text, pair, _known(moments))
    moments = [((one.environment,), one.next_due) for one in pairs]
    text = "When the next run is due, as seconds since 1970."
    yield _gauge("syncdsl_next_run_timestamp_seconds", text, pair, _known(moments))
    yield _gauge("syncdsl_consecutive_failures", "Runs that failed in a row.", pair, _each(pairs, "failures"))
    yield _gauge("syncdsl_open_reviews", "Questions that wait for a person.", pair, _each(pairs, "open_reviews"))
    yield _gauge("syncdsl_open_alerts", "Alerts that are open.", pair, _each(pairs, "open_alerts"))
    text = "Records that call-backs named and no run has looked at yet."
    yield _gauge("syncdsl_dirty_records", text, pair, _each(pairs, "dirty"))
    runs = [((one.environment, outcome), count) for one in pairs for outcome, count in one.runs.items()]
    yield _counter("syncdsl_runs", "Runs since the daemon began.", ("environment", "outcome"), runs)
    changes = [((one.environment, name), count) for one in pairs for name, count in one.changes.items()]
    yield _counter("syncdsl_changes", "Records changed since the daemon began.", kind, changes)
    yield from _call_backs(pairs)


def _call_backs(pairs: Sequence[PairVitals]) -> Iterator[Metric]:
    labels = ("environment", "connection")
    rows = [((one.environment, row.connection), row) for one in pairs for row in one.call_backs]
    taken = [(place, row.count) for place, row in rows]
    yield _counter("syncdsl_call_backs", "Call-backs that proved where they come from.", labels, taken)
    refused = [(place, row.refused) for place, row in rows]
    yield _counter("syncdsl_call_backs_refused", "Call-backs without that proof.", labels, refused)
    moments = _known([(place, row.last) for place, row in rows])
    text = "When the last good call-back came, as seconds since 1970."
    yield _gauge("syncdsl_last_call_back_timestamp_seconds", text, labels, moments)
    moments = _known([(place, row.expires) for place, row in rows])
    text = "When the subscription ends unless it is renewed, as seconds since 1970."
    yield _gauge("syncdsl_subscription_expires_timestamp_seconds", text, labels, moments)


def _each(pairs: Sequence[PairVitals], name: str) -> list[Sample]:
    return [((pair.environment,), float(getattr(pair, name))) for pair in pairs]


def _known(moments: Iterable[tuple[tuple[str, ...], dt.datetime | None]]) -> list[Sample]:
    """Return those moments that there are: one that is missing has no sample, for 0 would be 1970."""
    return [(labels, moment.timestamp()) for labels, moment in moments if moment is not None]


def _gauge(name: str, text: str, labels: Sequence[str], samples: Iterable[Sample]) -> Metric:
    return _filled(GaugeMetricFamily(name, text, labels=labels), samples)


def _counter(name: str, text: str, labels: Sequence[str], samples: Iterable[Sample]) -> Metric:
    return _filled(CounterMetricFamily(name, text, labels=labels), samples)


def _filled(family: GaugeMetricFamily | CounterMetricFamily, samples: Iterable[Sample]) -> Metric:
    for labels, value in samples:
        family.add_metric(labels, value)
    return family
