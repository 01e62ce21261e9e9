"""The operator's port over real HTTP."""

from __future__ import annotations

import datetime as dt
import re
import threading
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema
import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from syncdsl.service.address import Address
from syncdsl.service.metrics import Metrics
from syncdsl.service.operating import health_schema, operating
from syncdsl.service.serving import Limits, Port
from syncdsl.service.vitals import PAIR_STATES, PairVitals
from syncdsl.state.operating import CallBack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
FINE = PairVitals(environment="production", alive=True, begun=True, state="idle")


class Told:
    """Pairs that stand as a test says."""

    def __init__(self, *pairs: PairVitals) -> None:
        self.pairs: Sequence[PairVitals] = pairs

    def snapshot(self) -> Sequence[PairVitals]:
        """Return them."""
        return self.pairs


class Operated:
    """The port of an operator, and what it tells of."""

    def __init__(self, url: str, told: Told, metrics: Metrics, alive: dict[str, bool]) -> None:
        self.url = url
        self.told = told
        self.metrics = metrics
        self.alive = alive

    def health(self, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and answer of a health check."""
        answer = httpx.get(f"{self.url}/{path}")
        assert answer.headers["content-type"] == "application/json"
        data: dict[str, Any] = answer.json()
        jsonschema.validate(data, health_schema())
        assert data["ok"] is (answer.status_code == 200)
        return answer.status_code, data

    def samples(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """Return the value of every sample by name and labels."""
        text = httpx.get(f"{self.url}/metrics").text
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@contextmanager
def operated(*pairs: PairVitals) -> Iterator[Operated]:
    """Serve an operator's port until the block ends."""
    told, alive = Told(*pairs), {"receiver": True}
    metrics = Metrics(told)
    application = operating(told, metrics, threads={"receiver": lambda: alive["receiver"]})
    port = Port("operating", application, Address(host="127.0.0.1", port=0), option="--operate", limits=Limits())
    address = port.start()
    try:
        yield Operated(f"http://{address}", told, metrics, alive)
    finally:
        port.stop()


def test_health_turns_503_when_a_thread_ends() -> None:
    """That of one pair, or one of the daemon's own; whoever is only paused or failing lives."""
    other = replace(FINE, environment="staging", state="failing", failures=3, last_success=NOON)
    with operated(FINE, other) as port:
        status, data = port.health("healthz")
        assert status == 200
        assert data["version"] == version("syncdsl")
        assert [pair["environment"] for pair in data["pairs"]] == ["production", "staging"]
        assert data["pairs"][1]["last_success"] == "2026-07-01T12:00:00Z"
        port.told.pairs = (FINE, replace(other, alive=False))
        status, data = port.health("healthz")
        assert status == 503
        assert [pair["alive"] for pair in data["pairs"]] == [True, False]
        port.told.pairs = (FINE, other)
        assert port.health("healthz")[0] == 200
        port.alive["receiver"] = False
        status, data = port.health("healthz")
        assert (status, data["threads"]) == (503, {"receiver": False})


@pytest.mark.parametrize(
    ("pairs", "status"),
    [
        ((), 503),
        ((FINE,), 200),
        ((FINE, replace(FINE, environment="b", begun=False)), 503),
        ((FINE, replace(FINE, environment="b", state="blocked")), 503),
        ((FINE, replace(FINE, environment="b", alive=False)), 503),
        ((FINE, replace(FINE, environment="b", state="paused")), 200),
        ((FINE, replace(FINE, environment="b", state="failing", failures=1)), 200),
    ],
)
def test_ready_is_when_every_pair_has_begun_and_none_is_blocked(pairs: tuple[PairVitals, ...], status: int) -> None:
    """What takes no person to heal does not make it unready."""
    with operated(*pairs) as port:
        assert port.health("readyz")[0] == status


def test_a_line_for_each_pair() -> None:
    """Whoever looks with `curl` can read it."""
    with operated(FINE, replace(FINE, environment="staging")) as port:
        lines = httpx.get(f"{port.url}/healthz").text.splitlines()
        assert len(lines) == 4
        assert '"staging"' in lines[2]


def test_every_metric_is_parsed_and_has_its_value() -> None:
    """By environment, and by connection where it is about one; what is not known has no sample."""
    pair = replace(
        FINE,
        state="waiting",
        last_success=NOON,
        failures=2,
        open_reviews=3,
        open_alerts=4,
        dirty=5,
        runs={"done": 6, "failed": 7},
        changes={"added": 8},
        call_backs=(CallBack(connection="crm", count=10, refused=11, last=NOON), CallBack(connection="books")),
    )
    with operated(pair) as port:
        for seconds in (0.3, 0.3, 4000.0):
            port.metrics.observe_run("production", seconds)
        found = port.samples()

    def value(name: str, **labels: str) -> float | None:
        return found.get((name, tuple(sorted({"environment": "production", **labels}.items()))))

    assert found["syncdsl_build_info", (("version", version("syncdsl")),)] == 1
    assert value("syncdsl_pair_up") == 1
    assert {state: value("syncdsl_pair_state", state=state) for state in PAIR_STATES} == {
        state: float(state == "waiting") for state in PAIR_STATES
    }
    assert value("syncdsl_last_success_timestamp_seconds") == NOON.timestamp()
    assert value("syncdsl_next_run_timestamp_seconds") is None
    assert value("syncdsl_consecutive_failures") == 2
    assert value("syncdsl_open_reviews") == 3
    assert value("syncdsl_open_alerts") == 4
    assert value("syncdsl_dirty_records") == 5
    assert value("syncdsl_runs_total", outcome="done") == 6
    assert value("syncdsl_runs_total", outcome="failed") == 7
    assert value("syncdsl_changes_total", kind="added") == 8
    assert value("syncdsl_call_backs_total", connection="crm") == 10
    assert value("syncdsl_call_backs_refused_total", connection="crm") == 11
    assert value("syncdsl_call_backs_total", connection="books") == 0
    assert value("syncdsl_last_call_back_timestamp_seconds", connection="crm") == NOON.timestamp()
    assert value("syncdsl_last_call_back_timestamp_seconds", connection="books") is None
    assert value("syncdsl_run_seconds_count") == 3
    assert value("syncdsl_run_seconds_bucket", le="0.5") == 2
    assert value("syncdsl_run_seconds_sum") == 4000.6


def test_every_metric_is_documented() -> None:
    """The page lists what there is, and nothing else, each with its labels."""
    page = (Path(__file__).parents[3] / "docs" / "receiving.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(syncdsl_\w+)` \| ([a-z, ]+) \|", page, re.MULTILINE)
    row = CallBack(connection="crm", last=NOON, expires=NOON)
    pair = replace(
        FINE,
        last_success=NOON,
        next_due=NOON,
        runs={"done": 1},
        changes={"added": 1},
        call_backs=(row,),
    )
    with operated(pair) as port:
        port.metrics.observe_run("production", 1.0)
        found = {name: {label for label, _ in labels} - {"le"} for name, labels in port.samples()}
    told = {
        re.sub("_(bucket|count|sum)$", "", name): labels for name, labels in found.items() if "_created" not in name
    }
    assert {name: set(labels.split(", ")) for name, labels in rows} == told


def test_metrics_can_be_had_as_openmetrics() -> None:
    """As newer servers ask for them."""
    with operated(replace(FINE, runs={"done": 1})) as port:
        answer = httpx.get(f"{port.url}/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = openmetrics.text_string_to_metric_families(answer.text)  # type: ignore[no-untyped-call]
    assert {"syncdsl_runs", "syncdsl_pair_state", "syncdsl_call_backs"} <= {family.name for family in families}


def test_runs_are_observed_from_any_thread() -> None:
    """Each is counted once."""
    metrics = Metrics(Told(FINE))

    def observe() -> None:
        for _ in range(500):
            metrics.observe_run("production", 0.1)

    threads = [threading.Thread(target=observe) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    text, _ = metrics.render("")
    assert 'syncdsl_run_seconds_count{environment="production"} 2000.0' in text.decode()


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "/healthz", 405), ("GET", "/", 404)])
def test_nothing_else_is_there(method: str, path: str, status: int) -> None:
    """Nothing can be changed at the port."""
    with operated(FINE) as port:
        assert httpx.request(method, port.url + path).status_code == status
